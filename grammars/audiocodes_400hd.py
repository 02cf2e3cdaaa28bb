"""AudioCodes 400HD desk phones (405HD to 450HD) with Lync, Skype for Business or generic SIP firmware.

    line     = tag module ":" level dash [origin] message
             / module ":" level dash origin message
             / daemon-tag message / "syslogd started: BusyBox" message        ; BusyBox's daemons, and voip_task
             / "kernel:" message                                              ; if it names voip_task
    tag      = app-name ["[" procid "]"] ":"
    module   = the syslog component in capitals, padded with blanks ("CERT     ")
    level    = "ERR" and other words
    dash     = "-", or a dash that a word processor put in its place
    origin   = "{" function "():" source-line "}"

How sure: one real line is known, the founding line (a blog article of July 2013). There is no evidence of module words
other than CERT, of levels other than ERR, or of messages of several lines, so any word is read after `voip_task`. Many
programs print `name: WORD: word - text`. With another tag than `voip_task` the line must have an origin, or padding
after its module. Two public projects show that such phones run BusyBox; BusyBox's source shows what its daemons print.
They print the same on phones of other makers, so a line of a daemon does not prove the maker, and is always read here.
The numbers after `ctx->error=` are OpenSSL's (x509_vfy.h); only 7 was seen in this line.
"""

import pyparsing as pp

vendor = "AudioCodes"
capture = {
    "trace": "The phone sends it to a syslog server: system/syslog/mode NETWORK, system/syslog/server_address.",
    "more": "Set syslog components to DEBUG (web page, Status & Diagnostics, Tracing) and repeat the fault.",
    "undo": "Set the components to NONE and system/syslog/mode to LOCAL; these are the defaults.",
    "source": "founding article (Tracing page); github.com/shanehoey/ipphones parameterDB/ipp-all.json (3.0.4.1264)",
    "families": {
        "dhcp": "Set the syslog components kernel and control_center to DEBUG",
        "eap": "Set the syslog component ieee802_1x to DEBUG",
        "exchange": "Set the syslog components voip_application and control_center, and lync/ews/log, to DEBUG",
        "sign_in": "Set the syslog components lcd_display, control_center, sipe and cert to DEBUG",
        "sip": "Set the syslog components sip_stack, sip_call_control and sipe to DEBUG",
        "time": "Set the syslog component control_center to DEBUG",
        "tls": "Set the syslog components cert, sip_stack and voip_application to DEBUG",
        "vlan": "Set the syslog components kernel and control_center to DEBUG",
    },
}

app_name = pp.Regex(r"[A-Za-z_][A-Za-z0-9_./-]*")("app_name")
procid = "[" + pp.Word(pp.nums)("procid") + "]"
component = pp.Regex(r"[A-Za-z][A-Za-z0-9_]*")("component")
level = pp.Regex(r"[A-Za-z]+")("level")
dash = pp.Char("-–—").set_name("dash")
origin = "{" + pp.Regex(r"[^ \n\r\t(){}]+")("function") + "()" + ":" + pp.Word(pp.nums)("source_line") + "}"
message = pp.Regex(r".*")("message")

own_tag = pp.Literal("voip_task")("app_name") + pp.Opt(procid) + ":"
# What grep and viewers write before the tag is no part of it.
tag = ~pp.Regex(r"[A-Za-z0-9_./-]+[./-]voip_task\b") + app_name + pp.Opt(procid) + ":"
padded = pp.Regex(r"[A-Z][A-Z0-9_]*")("component") + pp.Regex(r" {2,16}:").leave_whitespace()
daemons = pp.one_of("voip_task udhcpc ntpd syslogd klogd init wpa_supplicant ifplugd").set_name("daemon")
daemon = daemons("app_name") + pp.Opt(procid) + ":"
header = (
    own_tag + component + ":" + level + dash + pp.Opt(origin) + message
    | tag + component + ":" + level + dash + origin + message
    | tag + padded + level + dash + message
    | component + ":" + level + dash + origin + message
    | daemon + message
    | pp.Literal("kernel")("app_name") + ":" + pp.Regex(r".*?voip_task.*")("message")
    | pp.Regex(r"syslogd started: BusyBox .*").set_name("'syslogd started: BusyBox'")("message")
)

# No other program is called voip_task, and none is known that writes module, level, dash and origin.
short_tag = pp.Regex(r"[A-Za-z_][A-Za-z0-9_./-]{0,47}(?:\[[0-9]{1,10}\])?:")
module_and_origin = (
    pp.Regex(r"[A-Za-z][A-Za-z0-9_]{0,31}")
    + pp.Regex(r":(?= {0,4}[A-Z])")
    + pp.Regex(r"[A-Z]{1,12}")
    + dash
    + pp.Regex(r"\{[^ \n\r\t(){}]{1,64}\(\):[0-9]{1,6}\}")
)
distinctive = pp.Regex(r"voip_task(?:\[[0-9]{1,10}\])?:") | short_tag + module_and_origin | module_and_origin

