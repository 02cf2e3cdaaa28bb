"""How certain a cause may be, by who may have written its lines: a phone, a host, or a collector with a phone's name.

Phones of all makers run the same daemons as other computers (COMMON_PROGRAMS). If a host name is also that of a server,
a line of such a daemon may be the server's. What rests on it is then at most *possible*.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, get_args

from lyncphone_logs.diagnosis.findings import Diagnosis, Evidence
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.rules.rule import Verdict
from lyncphone_logs.trace.phone_identity import COMMON_PROGRAMS

SERVER_PROGRAMS = frozenset({
    "CRON", "NetworkManager", "apache2", "asterisk", "auditd", "chronyd", "containerd", "cron", "dbus-daemon", "dhcpd",
    "dockerd", "dovecot", "etcd", "fail2ban.actions", "firewalld", "freeradius", "freeswitch", "haproxy", "hostapd",
    "in.tftpd", "kamailio", "krb5kdc", "kubelet", "mariadbd", "mysqld", "named", "nginx", "opensips", "polkitd",
    "postgres", "radiusd", "rsyslogd", "rtpengine", "slapd", "smbd", "squid", "sudo", "syslog-ng", "systemd",
    "unbound", "winbindd",
})  # fmt: skip
"""Programs of servers and desktops that desk phones do not run."""
FAMILIES = ("systemd-", "postfix/")
"""Beginnings of the names of more such programs."""
_TAGS = re.compile(r"(?<![\w./-])[\w./-]{1,48}(?=[\[:])")


@lru_cache(maxsize=1024)
def is_server(app_name: str) -> bool:
    """Whether only servers and desktops run a program, which may have a path."""
    name = app_name.rpartition("/")[2] if app_name.startswith("/") else app_name
    return name in SERVER_PROGRAMS or name.startswith(FAMILIES)


def servers(batch: Batch) -> Iterator[tuple[str, str]]:
    """Names of phones with a line of a server's program, and the program. No grammar reads such a line."""
    phones, programs = batch.columns["phone"], batch.columns["app_name"]
    for row in batch.unparsed:
        # A text with a stamp of its own is read as a message after it; the program is then in the prefix.
        for program in (programs[row], *_TAGS.findall(batch.prefixes.get(row, ""))):
            if program and is_server(program):
                yield phones[row], program


class Sender(NamedTuple):
    """Who wrote some lines: a phone, if something shows that, and a `server`'s program with the same host name."""

    is_phone: bool
    server: str

    def notes(self, name: str) -> tuple[str, ...]:
        """What the user must know about the causes of the phone with this name."""
        if not (self.is_phone and self.server):
            return ()
        because = f"{name}: {self.server} writes with the same host name, so lines of daemons may not be the phone's"
        return (f"{because}; causes that rest on them are at most possible",)

    def limit(self, diagnoses: Iterable[Diagnosis]) -> Iterator[Diagnosis]:
        """The diagnoses, each as certain as its lines permit; those about the trace of a phone only for a phone."""
        for each in diagnoses:
            if self.is_phone or each.rule.fix_at != "trace":
                yield replace(each, verdict=self.limit_word(each.verdict, each.evidence))

    def limit_word(self, word: Verdict, evidence: Iterable[Evidence]) -> Verdict:
        """The verdict, at most *possible* if the lines are perhaps no phone's."""
        if self.is_phone and not (self.server and _rests_on_daemons(evidence)):
            return word
        words = get_args(Verdict)
        return max(word, "possible", key=words.index)


def _rests_on_daemons(evidence: Iterable[Evidence]) -> bool:
    """Whether a line that any computer may write supports a cause."""
    return any(each.role != "contradicts" and each.event.app_name in COMMON_PROGRAMS for each in evidence)
