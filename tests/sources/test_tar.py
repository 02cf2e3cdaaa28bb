"""Members of tar archives: names, places and times of each, what is no file, and the bounds of headers."""

import gzip
import io
import tarfile
from contextlib import closing
from datetime import datetime
from functools import partial

import pytest
from support.containers import in_tar
from support.hostile_containers import block, header, pax, record, resealed, with_octal

from lyncphone_logs.sources import tar
from lyncphone_logs.sources.decompression import CorruptStream
from lyncphone_logs.sources.streams import ByteSource, SearchBudget, memory_source
from lyncphone_logs.sources.tar import MAX_EXTENSION_BYTES, MAX_EXTENSIONS, is_tar, padded, tar_entries

END = bytes(1024)
TEXT = b"some text\n"
MEMBER = header("a.log", len(TEXT)) + block(TEXT)
LONG = header("x", 9, tarfile.GNUTYPE_LONGNAME) + block(b"long.log\0")

Member = tuple[str, bytes | str, datetime | None]


def content_of(data: bytes) -> ByteSource:
    """A file in memory as the search for members gets it."""
    return ByteSource("x.tar", lambda: io.BytesIO(data), open_seekable=lambda: io.BytesIO(data))


def members(data: bytes, content: ByteSource | None = None) -> list[Member]:
    """Name, bytes or problem, and time of each member of an archive with an end mark."""
    found: list[Member] = []
    for name, part, problem in tar_entries(content or content_of(data + END)):
        with closing(part.open_stream()) as stream:
            read = b"" if problem else b"".join(iter(partial(stream.read, 99), b""))
        found.append((name, problem or read, None if problem else part.modified))
    return found


def members_found(data: bytes) -> tuple[list[str], str]:
    """The names of the members, and the fault that ends the list."""
    found: list[str] = []
    try:
        for entry in tar_entries(content_of(data)):
            found.append(entry.name)
    except CorruptStream as fault:
        return found, str(fault)
    return found, ""


def names(data: bytes) -> list[str]:
    return [name for name, _, _ in members(data)]


@pytest.mark.parametrize(("size", "blocks"), [(0, 0), (1, 1), (511, 1), (512, 1), (513, 2), (1024, 2), (1025, 3)])
def test_data_fill_complete_blocks(size: int, blocks: int) -> None:
    assert padded(size) == 512 * blocks


def test_an_archive_is_known_by_the_checksum_of_its_first_header_or_by_its_magic_number() -> None:
    whole = in_tar({"a.log": TEXT})
    assert is_tar(whole)
    assert is_tar(whole[:512])
    assert not is_tar(whole[:511])
    assert not is_tar(b"")
    assert not is_tar(bytes(512))
    assert is_tar(in_tar({"a": TEXT}))
    damaged = b"b" + whole[1:]
    assert is_tar(damaged)
    without_magic = resealed(whole[:257] + bytes(8) + whole[265:512])
    assert is_tar(without_magic)
    assert not is_tar(b"b" + without_magic[1:])
    assert not is_tar(b"text of a log " * 99)
    assert not is_tar(with_octal(b"\xff" * 12).replace(b"ustar", b"\0" * 5))


def test_a_member_has_its_bytes_and_its_time() -> None:
    assert members(in_tar({"a.log": TEXT, "d/b.log": b"", "c.log": TEXT * 99})) == [
        ("a.log", TEXT, datetime(2013, 6, 23, 15, 6, 40)),
        ("d/b.log", b"", datetime(2013, 6, 23, 15, 6, 40)),
        ("c.log", TEXT * 99, datetime(2013, 6, 23, 15, 6, 40)),
    ]


@pytest.mark.parametrize(
    ("says", "modified"),
    [
        (b"1", datetime(1970, 1, 1, 0, 0, 1)),
        (b"1372000000.9", datetime(2013, 6, 23, 15, 6, 40)),
        (b"0", None),
        (b"-5", None),
        (b"", None),
        (b"word", None),
        (b"nan", None),
        (b"inf", None),
        (b"1e30", None),
    ],
)
def test_a_time_that_is_none_is_not_known(says: bytes, modified: datetime | None) -> None:
    data = pax(record(b"mtime", says)) + MEMBER + END
    assert members(data) == [("a.log", TEXT, modified)]
    assert members(MEMBER + END) == [("a.log", TEXT, None)]