levels = {"ERR": "err", "ERROR": "err", "WARN": "warning", "NOTICE": "notice", "INFO": "info", "DEBUG": "debug"}

rest = pp.Regex(r".*")
# The User-Agent in a SIP message may be that of the peer.
in_sip_message = pp.SkipTo(pp.Literal("SIP/2.0")) + "SIP/2.0"
device = "(" + pp.Regex(r"[0-9]{3}[A-Z]+")("model") + pp.SkipTo(";") + ";" + pp.Regex(r"[0-9A-Fa-f]{12}")("mac") + ")"
messages = [
    (
        "tls.server_certificate.rejected",
        pp.SkipTo(pp.Literal("ctx->error")) + "ctx->error" + "=" + pp.Regex(r"[1-9][0-9]*")("verify_code") + rest,
    ),
    (
        "sign_in.failed",
        pp.Combine(pp.Literal("Verification failed for the domain"))("reason")
        + pp.Regex(r"[\w.-]*\w")("domain")
        + rest,
    ),
    (
        "device.identified",
        ~in_sip_message
        + pp.SkipTo(pp.Literal("AUDC-IPPhone"))
        + (
            pp.Literal("AUDC-IPPhone/") + pp.Regex(r"[0-9][\w.]*")("firmware") + device
            | pp.Literal("AUDC-IPPhone-") + pp.Regex(r"[0-9A-Z]+")("model") + "_" + pp.Regex(r"UC_[0-9.]+")("firmware")
        )
        + rest,
    ),
]
shared = (
    "openssl", "busybox", "wpa_supplicant", "sip", "sipe", "entra", "microsoft", "linux", "settings",
    "sign_in_services",
)  # fmt: skip

FOUNDING = "real: blog article 'Configuring AudioCodes 400HD series phones with Lync Server 2013', July 2013"
VALIDATION = "voip_task[440]: CERT     : ERR  - {acl_user_tls_server_validation():653} "
samples = [
    (
        FOUNDING,
        "voip_task[440]: CERT     : ERR  – "
        "{acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7.",
        "tls.server_certificate.rejected",
        {"verify_code": 7},
    ),
    (
        "synthetic",
        f"{VALIDATION}server cert is invalid. ctx->error=20.",
        "tls.server_certificate.rejected",
        {"verify_code": 20},
    ),
    (
        "synthetic",
        "CERT : ERR — {acl_check():9} ctx->error = 62",
        "tls.server_certificate.rejected",
        {"verify_code": 62},
    ),
    ("synthetic", f"{VALIDATION}server cert is valid. ctx->error=0.", "log.message", {"ctx->error": "0"}),
    (
        "synthetic",
        "voip_task[440]: LCD      : INFO - Verification failed for the domain contoso.com.",
        "sign_in.failed",
        {"reason": "Verification failed for the domain", "domain": "contoso.com"},
    ),
    (
        "synthetic",
        "voip_task[440]: SIP      : INFO - User-Agent: AUDC-IPPhone/2.2.8.61 (440HDG-Rev0; 00908F602AAC)",
        "device.identified",
        {"firmware": "2.2.8.61", "model": "440HDG", "mac": "00908F602AAC"},
    ),
    (
        "synthetic",
        "voip_task[440]: SIP      : INFO - User-Agent: AUDC-IPPhone-405HD_UC_3.1.2.89/11",
        "device.identified",
        {"firmware": "UC_3.1.2.89", "model": "405HD"},
    ),
    (
        "synthetic",
        "lcd_task[12]: LCD      : INFO - Verification failed for the domain contoso.com.",
        "sign_in.failed",
        {"reason": "Verification failed for the domain", "domain": "contoso.com"},
    ),
    (
        "synthetic",
        "tls_task[12]: CERT: ERR - {acl_check():9} ctx->error=20",
        "tls.server_certificate.rejected",
        {"verify_code": 20},
    ),
    (
        "synthetic",
        "kernel: [ 1234.567890] voip_task[440]: segfault at 0 ip 00008a54 sp be9f4c10 error 4",
        "device.crashed",
        {"task": "voip_task", "reason": "segfault at"},
    ),
    (
        "synthetic",
        "voip_task[12]: CC: Notice - registration state=2 line=1",
        "log.message",
        {"state": "2", "line": "1"},
    ),
]
