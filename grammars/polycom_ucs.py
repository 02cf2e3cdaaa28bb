"""Polycom phones with UC Software or SIP software: VVX, SoundPoint IP, SoundStation IP, Trio; boot ROM and application.

    line      = [stamp "|"] component "|" level "|" missed "|" message           ; the message may hold bars too
    stamp     = "hhmmss.mmm" since boot / "MMDDhhmmss" / "YYMMDDhhmm"             ; one file may mix them
    component = 1 to 5 letters and digits, padded with blanks to 5
    level     = "0" ... "7" / "*"
    missed    = two digits: events that the phone has dropped so far because its processor was busy

How sure: the maker's manuals (SIP 1.4 to UC Software 5) describe fields, stamps and levels, and several public logs (IP
5000, VVX, Trio) show them. No real line has the third stamp. A log that a person pasted may have lost its stamps.
`*` marks lines that are logged at any level. Their severity in syslog is not known, so they have none. The other levels
are mapped as the phone maps them for syslog (Technical Bulletin 17124). The maker uses 5 and 6 for harmless lines, such
as a received theme or an uploaded log, and 4 for noise (LLDP), so a level alone is not a fault.

Real texts report option 43, DNS, a refused certificate (blog.schertz.name, 2012/11), and one web ticket that was not
obtained. The meaning of its error 9 is not known; that 0 means no error is inferred. No known text reports a
registration, NTP or a DHCP lease, so none is read. It is inferred that OpenSSL's errors, SIP messages, kernel faults
and the lines of the message sets on settings and Microsoft's services appear. The application seems to begin its log
with the same line as the boot ROM, so one start of the phone may count as two boots.
"""

import pyparsing as pp

vendor = "Polycom"
capture = {
    "trace": "The phone sends it to device.syslog.serverName, or uploads log files to LOG_FILE_DIRECTORY.",
    "more": "Set device.syslog.renderLevel, log.render.level and log.level.change.sip and .tls to 0; repeat the fault.",
    "undo": "Remove these parameters again: the maker warns that logging can impair the phone.",
    "source": "Technical Bulletin 17124 (syslog); manualslib.com/manual/1350820, page 100 (levels, the warning)",
    "families": {
        "dhcp": "Set log.level.change.dhcpc to 0",
        "dns": "Set log.level.change.dns to 0",
        "sign_in": "Set log.level.change.tickt to 0",
        "sip": "Set log.level.change.sip to 0",
        "tls": "Set log.level.change.tls to 0",
    },
}

stamp = pp.Regex(r"[0-9]{6,8}\.[0-9]{3}|[0-9]{10}")("stamp") + "|"
component = pp.Regex(r"[A-Za-z][A-Za-z0-9]{0,4}")("component") + "|"
level = pp.Char("01234567*")("level") + "|"
missed = pp.Regex(r"[0-9]{2}").set_name("two digits of missed lines")("missed") + "|"
header = pp.Opt(stamp) + component + level + missed + pp.Regex(r".*")("message")

distinctive = (
    pp.Regex(r"(?:(?:[0-9]{6,8}\.[0-9]{3}|[0-9]{10})\|)?[A-Za-z][A-Za-z0-9]{0,4}")
    + pp.MatchFirst([pp.Literal(f"|{level}|") for level in "01234567*"])
    + pp.Regex(r"[0-9]{2}\|")
)

levels = {"0": "debug", "1": "debug", "2": "info", "3": "info", "4": "err", "5": "crit", "6": "emerg", "7": "notice"}

