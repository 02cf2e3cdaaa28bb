"""snom desk phones (D735 and others, firmware 8.7 and 10), and the SIP trace of their web page.

    line    = [mac] "[" level "]" module ":" message            ; the log; level padded with blanks to six characters
            / direction transport ":" address ":" port "at" stamp "(" length "bytes)" [":"] [message]    ; the trace
    level   = "DEBUG0" / "DEBUG1" / "DEBUG2" / "INFO" / "NOTICE" / "WARN" / "ERROR" / "FATAL"
    stamp   = "Mon d hh:mm:ss.mmm" / "d/m/yyyy hh:mm:ss[:mmm]"

How sure: a public trace of a D735 with firmware 10.1.37.11 (some 700 lines, modules PHN, SIP, UXM, UDEV and WEBCLIENT,
all levels) and snom's developer notes (DNS) show the log. Harmless lines have the level FATAL there, so a level alone
is not a fault. The only `recv` that was seen has a status that the phone itself made up; real ones are inferred to look
the same. Of the SIP trace two first lines of snom phones are known, and two of a DECT base that is sold as Avaya D200
and prints the same, so its lines are treated as snom's. The SIP message is in the lines after the first and belongs to
it. Not known: `[5] text` of older firmware, and everything that a snom prints about certificates, 802.1X or the sign-in
to Lync. It is inferred that texts of OpenSSL, wpa_supplicant and Microsoft's services appear.
"""

import re

import pyparsing as pp

vendor = "snom"
capture = {
    "trace": "It is on the log page and the SIP trace page of the phone's web interface, or at a syslog server.",
    "more": "Set the log level to 9, repeat the fault and save the log at once: it fills up fast.",
    "undo": "Set the log level to its former value again.",
    "source": "snom-m9.blogspot.com/2011/08/logging.html (log level 9 of desktop phones, log page)",
    "families": {"sip": "Save the SIP trace page of the web interface"},
}

# Six characters wide, or five if copying removed one of two blanks. A bracket of another width is not snom's.
bracket = pp.Regex(r"\[(?=[A-Z0-9]{6}\]|[A-Z0-9]{5} \]|[A-Z0-9]{4} {1,2}\])").set_name("level in brackets")
level = pp.Regex(r"DEBUG[0-9]|INFO|NOTICE|WARN|ERROR|FATAL")("level")
component = pp.Regex(r"[A-Z][A-Z0-9_]{1,14}")("component")
mac = pp.Regex(r"000413[0-9A-Fa-f]{6}").set_name("MAC address")("mac")
log = pp.Opt(mac) + bracket + level + "]" + component + ":" + pp.Regex(r".*")("message")

direction = pp.Regex(r"Sent to|Received from").set_name("'Sent to' or 'Received from'")
peer = pp.Regex(r"(?:udp|tcp|tls):[^\s]{1,255}").set_name("peer")
month = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
clock = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[:.][0-9]{1,3})?"
stamp = pp.Regex(rf"{month} {{1,2}}[0-9]{{1,2}} {clock}|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}} {clock}")("stamp")
length = "(" + pp.Word(pp.nums) + pp.Regex(r"bytes\):?")
trace = direction + peer + "at" + stamp + length + pp.Regex(r".*", flags=re.DOTALL)("message")

header = log | trace

# Other programs write a level in brackets too; with the MAC address, or a level that only snom has, it is snom's.
own_level = pp.MatchFirst([pp.Literal(f"[{word}") for word in ("DEBUG", "INFO ", "WARN ", "ERROR ", "FATAL ")])
module = pp.Regex(r"[0-9 ]{0,2}\] {0,2}[A-Z][A-Z0-9_]{1,14}:")
mac_and_bracket = pp.Regex(r"000413[0-9A-Fa-f]{6} {1,2}(?=\[)")
distinctive = (
    own_level + module | mac_and_bracket + own_level + module | mac_and_bracket + pp.Regex(r"\[NOTICE") + module
)

multiline = {"counted": direction + peer + "at" + stamp + "(" + pp.Word(pp.nums)("length") + pp.Regex(r"bytes\):?")}

levels = {
    "DEBUG0": "debug",
    "DEBUG1": "debug",
    "DEBUG2": "debug",
    "INFO": "info",
    "NOTICE": "notice",
    "WARN": "warning",
    "ERROR": "err",
    "FATAL": "crit",
}

rest = pp.Regex(r".*")
host = pp.Regex(r"[^\s<>']*[^\s<>'.]")
call = "(" + pp.Word(pp.nums) + ":" + pp.Regex(r"[^\s()]+")("call_id") + ")"
to_server = pp.Literal("-> Udp:") | "-> Tcp:" | "-> Tls:"
address = pp.Regex(r"[0-9A-Za-z.:\[\]-]*[0-9A-Za-z\]]")
# If no server answers, the phone makes up a response 599 that comes from "?:".
answered = "REGISTER (" + pp.Regex(r"[^()]*\) <- (?:Udp|Tcp|Tls):") + rest
messages = [
    ("sip.request", pp.Literal("send") + pp.Regex(r"[A-Z]{3,9}(?= \()")("method") + call + to_server + rest),
    ("sip.register.succeeded", pp.Literal("recv") + pp.Regex(r"2[0-9]{2}")("status_code") + answered),
    ("sip.register.challenged", pp.Literal("recv") + pp.Regex(r"401|407")("status_code") + answered),
    (
        "sip.register.failed",
        pp.Literal("recv") + ~pp.Regex(r"401|407") + pp.Regex(r"[3-6][0-9]{2}")("status_code") + answered,
    ),
    ("sip.register.succeeded", pp.Literal("Registered at registrar as") + rest),
    (
        "sip.registrar.unreachable",
        pp.Literal("Registrar") + pp.Regex(r"[^\s@]*@") + host("registrar") + pp.Literal("timed out")("reason") + rest,
    ),
    (
        "sip.transport.failed",
        pp.Literal("transport error:") + pp.Word(pp.nums) + to_server + address("server") + rest,
    ),
    ("dns.lookup.failed", pp.Literal("Could not resolve host") + pp.Opt(">") + host("name") + rest),
    ("dns.lookup.failed", pp.Literal("AddrInfo for '") + host("name") + "' invalid, error:" + rest("reason")),
    (
        "device.identified",
        (
            pp.Regex(r"User-Agent: *(?=snom)")
            | pp.Regex(r"registration report [^']*'") + pp.SkipTo("UserAgent:") + "UserAgent:"
        )
        + pp.Regex(r"snom[A-Za-z]?[0-9]{2,4}[A-Za-z]?")("model")
        + "/"
        + pp.Regex(r"[0-9]+(?:\.[0-9]+)*")("firmware")
        + rest,
    ),
]
shared = ("openssl", "wpa_supplicant", "sip", "entra", "microsoft", "sign_in_services")

