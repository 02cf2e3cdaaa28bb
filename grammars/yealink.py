"""Yealink phones: T2x to T5x, Teams phones, and the generation before (T2x and T3x of about 2011 to 2015).

    line    = [over] (new / old / daemon)
    new     = process "[" pid [("." / ":") thread] "]:" module "<" level "+" word ">" [uptime] [line / android] message
    old     = "syslog[" pid "]:" ("[" number "]" milliseconds ["[" component "]"] / "<" number ">|" level "|") message
            / "syslog[" pid "]:" start                                ; the first line of a SIP message
    daemon  = "/phone/bin/" process "[" pid "]:" message
    process, module = padded with blanks to 4; module is written against "<": "HTTP<5+notice>", "IPP <5+notice>"
    level   = digit, the severity of syslog itself; word = "error" / "notice" / "info" / ..., padded to 6
    line    = "[" 1 to 3 digits "]"
    android = process thread level tag ":"                            ; as logcat prints it
    uptime  = seconds "." milliseconds "." microseconds ":"
    over    = "<" words ">", which a person put in place of the phone's address

How sure: an article on provisioning (T28P, firmware 2.72) and a public test of Teams phones show `new`. The maker of
these Teams phones is inferred from the format; the digit agrees with the priority of the datagram. Module ANDR quotes
Android's log. Public logs of 2015 show `old` and `daemon`, and that `old` writes a SIP message with one line per
datagram. It is inferred that `new` does, too, and that a collector may drop the process of such a line. Phones send no
host name. Digits other than 3, 5 and 6, and the modules of SIP and TLS, were not seen: no line of the Lync and Skype
for Business firmware is known.

Real lines report the download of configuration files and the phone's identity. HTTP responses of 400 and above are
inferred from those with 200, complete URLs from shortened ones. It is inferred too that SIP messages, OpenSSL's errors,
responses of Microsoft's services and texts of BusyBox and wpa_supplicant appear after such a header. `udhcpc[pid]:`
alone does not show the maker and is read as a line of `audiocodes_400hd`.
"""

import pyparsing as pp

vendor = "Yealink"
capture = {
    "trace": "The phone sends it to a syslog server (static.syslog.server), or its web page exports the local log.",
    "more": "Set static.syslog.level (static.local_log.level for the local log) to 6 and repeat the fault.",
    "undo": "Set the level to its former value again.",
    "source": "maker's configuration template (static.syslog.*, static.local_log.*); 6 is `info` in real lines",
}

message = pp.Regex(r".*")("message")
process = pp.Regex(r"[A-Za-z][A-Za-z0-9_-]*")("app_name")
procid = "[" + pp.Regex(r"[0-9]+(?:[.:][0-9]+)?")("procid") + "]" + ":"
module = pp.Regex(r"[A-Z][A-Z0-9]{1,3}")("component")
level = "<" + pp.Char("01234567")("level") + pp.Regex(r"\+[a-z]+") + ">"
uptime = pp.Regex(r"[0-9]+\.[0-9]{3}\.[0-9]{3}:")

line = pp.Regex(r"\[[0-9]{1,3}\]")
new_header = process + procid + module + level + pp.Opt(uptime) + pp.Opt(line)
# What logcat prints: process, thread, level and tag.
android = pp.Regex(r"[0-9]{1,7} +[0-9]{1,7} [VDIWEF] ") + pp.Regex(r"[A-Za-z][A-Za-z0-9:._-]*(?=: )")("function") + ":"
new = new_header + pp.Opt(android) + message
component = "[" + pp.Regex(r"[A-Z][A-Z0-9_]*")("component") + "]"
since = pp.Regex(r"\[[0-9]{4}\]") + pp.Regex(r"[0-9]+(?= )") + pp.Opt(component)
old_level = pp.Regex(r"<[0-9]>") + "|" + pp.Regex(r"LEVEL[0-9]")("level") + "|"
sip_start = pp.Regex(r"[A-Z]{3,20}") + pp.Regex(r"[A-Za-z]{2,5}:[^ ]+") + pp.Literal("SIP/2.0") | pp.Literal(
    "SIP/2.0"
) + pp.Regex(r"[1-6][0-9]{2}")
syslog = pp.Literal("syslog")("app_name") + procid
old = syslog + (since | old_level | pp.FollowedBy(sip_start)) + message
daemon = "/phone/bin/" + process + procid + message
written_over = "<" + pp.Regex(r"[A-Za-z][A-Za-z ._-]*")("hostname") + ">"
header = pp.Opt(written_over) + (new | old | daemon)

