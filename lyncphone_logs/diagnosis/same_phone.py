"""Decides whether a phone of an earlier report is a phone of this trace.

Two phones with MAC addresses are the same if these are equal. Otherwise two phones with host names are the same if they
share one, and vendor and model do not contradict it; the firmware may differ. Two phones that are known to differ are
"another phone". Everything else is not certain, above all a phone that is known only by its file: traces of different
phones are saved under one name, and those of one phone under several, so neither an equal nor a different path shows
anything. Then the user can state that it is the same phone.

A host name that a whole series of phones has (`localhost`, the model) names none of them. An IP address counts as a
host name, and the report says so, because DHCP may have assigned it to another phone since.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

from lyncphone_logs.diagnosis.findings import Phone
from lyncphone_logs.trace.phone_identity import HOST, HOST_AND_MAC, MAC

MAX_NAMED = 3
"""Phones of the trace that a reason names."""
_COMMON_HOSTS = frozenset({"localhost", "localhost.localdomain", "(none)", "none", "unknown", "-", "127.0.0.1", "::1"})
_ADDRESS = re.compile(r"[0-9]{1,3}(?:[.][0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")
Relation = Literal["same", "another", "not certain"]


class KnownPhone(NamedTuple):
    """What identifies a phone of an earlier report. `hostnames` are lower case, without those that name no phone."""

    id: str
    basis: str
    vendor: str
    model: str
    mac: str
    hostnames: tuple[str, ...]

    def __str__(self) -> str:
        if not (self.mac or self.hostnames):
            return f"{self.id} (known only by its {self.basis})"
        mac = f", MAC address {self.mac}" if self.mac and self.mac not in self.id else ""
        return f"{self.id} ({self.basis}{mac})"


class Match(NamedTuple):
    """The phone of the trace, and by what it was recognized; if there is none, `because` says why."""

    phone: Phone | None
    because: str


def known_phone(
    id: str, basis: str, vendor: str, model: str, mac: str = "", hostnames: Sequence[str] = ()
) -> KnownPhone:
    """A phone by its keys in a report. Reports of schema 1 have neither `mac` nor `hostnames`: the id has them.

    A MAC address of equal digits is a placeholder, and none.
    """
    host, _, last = id.rpartition(" ")
    if basis in (MAC, HOST_AND_MAC):
        mac = mac or last
    if basis in (HOST, HOST_AND_MAC):
        hostnames = hostnames or (host if basis == HOST_AND_MAC else id,)
    common = {*_COMMON_HOSTS, vendor.casefold(), model.casefold()}
    names = dict.fromkeys(each.casefold() for each in hostnames)
    return KnownPhone(
        id, basis, vendor, model, mac if len(set(mac)) > 1 else "", tuple(name for name in names if name not in common)
    )


def match_phones(previous: Sequence[KnownPhone], phones: Sequence[Phone], stated: str = "") -> list[Match]:
    """The phone of the trace for each phone of a report.

    `stated` is the id of a phone of the trace that the user states to be the one phone of the report.
    """
    current = [known_phone(each.id, each.basis, each.vendor, each.model, each.mac, each.hostnames) for each in phones]
    same_phones = _same_phones(previous, current)
    claims = Counter(index for same in same_phones for index in same)
    matches = []
    for old, same in zip(previous, same_phones, strict=True):
        if len(same) == 1 and claims[same[0]] == 1:
            matches.append(Match(phones[same[0]], _shared(old, current[same[0]])))
            continue
        unclaimed = (index for index in range(len(current)) if not claims[index])
        open_ones = same or [index for index in unclaimed if _relation(old, current[index]) != "another"]
        may_state = len(previous) == 1 and not same
        index = next((each for each in open_ones if may_state and current[each].id == stated), None)
        if index is None:
            matches.append(Match(None, _no_match(old, current, [current[each] for each in open_ones], may_state)))
        else:
            matches.append(Match(phones[index], "same phone, as stated with --phone"))
    return matches


def _same_phones(previous: Sequence[KnownPhone], current: Sequence[KnownPhone]) -> list[list[int]]:
    """For each phone of the report the indexes of phones of the trace that seem to be the same."""
    by_key: defaultdict[str, list[int]] = defaultdict(list)
    for index, phone in enumerate(current):
        for key in _keys(phone):
            by_key[key].append(index)
    candidates = [sorted({index for key in _keys(old) for index in by_key.get(key, ())}) for old in previous]
    return [
        [index for index in indexes if _relation(old, current[index]) == "same"]
        for old, indexes in zip(previous, candidates, strict=True)
    ]


def _keys(phone: KnownPhone) -> set[str]:
    """The same phones share one of these: the MAC address, host names without their domain, addresses."""
    names = {name if _ADDRESS.fullmatch(name) else name.partition(".")[0] for name in phone.hostnames}
    return names | ({phone.mac} if phone.mac else set())


def _no_match(old: KnownPhone, current: Sequence[KnownPhone], open_ones: Sequence[KnownPhone], may_state: bool) -> str:
    """Why a phone of a report is none of the trace; it may be one of `open_ones`."""
    if not current:
        return "the trace has no line of a phone"
    if not open_ones:
        return f"this is another phone: {_compared(old, current)}"
    help = "a MAC address or a host name in the lines of both traces shows it"
    help += f", or state it with --phone {open_ones[0].id}" if len(open_ones) == 1 and may_state else ""
    return f"it is not certain that this is the same phone: {_compared(old, open_ones)}; {help}"


def _relation(one: KnownPhone, other: KnownPhone) -> Relation:
    if one.mac and other.mac:
        return "same" if one.mac == other.mac else "another"
    if _differ(one.vendor, other.vendor) or _differ(one.model, other.model):
        return "another"
    if any(_is_same_host(name, known) for name in one.hostnames for known in other.hostnames):
        return "same"
    both_named = bool(one.hostnames and other.hostnames)
    return "another" if both_named and _are_addresses(one) == _are_addresses(other) else "not certain"


def _differ(one: str, other: str) -> bool:
    """Whether both are known, and neither is a longer form of the other (`420HD`, `AudioCodes 420HD`)."""
    first, second = one.casefold(), other.casefold()
    return bool(first and second) and first not in second and second not in first


def _is_same_host(one: str, other: str) -> bool:
    """Whether two names are equal, or one is the first label of the other."""
    if _ADDRESS.fullmatch(one) or _ADDRESS.fullmatch(other):
        return one == other
    short = "." not in one or "." not in other
    return one == other or (short and one.partition(".")[0] == other.partition(".")[0])


def _are_addresses(phone: KnownPhone) -> bool:
    return all(_ADDRESS.fullmatch(name) for name in phone.hostnames)


def _shared(one: KnownPhone, other: KnownPhone) -> str:
    if one.mac and other.mac:
        return f"same phone by MAC address {one.mac}"
    name = next(name for name in one.hostnames if any(_is_same_host(name, known) for known in other.hostnames))
    if _ADDRESS.fullmatch(name):
        return f"same phone by IP address {name}, unless DHCP has assigned it to another phone"
    return f"same phone by host name {name}"


def _compared(old: KnownPhone, current: Sequence[KnownPhone]) -> str:
    named = ", ".join(map(str, current[:MAX_NAMED]))
    more = f" and {len(current) - MAX_NAMED} more" if len(current) > MAX_NAMED else ""
    return f"the report is about {old}, the trace about {named}{more}"