D735 = "real: github.com/Golpe82/snom-baos777 snomsyslogknx/als_snom.example.log; addresses are changed"
NOTES = "real: github.com/Snomio/Documentation docs/xml_definitions/debug.md"
REGISTERED = "real: github.com/Snomio/Documentation docs/xml_minibrowser/examples/fr_applyline.md; the user is changed"
PREFIX = "May 17 13:17:28 192.0.2.67 000413000001 "
samples = [
    (
        D735,
        "May 17 13:16:56 192.0.2.67 000413000001 [DEBUG0] SIP: send REGISTER (789: 3136323039-cyqvdouuh2rn) -> "
        "Udp:192.0.2.1:5060",
        "sip.request",
        {"method": "REGISTER", "call_id": "3136323039-cyqvdouuh2rn"},
    ),
    (
        D735,
        f"{PREFIX}[ERROR ] SIP: Registrar 7351@192.0.2.1 timed out",
        "sip.registrar.unreachable",
        {"registrar": "192.0.2.1", "reason": "timed out"},
    ),
    (
        D735,
        f"{PREFIX}[ERROR ] SIP: transport error: 1001577 -> Udp:192.0.2.1:5060",
        "sip.transport.failed",
        {"server": "192.0.2.1:5060"},
    ),
    (D735, f"{PREFIX}[DEBUG1] SIP: recv 599 REGISTER (789: 3136323039-cyqvdouuh2rn) <- ?:", "log.message", {}),
    (
        D735,
        f"{PREFIX}[DEBUG2] SIP: registration report 599/205: 'x-RegData: RPN=192.0.2.1 RCN=sip:7351@192.0.2.67"
        "#015#012x-UserAgent:snomD735/10.1.37.11#015#012CallID:3136323039-cyqvdouuh2rn#015#012'",
        "device.identified",
        {"model": "snomD735", "firmware": "10.1.37.11"},
    ),
    (D735, f"{PREFIX}[FATAL ] SIP: sip_transport_state_cb context lost", "log.message", {}),
    (
        REGISTERED,
        "Mar 18 07:28:32  [INFO  ] SIP: Registered at registrar as 7351@192.0.2.37 (Expires: 3600 secs)",
        "sip.register.succeeded",
        {},
    ),
    (
        NOTES,
        "Apr  2 18:30:58  [WARN  ] PHN: Could not resolve host >localhost<",
        "dns.lookup.failed",
        {"name": "localhost"},
    ),
    (
        NOTES,
        "Apr  2 18:30:58  [DEBUG0] DNS: AddrInfo for 'localhost.snom.com' invalid, error: "
        "Name or service not known (-2)",
        "dns.lookup.failed",
        {"name": "localhost.snom.com", "reason": "Name or service not known (-2)"},
    ),
    (
        "real: comment in a public test of SIP plug and play; a snom370 with firmware 8.7.5.48",
        "Sent to udp:224.0.1.75:5060 at Oct 2 01:15:53.729 (442 bytes)",
        "log.message",
        {},
    ),
    (
        "real: comment in a public script that reads SIP logs of an Avaya D200; the address is changed",
        "Received from tls:192.0.2.34:5061 at 31/08/2021 01:39:33  (453 bytes)",
        "log.message",
        {},
    ),
    (
        "synthetic",
        "Sent to tls:192.0.2.34:5061 at 9/7/2013 10:00:01:123 (918 bytes): "
        "REGISTER sip:contoso.com SIP/2.0 Call-ID: 7@x",
        "sip.request",
        {"method": "REGISTER", "request_uri": "sip:contoso.com", "call_id": "7@x"},
    ),
    (
        "synthetic",
        f"{PREFIX}[DEBUG1] SIP: recv 200 REGISTER (790: 7f3a@contoso.com) <- Tls:192.0.2.34:5061",
        "sip.register.succeeded",
        {"status_code": 200},
    ),
    (
        "synthetic",
        f"{PREFIX}[DEBUG1] SIP: recv 401 REGISTER (790: 7f3a@contoso.com) <- Tls:192.0.2.34:5061",
        "sip.register.challenged",
        {"status_code": 401},
    ),
    (
        "synthetic",
        f"{PREFIX}[DEBUG1] SIP: recv 403 REGISTER (790: 7f3a@contoso.com) <- Tls:192.0.2.34:5061",
        "sip.register.failed",
        {"status_code": 403},
    ),
]
