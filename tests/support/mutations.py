"""Damages texts and bytes at random, from a seed: what editors, collectors and attackers do to a trace."""

import random
from functools import cache

from support.paths import FIXTURES

PIECES = (
    b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"  ", b"\t", b"\0", b"\x0b", b"\x0c", b"\x1c", b"\x85", b"\xa0", b"\xff",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xe2\x80\x93", b"\xe2\x80\xa8", b"\xed\xb2\x9b",
    b"\xf4\x90\x80\x80", b"&lt;", b"&#60;", b"&#x3c;", b"&amp;amp;", b"<34>", b"<999>", b"<133>1 ",
    b"1 2013-07-09T12:00:00Z h a p m - ", b"Jul  9 12:00:00 ", b"Feb 29 23:59:60 ", b"Jan  1 00:00:00 ",
    b"9999-12-31T23:59:59+14:00 ", b"0001-01-01 ", b"1372000000.123456 ", b"@4294967296 ",
    b"last message repeated 4294967296 times", b"message repeated 2 times: [ ", b"{", b"}", b"[", b"]", b'"', b'\\"',
    b",", b";", b":", b"=", b"{\"message\":", b"[{\"message\":\"", b"}]", b"message,host,timestamp\n", b"SIP/2.0 ",
    b"SIP/2.0 200 OK", b"Via: SIP/2.0/TLS x;branch=z9hG4bK", b"Content-Length: 99", b"\\r\\n", b"#015#012", b"^M",
    b"ctx->error=7.", b"error 19", b"-----BEGIN CERTIFICATE-----", b"\x1f\x8b\x08", b"BZh9", b"PK\x03\x04",
    b"PK\x05\x06", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x1b]0;x\x07", b"\x1b[2J", b"\x9b31m", b"../", b"%s%n",
    b"{0}", b"A" * 100, b"0" * 100, b"9" * 40, b"-1", b"1e999", b"[S=1]", b"[BID=1:2]", b"1/2: ",
)  # fmt: skip
MAX_SEED_BYTES = 12_000


@cache
def traces() -> tuple[bytes, ...]:
    """The traces among the fixtures: those of phones, of other programs and of log servers."""
    kinds = {".log", ".json", ".jsonl", ".csv"}
    paths = [path for path in FIXTURES.rglob("*") if path.suffix in kinds and path.name != "known_diagnoses.csv"]
    return tuple(path.read_bytes() for path in sorted(paths))


def part(rng: random.Random, data: bytes, most: int) -> bytes:
    """A part of the data, mostly of complete lines."""
    if len(data) <= most:
        return data
    start = rng.randrange(len(data) - most + 1)
    if rng.random() < 0.8:
        start = data.rfind(b"\n", 0, start) + 1
    return data[start : start + rng.randint(1, most)]


def mutated(rng: random.Random, seeds: tuple[bytes, ...], most: int = MAX_SEED_BYTES) -> bytes:
    """One of the seeds, or pieces of several, with up to twelve mutations, in one of several encodings."""
    data = part(rng, rng.choice(seeds), rng.choice((200, 2000, most)))
    if rng.random() < 0.3:
        data += part(rng, rng.choice(seeds), 2000)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 12))):
        data = rng.choice(MUTATIONS)(rng, data)
    return data[: 4 * most]


def text(rng: random.Random, seeds: tuple[bytes, ...], most: int = 400) -> str:
    """A mutated text, with characters of all kinds."""
    return mutated(rng, seeds, most).decode("utf-8", rng.choice(("replace", "surrogateescape", "ignore")))


def _position(rng: random.Random, data: bytes) -> int:
    return rng.randint(0, len(data))


def flip(rng: random.Random, data: bytes) -> bytes:
    """One bit is another."""
    at = _position(rng, data)
    return data[:at] + bytes(byte ^ 1 << rng.randrange(8) for byte in data[at : at + 1]) + data[at + 1 :]


def insert(rng: random.Random, data: bytes) -> bytes:
    """A piece that means something to some reader, once or often."""
    at = _position(rng, data)
    return data[:at] + rng.choice(PIECES) * rng.choice((1, 1, 1, 2, 40)) + data[at:]


def replace(rng: random.Random, data: bytes) -> bytes:
    """A piece instead of some bytes."""
    at = _position(rng, data)
    return data[:at] + rng.choice(PIECES) + data[at + rng.randint(1, 20) :]


def delete(rng: random.Random, data: bytes) -> bytes:
    """Some bytes are lost."""
    at = _position(rng, data)
    return data[:at] + data[at + rng.choice((1, 2, 10, 300)) :]


def double(rng: random.Random, data: bytes) -> bytes:
    """A part comes twice, or is moved."""
    at = _position(rng, data)
    piece = data[at : at + rng.choice((3, 30, 300))]
    to = _position(rng, data)
    return data[:to] + piece + data[to:]


def pump(rng: random.Random, data: bytes) -> bytes:
    """A few bytes are repeated many times."""
    at = _position(rng, data)
    piece = data[at : at + rng.randint(1, 8)] or b" "
    return data[:at] + piece * rng.choice((10, 100, 1000)) + data[at:]


def truncate(rng: random.Random, data: bytes) -> bytes:
    """The beginning or the end is lost."""
    at = _position(rng, data)
    return data[at:] if rng.random() < 0.3 else data[:at]


def noise(rng: random.Random, data: bytes) -> bytes:
    """Bytes without meaning."""
    at = _position(rng, data)
    return data[:at] + rng.randbytes(rng.choice((1, 4, 64))) + data[at:]


def shuffle(rng: random.Random, data: bytes) -> bytes:
    """Lines in another order, as datagrams arrive."""
    lines = data.split(b"\n")
    at = rng.randint(0, len(lines))
    some = lines[at : at + 6]
    rng.shuffle(some)
    return b"\n".join([*lines[:at], *some, *lines[at + 6 :]])


def wrap(rng: random.Random, data: bytes) -> bytes:
    """Lines are broken at a width, as terminals and mail do."""
    width = rng.choice((40, 80, 1024))
    return b"\n".join(line[at : at + width] for line in data.split(b"\n") for at in range(0, len(line) or 1, width))


def escape(rng: random.Random, data: bytes) -> bytes:
    """As web pages, JSON and mail write characters."""
    old, new = rng.choice(REPLACED)
    return data.replace(old, new)


def encode(rng: random.Random, data: bytes) -> bytes:
    """As another program saves it."""
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-8-sig", "utf-7"))
    return data.decode("utf-8", "replace").encode(encoding, "replace")


REPLACED = (
    (b"<", b"&lt;"), (b">", b"&gt;"), (b"-", b"\xe2\x80\x93"), (b" ", b"\xc2\xa0"), (b'"', b'\\"'), (b" ", b"\t"),
    (b"=", b"=3D"), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"\n", b"#012"), (b"\n", b""), (b"\n", b"\n\n"), (b"\n", b"\n "),
)  # fmt: skip
MUTATIONS = (
    flip, flip, insert, insert, insert, replace, delete, double, pump, truncate, noise, shuffle, wrap, escape, escape,
    encode,
)  # fmt: skip
