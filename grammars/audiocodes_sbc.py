"""AudioCodes session border controllers and gateways (Mediant), and the console of the MP-26x home gateway.

    line     = "[S=" sequence "]" [session] [record / logger] message [time]       ; one datagram
             / "[S=" sequence "]" "|" column *("|" column)                         ; a call detail record
             / record message [time]                                               ; a further record of a datagram
             / abbreviation ":" count "[Code:" hex "]" "[CID:" channel "]" ["[Time:" hh:mm:ss "]"]
             / console
    session  = "[" ("SID" / "BID") ("=" / ":") mac6 ":" resets [":" session] "]"   ; of a call / of the device
             / "[SID:" number "]"                                                  ; of a call, in older versions
    record   = "(" "N" number ")"
    logger   = "(" component ")" "(" number ")"                                    ; in older versions
    time     = "[Time:" dd-mm["-" yyyy]@hh:mm:ss[.mmm] "]" ["[" number "]"]        ; the device's clock, or mm-dd
    console  = "[" function [":"] source-line "]" message / "ACL_" function ":" message / build-path ":" message

How sure: manuals from 7.0 on and public issues (version 7.20A) show `session`, `record`, `logger` and `time` in real
lines. They do not explain the number after `time`. Letters other than N were not seen and are read in the same way. A
datagram contains many records, separated by `#012` or line ends, and its time at the end. A SIP message is split in
mid-word and continues in the next sequence number. A gap in the numbers means lost datagrams. `procid` is what the
device calls session, or one number in 2015: mac6 are the last digits of its MAC address, and resets grows by one at
each boot. Alarms, and their spelling in syslog, are known from manuals only. One real handshake shows an error as
OpenSSL prints it, and then `TLS handshake error code 19`. It is inferred that a code above 11, the last one of
SSL_get_error, is a verify code.
The console is known from one boot log of an MP-264. Most of its lines have no header, and any C program may print
`[file.c:line]`, so only AudioCodes' own names are read. It says nothing about telephones.
"""

import pyparsing as pp

vendor = "AudioCodes"
device_kind = "gateway"
capture = {
    "trace": "The device sends it to a syslog server: Troubleshoot, Logging Settings, Enable Syslog.",
    "more": "Set the debug level (GwDebugLevel) to 5, or to 7 under heavy traffic, and repeat the fault.",
    "undo": "Set GwDebugLevel to 0 again, which is the default.",
    "source": "easymanua.ls/audiocodes: mediant-4000-sbc, page 855 (syslog); mediapack-mp-124, page 351 (GwDebugLevel)",
}

number = pp.Word(pp.nums)
sequence = "[S=" + pp.Word(pp.nums)("sequence") + "]"
session = pp.Regex(r"\[[SB]ID[=:]") + pp.Regex(r"[0-9A-Fa-f]+(?::[0-9]+){0,2}")("procid") + "]"
record = "(" + pp.Regex(r"[A-Z]\b") + number + ")"
logger = "(" + pp.Regex(r"[a-z]\w*")("component") + ")" + "(" + number + ")"
time = "[Time:" + pp.Regex(r"[0-9]{2}-[0-9]{2}(?:-[0-9]{4})?@[0-9:.]+")("stamp") + "]" + pp.Opt("[" + number + "]")
message = pp.SkipTo(time + pp.StringEnd())("message") + time | pp.Regex(r"[\s\S]*")("message")

own_function = pp.Regex(r"mt_rg_\w+|voip_\w+|slic_\w+|set_codec_params")("function")
build_path = "/home/local/AUDIOCODES/" + pp.Regex(r"(?:[^\s/]+/)*") + pp.Regex(r"[^\s/:]+")("component")
origin = own_function + pp.Opt(":") | pp.Literal("voip.c")("component") + ":" | build_path
console = (
    "[" + origin + pp.Word(pp.nums)("source_line") + "]" | pp.Regex(r"ACL_\w+")("function") + ":" | build_path + ":"
)
counter = pp.Regex(r"[A-Z]{2}:[0-9]+ \[Code:[0-9a-f]+\] \[CID:[0-9]+\].*").set_name("counter")("message")
header = (
    sequence + pp.Opt(session) + pp.Opt(record | logger) + message
    | record + message
    | counter
    | console + pp.Regex(r"[\s\S]*")("message")
)

