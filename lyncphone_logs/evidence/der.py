"""Reads what can be read of a certificate that cryptography refuses (DER, ITU-T X.690): names, dates, serial number."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_SEQUENCE, _SET, _INTEGER, _VERSION = 0x30, 0x31, 0x02, 0xA0
_ENCODINGS = {0x0C: "utf-8", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
"""Of text types by tag; all others are Latin-1, of which ASCII is a part."""
_ATTRIBUTES = {
    "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "STREET", "2.5.4.10": "O",
    "2.5.4.11": "OU", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}  # fmt: skip
"""The short names of RFC 4514 section 3."""
_TIME = re.compile(rb"(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(Z|[+-]\d{4})?")
_PIVOT = 50
"""UTCTime has two digits of the year: from 1950 to 2049 (RFC 5280 section 4.1.2.5.1)."""


class Element(NamedTuple):
    """One value: its tag, its content, and both with the length."""

    tag: int
    content: bytes
    encoded: bytes


class Parts(NamedTuple):
    """The parts of a certificate, each encoded; `not_before` and `not_after` are None if they are no dates."""

    serial_number: int
    signature_algorithm: str
    issuer: str
    subject: str
    not_before: datetime | None
    not_after: datetime | None
    key: bytes


def elements(data: bytes) -> Iterator[Element]:
    """The values that follow each other in `data`. Raises ValueError if one is truncated."""
    start = 0
    while start < len(data):
        tag, length = data[start : start + 2] if start + 1 < len(data) else (0, 0x80)
        begin = start + 2
        if length >= 0x80:  # The length is in the bytes that follow; none follow an indefinite one, which DER forbids.
            size = length - 0x80
            length = int.from_bytes(data[begin : begin + size]) if size else len(data)
            begin += size
        end = begin + length
        if end > len(data):
            raise ValueError("a value is truncated")
        yield Element(tag, data[begin:end], data[start:end])
        start = end


def parts(der: bytes) -> Parts:
    """The parts of a certificate. Raises ValueError if it has not the structure of one (RFC 5280 section 4.1)."""
    outer = list(elements(der))
    body, *_ = list(elements(outer[0].content)) if outer and outer[0].tag == _SEQUENCE else [Element(0, b"", b"")]
    fields = [each for each in elements(body.content) if each.tag != _VERSION]
    expected = [_INTEGER, *[_SEQUENCE] * 5]
    if body.tag != _SEQUENCE or [each.tag for each in fields[:6]] != expected:
        raise ValueError("not a certificate")
    serial, algorithm, issuer, validity, subject, key = fields[:6]
    dates = [_time(each.content) for each in elements(validity.content)]
    return Parts(
        serial_number=int.from_bytes(serial.content, signed=True),
        signature_algorithm=_identifier(next(elements(algorithm.content)).content),
        issuer=name(issuer.content),
        subject=name(subject.content),
        not_before=dates[0] if dates else None,
        not_after=dates[1] if len(dates) > 1 else None,
        key=key.encoded,
    )


def name(content: bytes) -> str:
    """A name as RFC 4514 writes it, the most specific part first. Parts without an attribute are skipped."""
    found = []
    for part in elements(content):
        pairs = [list(elements(attribute.content)) for attribute in elements(part.content)]
        found.append("+".join(f"{_type(pair[0])}={_value(pair[1])}" for pair in pairs if len(pair) > 1))
    return ",".join(filter(None, reversed(found)))


def _type(element: Element) -> str:
    identifier = _identifier(element.content)
    return _ATTRIBUTES.get(identifier, identifier)


def _value(element: Element) -> str:
    try:
        text = element.content.decode(_ENCODINGS.get(element.tag, "latin-1"))
    except UnicodeDecodeError:
        return f"#{element.encoded.hex()}"
    return re.sub(r"([,+\"\\<>;])", r"\\\1", text)


def _identifier(content: bytes) -> str:
    numbers = [0]
    for byte in content:
        numbers[-1] = numbers[-1] << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(0)
    first, *others = numbers[:-1] or [0]
    root = min(first // 40, 2)
    return ".".join(map(str, [root, first - 40 * root, *others]))


def _time(content: bytes) -> datetime | None:
    found = _TIME.fullmatch(content)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
    if len(found[1]) == 2:
        year += 1900 if year >= _PIVOT else 2000
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        zone = (found[7] or b"Z").decode()
        ahead = timedelta(0) if zone == "Z" else timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
        return moment - ahead
    except (ValueError, OverflowError):
        return None