rest = pp.Regex(r".*")
version = pp.Regex(r"[0-9]+(?:\.[0-9]+)+")
application = pp.Literal("Application, main: Label=") + ~pp.Literal("BOOT") + pp.Regex(r"\w+") + ", Version="
code_name = pp.Regex(r"[A-Za-z]\w*")
mac = pp.Regex(r"[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")("mac")
lookup = pp.Regex(r"doDnsListLookup\(\w+\):") + "doDnsSrvLookupForARecordList"
messages = [
    ("device.started", pp.Literal("---------- Initial log entry ----------") + rest),
    ("device.restarting", pp.Literal("---------- Final log entry ----------") + rest),
    ("device.restarting", pp.Literal("Manual Restart")("reason") + rest),
    ("device.watchdog.expired", pp.Literal("Watchdog Expired:") + pp.Regex(r"[^,\s]+")("task") + rest),
    ("device.identified", pp.Literal("Platform: Model=") + pp.Regex(r"[^,]+")("model") + rest),
    ("device.identified", pp.Literal("Platform: MAC=") + mac + rest),
    ("device.identified", pp.Literal("Interface eth") + pp.Regex(r"[0-9]+ MAC=") + mac + rest),
    ("device.identified", application + pp.Opt(code_name) + version("firmware") + rest),
    ("provisioning.file.failed", pp.Literal("Failed to download file") + pp.Regex(r"\S+")("file") + rest),
    (
        "provisioning.file.failed",
        pp.Regex(r"[^']*'") + pp.Regex(r"[^']+")("file") + "'" + pp.Literal("File transfer failed")("reason") + rest,
    ),
    (
        "provisioning.file.failed",
        "Server '"
        + pp.Regex(r"[^']+")("server")
        + "' said '"
        + pp.Regex(r"[^']+")("file")
        + "'"
        + pp.Literal("is not present")("reason")
        + rest,
    ),
    (
        "provisioning.file.failed",
        pp.Opt("Prov|") + "Download of" + pp.Regex(r"[a-z ]*[a-z](?= failed)")("file") + pp.Literal("failed") + rest,
    ),
    ("provisioning.file.failed", pp.Literal("Configuration of URL failed")("reason") + rest),
    ("provisioning.stored_used", pp.Opt("Prov|") + "Trying to boot from existing configuration" + rest),
    (
        "dhcp.option.unknown",
        pp.Opt("Prov|") + "Unknown suboption received for DHCP option" + pp.Word(pp.nums)("option") + rest,
    ),
    (
        "sign_in.web_ticket.address_invalid",
        pp.Opt("Prov|") + "Invalid STS-URI:" + "'" + pp.Regex(r"[^']*")("uri") + rest,
    ),
    ("vlan.lldp.discarded", pp.Literal("Ignoring corrupt LLDP packet") + rest),
    ("sign_in.web_ticket.failed", pp.Literal("m_eErrorCode [") + pp.Regex(r"[1-9][0-9]*")("reason") + rest),
    (
        "dns.lookup.failed",
        lookup + "'" + pp.Regex(r"[^']+")("name") + "'" + pp.Literal("found no records")("reason") + rest,
    ),
    (
        "tls.server_certificate.rejected",
        pp.Literal("Server certificate verification failed,") + pp.Regex(r".*\S")("verify_text"),
    ),
    ("tls.handshake.failed", pp.Literal("MakeTlsConnection:") + pp.Regex(r"SSL_connect error .*\S")("reason")),
    ("sip.transport.failed", pp.Literal("MakeTlsConnection:") + pp.Regex(r"connection failed error .*\S")("reason")),
]
shared = ("openssl", "sip", "entra", "microsoft", "linux", "settings", "sign_in_services")