NO_END = "the next header cannot be read (empty header)"


def test_an_archive_that_ends_without_an_end_mark_is_a_fault_after_its_members() -> None:
    assert members_found(MEMBER + END) == (["a.log"], "")
    assert members_found(MEMBER + END[:512]) == (["a.log"], "")
    assert members_found(MEMBER) == (["a.log"], NO_END)
    for filling in (1, 100, 502):
        assert members_found(MEMBER + MEMBER[:-filling]) == (["a.log", "a.log"], NO_END)
    assert members_found(MEMBER + MEMBER[:-503]) == (["a.log", "a.log"], "unexpected end of data")
    full = header("a.log", 512) + b"x" * 512
    assert members_found(full) == (["a.log"], NO_END)
    assert members_found(full[:-1]) == (["a.log"], "unexpected end of data")


@pytest.mark.parametrize("length", [1, 257, 511])
def test_a_header_that_is_truncated_or_damaged_is_a_fault(length: int) -> None:
    for rest in (MEMBER[:length], b"x" * 512, MEMBER[:100] + b"y" + MEMBER[101:]):
        names, fault = members_found(MEMBER + rest)
        assert names == ["a.log"]
        assert fault.startswith("the next header cannot be read (")
    assert members_found(with_octal(b"\xff" * 12))[1] == "the next header cannot be read (its size is negative)"


def test_folders_are_no_members_and_have_no_data() -> None:
    folder = header("d/", 4096, tarfile.DIRTYPE)
    assert names(folder + MEMBER + END) == ["a.log"]


@pytest.mark.parametrize(
    ("type", "says"),
    [
        (tarfile.SYMTYPE, "it is a symbolic link (to), which is not read"),
        (tarfile.LNKTYPE, "it is a link to another member (to), which is not read"),
        (tarfile.CHRTYPE, "it is a device (to), which is not read"),
        (tarfile.BLKTYPE, "it is a device (to), which is not read"),
        (tarfile.FIFOTYPE, "it is a named pipe (to), which is not read"),
    ],
)
def test_what_is_no_file_is_named_with_its_target_and_has_no_data(type: bytes, says: str) -> None:
    info = tarfile.TarInfo("link")
    info.type, info.linkname, info.size = type, "to", 7
    head = info.tobuf(tarfile.GNU_FORMAT)
    without_size = header("link", 0, type)
    assert members(head + MEMBER + END) == [("link", says, None), ("a.log", TEXT, None)]
    assert members(without_size + MEMBER + END)[0] == ("link", says.replace(" (to)", ""), None)
    long_target = header("x", 9, tarfile.GNUTYPE_LONGLINK) + block(b"/e/passwd\0")
    assert members(long_target + head + MEMBER + END)[0][1] == says.replace("(to)", "(/e/passwd)")
    by_pax = pax(record(b"linkpath", b"/e"))
    assert members(by_pax + head + MEMBER + END)[0][1] == says.replace("(to)", "(/e)")


def test_a_type_that_is_not_known_has_data_and_is_no_file() -> None:
    assert members(header("z", 700, b"Z") + block(b"z" * 700) + MEMBER + END) == [
        ("z", "it is not a regular file", None),
        ("a.log", TEXT, None),
    ]
    for type in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE):
        assert members(header("a", 10, type) + block(TEXT) + MEMBER)[0][:2] == ("a", TEXT)


@pytest.mark.parametrize("blocks", [0, 1, 2, 5])
def test_the_map_of_a_sparse_file_is_skipped(blocks: int) -> None:
    head = bytearray(header("s", 10, tarfile.GNUTYPE_SPARSE))
    head[482] = int(blocks > 0)
    more, last = bytearray(512), bytes(512)
    more[504] = 1
    maps = bytes(more) * (blocks - 1) + last * (blocks > 0)
    data = resealed(bytes(head)) + maps + block(TEXT) + MEMBER + END
    assert members(data) == [("s", "it is not a regular file", None), ("a.log", TEXT, None)]