distinctive = pp.Regex(r"\[S=[0-9]{1,10}\]")

text = pp.Regex(r"[\s\S]*").leave_whitespace()("message")
multiline = {
    "opens": " SIP Message ",
    "goes_on": sequence + session + ~record + pp.Regex(r" {0,2}").leave_whitespace() + text,
    "indents": (" " * 79,),
    "between": "#012",
    "record": record + text,
    "trailer": pp.SkipTo(time + pp.StringEnd()).leave_whitespace(recursive=False)("message") + time,
    "boots": pp.Regex(r"[0-9A-Fa-f]+")("device") + ":" + number("resets") + pp.Opt(":" + number),
}

levels: dict[str, str] = {}

rest = pp.Regex(r"[\s\S]*")
direction = pp.Regex(r"---- (?:Incoming|Outgoing) SIP Message (?:from|to) ")
marker = pp.SkipTo(direction) + direction + pp.SkipTo("----") + "----" + pp.Opt(pp.Regex(r"(?:#015)?#012"))
call_id = pp.Regex(r"[Cc][Aa][Ll][Ll]-[Ii][Dd]:")
has_own_kind = pp.Regex(r"acBoardEvBoardStarted|acNTPServerStatusAlarm")
alarm = (
    ~has_own_kind
    + pp.Regex(r"\w+")("alarm")
    + pp.Regex(r"[;:]")
    + pp.Opt("Textual Description:")
    + pp.Regex(r"[^;]*")("text")
    + ";"
    + pp.Regex(r"Severity:?")
    + pp.Regex(r"[^;]*")("perceived_severity")
    + ";"
    + pp.Regex(r"Source:?")
    + pp.Regex(r"[^;]*")("source")
    + rest
)
handshake_code = pp.SkipTo("TLS handshake error code ") + "TLS handshake"
raised = pp.SkipTo(pp.Literal("RAISE-ALARM:")) + "RAISE-ALARM:"
cleared = pp.SkipTo(pp.Literal("CLEAR-ALARM:")) + "CLEAR-ALARM:"
messages = [
    (
        "sip.request",
        marker
        + pp.Regex(r"[A-Z]+")("method")
        + pp.Regex(r"sips?:\S+")("request_uri")
        + "SIP/2.0"
        + pp.Opt(pp.SkipTo(call_id) + call_id + pp.Regex(r"\S+")("call_id"))
        + rest,
    ),
    (
        "tls.server_certificate.rejected",
        handshake_code + "error code" + pp.Regex(r"(?:1[2-9]|[2-9][0-9]|1[0-9]{2})\b")("verify_code") + rest,
    ),
    ("tls.handshake.failed", handshake_code + pp.Regex(r"error code (?:[0-9]|1[01])\b")("reason") + rest),
    ("device.alarm.raised", raised + alarm),
    ("device.alarm.cleared", cleared + alarm),
    ("device.started", raised + "acBoardEvBoardStarted" + rest),
    ("time.server.silent", raised + "acNTPServerStatusAlarm" + rest),
    ("time.server.replied", cleared + "acNTPServerStatusAlarm" + rest),
    (
        "call.media.packets_lost",
        pp.Literal("PL:")
        + number("packets")
        + "[Code:"
        + pp.Regex(r"\w+\]")
        + "[CID:"
        + number("channel")
        + "]"
        + rest,
    ),
    ("device.identified", pp.Literal("mac_str =") + pp.Regex(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")("mac") + rest),
]
shared = ("call_records", "openssl", "sip")

MANUAL = "real: AudioCodes user manual, topic Syslog Message Format"
MANUAL_72 = "real: Mediant 500L user manual 7.2, page 961; the prefix of ACSyslog is removed"
GAP = "real: Mediant 4000 user manual 7.0, page 765; the prefix of ACSyslog is removed"
ISSUE = "real: github.com/sipcapture/paStash issue 75, Mediant SBC 7.20A; truncated after the last header shown"
HANDSHAKE = "real: test data of github.com/dfgs/SIP-o-matic (OneBlock), addresses replaced"
OLD_GATEWAY = "real: gist of lucasmcastro, 2015, a Mediant 2000; the prefix of grep is removed"
CONSOLE = "real: boot log of an MP-264 in github.com/appleorange1/Audiocodes_MP264_Research"
BOARD = "<132>[S=21] [BID=0a1b2c:7]  "
TEAMS = "from 192.0.2.75:5061 to SIPInterface #2 (Teams) TLS TO(#134) SocketID(200)"
samples = [
    (
        MANUAL,
        "10:44:11.299 10.15.77.55 local0.notice [S=511941] [SID=736502:31:12079] (N 483455) "
        "ReleaseAddress. IPv4IF=1 IPv6IF=-1 Port=7500 [Time:10-09@09:42:56.938]",
        "log.message",
        {"IPv4IF": "1", "IPv6IF": "-1", "Port": "7500"},
    ),
    (
        MANUAL,
        "20:05:36.055  10.15.7.96  local0.notice [S=16] [BID=736502:31] Activity Log: Successful user login at "
        "10.15.7.96:80. User: Admin. Session: Web (10.13.2.19) [Time:12-03@17:00:58.781] [1108]",
        "log.message",
        {},
    ),
    (MANUAL_72, "[S=9399] [BID=2ed1c8:96] invalid Physical index", "log.message", {}),
    (
        GAP,
        "[S=235][SID:2ed1c8:96:5] (lgr_psbrdex)(619) recv <-- DIGIT(0) Ch:0 OnTime:0 InterTime:100 Direction:0 "
        "System:1 [File: Line:-1]",
        "log.message",
        {},
    ),
    (
        "real: Mediant 500L user manual 7.2, page 961",
        "Apr 4 12:00:12 172.30.1.14 PL:5 [Code:3a002] [CID:3294] [Time: 20:17:00]",
        "call.media.packets_lost",
        {"packets": 5, "channel": "3294"},
    ),
    (
        ISSUE,
        "<133>[S=1718460] [SID=b9027c:24:198171]  (N  6891676) (#228)Route found (5), Route by IPGroup, "
        "IP Group 1 -> 2 (Teams -> Oxe-Cloud) #012(N  6891677) ---- Incoming SIP Message from 52.114.75.24:9024 "
        "to SIPInterface #2 (Teams) TLS TO(#138) SocketID(204) ---- #012 [Time:19-12@12:44:54.873]",
        "log.message",
        {},
    ),
    (
        ISSUE,
        "<133>[S=1718478] [SID=b9027c:24:198173]  (N  6891753) ---- Incoming SIP Message from 52.114.75.24:5061 to "
        "SIPInterface #2 (Teams) TLS TO(#134) SocketID(200) ---- #012SIP/2.0 200 OK #012FROM: "
        "<sip:10.160.111.51>;tag=1c808889852 #012TO: <sip:10.160.111.51> #012CSEQ: 1 OPTIONS",
        "sip.response",
        {"status_code": 200, "reason_phrase": "OK"},
    ),
    (
        "real: github.com/sipcapture/paStash issue 87, one record on a line of its own",
        "(N 22948448) Classification Succeeded - Source IP Group #2 (Teams) ",
        "log.message",
        {},
    ),
    (
        HANDSHAKE,
        "[S=2506] [BID=b0883a:27]  (N     8728) TLSSocketAPI(#2788) Socket debug message: "
        "CTlsSocket::ContinueHandshake TLS handshake error code 19, last error: "
        "error:00000000:lib(0):func(0):reason(0)SocketName: SIPTLS#2788, FileDesc: 6",
        "tls.server_certificate.rejected",
        {"verify_code": 19},
    ),
    (
        HANDSHAKE,
        "[S=2506] [BID=b0883a:27]  (N     8727) TLSSocketAPI(#2788) Socket error message: "
        "CTlsSocket::ContinueHandshake TLS handshake. i=0, err=337047686, errstr=error:1416F086:SSL routines:"
        "tls_process_server_certificate:certificate verify failed SocketName: SIPTLS#2788, FileDesc: 6",
        "tls.error",
        {
            "error_code": "1416F086",
            "library": "SSL routines",
            "routine": "tls_process_server_certificate",
            "reason": "certificate verify failed",
        },
    ),
    (
        "synthetic",
        "[S=41] [BID=0a1b2c:7]  (N 8) TLSSocketAPI(#2) Socket debug message: TLS handshake error code 5, last error: 0",
        "tls.handshake.failed",
        {"reason": "error code 5"},
    ),
    (
        OLD_GATEWAY,
        "[S=18989700] [SID:596640847] ( lgr_endpoint)(18915579 ) #118:Digit Map Support Enabled",
        "log.message",
        {},
    ),
    (
        "synthetic",
        f"<133>[S=30] [SID=0a1b2c:7:55]  (N  90) ---- Incoming SIP Message {TEAMS} ---- #012"
        "OPTIONS sip:sbc.contoso.com:5061;transport=tls SIP/2.0 #012FROM: <sip:sip.contoso.com:5061>;tag=3 #012"
        "CALL-ID: 7f3a #012CSEQ: 1 OPTIONS #012 [Time:19-12@12:44:56.587]",
        "sip.request",
        {"method": "OPTIONS", "request_uri": "sip:sbc.contoso.com:5061;transport=tls", "call_id": "7f3a"},
    ),
    (
        "synthetic",
        f"<133>[S=31] [SID=0a1b2c:7:55]  (N  91) ---- Outgoing SIP Message {TEAMS} ---- #012"
        "REGISTER sip:contoso.com SIP/2.0 [Time:19-12@12:44:56.590]",
        "sip.request",
        {"method": "REGISTER", "request_uri": "sip:contoso.com"},
    ),
    (
        "synthetic",
        "<133>[S=32] [SID=0a1b2c:7:55]  INVITE sip:120@contoso.com SIP/2.0 #012FROM: <sip:119@contoso.com>;tag=3",
        "sip.request",
        {"method": "INVITE", "request_uri": "sip:120@contoso.com"},
    ),
    (
        "synthetic",
        f"{BOARD}RAISE-ALARM: acCertificateExpiryAlarm; Textual Description: The certificate of TLS context 0 has "
        "expired 3 days ago; Severity critical; Source Board#1/CertificateExpiry#0; Unique ID: 62;",
        "device.alarm.raised",
        {
            "alarm": "acCertificateExpiryAlarm",
            "text": "The certificate of TLS context 0 has expired 3 days ago",
            "perceived_severity": "critical",
            "source": "Board#1/CertificateExpiry#0",
        },
    ),
    (
        "synthetic",
        f"{BOARD}CLEAR-ALARM: acProxyConnectionLost; Textual Description: Proxy Set 1; Severity:cleared; "
        "Source:Board#1; Unique ID: 63;",
        "device.alarm.cleared",
        {
            "alarm": "acProxyConnectionLost",
            "text": "Proxy Set 1",
            "perceived_severity": "cleared",
            "source": "Board#1",
        },
    ),
    (
        "synthetic",
        f"{BOARD}RAISE-ALARM: acBoardEvBoardStarted; Textual Description: Initialization Ended; Severity cleared; "
        "Source Board#1; Unique ID: 1;",
        "device.started",
        {},
    ),
    (
        "synthetic",
        f"{BOARD}RAISE-ALARM: acNTPServerStatusAlarm; Textual Description: NTP server alarm. No connection to NTP "
        "server.; Severity major; Source Board#1; Unique ID: 2;",
        "time.server.silent",
        {},
    ),
    (
        "synthetic",
        f"{BOARD}CLEAR-ALARM: acNTPServerStatusAlarm; Textual Description: NTP server alarm.; Severity cleared; "
        "Source Board#1; Unique ID: 3;",
        "time.server.replied",
        {},
    ),
    (
        "synthetic",
        f"{BOARD}error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:SSL alert number 40 "
        "[Time:19-12@12:44:56.600]",
        "tls.alert.received",
        {"description": "handshake failure", "number": 40},
    ),
    (
        CONSOLE,
        "ACL_GetSerialNumberFromMAC: mac_str = 00:90:8F:80:DD:B8 ",
        "device.identified",
        {"mac": "00:90:8F:80:DD:B8"},
    ),
    (CONSOLE, "[voip.c:2263] FXS Calibration is not required, use preconfiured params.", "log.message", {}),
    (CONSOLE, "[set_codec_params 3505] ignoring channel(-1)", "log.message", {}),
    (
        "synthetic",
        "[/home/local/AUDIOCODES/rg/pkg/voip/phone_api.c 105] polling on slic status(1)",
        "log.message",
        {},
    ),
]
