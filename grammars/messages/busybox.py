"""What BusyBox daemons print: udhcpc (DHCP), ntpd (NTP), syslogd and init (boot and reboot).

Source of the texts: networking/udhcp/dhcpc.c, networking/ntpd.c, sysklogd/syslogd.c and init/init.c of BusyBox; from
1.2x on in lower case, before with a capital. That a 400HD prints them is inferred from its BusyBox userland.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
address = pp.Regex(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
host = pp.Regex(r"[^\s,']*[^\s,':]")
seconds = pp.Regex(r"[-+]?[0-9]+(?:\.[0-9]+)?")
messages = [
    ("dhcp.discover.sent", pp.Regex(r"broadcasting discover|Sending discover") + rest),
    (
        "dhcp.request.sent",
        pp.Regex(r"(?:broadcasting|sending|Sending) (?:select for|renew to(?: server)?)") + address("address") + rest,
    ),
    (
        "dhcp.lease.obtained",
        pp.Regex(r"[Ll]ease of")
        + address("address")
        + "obtained"
        + pp.Opt("from" + address("server"))
        + ","
        + "lease time"
        + pp.Word(pp.nums)("lease_time")
        + rest,
    ),
    ("dhcp.lease.failed", pp.Regex(r"[Nn]o lease, (?:failing|forking to background)") + rest),
    ("dhcp.nak.received", pp.Regex(r"[Rr]eceived DHCP NAK") + rest),
    ("dhcp.address.conflict", pp.Regex(r"[Oo]ffered address is in use") + rest),
    ("dhcp.lease.lost", pp.Regex(r"[Ll]ease lost, entering init state") + rest),
    (
        "time.set",
        pp.Literal("setting time to") + pp.SkipTo(pp.Literal("(offset")) + "(offset" + seconds("offset") + "s)" + rest,
    ),
    ("time.server.replied", pp.Literal("reply from") + host("server") + ":" + "offset:" + seconds("offset") + rest),
    ("time.server.silent", pp.Literal("timed out waiting for") + host("server") + "," + rest),
    ("time.server.silent", pp.Literal("bad address") + "'" + host("server") + "'" + rest),
    ("device.started", pp.Literal("syslogd started: BusyBox") + pp.Regex(r"v[0-9.]*[0-9]")("version") + rest),
    ("device.restarting", pp.Regex(r"The system is going down NOW!|Requesting system reboot") + rest),
]

samples = [
    ("synthetic", "udhcpc[201]: broadcasting discover", "dhcp.discover.sent", {}),
    ("synthetic", "udhcpc[201]: Sending discover...", "dhcp.discover.sent", {}),
    (
        "synthetic",
        "udhcpc: broadcasting select for 192.0.2.20, server 192.0.2.1",
        "dhcp.request.sent",
        {"address": "192.0.2.20"},
    ),
    (
        "synthetic",
        "udhcpc[201]: lease of 192.0.2.20 obtained from 192.0.2.1, lease time 86400",
        "dhcp.lease.obtained",
        {"address": "192.0.2.20", "server": "192.0.2.1", "lease_time": 86400},
    ),
    (
        "synthetic",
        "udhcpc[201]: Lease of 192.0.2.20 obtained, lease time 86400",
        "dhcp.lease.obtained",
        {"address": "192.0.2.20", "lease_time": 86400},
    ),
    ("synthetic", "udhcpc[201]: no lease, failing", "dhcp.lease.failed", {}),
    ("synthetic", "udhcpc[201]: No lease, forking to background", "dhcp.lease.failed", {}),
    ("synthetic", "udhcpc[201]: received DHCP NAK", "dhcp.nak.received", {}),
    ("synthetic", "udhcpc[201]: offered address is in use (got ARP reply), declining", "dhcp.address.conflict", {}),
    ("synthetic", "udhcpc[201]: lease lost, entering init state", "dhcp.lease.lost", {}),
    (
        "synthetic",
        "ntpd[88]: setting time to 2013-07-09 10:00:00.123456 (offset +1373364000.123456s)",
        "time.set",
        {"offset": 1373364000.123456},
    ),
    (
        "synthetic",
        "ntpd[88]: reply from 192.0.2.1: offset:+0.000123 delay:0.001 status:0x24 strat:2",
        "time.server.replied",
        {"server": "192.0.2.1", "offset": 0.000123},
    ),
    (
        "synthetic",
        "ntpd[88]: timed out waiting for 192.0.2.1, reach 0x00, next query in 32s",
        "time.server.silent",
        {"server": "192.0.2.1"},
    ),
    ("synthetic", "ntpd: bad address 'time.contoso.com'", "time.server.silent", {"server": "time.contoso.com"}),
    ("synthetic", "syslogd started: BusyBox v1.22.1", "device.started", {"version": "v1.22.1"}),
    ("synthetic", "init: The system is going down NOW!", "device.restarting", {}),
]
