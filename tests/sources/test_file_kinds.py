"""Files that are obviously no log are recognized and skipped; whatever may be a log is read."""

import os
import socket
from pathlib import Path

import pytest
from support.paths import FIXTURES

from lyncphone_logs.sources.discovery import find_sources
from lyncphone_logs.sources.file_kinds import kind_of

PEM = (FIXTURES / "certificates" / "expired.pem").read_bytes()
KEY = b"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"
PHONE = "phone: "


def is_phone(line: str) -> bool:
    return line.startswith(PHONE)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("chain.pem", PEM, "a certificate"),
        ("chain", PEM[PEM.index(b"-----") :], "a certificate"),
        ("chain.pem.1.gz", PEM, "a certificate"),
        ("chain.out", b"CONNECTED(00000003)\n---\nCertificate chain\n" + PEM, "a certificate"),
        ("leaf.der", (FIXTURES / "certificates" / "leaf-sha256.der").read_bytes(), "a certificate"),
        ("leaf", (FIXTURES / "certificates" / "leaf-sha256.der").read_bytes(), "a certificate"),
        ("key.pem", KEY, "a private key"),
        ("request.pem", KEY.replace(b"PRIVATE KEY", b"CERTIFICATE REQUEST"), "a PEM file (certificate request)"),
        ("x.toml", b"a = 1\n", "a TOML file"),
        ("x.json", b'{\n "a": 1}\n', "a JSON file"),
        ("x", b"[1,\n 2]\n", "a JSON file"),
        ("x.json", b'{"a": "' + b"b" * 70_000 + b'"}', "a JSON file"),
        ("x.JSON", b'{"a": [\n' + b"1,\n" * 30_000 + b"1]}", "a JSON file"),
        ("x.cfg", b"<?xml version='1.0'?>\n<polycomConfig/>\n", "an XML or HTML file"),
        ("x.cfg", b"#!version:1.0.0.1\naccount.1.enable = 1\n", "a configuration file"),
        ("x.md", b"# About\n", "a page of text"),
        ("x.yml", b"a: 1\n", "a YAML file"),
        ("x", b"#!/bin/sh\n", "a script"),
        ("x", b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        ("x.log", b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        ("x", b"%PDF-1.7\n", "a PDF file"),
        ("x", b"\x7fELF\2\1\1\0", "a program"),
        ("x", b"MZ\x90\0\3", "a program"),
        ("x", b"\xd4\xc3\xb2\xa1\2\0\4\0", "a packet capture"),
        ("x", b"\x0a\x0d\x0d\x0a\x1c\0\0\0", "a packet capture"),
        ("x.pcap.gz", b"\x4d\x3c\xb2\xa1\2\0\4\0", "a packet capture"),
        ("x.docx", b"PK\3\4\x14\0", "an office document"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
        ("x.evtx", b"ElfFile\0\0", "a Windows event log"),
        ("x", b"SQLite format 3\0", "a database"),
    ],
)
def test_files_that_are_no_logs(name: str, content: bytes, kind: str) -> None:
    found = kind_of(name, content[: 64 * 1024], "")
    assert found is not None
    assert found.name == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("trace.log", b'{"a": 1}'),
        ("trace.txt", PEM),
        ("trace.toml.log", b"a = 1\n"),
        ("phone.log.1", b"<?xml version='1.0'?>\n"),
        ("phone.log-20130709.gz", b"<?xml version='1.0'?>\n"),
        ("old.log", b"\xfe\xed\xfa\xce is text in an old encoding"),
        ("trace", b"Jul  9 10:00:00 host prog[1]: text\n"),
        ("192.0.2.1", b"text\n"),
        ("trace.json", b'{"log": "a"}\n{"log": "b"}\n'),
        ("trace.json", b'{"log": "a"}\n' * 10_000),
        ("trace.jsonl", b'{"log": "a"}\n{"log": "b"}\n'),
        ("trace.csv", b"time,text\n"),
        ("trace.json", b'[{"line": "a", "timestamp": "1"},\n {"line": "b", "timestamp": "2"}]\n'),
        ("trace.json", b'{\n "_source": {\n  "@timestamp": "x",\n  "message": "a"\n }\n}\n'),
        ("trace.json", b"no JSON at all\n"),
        ("trace", b"[12:00:00] text\n"),
        ("trace", b"[CERT] -----BEGIN CERTIFICATE-----\n"),
        ("trace", b"ID3 is a tag\nMZ\n"),
        ("trace.cfg", b"\0\0\0text"),
        ("bundle.zip", b"PK\3\4\x14\0"),
        ("empty.log", b""),
        ("empty.toml", b""),
    ],
)
def test_files_that_may_be_logs(name: str, content: bytes) -> None:
    assert kind_of(name, content[: 64 * 1024], "") is None


