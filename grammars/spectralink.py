"""SpectraLink 8020/8030 Wi-Fi handsets (NetLink e340/h340/i640, Polycom, Nortel WLAN Handset 22xx).

    line    = [address ":" port ">"] [stamp mac] "(" ip ")" "[" sequence "]" message
    stamp   = "Mon dd hh:mm:ss.cc", since power-on (1 January) until an NTP server answered
    mac     = "0090.7a02.2a1b"
    ip      = "172.16.0.46" or, padded, "172.029.076.067"
    sequence = four hexadecimal digits; a gap means lost lines

The logger may add its own stamp, the handset's address and port, and ">" before the line. If a framing has parsed stamp
and MAC address as those of a syslog line, the line begins with the bracket.

How sure: two example lines in manuals (8020/8030 administration guide, page 112; Nortel NN43001-504, page 207), both
retyped. Tables of the manuals give the names of the other messages, but not the text after the name. Handsets of the
84xx series, which work with Lync, write another format; no line of them is known. No line has a level.
"""

import pyparsing as pp

vendor = "Spectralink"
capture = {
    "trace": "The handset sends it to the syslog server of DHCP option 7, or of its Admin menu.",
    "more": "Set Syslog to Full in the Admin menu and repeat the fault.",
    "undo": "Set Syslog to Disabled again, which is the default.",
    "source": "8020/8030 Administration Guide for SIP, page 112; Nortel NN43001-504, page 207",
    "families": {"link": "Set Syslog to Full in the Admin menu"},
}

logger = pp.Regex(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}:[0-9]{1,5}>").set_name("address and port")
month = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
stamp = pp.Regex(month + r" {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?")("stamp")
mac = pp.Regex(r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}")
own_mac = pp.Regex(r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}")("mac")
address = pp.Regex(r"\([0-9]{1,3}(?:\.[0-9]{1,3}){3}\)").set_name("IP address in brackets")
sequence = "[" + pp.Regex(r"[0-9A-Fa-f]{4}").set_name("sequence number")("sequence_hex") + "]"
header = pp.Opt(logger) + pp.Opt(stamp) + pp.Opt(own_mac) + address + sequence + pp.Regex(r".*")("message")

distinctive = (
    pp.Regex(r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4} {0,4}\([0-9]{1,3}(?:\.[0-9]{1,3}){3}")
    + pp.MatchFirst([pp.Literal(") ["), pp.Literal(")[")])
    + pp.Regex(r"[0-9A-Fa-f]{4}\]")
)

levels: dict[str, str] = {}

rest = pp.Regex(r".*")
signal = "(" + pp.Regex(r"-?[0-9]{1,3}")("signal") + pp.Regex(r"dBm\)")
messages = [
    (
        "link.handoff.succeeded",
        pp.Literal("Successful Handoff to")
        + mac("access_point")
        + signal
        + pp.Opt(pp.Regex(r"from [^,]*, Reason") + pp.Word(pp.nums)("reason_code"))
        + rest,
    ),
    ("link.handoff.failed", pp.Literal("Failed Handoff") + rest),
    ("link.security.failed", pp.Literal("Security Error") + rest),
]
shared = ("entra",)

samples = [
    (
        "real: SpectraLink 8020/8030 administration guide for SIP, page 112 (manualshive.com), retyped",
        "JAN 21 12:51:26 172.29.76.67:11133>Jan 21 19:50:46.00 0090.7a05.18f6 (172.029.076.067) [0000] Successful "
        "Handoff to 0013.5f59.9970 (-68 dBm) from 0000.0000.0000 (-0 dBm), Reason 24, other APs:0013.5f59.9970 "
        "(-68 dBm) 0, TxPO:15 dBm, TxPN:15 dBm",
        "link.handoff.succeeded",
        {"access_point": "0013.5f59.9970", "signal": -68, "reason_code": 24},
    ),
    (
        "real: Nortel NN43001-504, page 207 (manualarchiveguide.com), retyped",
        "Jan 1 00:01:26 0090.7a02.2a1b (172.16.0.46) [001a] RStat: AP00:40:96:48:1D:0C (-56dBm), Sent 783523, "
        "Recvd 791342, MSnt 245, MRcd5674, BSnt 43, BRcd 10783, TX drop 43 (0.0%), TX retry 578 (1.2%), "
        "RX retry1217 (1.6%).",
        "log.message",
        {},
    ),
    (
        "synthetic",
        "Jan 21 19:51:02.00 0090.7a05.18f6 (192.0.2.67) [0001] Failed Handoff to 0013.5f59.9971 (-80 dBm)",
        "link.handoff.failed",
        {},
    ),
    (
        "synthetic",
        "Jan 21 19:51:03.00 0090.7a05.18f6 (192.0.2.67) [0002] Security Error 0013.5f59.9971 (-70 dBm) WPA2",
        "link.security.failed",
        {},
    ),
]
