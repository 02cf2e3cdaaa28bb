"""What collectors and tools write before a phone's line: stamps, heads and hosts in every combination. Synthetic."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2013, 7, 19, 10, 0, 0)
"""The day is over 12, so that no order of day and month is ambiguous."""


def _written(form: str) -> Callable[[datetime], str]:
    return lambda moment: moment.strftime(form)


STAMPS: dict[str, Callable[[datetime], str]] = {
    "ISO": _written("%Y-%m-%dT%H:%M:%S"),
    "ISO, zone of two digits": _written("%Y-%m-%dT%H:%M:%S+02"),
    "ISO, blank": _written("%Y-%m-%d %H:%M:%S"),
    "ISO, blank, fraction": _written("%Y-%m-%d %H:%M:%S.250"),
    "ISO, blank, comma": _written("%Y-%m-%d %H:%M:%S,250"),
    "ISO, blank, zone": _written("%Y-%m-%d %H:%M:%S.250+02:00"),
    "ISO, tab": _written("%Y-%m-%d\t%H:%M:%S"),
    "ISO, long fraction": _written("%Y-%m-%dT%H:%M:%S.2500000000000000+02:00"),
    "ISO, zone by name": _written("%Y-%m-%d %H:%M:%S UTC"),
    "journalctl": _written("%a %Y-%m-%d %H:%M:%S CEST"),
    "compact": _written("%Y%m%dT%H%M%SZ"),
    "slashes, year first": _written("%Y/%m/%d %H:%M:%S"),
    "slashes, month first": _written("%m/%d/%Y %H:%M:%S"),
    "slashes, day first": _written("%d/%m/%Y %H:%M:%S"),
    "slashes, 12 hours": _written("%m/%d/%Y %I:%M:%S %p"),
    "dots": _written("%d.%m.%Y %H:%M:%S"),
    "dashes": _written("%d-%m-%Y %H:%M:%S"),
    "RFC 3164, year": _written("%b %d %Y %H:%M:%S"),
    "RFC 3164, year, fraction": _written("%b %d %Y %H:%M:%S.250"),
    "RFC 3164, year last": _written("%b %d %H:%M:%S %Y"),
    "RFC 3164, comma": _written("%b %d %H:%M:%S,250"),
    "ctime": _written("%a %b %d %H:%M:%S %Y"),
    "date": _written("%a %b %d %H:%M:%S CEST %Y"),
    "RFC 5322": _written("%a, %d %b %Y %H:%M:%S +0200"),
    "day, month": _written("%d %b %Y %H:%M:%S"),
    "Apache": _written("%d/%b/%Y:%H:%M:%S +0200"),
    "NX-OS": _written("%Y %b %d %H:%M:%S.250 UTC"),
    "IOS, 12 hours": _written("%b %d %I:%M:%S %p.250 UTC"),
    "epoch": lambda moment: str(int(moment.replace(tzinfo=UTC).timestamp())),
    "epoch, fraction": lambda moment: f"{int(moment.replace(tzinfo=UTC).timestamp())}.250",
    "epoch, milliseconds": lambda moment: f"{int(moment.replace(tzinfo=UTC).timestamp())}250",
}
HEADS = {
    "plain": "{stamp} {host} ",
    "priority": "<187>{stamp} {host} ",
    "brackets": "[{stamp}] {host} ",
    "tabs": "{stamp}\t{host}\t",
    "bars": "7|{stamp}|{host}|local7|err|",
    "colon": "<187>{stamp}: {host} ",
    "host with colon": "<187>{stamp} {host}: ",
    "host with blank and colon": "<187>{stamp} {host} : ",
    "octet count": "160 <187>{stamp} {host} ",
    "RFC 5424 of any stamp": "<187>1 {stamp} {host} - - - - ",
    "RFC 5424 without priority": "1 {stamp} {host} - - - - ",
    "level": "{stamp} {host} local7.err ",
    "level before the host": "{stamp} <local7.err> {host} ",
    "forwarded": "<187>{stamp} Message forwarded from {host}: ",
    "grep -n": "12:{stamp} {host} ",
    "grep -nH": "/var/log/phones.log:12:{stamp} {host} ",
    "grep -A": "phones.log-{stamp} {host} ",
    "kubectl": "[pod/rsyslog-0/rsyslog] {stamp} {host} ",
    "docker compose": "rsyslog_1  | {stamp} {host} ",
    "payload in a dump": "E..P..@.@.....<187>{stamp} {host} ",
    "IOS": "<187>91: {host}: *{stamp}: ",
    "error of a collector": "[Mon, 29 Jul 2013 09:31:57 GMT] ERROR cannot parse <187>{stamp} {host} ",
}
HOSTS = (
    "phone", "10.0.0.9", "[10.0.0.9]", "B\u00fcrotelefon", "site/phone", "user@phone", "fd00::9", "fd00::", "7351",
    "405HD-00908f112233",
)  # fmt: skip
BARE = (
    "phones.log:", "phones.log-", "/var/log/phones.log:12:", "site/phone ", "10.0.0.9 ", "<187>", "> ", "syslog: ",
    "    1   0.000000     10.1.1.5 \u2192 10.1.1.9     Syslog 162 LOCAL7.ERR: ",
    "[Mon, 29 Jul 2013 09:31:57 GMT] ERROR failed parsing Incoming <133>",
    "17:<187>", "\t0x0000:  4500 <187>", "stdout F ",
)  # fmt: skip
"""Prefixes without a stamp of the phone's line."""


@dataclass(frozen=True)
class CollectorPrefix:
    """A prefix: what it is made of, and the host that it states."""

    stamp: str
    head: str
    host: str

    def before(self, line: str, second: int) -> str:
        """The line with the prefix of its moment, `second` seconds after START."""
        written = STAMPS[self.stamp](START + timedelta(seconds=second))
        return HEADS[self.head].format(stamp=written, host=self.host) + line

    @property
    def has_fraction(self) -> bool:
        """Whether the stamp has the fraction .25."""
        return "250" in STAMPS[self.stamp](START)


def prefixes() -> list[CollectorPrefix]:
    """Every stamp, every head and every host at least once."""
    return [
        *(CollectorPrefix(stamp, "plain", "phone") for stamp in STAMPS),
        *(CollectorPrefix("ISO, blank", head, "phone") for head in HEADS),
        *(CollectorPrefix("RFC 3164, year", "priority", host) for host in HOSTS),
    ]


def some_prefixes(number: int, seed: int) -> Iterator[CollectorPrefix]:
    """Some of all combinations."""
    chance = random.Random(seed)
    for _ in range(number):
        yield CollectorPrefix(chance.choice([*STAMPS]), chance.choice([*HEADS]), chance.choice(HOSTS))