def test_a_sparse_file_of_pax_is_no_regular_file_and_its_data_are_skipped() -> None:
    for name in (b"GNU.sparse.major", b"GNU.sparse.name"):
        data = pax(record(name, b"1")) + MEMBER + MEMBER + END
        assert members(data) == [("a.log", "it is not a regular file", None), ("a.log", TEXT, None)]
    assert members(pax(record(b"GNU.other", b"1")) + MEMBER + END) == [("a.log", TEXT, None)]
    ordinary = bytearray(header("a.log", 10))
    ordinary[482] = 1
    assert members(resealed(bytes(ordinary)) + block(TEXT) + MEMBER) == [("a.log", TEXT, None)] * 2


def test_a_long_name_ends_at_its_zero_byte_and_is_for_one_member() -> None:
    assert names(LONG + MEMBER + MEMBER + END) == ["long.log", "a.log"]
    assert names(header("x", 3, tarfile.GNUTYPE_LONGNAME) + block(b"abcdef") + MEMBER) == ["abc"]
    assert names(pax(record(b"path", b"d/p.log/")) + MEMBER + MEMBER) == ["d/p.log", "a.log"]
    assert names(pax(record(b"path", b"p"), tarfile.SOLARIS_XHDTYPE) + MEMBER) == ["p"]
    assert names(pax(record(b"path", b"FAX//")) + MEMBER) == ["FAX"]


def test_bytes_of_a_name_that_are_no_utf_8_are_replaced() -> None:
    assert names(pax(record(b"path", b"\xff\xc3\xa9.log")) + MEMBER) == ["\ufffdé.log"]
    raw = header("a.log", 10).replace(b"a.log", b"\xff.log", 1)
    assert names(resealed(raw) + block(TEXT)) == ["\ufffd.log"]


def test_what_is_said_of_all_members_gives_way_to_what_is_said_of_one() -> None:
    shared = pax(record(b"mtime", b"5") + record(b"path", b"all.log"), tarfile.XGLTYPE)
    own = pax(record(b"path", b"own.log"))
    at = datetime(1970, 1, 1, 0, 0, 5)
    found = members(MEMBER + shared + own + MEMBER + MEMBER + END)
    assert found == [("a.log", TEXT, None), ("own.log", TEXT, at), ("all.log", TEXT, at)]


def test_records_end_at_the_first_that_is_none() -> None:
    first, second = record(b"path", b"one"), record(b"path", b"two")
    assert names(pax(first + second) + MEMBER) == ["two"]
    for wrong in (b"x", b"3 path=", b"7 path=\n", b"0 a=\n", b"12345678 path=x\n", b"7 =abc\n"):
        assert names(pax(first + wrong + second) + MEMBER) == ["one"], wrong
    assert names(pax(record(b"comment", b"a\nb=c") + second) + MEMBER) == ["two"]
    assert names(pax(record(b"a" * 255, b"x") + second) + MEMBER) == ["two"]
    assert names(pax(record(b"a" * 256, b"x") + second) + MEMBER) == ["a.log"]
    assert names(pax(record(b"\xff", b"x") + second) + MEMBER) == ["two"]


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        (b"10", ""),
        (b"0000000010", ""),
        (b"0" * 18 + b"10", ""),
        (b"0" * 19 + b"10", "its size is no number"),
        (b"-1", "its size is no number"),
        (b"1.0", "its size is no number"),
        (b" 10", "its size is no number"),
    ],
)
def test_a_size_of_pax_replaces_that_of_the_header(says: bytes, fault: str) -> None:
    data = pax(record(b"size", says)) + header("a.log", 3) + block(TEXT) + MEMBER
    if fault:
        assert members_found(data) == ([], f"the next header cannot be read ({fault})")
    else:
        assert [each[1] for each in members(data)] == [TEXT, TEXT]
    empty = pax(record(b"size", b"")) + MEMBER
    assert members(empty) == [("a.log", TEXT, None)]


@pytest.mark.parametrize(("extra", "is_read"), [(0, True), (1, False)])
def test_an_extension_has_at_most_one_mebibyte(extra: int, is_read: bool) -> None:
    size = MAX_EXTENSION_BYTES + extra
    data = header("x", size, tarfile.GNUTYPE_LONGNAME) + block(b"n.log\0".ljust(size, b"x")) + MEMBER + END
    assert members_found(data) == ((["n.log"], "") if is_read else ([], "a header is longer than 1 MiB"))
    assert size - extra == 1 << 20


