"""Names the phone that wrote a line.

A MAC address in the phone's own header identifies it: two hosts with one MAC address are one phone that changed its
address, and two MAC addresses with one host are two phones behind a relay. Without a MAC address it is the host name
written by the collector. Without a host name it is a MAC address in the name of the file, as Polycom
(`0004f2…-app.log`) and provisioning servers write it, or the one that the first lines of the file state
(`stated_identity`), else the file. An IP address is only a host name: DHCP may assign it to another phone tomorrow.
"""

import re
from collections import defaultdict
from collections.abc import Callable

from lyncphone_logs.events.event import UNPARSED
from lyncphone_logs.trace.counted_hosts import MAX_KEYED

_MAC = re.compile(r"[0-9A-Fa-f]{12}")
IDENTIFIED = "device.identified"
FILE, HOST, MAC, HOST_AND_MAC = "file", "host name", "MAC address", "host name and MAC address"

COMMON_PROGRAMS = frozenset({
    "crond", "dhclient", "dnsmasq", "dropbear", "ifplugd", "init", "kernel", "klogd", "ntpd", "sshd", "syslogd",
    "udhcpc", "wpa_supplicant",
})  # fmt: skip
"""Programs of Linux and BusyBox that phones of all makers run: their lines do not show the maker."""


def tells_maker(app_name: str | None, component: str | None, kind: str) -> bool:
    """Whether a line has a form that only one maker's phones write. BusyBox's "syslogd started" has no program."""
    return app_name not in COMMON_PROGRAMS and bool(app_name or component or kind != "device.started")


def basis_of(phone: str, hostname: str | None) -> str:
    """What a phone of this name was identified by; `hostname` is that of one of its lines."""
    if mac_of(phone):
        return HOST_AND_MAC if " " in phone else MAC
    return HOST if hostname else FILE


def mac_of(phone: str) -> str:
    """The MAC address in the name of a phone, or ""."""
    last = phone.rpartition(" ")[2]
    return last if _MAC.fullmatch(last) else ""


class PhoneNames:
    """Names phones, line by line.

    `_by_mac` has the name of each MAC address and `_mac_of_phone` the reverse; `_macs_of_host` the MAC addresses seen
    with a host, in order; `_latest` the phone of the latest line of each source. `mac_of_file` returns the MAC address
    of a source whose lines have no host, or ""; it is called once for each. After MAX_KEYED addresses, a further one is
    a phone of its own for each of its hosts.
    """

    def __init__(self, mac_of_file: Callable[[str], str]) -> None:
        self._mac_of_file = mac_of_file
        self._macs_of_files: dict[str, str] = {}
        self._by_mac: dict[str, str] = {}
        self._mac_of_phone: dict[str, str] = {}
        self._macs_of_host: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._latest: dict[str, str] = {}

    @property
    def are_plain(self) -> bool:
        """Whether every phone so far is named after its host."""
        return not self._by_mac

    def phone_of(self, source: str, hostname: str | None, kind: str, mac: str = "") -> str:
        """The phone that wrote a line. A line that no grammar reads belongs to the phone of the line before it."""
        if mac:
            self._latest[source] = self._of_mac(mac, hostname)
        elif hostname:
            macs = self._macs_of_host.get(hostname, {})
            self._latest[source] = self._by_mac[next(iter(macs))] if len(macs) == 1 else hostname
        elif kind != UNPARSED:
            return self._of_file(source)
        return self._latest.get(source) or self._of_file(source)

    def note_host(self, source: str, hostname: str) -> None:
        """Note the host of the latest line of a source; only while `are_plain`."""
        self._latest[source] = hostname

    def _of_mac(self, mac: str, hostname: str | None) -> str:
        if mac not in self._by_mac and len(self._by_mac) >= MAX_KEYED:
            return f"{hostname} {mac}" if hostname else mac
        if hostname and (hostname in self._macs_of_host or len(self._macs_of_host) < MAX_KEYED):
            self._macs_of_host[hostname][mac] = None
        if mac not in self._by_mac:
            name = hostname or mac
            name = name if self._mac_of_phone.get(name, mac) == mac else f"{name} {mac}"
            self._by_mac[mac], self._mac_of_phone[name] = name, mac
        return self._by_mac[mac]

    def _of_file(self, source: str) -> str:
        if source not in self._macs_of_files:
            self._macs_of_files[source] = self._mac_of_file(source)
        mac = self._macs_of_files[source]
        return self._of_mac(mac, None) if mac else source
