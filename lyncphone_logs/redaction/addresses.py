"""Pseudonyms of IP addresses: the part that tells private from public stays, and equal subnets stay equal.

Each octet of an IPv4 address, and each group of an IPv6 address, is permuted under a label made of those before it. So
two addresses share the beginning of their pseudonyms if they share their own. The width of an octet stays. What names
no host stays: 0 and 255, masks, loopback, multicast and link-local prefixes.
"""

import re

from lyncphone_logs.redaction.pseudonyms import Pseudonyms

_WIDTHS = {1: (1, 10), 2: (10, 100), 3: (100, 255)}
"""The octets of one width but 0 and 255: the first, and the one after the last."""
_IPV6 = re.compile(r"(?:[0-9a-fA-F]{0,4}:){2,}(?:[0-9a-fA-F]{0,4}|[0-9]{1,3}(?:\.[0-9]{1,3}){3})")
_MASK = re.compile(r"(?:255\.){1,3}(?:255|254|252|248|240|224|192|128|0)(?:\.0){0,3}")
_NOT_PUBLIC = frozenset({0, 10, 127, 169, 172, 192, *range(224, 256)})
"""First octets that public addresses do not get, since some of the addresses that begin so are not public."""


def ipv4(text: str, names: Pseudonyms) -> str:
    """The pseudonym of a dotted IPv4 address; the text itself if it is a mask or names no host."""
    octets = text.split(".")
    values = [int(each) for each in octets]
    if _MASK.fullmatch(text) or max(values) > 255 or values[:3] == [127, 0, 0] or not any(values[:3]):
        return text
    kept = _kept(values)
    found = octets[:kept]
    for place in range(kept, 4):
        label = "ipv4 " + ".".join(map(str, values[:place]))
        found.append(_octet(values[place], label, names, is_public=not place).zfill(len(octets[place])))
    return ".".join(found)


def _kept(values: list[int]) -> int:
    """The octets at the beginning that show what kind of address it is."""
    first, second = values[:2]
    if first == 10 or first >= 224:
        return 1
    is_private = (first == 172 and 16 <= second < 32) or (first, second) in {(192, 168), (169, 254)}
    return 2 if is_private else 0


def _octet(value: int, label: str, names: Pseudonyms, *, is_public: bool) -> str:
    if value in (0, 255):
        return str(value)
    start, stop = _WIDTHS[len(str(value))]
    while True:
        value = start + names.below(value - start, stop - start, label)
        if not is_public or value not in _NOT_PUBLIC:
            return str(value)


def ipv6(text: str, names: Pseudonyms) -> str:
    """The pseudonym of an IPv6 address: prefixes of its kind and the compression of zeros stay."""
    if not _IPV6.fullmatch(text):
        return names.name(text)
    groups = re.split(r"(:+)", text)
    found: list[str] = []
    before: list[str] = []
    kind = text.lower()[:4]
    is_local = kind.startswith(("fe8", "fe9", "fea", "feb", "ff"))
    for place, group in enumerate(groups):
        if place % 2 or not group or not group.strip("0") or group in {"1", "ffff"}:
            found.append(group)
        elif "." in group:
            found.append(ipv4(group, names))
        elif not place and (is_local or group.lower() in {"64"}):
            found.append(group)
        else:
            found.append(_group(group, ":".join(before), names, is_first=not place))
        before.append(group.lower())
    return "".join(found)


def _group(text: str, label: str, names: Pseudonyms, *, is_first: bool) -> str:
    """A group of the same width. The first digit of the first group shows the kind of the address, and stays."""
    kept = (2 if text.lower().startswith(("fc", "fd")) else 1) if is_first and len(text) == 4 else 0
    rest = text[kept:].lower()
    number = int(rest, 16)
    low = 16 ** (len(rest) - 1) if not kept and len(rest) > 1 and rest[0] != "0" else 0
    limit = 16 ** len(rest)
    new = low + names.below(max(number - low, 0), limit - low, f"ipv6 {label} {len(rest)}")
    shown = text[:kept].lower() + format(new, f"0{len(rest)}x")
    return shown.upper() if text.upper() == text and not text.isdecimal() else shown