# A header of SIP, a line of a session description, or the empty line between them.
sip_line = pp.FollowedBy(pp.Regex(r"(?:[A-Z]|ms-)[A-Za-z0-9-]{1,40}") + ":" | pp.Regex(r"[a-z][:=]")) + message
empty = pp.Regex(r"\s*")("message") + pp.StringEnd()
multiline = {
    "opens": "SIP/2.0",
    "goes_on": new_header + (sip_line | empty),
    "bare": syslog + (sip_line | empty) | sip_line,
    "by": "line",
    "whole": True,
}

own_process = pp.Regex(r"[A-Za-z][A-Za-z0-9_-]{0,31} {0,8}\[[0-9.:]{1,32}\]:")
own_level = pp.MatchFirst([pp.Literal(f"<{digit}+") for digit in "01234567"])
distinctive = (
    pp.Regex(r"/phone/bin/[A-Za-z][A-Za-z0-9_-]{0,31} {0,8}\[[0-9.:]{1,32}\]:")
    | own_process + pp.Regex(r"[A-Z][A-Z0-9]{1,3}") + own_level + pp.Regex(r"[a-z]{1,12} {0,8}>")
    | pp.MatchFirst([pp.Literal("syslog ["), pp.Literal("syslog[")])
    + pp.Regex(r"[0-9.:]{1,32}\]: {0,4}(?:<[0-9]>\|LEVEL[0-9]\||\[[0-9]{4}\][0-9]{1,10} )")
)

levels = {
    "0": "emerg", "1": "alert", "2": "crit", "3": "err", "4": "warning", "5": "notice", "6": "info", "7": "debug",
}  # fmt: skip