def folder_with(tmp_path: Path, **files: bytes) -> str:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        path = folder / name.replace("_", ".").replace("..", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder.as_posix()


def test_in_a_folder_they_are_named_in_one_sentence(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, a_log=b"text\n", chain_pem=PEM, config_toml=b"a = 1\n", x_png=b"\x89PNG\r\n\x1a\n")
    notes: list[str] = []
    assert [source.path for source in find_sources([folder], is_phone, notes)] == [f"{folder}/a.log"]
    assert notes == [f"{folder}: 3 files are no logs: chain.pem, config.toml, x.png"]


def test_names_that_repeat_are_counted_and_long_lists_end(tmp_path: Path) -> None:
    names = {f"sub{number}__story_toml": b"a = 1\n" for number in range(3)}
    names |= {f"x{number:02}_toml": b"a = 1\n" for number in range(12)}
    notes: list[str] = []
    find_sources([folder_with(tmp_path, a_log=b"text\n", **names)], is_phone, notes)
    (note,) = notes
    assert "15 files are no logs: story.toml (3 times), x00.toml" in note
    assert note.endswith("x08.toml, 3 more")


def test_a_file_with_a_line_of_a_phone_is_read_whatever_its_ending(tmp_path: Path) -> None:
    line = f"# a\n{PHONE}text\n".encode()
    folder = folder_with(tmp_path, a_toml=line, b_pem=PEM + line, c_json=line, d_cap=line)
    notes: list[str] = []
    assert [source.path[-6:] for source in find_sources([folder], is_phone, notes)] == [
        "a.toml", "/b.pem", "c.json", "/d.cap"
    ]  # fmt: skip
    assert notes == []


def test_utf16_is_examined_as_text(tmp_path: Path) -> None:
    line = f"{PHONE}text that is long enough\n".encode("utf-16")
    folder = folder_with(tmp_path, a_cfg=line, b_cfg="[section]\nkey = a value\n".encode("utf-16"))
    notes: list[str] = []
    assert [source.path for source in find_sources([folder], is_phone, notes)] == [f"{folder}/a.cfg"]
    assert notes == [f"{folder}: 1 file is no log: b.cfg"]


@pytest.mark.parametrize(
    ("name", "content", "what", "help"),
    [
        ("chain.pem", PEM, "is a certificate", "use --certificate {}"),
        ("a b.pem", PEM, "is a certificate", 'use --certificate "{}"'),
        ("x.pcap", b"\xd4\xc3\xb2\xa1\2\0", "is a packet capture", "tshark -r {} -Y syslog -T json -e frame"),
        ("x.toml", b"a = 1\n", "is a TOML file", "name the log"),
    ],
)
def test_a_named_one_is_a_problem_that_says_what_it_is(
    name: str, content: bytes, what: str, help: str, tmp_path: Path
) -> None:
    path, good = tmp_path / name, tmp_path / "good.log"
    path.write_bytes(content)
    good.write_bytes(b"text\n")
    notes: list[str] = []
    source, _ = find_sources([str(path), str(good)], is_phone, notes)
    assert source.problem == f"{path} {what}"
    assert help.format(path) in source.help
    assert notes == []


def test_an_archive_that_cannot_be_opened_may_hold_a_log_and_is_a_problem(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, a_log=b"text\n", x_7z=b"7z\xbc\xaf\x27\x1c\0\4")
    _, packed = find_sources([folder])
    assert packed.problem == f"cannot read {folder}/x.7z: it is a 7-Zip archive, which is not opened; unpack it first"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs special files")
def test_a_folder_says_which_entries_it_skipped_and_why(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, a_log=b"text\n")
    for name in ("b.log", "c.log"):
        os.symlink(f"{folder}/a.log", f"{folder}/{name}")
    os.mkfifo(f"{folder}/pipe")
    notes: list[str] = []
    assert len(find_sources([folder], is_phone, notes)) == 1
    assert notes == [f"{folder}: 1 named pipe, 2 symbolic links skipped (links in a folder are not followed)"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs special files")
def test_a_folder_of_links_has_no_file_and_says_so(tmp_path: Path) -> None:
    os.symlink(__file__, tmp_path / "a.log")
    (source,) = find_sources([str(tmp_path)])
    assert source.problem == (f"no file in {tmp_path}: 1 symbolic link skipped (links in a folder are not followed)")
    assert source.help == "name the files that the links point to"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets")
def test_a_folder_of_sockets_has_no_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        (source,) = find_sources(["."])
    assert source.problem == "no file in .: 1 socket skipped (only regular files are read)"
