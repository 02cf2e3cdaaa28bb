"""Cisco IP phones with Unified Communications Manager: 78xx and 88xx, the older 79xx, and the console of the 89xx.

    line     = sequence [":"] level stamp [ids] process [ids] sep [module] message   ; sep is "-" or ":", or both
             / "|== Syslogd TNP==" stamp                         ; head of a log file of the 79xx
             / "[CP-" model "]" [function "(), "] message / "Welcome to CP-" model / uptime "-" letter "/" component
             / [clock "," date ":"] file "updating" / function source-line ":" message   ; console of 8941 and 8945
             / ["<?xml" … "?>"] "<x-cisco-alarm>" message                                ; an alarm of the phone
    level    = "DEB" / "INF" / "NOT" / "WRN" / "ERR"
    stamp    = [month day] hh:mm:ss.uuuuuu                       ; on the 79xx only the head of the file has a date
    ids      = "(" pid [":" tid] ")"
    module   = "SIPCC-" component ":" [line "/" call ","] [function ":"] / component ":" function ":"
             / [class ":"] function ":" / thread "|" class ":" / component "." function "[A:" n "]"
             / "sipio-recv<---" / "sipio-sent--->"
             / "[[MESSAGE_1.0]]: [" sender "] -->" function "(" ... ") --> [" receiver "] :"

How sure: four articles of Cisco's support (two 7821, an 8861, an unnamed 79xx) and two dumps (a 7942, a 7945) show such
lines, a public paste those of an 8945. What SIPCC, the SIP stack, prints is also known from its source, which Cisco
made public with Mozilla. Real lines show downloads, trust lists, TLS to the Trust Verification Service, registration
and media counters. No known line reports a boot, NTP or a refused certificate of a registrar, so none is read.

A SIP message follows a line with `sipio-`, in lines that are indented by 8 blanks or a tab and end with `^M`. It is
split at about 1000 characters, in mid-word, and continues in the next sequence number with `JAVA-`, up to
`JAVA-::End-Of-Sip-Message::`.
"""

import pyparsing as pp

vendor = "Cisco"
capture = {
    "trace": "It is the console log, among the device logs on the phone's web page, or on its command line.",
    "more": "Enter `debug sip-messages` on the phone's command line and repeat the fault.",
    "undo": "Enter `undebug sip-messages`.",
    "source": "Cisco: Monitoring Phone Systems (device logs); CUCM Troubleshooting Guide, Troubleshooting SIP (debug)",
    "families": {"sip": "Enter `debug sip-messages` on the phone's command line"},
}

sequence = pp.Word(pp.nums)("sequence") + pp.Opt(":")
level = pp.Regex(r"[A-Z]{3}")("level")
clock = r"[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}"
stamp = pp.Regex(rf"(?:[A-Z][a-z]{{2}} +[0-9]{{1,2}} +)?{clock}")("stamp")
ids = "(" + pp.Regex(r"[0-9]+(?::[0-9]+)?")("procid") + ")"
app_name = pp.Regex(r"[A-Za-z][A-Za-z0-9_]*")("app_name")
function = pp.Regex(r"[A-Za-z_][A-Za-z0-9_]*")("function")
# Other words before a colon, such as "error", are no functions.
named_function = pp.Regex(r"[a-z]+[0-9]*[A-Z_][A-Za-z0-9_]*(?=:(?: |$))|[a-z]+(?=: \[thread=)")("function") + ":"
separator = pp.Regex(r"-|:(?: *-(?!-))?")
message = pp.Regex(r"[\s\S]*")("message")

