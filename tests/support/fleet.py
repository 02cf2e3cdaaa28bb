"""Generates phones whose causes are known: boots of tens of lines, in one collector file or in one file a phone.

Synthetic, modelled on lines of the stories and of the samples in the rules. A phone's line always has its host name, so
that the lines of all phones can be mixed.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from heapq import merge
from pathlib import Path
from typing import NamedTuple

from support.healthy import AUDIOCODES, BOOT, GRANDSTREAM, POLYCOM, RUN, SIGN_IN, SNOM, SUA, filled

START = datetime(2013, 7, 9, 10)
PERIOD = timedelta(minutes=35)
"""The phones start within this time after START."""
MAX_LATE = 3
"""Seconds by which the collector may write a line late."""
QUIET = 24
"""Lines about nothing between the start of a phone and what happens to it."""

UNKNOWN, HEALTHY = "unknown", "healthy"
_CERT = AUDIOCODES + "CERT     : ERR  - {{acl_user_tls_server_validation():653}} server cert is invalid. ctx->error="
_OPENSSL = AUDIOCODES + "CERT     : ERR  - error:1409442E:SSL routines:SSL3_READ_BYTES:"
_EAP = AUDIOCODES + "IEEE802_1X: INFO - eth0: CTRL-EVENT-EAP-"
_REGISTER = "REGISTER sip:contoso.com SIP/2.0 Call-ID: {n}@192.0.2.20 CSeq: 2 REGISTER"
_DIAGNOSTICS = '{status} Call-ID: {{n}}@192.0.2.20 CSeq: 2 {method} ms-diagnostics: {number};source="fe01.contoso.com";'
_SIP = AUDIOCODES + "SIP      : INFO - "
_NO_ADDRESS = BOOT["audiocodes_400hd"][:2]


def _refused(status: str, number: int, reason: str, method: str = "REGISTER") -> str:
    return _DIAGNOSTICS.format(status=f"SIP/2.0 {status}", method=method, number=number) + f'reason="{reason}"'


def _srv(name: str) -> str:
    return (
        POLYCOM + f"sip  |4|00|doDnsListLookup(tls): doDnsSrvLookupForARecordList '{name}contoso.com' found no records."
    )


class Story(NamedTuple):
    """What happens to a phone: the codes of its causes, or UNKNOWN or HEALTHY; its family; lines after its boot.

    `boot` replaces the first lines of the family.
    """

    truth: tuple[str, ...]
    family: str
    lines: Sequence[str]
    boot: Sequence[str] | None = None


STORIES = {
    "signature": Story(("TLS001",), "audiocodes_400hd", [f"{_CERT}7."] * 2),
    "expired": Story(("TLS008",), "audiocodes_400hd", [f"{_CERT}10."] * 2),
    "expired yealink": Story(
        ("TLS008",), "yealink",
        ["<131>{b} {h} sua [1102.1110]: TLS <3+error > 412.001.007:verify error:num=10:certificate has expired"]),
    "tls version": Story(("TLS013",), "audiocodes_400hd", [f"{_OPENSSL}tlsv1 alert protocol version"] * 3),
    "clock": Story(("TIME001",), "audiocodes_400hd", [f"{_CERT}9."] * 2),
    "no address": Story(
        ("DHCP001",), "audiocodes_400hd",
        ["{b} {h} daemon.info udhcpc[201]: Sending discover..."] * 3
        + ["{b} {h} daemon.info udhcpc[201]: No lease, failing"], _NO_ADDRESS),
    "radius": Story(
        ("NET004",), "audiocodes_400hd",
        [_EAP + "STARTED EAP authentication started",
         _EAP + "TLS-CERT-ERROR reason=1 depth=1 subject='/CN=CA' err='unable to get local issuer certificate'",
         _EAP + "FAILURE EAP authentication failed"], _NO_ADDRESS[:1]),
    "option 43": Story(
        ("DHCP002",), "polycom_ucs",
        [POLYCOM + "cfg  |4|00|Prov|Unknown suboption received for DHCP option 43",
         POLYCOM + "cfg  |4|00|Prov|Invalid STS-URI: 'http:///anon'",
         POLYCOM + "sip  |4|00|Server certificate verification failed, Untrusted Certificate"]),
    "no srv record": Story(
        ("DNS001",), "polycom_ucs",
        [*map(_srv, ("_sipinternaltls._tcp.", "_sip._tls.", "sipinternal.", "sip.")),
         POLYCOM + "sip  |4|00|MakeTlsConnection: connection failed error -1"]),
    "silent registrar": Story(
        ("NET002",), "snom",
        [SNOM + "[DEBUG0] SIP: send REGISTER ({n}: 7f3a@192.0.2.67) -> Tls:192.0.2.10:5061",
         SNOM + "[WARN  ] SIP: transaction_timeout udp: 1001577 (32000)",
         SNOM + "[ERROR ] SIP: Registrar 7351@192.0.2.1 timed out"]),
    "clock skew": Story(
        ("AUTH003",), "audiocodes_400hd",
        [_SIP + _REGISTER,
         _SIP + _refused("401 Unauthorized", 1013, "Significant time skew detected during authentication")]),
    "remote access": Story(
        ("AUTH004",), "yealink",
        [SUA + _REGISTER, SUA + _refused("403 Forbidden", 4003, "User not enabled for remote access")]),
    "unavailable": Story(
        ("SIP002",), "yealink",
        [SUA + _REGISTER, SUA + _refused("503 Service Unavailable", 1007, "Temporarily cannot route")]),
    "no route": Story(
        ("CALL001",), "audiocodes_400hd",
        [*SIGN_IN["audiocodes_400hd"], _SIP + _refused("403 Forbidden", 12004, "No route found", "INVITE")]),
    "bad extension": Story(
        (UNKNOWN,), "grandstream",
        [GRANDSTREAM + _REGISTER,
         GRANDSTREAM + "SIP/2.0 420 Bad Extension Call-ID: {n}@192.0.2.20 CSeq: 2 REGISTER"]),
    "healthy audiocodes": Story((HEALTHY,), "audiocodes_400hd", SIGN_IN["audiocodes_400hd"]),
    "healthy cisco": Story((HEALTHY,), "cisco", SIGN_IN["cisco"]),
    "healthy grandstream": Story((HEALTHY,), "grandstream", SIGN_IN["grandstream"]),
    "healthy polycom": Story((HEALTHY,), "polycom_ucs", SIGN_IN["polycom_ucs"]),
    "healthy snom": Story((HEALTHY,), "snom", SIGN_IN["snom"]),
    "healthy yealink": Story((HEALTHY,), "yealink", SIGN_IN["yealink"]),
}  # fmt: skip
CODES = sorted({code for story in STORIES.values() for code in story.truth} - {UNKNOWN, HEALTHY})
TWO_CAUSES = Story(
    ("CALL001", "DHCP001"),
    "audiocodes_400hd",
    [*STORIES["no address"].lines, *BOOT["audiocodes_400hd"], *STORIES["no route"].lines],
    _NO_ADDRESS,
)
"""In the first boot the phone gets no address; in the second one it signs in, and a call has no route."""  # fmt: skip


class Line(NamedTuple):
    """A line as the collector wrote it; lines sort by the time of their arrival."""

    arrived: float
    number: int
    text: str


class Fleet:
    """Some phones. Equal arguments give equal lines; `share` has the weight of a story, 1 if it is not named.

    `bursts` has the time after START at which the phones of a story fail, within 50 seconds.
    """

    def __init__(
        self,
        phones: int,
        *,
        seed: int = 1,
        stories: Mapping[str, Story] = STORIES,
        share: Mapping[str, float] | None = None,
        bursts: Mapping[str, timedelta] | None = None,
    ) -> None:
        chance = random.Random(seed)
        weights = [(share or {}).get(name, 1.0) for name in stories]
        names = [*stories][:phones] + chance.choices([*stories], weights, k=max(phones - len(stories), 0))
        chance.shuffle(names)
        self._seed = seed
        self._stories = stories
        self._bursts = bursts or {}
        self.stories = {f"phone-{number:04}": name for number, name in enumerate(names, 1)}

    @property
    def truth(self) -> dict[str, tuple[str, ...]]:
        """The codes of the causes of each phone by its name, or UNKNOWN or HEALTHY."""
        return {phone: self._stories[name].truth for phone, name in self.stories.items()}

    @property
    def counts(self) -> Counter[str]:
        """The number of phones of each cause, of UNKNOWN and of HEALTHY."""
        return Counter(code for codes in self.truth.values() for code in codes)

    def lines_of(self, phone: str) -> list[Line]:
        """The lines of one phone in its own order, without line ends."""
        chance = random.Random(f"{self._seed} {phone}")
        story = self._stories[self.stories[phone]]
        boot = BOOT.get(story.family, []) if story.boot is None else story.boot
        usual = RUN[story.family] if story.boot is None else [AUDIOCODES + "LCD      : INFO - screen {n} of 9, state=3"]
        quiet = [usual[n % len(usual)] for n in range(QUIET + chance.randrange(20))]
        templates = [*boot, *quiet, *story.lines, *quiet[: QUIET // 3]]
        burst = self._bursts.get(self.stories[phone])
        offset = chance.uniform(0, PERIOD.total_seconds())
        if burst is not None:
            offset = burst.total_seconds() + chance.uniform(0, 50) - 2 * (len(boot) + len(quiet))
        number = int(phone.rpartition("-")[2])
        written, arrived = [], 0.0
        for n, template in enumerate(templates):
            time = START + timedelta(seconds=int(offset) + 2 * n)
            # A late line never overtakes the phone's own later lines: the collector writes what it receives in order.
            arrived = max(arrived, offset + 2 * n + chance.uniform(0, MAX_LATE))
            written.append(Line(arrived, number, filled(template, phone, number, n + 1, time)))
        return written

    @cached_property
    def phones(self) -> dict[str, list[Line]]:
        """The lines of each phone."""
        return {phone: self.lines_of(phone) for phone in self.stories}

    def by_arrival(self) -> Iterator[str]:
        """The lines of all phones in the order of their arrival."""
        return (line.text for line in merge(*self.phones.values()))

    def by_phone(self) -> Iterator[str]:
        """The lines of all phones, one phone after the other."""
        return (line.text for lines in self.phones.values() for line in lines)

    def in_turn(self) -> Iterator[str]:
        """The lines of all phones, one of each in turn, whatever their times are."""
        for number in range(max(map(len, self.phones.values()))):
            yield from (lines[number].text for lines in self.phones.values() if number < len(lines))

    def folder(self, path: Path) -> Path:
        """Write one file a phone into a new folder, and return it."""
        path.mkdir()
        for phone, lines in self.phones.items():
            write(path / f"{phone}.log", (line.text for line in lines))
        return path


def write(path: Path, lines: Iterator[str]) -> Path:
    """Write lines into a file, and return its path."""
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