def test_all_extensions_together_have_at_most_16_mebibytes() -> None:
    large = header("x", 1 << 20, tarfile.GNUTYPE_LONGNAME) + b"n.log\0".ljust(1 << 20, b"x")
    sixteen = (large + MEMBER) * 16
    assert members_found(sixteen + END) == (["n.log"] * 16, "")
    one_more = sixteen + header("x", 1, tarfile.GNUTYPE_LONGNAME) + block(b"n") + MEMBER
    assert members_found(one_more) == (["n.log"] * 16, "its headers take more than 16 MiB")


def test_an_extension_that_is_cut_off_is_a_fault_unless_only_filling_is_missing() -> None:
    for size, cut in ((9, 504), (600, 1024 - 599)):
        data = header("x", size, tarfile.GNUTYPE_LONGNAME) + block(b"x" * size)
        assert members_found(MEMBER + data[:-cut]) == (["a.log"], "unexpected end of data")
    whole_but_filling = header("x", 9, tarfile.GNUTYPE_LONGNAME) + b"long.log\0"
    assert members_found(MEMBER + whole_but_filling)[1].startswith("the next header cannot be read (")


def test_a_member_has_at_most_16_extensions() -> None:
    assert names(LONG * MAX_EXTENSIONS + MEMBER) == ["long.log"]
    assert members_found(LONG * (MAX_EXTENSIONS + 1) + MEMBER) == (
        [], "more than 16 headers in a row belong to one member",
    )  # fmt: skip
    assert names((LONG * MAX_EXTENSIONS + MEMBER) * 3) == ["long.log"] * 3


def test_the_number_of_headers_is_limited_with_those_of_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar, "MAX_HEADERS", 5)
    folder = header("d/", 0, tarfile.DIRTYPE)
    assert members_found(MEMBER * 2 + folder * 2 + END) == (["a.log"] * 2, "")
    assert members_found(MEMBER * 3 + folder * 2 + END) == (["a.log"] * 3, "it has more than 5 headers")


def test_what_is_unpacked_to_find_members_counts_and_the_rest_is_read() -> None:
    """The data of each member and the bytes after the end mark count; headers do not. Only of a stream: bytes that can
    be sought need not be unpacked."""
    data = header("a.log", 1000) + block(b"x" * 1000) + MEMBER + END + bytes(5000)
    reads: list[int] = []

    class Counted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            reads.append(len(found := super().read(size)))
            return found

    for is_seekable, left in ((False, 0), (True, 9999)):
        budget = SearchBudget(9999)
        content = ByteSource(
            "x.tar", lambda: Counted(data), search=budget,
            open_seekable=(lambda: io.BytesIO(data)) if is_seekable else None,
        )  # fmt: skip
        reads.clear()
        assert [entry.name for entry in tar_entries(content)] == ["a.log"] * 2
        assert sum(reads) == len(data)
        counted = 1024 + 512 + len(data) - (512 + 1024 + 1024 + 512)
        assert budget.left == (left or 9999 - counted)


def test_members_of_a_stream_have_the_same_bytes() -> None:
    data = LONG + MEMBER + header("b.log", 2000) + block(b"y" * 2000) + END
    content = memory_source("x", gzip.compress(data)).decompressed("gzip", None, 1 << 20)
    assert members(b"", content) == [("long.log", TEXT, None), ("b.log", b"y" * 2000, None)]


@pytest.mark.parametrize("most", [1, 100, 300, 511])
def test_a_stream_that_gives_fewer_bytes_than_asked_for_has_the_same_members(most: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(most if size is None or size < 0 else min(size, most))

    data = LONG + MEMBER + header("b.log", 700) + block(b"y" * 700) + END
    content = ByteSource("x.tar", lambda: Slow(data), open_seekable=lambda: io.BytesIO(data))
    assert members(b"", content) == [("long.log", TEXT, None), ("b.log", b"y" * 700, None)]


def test_a_member_that_can_be_read_has_the_path_of_its_archive() -> None:
    assert [part.path for _, part, _ in tar_entries(content_of(MEMBER + END))] == ["x.tar"]