IP5000 = "real: boot log of a SoundStation IP 5000 in a public paste, boot ROM 4.3.0; runs of blanks are lost"
VVX = "real: log of a VVX in the public paste 'Polycom VVX IP 150 Line Unreg', 2025-06-07; runs of blanks are lost"
RESTART = "real: log of a VVX with Skype for Business in a public paste; runs of blanks are lost"
NO_SERVER = "real: log of a VVX in the public paste S4imgsBq, which begins in the middle of a line"
APP_LOG = "real: log of a VVX in the public paste peUYM0Bf; the server's name is changed"
TRIO = "real: log of a RealPresence Trio, recorded in 2022 in a public test suite"
SIPXCOM = "real: a public procedure for VVX 400 phones, 2026-03-02, without stamps"
SCHERTZ = "real: blog.schertz.name 2012/11, Importing certificates on Polycom phones; stamps removed"
PIN = "real: blog article 'VVX PIN Authentication Error', 2017-02-02, a VVX310 with 5.4.0.10182"
HARMLESS = "real: text of a public log of a VVX; stamp removed"
samples = [
    (
        "real: SIP 1.4 administrator guide, page 112",
        "011511.006|so |2|00|soCoreAudioTermChg: chassis -> idle",
        "log.message",
        {},
    ),
    (IP5000, "000000.405|so |*|00|---------- Initial log entry ----------", "device.started", {}),
    (IP5000, "000000.405|utilm|*|00|Initial log entry. Current logging level 4", "log.message", {}),
    (
        IP5000,
        "0913152920|so |3|00|Platform: Model=SoundStation IP 5000, Assembly=3111-30900-001 Rev=B",
        "device.identified",
        {"model": "SoundStation IP 5000"},
    ),
    (
        IP5000,
        "0913152920|so |3|00|Platform: MAC=0004f2e7325a, IP=Resolving, Subnet Mask=Resolving",
        "device.identified",
        {"mac": "0004f2e7325a"},
    ),
    (
        IP5000,
        "0913152920|so |3|00|Application, main: Label=BOOT, Version=Muscovite 4.3.0.0246 04-Jun-10 17:17",
        "log.message",
        {"Label": "BOOT", "Version": "Muscovite"},
    ),
    (
        "synthetic",
        "0913152941|so   |3|00|Application, main: Label=SIP, Version=Boulder 3.2.3.1734 04-Jun-10 17:17",
        "device.identified",
        {"firmware": "3.2.3.1734"},
    ),
    (
        "synthetic",
        "0913152941|so   |*|00|Interface eth0 MAC=0004f2000001",
        "device.identified",
        {"mac": "0004f2000001"},
    ),
    (TRIO, "1015152006|lldp |4|00|Ignoring corrupt LLDP packet.", "vlan.lldp.discarded", {}),
    (
        TRIO,
        "1015152457|log  |4|00|UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 17",
        "log.message",
        {},
    ),
    (VVX, "005435.984|cfg |4|00|Prm|cfgParamCbSet: duplicate function pointer", "log.message", {}),
    (
        VVX,
        "005436.016|clist|4|00|dbSet::srv2mem:'64167f55fb23-directory.xml' File transfer failed, "
        "trying to get local file",
        "provisioning.file.failed",
        {"file": "64167f55fb23-directory.xml", "reason": "File transfer failed"},
    ),
    (
        NO_SERVER,
        "1014151422|cfg  |4|00|Prov|Download of master configuration file failed",
        "provisioning.file.failed",
        {"file": "master configuration file"},
    ),
    (
        NO_SERVER,
        "1014151421|copy |4|00|Configuration of URL failed",
        "provisioning.file.failed",
        {"reason": "Configuration of URL failed"},
    ),
    (
        NO_SERVER,
        "1014151422|cfg  |4|00|Prov|Trying to boot from existing configuration",
        "provisioning.stored_used",
        {},
    ),
    (
        APP_LOG,
        "0618082315|copy |*|00|Server 'prov.contoso.com' said 'prov/0004f2000001-app.log' is not present",
        "provisioning.file.failed",
        {"server": "prov.contoso.com", "file": "prov/0004f2000001-app.log", "reason": "is not present"},
    ),
    (SIPXCOM, "sip|*|00|Sip Register Usr:2xx Dsp:[Room Name] Auth:'2xx/[mac]'", "log.message", {}),
    (
        SIPXCOM,
        "res|4|00|Failed to download file WTEK-Polycom-VVX-Bkgrd_320x240_v2.jpg",
        "provisioning.file.failed",
        {"file": "WTEK-Polycom-VVX-Bkgrd_320x240_v2.jpg"},
    ),
    (RESTART, "001011.094|app1 |*|00|Manual Restart", "device.restarting", {"reason": "Manual Restart"}),
    (RESTART, "001028.743|wdog |*|00|Watchdog Expired: tApp0, 44", "device.watchdog.expired", {"task": "tApp0"}),
    (RESTART, "001028.745|log |*|00|---------- Final log entry ----------", "device.restarting", {}),
    (HARMLESS, "pgui |5|00|Received theme", "log.message", {}),
    (HARMLESS, "app1 |6|00|Uploading boot log", "log.message", {}),
    (
        SCHERTZ,
        "cfg |4|00|Prov|Unknown suboption received for DHCP option 43",
        "dhcp.option.unknown",
        {"option": 43},
    ),
    (
        SCHERTZ,
        "cfg |4|00|Prov|Invalid STS-URI: 'http:///anon'",
        "sign_in.web_ticket.address_invalid",
        {"uri": "http:///anon"},
    ),
    (
        f"{SCHERTZ}; domain changed",
        "sip |4|00|doDnsListLookup(tls): doDnsSrvLookupForARecordList 'sipinternal.contoso.com' found no records.",
        "dns.lookup.failed",
        {"name": "sipinternal.contoso.com", "reason": "found no records"},
    ),
    (
        SCHERTZ,
        "sip |4|00|Server certificate verification failed, Untrusted Certificate",
        "tls.server_certificate.rejected",
        {"verify_text": "Untrusted Certificate"},
    ),
    (
        SCHERTZ,
        "sip |4|00|MakeTlsConnection: SSL_connect error 1",
        "tls.handshake.failed",
        {"reason": "SSL_connect error 1"},
    ),
    (
        SCHERTZ,
        "sip |4|00|MakeTlsConnection: connection failed error -1",
        "sip.transport.failed",
        {"reason": "connection failed error -1"},
    ),
    (PIN, "0202115811|tickt|*|00|m_bCertExpired [1]", "log.message", {}),
    (PIN, "0202115811|tickt|*|00|m_eErrorCode [9]", "sign_in.web_ticket.failed", {"reason": "9"}),
    ("synthetic", "0202115811|tickt|*|00|m_eErrorCode [0]", "log.message", {}),
    (
        "synthetic",
        "<134>Oct 28 17:16:41 synthetic-phone 1028171641|sip  |3|00|REGISTER sip:contoso.com SIP/2.0 Call-ID: 7@x",
        "sip.request",
        {"method": "REGISTER", "request_uri": "sip:contoso.com", "call_id": "7@x"},
    ),
    (
        "synthetic",
        "<131>Oct 28 17:16:42 synthetic-phone 1028171642|sip  |4|00|SIP/2.0 403 Forbidden CSeq: 2 REGISTER",
        "sip.register.failed",
        {"status_code": 403, "reason_phrase": "Forbidden"},
    ),
    ("synthetic", "0210281716|cfg  |3|00|Prm|a|b", "log.message", {}),
]
