"""Grandstream telephone adapters (HandyTone), and Grandstream phones that write the same format.

    line     = old / new
    old      = "GS_LOG" [":"] "[" mac "]" 1*("[" word "]") message            ; the first word is the error code
    new      = [model] "[" mac "]" "[" firmware "]" [":" / program ":"] ["USER." level] [epoch] message
               ; without model, which a collector may treat as the host, program and level are required
    epoch    = Unix time with a fraction: the device's own clock
    message  = [class ["(" instance ")"] "::" function [":" / ","] / library ":"] text

How sure: `old` is in the manuals since 2006 (one example line, facility USER, levels DEBUG, INFO, WARNING, ERROR); two
public programs read its form with four brackets. `new` was seen in HT801 firmware 1.0.49.2 (a public issue, some forty
lines) and, without program and level, in lines of an HT702 that a Kiwi server stored. Phones (GXP, GRP) and other
adapters are inferred: no line of them is known. A SIP message is split into datagrams of a few headers, each with the
prefix, and with line ends that a collector may write as they are, so that only the first line has a header. Only the
first datagram of an entry has the epoch. What these devices print about TLS, certificates, DHCP and 802.1X is not
known.
"""

import pyparsing as pp

vendor = "Grandstream"
capture = {
    "trace": "The device sends it to the Syslog Server that is set on its web page.",
    "more": "Set Syslog Level to DEBUG and repeat the fault.",
    "undo": "Set Syslog Level to NONE again, which is the default.",
    "source": "HandyTone-286 User Manual, page 28; GXW-400x User Manual, page 21 (manualsonline.com, manualsdump.com)",
    "families": {"sip": "Set Syslog Level to DEBUG; lower levels show no complete SIP messages"},
}