line_and_call = pp.Opt("LINE") + pp.Regex(r"[0-9]+/[0-9]+[,:]")
# The copy that is stored for alarms is not a second response.
copy_for_alarm = pp.Regex(r"ccsip_store_rcvd_msg_for_alarm")("function") + ":" + pp.Regex(r"Rcvd:SIP/2\.0 ")
sipcc = "SIPCC-" + pp.Regex(r"[A-Z0-9_]+")("component") + ":"
sipcc += pp.Opt(line_and_call) + pp.Opt(copy_for_alarm | function + ":")
# A method such as `XsiAppData:getCdUrl:`.
of_class = pp.Regex(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")("component") + ":" + named_function
module = (
    sipcc
    | pp.Regex(r"[A-Z]{2,5}(?= : )|ccsip_messaging(?=:)")("component") + ":" + function + ":"
    | pp.Literal("sipio")("component") + pp.Regex(r"-(?:recv<---|sent--->)")
    | pp.Regex(r"[A-Za-z0-9 _-]+\|") + pp.Regex(r"[A-Za-z][\w.$]*")("component") + ":" + pp.Opt(pp.Regex(r"\?? *- "))
    | of_class
    | "[[MESSAGE_1.0]]:"
    + ("[" + pp.Regex(r"[^\s\]]+")("component") + "]" + "-->")
    + (pp.Regex(r"[^()]+")("function") + pp.Regex(r"\([^()]*\)") + "-->" + pp.Regex(r"\[[^\]]*\]") + ":")
)
media = pp.Regex(r"[A-Z][A-Z0-9]*")("component") + "." + function + pp.Regex(r"\[[A-Z]:[0-9]+\]")
security = pp.Opt(pp.Regex(r"EROR:|WARN:")) + pp.Opt(named_function)
body = (
    pp.Literal("ms")("app_name") + "-" + media
    | pp.Regex(r"JAVA|JVM|CVM")("app_name") + separator + module
    | pp.Group(pp.Literal("SECD")("app_name"))("component") + separator + security
    | pp.Group(app_name)("component") + pp.Opt(ids) + separator + pp.Opt(named_function)
)
file_head = "|== Syslogd TNP==" + pp.Regex(r"[A-Z][a-z]{2} [A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8} [0-9]{4}")("stamp")
number_and_level = sequence + level + stamp + pp.Opt(ids)

uptime = pp.Regex(r"[0-9]{2}(?::[0-9]{2}){3}\.[0-9]{3} - ").set_name("uptime")
console_file = r"(?:CTL|ITL)?SEP[0-9A-Fa-f]{12}\.[a-z.]+"
date_of_console = pp.Regex(r"[0-9]{2}:[0-9]{2}:[0-9]{2}, [0-9]{2}/[0-9]{2}/[0-9]{4} :").set_name("time, date")
of_file = pp.Regex(rf"{console_file} (?:updating|not found in)|TFTP error : download {console_file}")
of_start = pp.Regex(r"Welcome to CP-89[0-9]{2}|HTTP download error, try tftp download")
console = (
    pp.Regex(r"\[CP-89[0-9]{2}\]").set_name("'[CP-89'") + pp.Opt(function + pp.Regex(r"\(\),?"))
    | uptime + pp.Regex(r"[A-Z]")("level") + "/" + pp.Regex(r"[A-Z]+")("component")
    | date_of_console + pp.FollowedBy(of_file)
    | pp.FollowedBy(of_file | of_start)
    | pp.Literal("provision_download_file")("function") + pp.Word(pp.nums)("source_line") + ":"
)
# In SIP messages it is indented.
alarm_head = pp.Regex(r"(?:<\?xml [^?>]*\?>)?<x-cisco-alarm>").leave_whitespace().set_name("x-cisco-alarm")
header = number_and_level + body + message | file_head + message | console + message | alarm_head + message

# A number, a level and microseconds; other programs write the level after the time.
distinctive = pp.Regex(r"[0-9]{1,10}:?(?= )") + pp.Regex(r"(?:DEB |INF |NOT |WRN |ERR )") + pp.Regex(
    r"(?:[A-Z][a-z]{2} {1,2}[0-9]{1,2} {1,2})?[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} "
) | pp.Regex(r"\|== Syslogd TNP==")

# Other programs may write in between, so a continuation is recognized by the number of its line.
multiline = {
    "opens": "sipio-",
    "goes_on": number_and_level + "JAVA-" + pp.Regex(r"[\s\S]*").leave_whitespace()("message"),
    "ends": "::End-Of-Sip-Message::",
    "indents": (" " * 8, "\t"),
}

levels = {"DEB": "debug", "INF": "info", "NOT": "notice", "WRN": "warning", "ERR": "err", "E": "err"}

rest = pp.Regex(r"[\s\S]*")
number = pp.Word(pp.nums)
name = pp.Regex(r"[^\s\[\]]+")
mac = pp.Regex(r"[0-9A-Fa-f]{12}")("mac")
address = pp.Regex(r"[0-9A-Fa-f.:]*[0-9A-Fa-f]")
phone_uuid = pp.Regex(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}")
bracketed = pp.Regex(r"\[[^\]]*\]")
job = pp.Opt(pp.Regex(r"\[[0-9]+\]:"))
registered = pp.Regex(r"\*+ALL LINES REGISTERED|Registration state change: \w+ ---> SIP_REG_STATE_REGISTERED\b")
line_state = pp.Literal("sipcc resp: line") + number("line") + pp.Regex(r"\([^)]*\)")
all_failed = pp.Regex(r"\*+") + pp.Literal("Registration to all CUCMs failed")("reason_phrase")
download = pp.Literal("GETXXTP") + bracketed + "[src=" + name("file") + "]" + pp.SkipTo("[serv=") + "[serv="
tftp_request = job + "Requesting" + name("file") + "from" + address("server")
http_failure = pp.Literal("http get [HTTP/1.1") + pp.Regex(r"[45][0-9]{2}")("status_code")
tftp_failure = pp.Literal("Error: (") + pp.Regex(r"[0-9+]+") + ")" + pp.Regex(r"\S+(?: \S+)*")("reason")
counted_received = pp.Literal("[Rx Count=") + number("packets") + "]" + "[Rx Lost=" + number("lost") + "]"
messages = [
    ("device.identified", pp.Literal("tracking ID:") + pp.Regex(r"[0-9]{4}")("model") + "_" + phone_uuid + mac + rest),
    ("device.identified", pp.Literal("CFGID_DEVICE_NAME") + "=" + "SEP" + mac + rest),
    ("sip.register.succeeded", registered + rest),
    ("sip.register.ended", pp.Regex(r"\*+ALL LINES UN-REGISTERED") + rest),
    ("sip.register.ended", line_state + "is NOT REGISTERED" + rest),
    ("sip.register.failed", all_failed + rest),
    ("provisioning.file.requested", download + pp.Opt(name("server")) + rest),
    ("provisioning.file.requested", tftp_request + rest),
    ("provisioning.file.received", job + "Finished --> rcvd" + number("size") + "bytes" + rest),
    ("provisioning.file.received", pp.Regex(r"XXTP complete - status = 100\b") + rest),
    ("provisioning.file.failed", http_failure + pp.Regex(r"[^\]]*")("reason") + rest),
    ("provisioning.file.failed", tftp_failure + rest),
    ("provisioning.file.verified", pp.Regex(r"Hashes match\.\.\. authentication successful") + rest),
    ("dhcp.lease.obtained", pp.SkipTo(' to "IPv4-stack-state:1 (DHCP BOUND)') + rest),
    ("call.media.sent", pp.Literal("[Tx Count=") + number("packets") + "]" + rest),
    ("call.media.received", counted_received + rest),
]
shared = ("cisco_console", "cisco_tls", "openssl", "sip", "entra")

EMCC = "real: Cisco TAC article 214535, Extension Mobility Cross Cluster, a healthy 7821 with sip78xx.12-1-1-12"
MEDIA = "real: Cisco TAC article on one-way audio with the console logs of 7800 and 8800 phones"
MIGRATION = "real: Cisco TAC article 213407, Migrate Phones Between Secure Clusters, an 8861 with sip88xx.10-3-1-20"
DIRECTORY = "real: Cisco TAC article 118699, Corporate Directory Host Not Found, 79xx; line breaks restored"
DUMP_7945 = "real: public paste 'cisco7945-console-log', 2020-11-09"
DUMP_7942 = "real: public paste 'Log Dump CISCO7942', 2021-03-08"
SIPCC = "1020 NOT Mar 09 18:40:00.000001 (618:927) JAVA-SIPCC-"
samples = [
    (DUMP_7945, "|== Syslogd TNP== Sat Jan 25 21:55:54 2014", "log.message", {}),
    (
        DUMP_7945,
        "4131: ERR 21:55:54.131163 JVM: Startup Module Loader|cip.sipcc.SipCcAdapter: - "
        "addSrstToCAgentList: isSrstSecure=false",
        "log.message",
        {"isSrstSecure": "false"},
    ),
    (
        DUMP_7942,
        "532: NOT 03:43:03.333301 TFTP: [28]:Requesting cisco_dialplan.xml from 192.168.1.125 "
        "with size limit of 550001",
        "provisioning.file.requested",
        {"file": "cisco_dialplan.xml", "server": "192.168.1.125"},
    ),
    (
        DUMP_7942,
        "533: NOT 03:43:03.336858 TFTP: [28]:Finished --> rcvd 134 bytes",
        "provisioning.file.received",
        {"size": 134},
    ),
    (DUMP_7942, "540: WRN 03:43:03.453394 SECD: WARN:lookupCTL: ** no CTL, assume TFTP NONSECURE", "log.message", {}),
    (
        DIRECTORY,
        "7990 NOT 11:04:15.038714  SECD: -TVS service available, can attempt via TVS",
        "log.message",
        {},
    ),
    (
        MIGRATION,
        "3344 NOT Nov 29 06:34:00.458890 dgetfile(877)-GETXXTP [GT877][src=ITLSEPB000B4BA0AEE.tlv]"
        "[dest=/tmp/ITLFile.tlv][serv=][serv6=][sec=0]",
        "provisioning.file.requested",
        {"file": "ITLSEPB000B4BA0AEE.tlv"},
    ),
    (
        EMCC,
        "4882 ERR Mar 09 18:32:37.985319 (1858:1858) GHTTP-http get [HTTP/1.1 503 Service Unavailab]",
        "provisioning.file.failed",
        {"status_code": 503, "reason": "Service Unavailab"},
    ),
    (
        EMCC,
        "4897 WRN Mar 09 18:32:38.754493 (1862:1862) TFTPD-Error: (1+1)File not found ",
        "provisioning.file.failed",
        {"reason": "File not found"},
    ),
    (
        EMCC,
        "4929 NOT Mar 09 18:32:38.943628 (339:1882) downd-XXTP complete - status = 100 ",
        "provisioning.file.received",
        {},
    ),
    (
        EMCC,
        "4939 NOT Mar 09 18:32:40.672180 (346:1887) SECUREAPP-Hashes match... authentication successful.",
        "provisioning.file.verified",
        {},
    ),
    (
        EMCC,
        "4851 NOT Mar 09 18:32:37.643125 (618:755) JAVA-Thread-12|cip.setg.IpStacksStateProperty:? - "
        'IpStacksStateProperty changed from "IPv4-stack-state:1 (DHCP BOUND), IPv6-stack-state:199 (IPV6 STACK TURNED '
        'OFF)" to "IPv4-stack-state:1 (DHCP BOUND), IPv6-stack-state:199 (IPV6 STACK TURNED OFF)"',
        "dhcp.lease.obtained",
        {},
    ),
    (
        EMCC,
        "5840 DEB Mar 09 18:32:45.415382 (618:927) JAVA-SIPCC-SIP_SESSION_ID: sipAddSessionIdHeader: "
        "tracking ID: 7821_cead41d7-0010-5000-a000-c80084aa8743",
        "device.identified",
        {"model": "7821", "mac": "c80084aa8743"},
    ),
    (
        EMCC,
        "5892 NOT Mar 09 18:32:45.440134 (618:927) JAVA-ccsip_messaging: sipSPIAddContactHeader: "
        "CFGID_DEVICE_NAME = SEPC80084AA8743",
        "device.identified",
        {"mac": "C80084AA8743"},
    ),
    (
        EMCC,
        "5344 NOT Mar 09 18:32:44.563711 (618:927) JAVA-SIPCC-SIP_CC_CONN: sip_regmgr_setup_cc_conns: "
        "NO VALID STANDBY CALL CONTROL AVAILABLE!",
        "log.message",
        {},
    ),
    (
        EMCC,
        "5818 NOT Mar 09 18:32:45.402533 (618:927) JAVA-SIPCC-UI_API: ui_update_registration_state_all_lines: "
        "***********ALL LINES UN-REGISTERED****************",
        "sip.register.ended",
        {},
    ),
    (
        EMCC,
        "5824 DEB Mar 09 18:32:45.403723 (618:926) JAVA-[[MESSAGE_1.0]]: [PHONE-APP] --> getRegState() --> [SIPCC] : "
        "sipcc resp: line 1 (|2222) is NOT REGISTERED",
        "sip.register.ended",
        {"line": "1"},
    ),
    (
        EMCC,
        "5913 DEB Mar 09 18:32:45.475018 (618:927) JAVA-SIPCC-SIP_STATE: 97/1, sip_reg_sm_change_state: "
        "Registration state change: SIP_REG_STATE_IDLE ---> SIP_REG_STATE_REGISTERING",
        "log.message",
        {},
    ),
    (
        EMCC,
        "5942 DEB Mar 09 18:32:45.486647 (618:927) JAVA-[[MESSAGE_1.0]]: [192.168.7.200] --> SIP/2.0 100 Trying() "
        "--> [SIPCC] : ",
        "log.message",
        {},
    ),
    (
        EMCC,
        "5944 DEB Mar 09 18:32:45.487715 (618:927) JAVA-SIPCC-SIP_MSG_SEND: ccsip_store_rcvd_msg_for_alarm: "
        "Rcvd:SIP/2.0 100 Trying  Cseq:113 REGISTER CallId:c80084aa-87430003-255b99f4-783a63d4@192.168.7.104    ",
        "log.message",
        {},
    ),
    (
        "synthetic",
        f"{SIPCC}UI_API: ui_update_registration_state_all_lines: ***********ALL LINES REGISTERED****************",
        "sip.register.succeeded",
        {},
    ),
    (
        "synthetic",
        f"{SIPCC}SIP_STATE: 97/1, sip_reg_sm_change_state: Registration state change: "
        "SIP_REG_STATE_REGISTERING ---> SIP_REG_STATE_REGISTERED",
        "sip.register.succeeded",
        {},
    ),
    (
        "synthetic",
        f"{SIPCC}UI_API: ui_reg_all_failed: ***********Registration to all CUCMs failed.***********",
        "sip.register.failed",
        {"reason_phrase": "Registration to all CUCMs failed"},
    ),
    (
        MEDIA,
        "1150 DEB Dec 21 14:33:08.179266 JAVA-sipio-recv<--- SIP/2.0 200 OK^M",
        "sip.response",
        {"status_code": 200, "reason_phrase": "OK"},
    ),
    (
        MEDIA,
        "2081 DEB Dec 21 14:33:18.688956 JAVA-sipio-recv<--- "
        "BYE sip:2fbf6265-bffc-4f99-b8b2-40dce7ed2d19@10.62.153.20:52464;transport=tcp SIP/2.0^M",
        "sip.request",
        {
            "method": "BYE",
            "request_uri": "sip:2fbf6265-bffc-4f99-b8b2-40dce7ed2d19@10.62.153.20:52464;transport=tcp",
        },
    ),
    (
        MEDIA,
        "1668 DEB Dec 21 14:33:08.380273 ms-RTPSESSION.startRTPSessionTx[A:17] enter",
        "log.message",
        {},
    ),
    (
        MEDIA,
        "2121 NOT Dec 21 14:33:18.701225 ms-MS.statm_printDecoderStats[A:17] \n"
        "                [Rx Count=0][Rx Lost=0][Pkts Discarded=0][Rx Octets=0]\n"
        "                [Avg Jitter=0][Max Jitter=0]",
        "call.media.received",
        {"packets": 0, "lost": 0},
    ),
    (
        MEDIA,
        "2124 NOT Dec 21 14:33:18.701897 ms-MS.statm_printEncoderStats[A:17] \n"
        "                [Tx Count=514][TX Octets=82240]",
        "call.media.sent",
        {"packets": 514},
    ),
    (
        "synthetic",
        "13: NOT 10:25:10.068387 SECD: setupSocketToTvsProxy: Connected to TVS proxy server",
        "log.message",
        {},
    ),
]
