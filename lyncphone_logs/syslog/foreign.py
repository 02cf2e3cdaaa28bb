"""Recognizes lines of programs whose logs people confuse with a phone's trace, to name the program.

A pattern is tried at the start of a line, after its syslog framing. Nothing else is read of such a line.
"""

import re
from functools import cache
from typing import NamedTuple

# The process id after a program, as syslog writes it.
_PID = r"(?:\[\d{1,10}\])?:[ ]"
_DATE, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d"
_LEVEL = r"(?:DEBUG|INFO|NOTICE|WARNING|ERR|ERROR|CRIT|ALERT|EMERG|CONSOLE)"


class Program(NamedTuple):
    """A program that is no phone: its name, the beginning of its lines, and where that form is from."""

    name: str
    pattern: str
    source: str


PROGRAMS = (
    Program(
        "Asterisk",
        rf"(?:asterisk{_PID})?(?:\[[^\]]{{8,32}}\][ ])?(?:VERBOSE|DTMF|DEBUG|NOTICE|WARNING|ERROR|SECURITY)"
        r"\[\d{1,10}\]"
        rf"|asterisk{_PID}|<---[ ](?:SIP[ ]read|(?:Ret|T)ransmitting|Received[ ]SIP|Transmitting[ ]SIP)[ ]",
        "Asterisk main/logger.c and channels/chan_sip.c; issue chan-sccp #548",
    ),
    Program(
        "FreeSWITCH",
        rf"(?:[0-9a-f-]{{36}}+[ ])?{_DATE}[ ]{_CLOCK}(?:\.\d{{1,6}})?[ ](?:\d{{1,3}}\.\d\d%[ ])?"
        rf"\[{_LEVEL}\][ ]\w{{1,64}}\.(?:c|cpp):\d"
        rf"|[0-9a-f-]{{36}}[ ](?:Dialplan|EXECUTE|{_DATE}|sofia/)|freeswitch{_PID}",
        "https://wiki.freeswitch.org/wiki/Mod_logfile, 'Contents'",
    ),
    Program(
        "Kamailio",
        rf"(?:kamailio|ser){_PID}"
        rf"|[\w-]{{1,32}}(?:\[\d{{1,10}}\]|\(\d{{1,10}}\)):[ ]{_LEVEL}:[ ](?:\{{[^}}]{{1,200}}\}}[ ])?"
        r"[\w<>]{1,32}[ ]\[[\w./]{1,64}:\d"
        rf"|[ ]{{0,2}}\d{{1,3}}\(\d{{1,10}}\)[ ]{_LEVEL}:[ ]",
        "issue kamailio #3765; Kamailio src/core/dprint.h",
    ),
    Program(
        "OpenSIPS",
        rf"opensips{_PID}|[\w-]{{1,32}}\[\d{{1,10}}\]:[ ](?:DBG|{_LEVEL}):\w{{1,32}}:\w{{1,64}}:[ ]",
        "issue OpenSIPS #2569",
    ),
    Program(
        "pjsip",
        rf"{_CLOCK}\.\d{{3}}[ ]{{1,24}}[\w@!.]{{0,24}}"
        r"(?:\.c|\.cpp|0x[0-9A-Fa-f]{6,16}|[0-9A-F]{12,16}|SSL|tcp|udp|tls)[ ]",
        "issue JFC-microsip #10; pjlib src/pj/log.c",
    ),
    Program(
        "a web server (nginx, Apache)",
        r'(?:nginx:[ ])?(?:[0-9A-Fa-f.:]{2,45}[ ]-[ ][^ ]{1,64}[ ]\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d[ ][+-]\d{4}\][ ]"'
        r"|\d{4}/\d\d/\d\d[ ]\d\d:\d\d:\d\d[ ]\[\w{1,10}\][ ]\d{1,10}#\d)",
        "nginx ngx_http_log_module and ngx_log.c; gist crised/ab7e926e4ef0c26d42ca",
    ),
    Program("a TFTP server", rf"(?:in\.)?(?:a?tftpd|dnsmasq-tftp){_PID}", "issue sccp_manager #79"),
    Program(
        "Linux daemons",
        rf"(?:dhcpd|dhclient|ntpd|chronyd|named|sshd|systemd|systemd-\w{{1,16}}|CRON|crond?|dnsmasq(?:-dhcp)?|rsyslogd"
        rf"|sudo|su|NetworkManager|dbus-daemon|postfix/\w{{1,16}}|slapd|snmpd|httpd|freeradius|radiusd|auditd|polkitd){_PID}"
        r"|kernel:[ ](?:\[[ ]{0,8}\d{1,10}\.\d{6}\][ ])?|\[[ ]{0,8}\d{1,10}\.\d{6}\][ ]",
        "syslog(3): program, process id and text; Linux kernel/printk",
    ),
    Program(
        "Android (logcat)",
        r"(?:\d{4}-)?\d\d-\d\d[ ]\d\d:\d\d:\d\d\.\d{3}[ ]{1,6}\d{1,7}[ ]{1,6}\d{1,7}[ ][VDIWEF][ ]"
        r"|[VDIWEFA]/[^(\n]{1,64}\([ ]{0,6}\d{1,7}\):[ ]"
        r"|\d{4}-\d\d-\d\d[ ]\d\d:\d\d:\d\d\.\d{3}[ ]\d{1,7}-\d{1,7}/[\w.:?]{1,128}[ ][VDIWEFA]/",
        "Android Debug Bridge: logcat -v threadtime and brief; issue baresip #1240; Android Studio",
    ),
    Program(
        "Lync or Skype for Business Server (OCSLogger, CLS)",
        r"TL_(?:INFO|WARN|ERROR|VERBOSE|NOISE|FATAL)\(TF_\w{1,24}\)[ ]|\$\$begin_record|Trace-Correlation-Id:[ ]",
        "Lync Server 2010 Logging Tool (OCSLogger.exe), as Snooper reads it",
    ),
    Program(
        "the Lync or Skype for Business client",
        r"\d\d/\d\d/\d{4}\|\d\d:\d\d:\d\d\.\d{3}[ ][0-9A-F]{1,8}:[0-9A-F]{1,8}[ ][A-Z]{4,8}[ ]{1,3}::",
        "Lync 2013 UCCAPI log, as Snooper reads it",
    ),
    Program(
        "the Windows event log",
        r"(?:Information|Warning|Error|Critical|Verbose),\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[ ][^,]{4,16},"
        r"[^,]{1,64},\d{1,6},"
        r"|Level,Date[ ]and[ ]Time,Source,Event[ ]ID|Log[ ]Name:[ ]{1,8}\w|Event[ ]ID:[ ]{1,8}\d",
        "Windows Event Viewer: 'Save All Events As' CSV, and 'Copy details as text'",
    ),
    Program(
        "3CX",
        r"[^\[\n]{0,120}\[(?:CM|MS|EC|IP|DB|VM)\d{6}\][: ]",
        "https://www.3cx.com/blog/docs/analyzing-registration/",
    ),
    Program(
        "Cisco IOS (voice gateway)",
        r"(?:\d{1,10}:[ ])?[*.]?\w{3}[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d(?:\.\d{3})?(?:[ ]\w{2,5})?:[ ](?:%[A-Z]|//)"
        r"|//-?\d{1,10}/\w{12}/\w{1,16}/|%[A-Z0-9_]{2,32}-\d-[A-Z0-9_]{2,32}:[ ]",
        "Cisco IOS: debug ccsip messages, and system messages of the form %FACILITY-SEVERITY-MNEMONIC",
    ),
    Program(
        "Pidgin",
        r"\(\d\d:\d\d:\d\d\)[ ][\w -]{1,32}:[ ]",
        "libpurple/debug.c; a debug log of Pidgin SIPE",
    ),
)
"""Tried in this order."""


@cache
def _any_program() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<p{number}>{program.pattern})" for number, program in enumerate(PROGRAMS)))


def program_of(text: str, app_name: str | None = None) -> str:
    """The name of the program that wrote a line; "" if it is none of PROGRAMS.

    `text` is what follows the syslog framing, with or without the path of the program. `app_name` is the name of the
    program if the framing has one.
    """
    if app_name and not text.startswith(app_name):
        text = f"{app_name}: {text}"
    elif text.startswith("/"):
        tag, blank, rest = text.partition(" ")
        text = f"{tag.rpartition('/')[2]}{blank}{rest}"
    found = _any_program().match(text)
    return PROGRAMS[int((found.lastgroup or "p0")[1:])].name if found else ""