mac = pp.Regex(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{12}").set_name("MAC address")("mac")
word = pp.Regex(r"\[[0-9A-Za-z.]{1,16}\]").set_name("word in brackets")
model = pp.Regex(r"[A-Z]{2,3}-?[0-9]{3,4}[A-Za-z0-9]*").set_name("model")
firmware = pp.Regex(r"[0-9]{1,3}(?:\.[0-9]{1,3}){2,3}").set_name("firmware version")
program = pp.Regex(r"[A-Za-z]\w{1,30}")("app_name") + ":"
level = pp.Literal("USER.") + pp.Regex(r"[A-Z]+")("level")
stamp = pp.Regex(r"[0-9]{9,10}\.[0-9]{1,6}(?= )")("stamp")
function = "::" + pp.Regex(r"~?\w{1,60}")("function") + pp.Opt(pp.Char(":,"))
instance = pp.Regex(r"\([0-9]{1,3}\)")
component = (
    pp.Regex(r"[A-Za-z]\w{1,40}")("component") + pp.Opt(instance) + function
    | pp.Regex(r"LIB[A-Z]{1,20}")("component") + ":"
)
message = pp.Opt(component) + pp.Regex(r".*")("message")

device = "[" + mac + "]" + "[" + firmware + "]"
header = (
    pp.Regex(r"GS_LOG:?").set_name("'GS_LOG'") + "[" + mac + "]" + pp.OneOrMore(word) + message
    | model + device + pp.Opt(":" | program) + pp.Opt(level) + pp.Opt(stamp) + message
    | device + program + level + pp.Opt(stamp) + message
)

distinctive = pp.Regex(r"GS_LOG:? ?\[[0-9A-Fa-f:]{12,17}\]") | pp.Regex(
    r"(?:[A-Z]{2,3}-?[0-9]{3,4}[A-Za-z0-9]{0,8} {0,4})?\[[0-9A-Fa-f:]{12,17}"
) + pp.MatchFirst([pp.Literal("] ["), pp.Literal("][")]) + pp.Regex(r"[0-9]{1,3}(?:\.[0-9]{1,3}){2,3}\]")

# A line with the time or the class begins another entry. SIP messages are in the lines after one, without both.
text = pp.Regex(r"(?![0-9]{9,10}\.[0-9]{1,6} |LIB[A-Z]{1,20}:|[A-Za-z]\w{1,40}(?:\([0-9]{1,3}\))?::)[\s\S]*")("message")
# Start line or header of SIP, line of a session description or of XML.
sip_line = (
    pp.Regex(r"SIP/2\.0 [1-6]")
    | pp.Regex(r"[A-Z]{3,20}") + pp.Regex(r"[A-Za-z]{2,5}:[^ ]+") + "SIP/2.0"
    | pp.Regex(r"(?:[A-Z]|ms-)[A-Za-z0-9-]{1,40}") + ":"
    | pp.Regex(r"[a-z][:=]|<[?/A-Za-z]")
)
multiline = {
    "opens": "SIP/2.0",
    "goes_on": pp.Opt(model) + device + pp.Opt(":" | pp.Regex(r"GS_[A-Z]+:")) + pp.Opt(level) + text,
    "by": "line",
    "dated": "USER.",
    "bare": pp.FollowedBy(sip_line) + pp.Regex(r".*")("message"),
}

levels = {"ERROR": "err", "WARNING": "warning", "NOTICE": "notice", "INFO": "info", "DEBUG": "debug"}

rest = pp.Regex(r".*")
status_code = pp.Regex(r"[1-6][0-9][0-9]")("status_code")
user_agent = pp.Regex(r"User-Agent: *Grandstream")
messages = [
    ("link.up", pp.Literal("Ethernet link is up") + rest),
    ("link.down", pp.Literal("Ethernet link is down") + rest),
    ("sip.register.succeeded", pp.Regex(r"Account [0-9]{1,3} Registered,") + rest),
    ("sip.register.contact_missing", pp.Literal("null Contact") + rest),
    ("sip.response", pp.Literal("Received") + status_code + pp.Literal(" response").leave_whitespace() + rest),
    (
        "device.identified",
        user_agent + model("model") + firmware("firmware") + pp.Opt(pp.Regex(r"[0-9A-Fa-f]{12}")("mac")) + rest,
    ),
]
shared = ("sip", "entra")

MANUAL = "real: user manual of the HandyTone-286, page 28 (manualsonline.com)"
READER = "real: comment in two public programs that read GS_LOG lines; the addresses are changed"
ISSUE = "real: HT801 lines in github.com/tcz/rotary-gpt issue 2; the MAC address is changed"
HT813 = "real: HT813 messages in a public repository (2025), with the header of the HT801 lines"
HT801 = "HT801 [c0:74:ad:00:00:01] [1.0.49.2] GS_ATA: "
samples = [
    (MANUAL, "May 19 02:40:38 192.168.1.14 GS_LOG: [00:0b:82:00:a1:be][000] Ethernet link is up", "link.up", {}),
    ("synthetic", "<14>GS_LOG: [00:0b:82:00:00:01][000] Ethernet link is down", "link.down", {}),
    (
        READER,
        "<14>GS_LOG: [00:0B:82:00:00:03][000][FFFF][01000821] Send SIP message: 8 To 192.0.2.114:5060",
        "log.message",
        {},
    ),
    (
        ISSUE,
        f"<14> {HT801}USER.INFO   1696364494.711319 SIPStack(0)::cb_rcv2xx: Received 200 response",
        "sip.response",
        {"status_code": 200},
    ),
    (
        "synthetic",
        f"<14> {HT801}USER.INFO   1696364494.711319 SIPStack(0)::cb_rcv4xx: Received 403 response",
        "sip.response",
        {"status_code": 403},
    ),
    (
        HT813,
        f"<12> {HT801}USER.WARN   1763247976.645318 SIPStack::handle2xxForRegister: null Contact",
        "sip.register.contact_missing",
        {},
    ),
    (
        HT813,
        f"<14> {HT801}USER.INFO   1763247976.685876 Account 0 Registered, tried 0; Next reg in 3000 seconds",
        "sip.register.succeeded",
        {},
    ),
    (
        ISSUE,
        f"<15> {HT801}USER.DEBUG  1696364491.551348 LIBGSDSP: CSS:  Modes of RTCP 19 ",
        "log.message",
        {},
    ),
    (
        ISSUE,
        f"<15> {HT801}USER.DEBUG  User-Agent: Grandstream HT801 1.0.49.2 c074ad000001",
        "device.identified",
        {"model": "HT801", "firmware": "1.0.49.2", "mac": "c074ad000001"},
    ),
    (
        "synthetic",
        f"Oct  3 20:21:34 synthetic-phone {HT801}USER.DEBUG  SIP/2.0 403 Forbidden Via: x CSeq: 2 REGISTER",
        "sip.register.failed",
        {"status_code": 403, "reason_phrase": "Forbidden"},
    ),
    (
        "synthetic",
        "HT702 [00:0b:82:00:00:02] [1.0.4.8]:SIPStack::sendMessage REGISTER sip:contoso.com SIP/2.0 Call-ID: 7@x",
        "sip.request",
        {"method": "REGISTER", "request_uri": "sip:contoso.com", "call_id": "7@x"},
    ),
]