rest = pp.Regex(r".*")
mac = pp.Regex(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")("mac")
version = pp.Regex(r"[0-9]+(?:\.[0-9]+){3}")("firmware")
messages = [
    (
        "device.identified",
        pp.Literal("User-Agent: Yealink")
        + pp.Regex(r"[A-Z][A-Za-z0-9-]+")("model")
        + pp.Opt(version + pp.Opt(mac))
        + rest,
    ),
    ("device.identified", pp.Literal("lldpd_med: mac =") + mac + rest),
    ("provisioning.file.requested", pp.Literal("Request Line: GET") + pp.Regex(r"\S+")("file") + rest),
    ("provisioning.file.requested", pp.Literal("URL :") + pp.Regex(r"[a-z]{3,5}://\S+")("file") + rest),
    ("provisioning.file.received", pp.Literal("download file success") + rest),
    (
        "provisioning.file.failed",
        pp.Literal("http to file failed,")
        + pp.Regex(r"code = -?[0-9]+, msg =")
        + pp.Regex(r"[^,]*[^,\s]")("reason")
        + rest,
    ),
    ("provisioning.file.failed", pp.Literal("response code:") + pp.Regex(r"[45][0-9]{2}")("status_code") + rest),
]
shared = (
    "openssl", "busybox", "wpa_supplicant", "sip", "entra", "microsoft", "linux", "settings", "sign_in_services",
)  # fmt: skip

MIKOPBX = "real: provisioning page of the MikoPBX documentation, a SIP-T28P with 2.72.14.2"
REFUSED = "real: provisioning page of the MikoPBX documentation, without the stamps"
TEAMS = "real: test of a public syslog collector (splunk-connect-for-syslog, 2023), Teams phones"
SIP_LINES = "real: public paste 'yealink dropped audio 12/30' (bR3NBSFj), 2015; numbers and addresses are changed"
DEBUG = "real: public paste 'yealink debug log (part 1)', 2015-12-30; its author replaced the address"
HTTP = "Oct 17 11:26:58 synthetic-phone LIBD[548]: HTTP"
samples = [
    (
        MIKOPBX,
        "Oct 17 11:26:58 LIBD[548]: HTTP<6+info  > User-Agent: Yealink SIP-T28P 2.72.14.2 00:15:65:18:72:eb",
        "device.identified",
        {"model": "SIP-T28P", "firmware": "2.72.14.2", "mac": "00:15:65:18:72:eb"},
    ),
    (
        MIKOPBX,
        "Oct 17 11:26:58 LIBD[548]: HTTP<6+info  > Request Line: GET /pbxcore/api/modules/ModuleAutoprovision/...",
        "provisioning.file.requested",
        {"file": "/pbxcore/api/modules/ModuleAutoprovision/..."},
    ),
    (MIKOPBX, "Oct 17 11:26:58 LIBD[548]: HTTP<5+notice> response code: 200", "log.message", {}),
    (MIKOPBX, "Oct 17 11:26:58 AUTP[548]: AUTP<6+info  > download file success!!", "provisioning.file.received", {}),
    (REFUSED, "LIBD[528]: HTTP<3+error > Connect Error", "log.message", {}),
    (
        REFUSED,
        "AUTP[528]: AUTP<3+error > http to file failed, code = -3, msg = Connect Failed, cout = 0",
        "provisioning.file.failed",
        {"reason": "Connect Failed"},
    ),
    (
        "synthetic",
        f"{HTTP}<5+notice> URL : https://prov.contoso.com/001565000001.cfg",
        "provisioning.file.requested",
        {"file": "https://prov.contoso.com/001565000001.cfg"},
    ),
    ("synthetic", f"{HTTP}<5+notice> response code: 404", "provisioning.file.failed", {"status_code": 404}),
    (
        TEAMS,
        "<134>Feb  6 14:33:07 GUI [1100:1178]: ANDR<6+info  > 1899 22514 I BetterTogether:EndpointPairingService: "
        "ProcessId: 1899, Thread: Pool-BetterTogether-Thread-462, No endpoint paired, do nothing",
        "log.message",
        {},
    ),
    (
        TEAMS,
        "<133>Feb  6 14:35:16 ipp [1080.1259]: IPP <5+notice> 516.689.412:ipp_event_from_dev: "
        "Message=0x00000400(0x00000001+0x00000000+0)",
        "log.message",
        {"Message": "0x00000400(0x00000001+0x00000000+0)"},
    ),
    (
        DEBUG,
        "Sep 10 16:00:13 <YEALINK IP> /phone/bin/lldpd[413]: lldpd_med: mac = 00:15:65:67:cc:69",
        "device.identified",
        {"mac": "00:15:65:67:cc:69"},
    ),
    (
        DEBUG,
        "Sep 10 16:00:48 <YEALINK IP> syslog[422]: <0> | LEVEL4 | "
        "Message received: [(TM_TIMER) -- (0x8113) wParam(0x1987)-lParam(0x0)]",
        "log.message",
        {},
    ),
    (
        DEBUG,
        "Sep 10 16:01:23 <YEALINK IP> syslog[409]: [0408] 2030671918 IdleScreen::IdleOnReceiveMSG[0][1]",
        "log.message",
        {},
    ),
    (
        DEBUG,
        "Sep 10 16:01:23 <YEALINK IP> syslog[409]: [0408] 2030720382 [TALK][***Warning***] not process msg=[0xa0012]",
        "log.message",
        {"msg": "[0xa0012]"},
    ),
    (
        SIP_LINES,
        "Dec 30 18:54:05 192.0.2.61 syslog[429]: BYE sip:1002@192.0.2.9:5060 SIP/2.0",
        "sip.request",
        {"method": "BYE", "request_uri": "sip:1002@192.0.2.9:5060"},
    ),
    (
        SIP_LINES,
        "Dec 30 18:54:05 192.0.2.61 syslog[429]: <0> | LEVEL4 | Set dns cache used:192.0.2.9 -> 192.0.2.9",
        "log.message",
        {},
    ),
    (
        "synthetic",
        "Aug 28 11:54:24 synthetic-phone sua [1156.1277]: DLG <6+info  > [255] BYE sip:1001@192.0.2.9:5060 SIP/2.0",
        "sip.request",
        {"method": "BYE", "request_uri": "sip:1001@192.0.2.9:5060"},
    ),
    (
        "synthetic",
        "Aug 28 11:54:22 synthetic-phone sua [1156.1277]: DLG <6+info  > User-Agent: Yealink SIP-T30P",
        "device.identified",
        {"model": "SIP-T30P"},
    ),
    (
        "synthetic",
        "Aug 28 11:54:23 synthetic-phone sua [1156.1277]: SUA <3+error > SIP/2.0 403 Forbidden CSeq: 2 REGISTER",
        "sip.register.failed",
        {"status_code": 403, "reason_phrase": "Forbidden"},
    ),
]
