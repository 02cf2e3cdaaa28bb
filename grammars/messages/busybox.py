"""What BusyBox programs print: udhcpc (DHCP), ntpd (NTP), ifplugd (link), vconfig (VLAN), syslogd and init (boot).

Source of the texts: networking/udhcp/dhcpc.c, networking/ntpd.c, networking/ifplugd.c, networking/vconfig.c,
sysklogd/syslogd.c and init/init.c of BusyBox. Until about 1.26 the texts of udhcpc began with a capital; before 1.33 it
said "sending" instead of "broadcasting". udhcpc prints nothing about a VLAN. vconfig only prints that it failed, on
standard error, and it is not known whether a phone logs that. That a 400HD prints any of this is inferred from its
userland.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
address = pp.Regex(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
host = pp.Regex(r"[^\s,']*[^\s,':]")
seconds = pp.Regex(r"[-+]?[0-9]+(?:\.[0-9]+)?")
reply = pp.Literal("reply from") + host("server") + ":"
messages = [
    ("dhcp.discover.sent", pp.Regex(r"broadcasting discover|[Ss]ending discover") + rest),
    ("dhcp.offer.received", pp.Literal("received offer of") + address("address") + rest),
    (
        "dhcp.request.sent",
        pp.Regex(r"broadcasting select for|[Ss]ending select for")
        + address("address")
        + pp.Opt(pp.Literal(", server") + address("server"))
        + rest,
    ),
    (
        "dhcp.request.sent",
        pp.Regex(r"broadcasting renew|[Ss]ending renew")
        + pp.Opt(pp.Regex(r"to(?: server)?") + address("server"))
        + rest,
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
    ("dhcp.nak.foreign", pp.Regex(r"[Rr]eceived DHCP NAK with wrong server ID") + rest),
    ("dhcp.nak.received", pp.Regex(r"[Rr]eceived DHCP NAK") + ~pp.Literal("with wrong server ID") + rest),
    ("dhcp.address.conflict", pp.Regex(r"[Oo]ffered address is in use") + rest),
    ("dhcp.lease.lost", pp.Regex(r"[Ll]ease lost, entering init state") + rest),
    (
        "dhcp.lease.released",
        pp.Regex(r"[Uu]nicasting a release of") + address("address") + "to" + address("server") + rest,
    ),
    ("time.query.sent", pp.Literal("sending query to") + host("server") + rest),
    (
        "time.set",
        pp.Literal("setting time to") + pp.SkipTo(pp.Literal("(offset")) + "(offset" + seconds("offset") + "s)" + rest,
    ),
    ("time.server.replied", reply + "offset:" + seconds("offset") + rest),
    ("time.server.replied", reply + "delay" + seconds + "is too high" + rest),
    ("time.server.unsynchronized", reply + "peer is unsynced" + rest),
    ("time.server.silent", pp.Literal("timed out waiting for") + host("server") + "," + rest),
    ("time.server.silent", pp.Literal("bad address") + "'" + host("server") + "'" + rest),
    ("link.up", pp.Literal("link is up") + rest),
    ("link.down", pp.Literal("link is down") + rest),
    ("vlan.failed", pp.Literal("ioctl error for add:") + rest("reason")),
    ("vlan.failed", pp.Literal("can't open '/proc/net/vlan/config':") + rest("reason")),
    ("device.started", pp.Literal("syslogd started: BusyBox") + pp.Regex(r"v[0-9.]*[0-9]")("version") + rest),
    ("device.restarting", pp.Regex(r"The system is going down NOW!|Requesting system reboot") + rest),
]

samples = [
    ("synthetic", "udhcpc[201]: broadcasting discover", "dhcp.discover.sent", {}),
    ("synthetic", "udhcpc[201]: sending discover", "dhcp.discover.sent", {}),
    ("synthetic", "udhcpc[201]: Sending discover...", "dhcp.discover.sent", {}),
    ("synthetic", "udhcpc[201]: received offer of 192.0.2.20", "dhcp.offer.received", {"address": "192.0.2.20"}),
    (
        "synthetic",
        "udhcpc: broadcasting select for 192.0.2.20, server 192.0.2.1",
        "dhcp.request.sent",
        {"address": "192.0.2.20", "server": "192.0.2.1"},
    ),
    ("synthetic", "udhcpc: Sending select for 192.0.2.20...", "dhcp.request.sent", {"address": "192.0.2.20"}),
    ("synthetic", "udhcpc: sending renew to server 192.0.2.1", "dhcp.request.sent", {"server": "192.0.2.1"}),
    ("synthetic", "udhcpc: Sending renew...", "dhcp.request.sent", {}),
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
    ("synthetic", "udhcpc[201]: received DHCP NAK with wrong server ID, ignoring packet", "dhcp.nak.foreign", {}),
    ("synthetic", "udhcpc[201]: offered address is in use (got ARP reply), declining", "dhcp.address.conflict", {}),
    ("synthetic", "udhcpc[201]: lease lost, entering init state", "dhcp.lease.lost", {}),
    (
        "synthetic",
        "udhcpc[201]: unicasting a release of 192.0.2.20 to 192.0.2.1",
        "dhcp.lease.released",
        {"address": "192.0.2.20", "server": "192.0.2.1"},
    ),
    ("synthetic", "ntpd[88]: sending query to 192.0.2.1", "time.query.sent", {"server": "192.0.2.1"}),
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
        "ntpd[88]: reply from 192.0.2.1: delay 1.204411 is too high, ignoring",
        "time.server.replied",
        {"server": "192.0.2.1"},
    ),
    (
        "synthetic",
        "ntpd[88]: reply from 192.0.2.1: peer is unsynced",
        "time.server.unsynchronized",
        {"server": "192.0.2.1"},
    ),
    (
        "synthetic",
        "ntpd[88]: timed out waiting for 192.0.2.1, reach 0x00, next query in 32s",
        "time.server.silent",
        {"server": "192.0.2.1"},
    ),
    ("synthetic", "ntpd: bad address 'time.contoso.com'", "time.server.silent", {"server": "time.contoso.com"}),
    ("synthetic", "voip_task[440]: LAN      : INFO - link is up", "link.up", {}),
    ("synthetic", "voip_task[440]: LAN      : INFO - link is down", "link.down", {}),
    (
        "synthetic",
        "voip_task[440]: LAN      : ERR  - ioctl error for add: File exists",
        "vlan.failed",
        {"reason": "File exists"},
    ),
    (
        "synthetic",
        "voip_task[440]: LAN      : ERR  - can't open '/proc/net/vlan/config': No such file or directory",
        "vlan.failed",
        {"reason": "No such file or directory"},
    ),
    ("synthetic", "syslogd started: BusyBox v1.22.1", "device.started", {"version": "v1.22.1"}),
    ("synthetic", "init: The system is going down NOW!", "device.restarting", {}),
]
