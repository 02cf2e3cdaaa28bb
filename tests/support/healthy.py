"""Generates lines of working phones of every family. Synthetic, modelled on lines of the stories.

They include lines that look alarming on a healthy phone: a single 401 before each 200, DNS names that a phone tries in
vain before it finds its registrar, a planned leave (`ALL LINES UN-REGISTERED`), Polycom's level 4 and 5, LLDP noise,
missing optional files.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, cycle, islice

START = datetime(2013, 7, 9, 8)
REGISTRATION = (
    "REGISTER sip:contoso.com SIP/2.0 Call-ID: {n}@192.0.2.20 CSeq: 1 REGISTER",
    "SIP/2.0 401 Unauthorized Call-ID: {n}@192.0.2.20 CSeq: 1 REGISTER",
    "SIP/2.0 200 OK Call-ID: {n}@192.0.2.20 CSeq: 2 REGISTER",
)
AUDIOCODES = "{b} {h} local7.info voip_task[440]: "
POLYCOM = "{b} {h} {p}|"
SUA = "<134>{b} {h} sua [552.560]: SUA <6+info  > "
SNOM = "{b} {h} 000413{m} "
CISCO = "{b} {h} {c} "
GRANDSTREAM = "{b} {h} HT801 [c0:74:ad:{mac}] [1.0.49.2] GS_ATA: USER.DEBUG  "
SBC = "<133>{b} {h} [S={q}] [SID=0a1b2c:7:{n}]  (N  {q}) "
BOOT = {
    "audiocodes_400hd": [
        "{b} {h} syslog.info syslogd started: BusyBox v1.22.1",
        "{b} {h} daemon.info udhcpc[201]: Sending discover...",
        "{b} {h} daemon.info udhcpc[201]: Lease of 192.0.2.20 obtained, lease time 86400",
        "{b} {h} daemon.info ntpd[214]: setting time to {i} (offset +0.210000s)",
        AUDIOCODES + "SIP      : INFO - User-Agent: AUDC-IPPhone/2.0.5 (420HD; 00908F{m})",
    ],
    "polycom_ucs": [
        POLYCOM + "so   |*|00|---------- Initial log entry ----------",
        POLYCOM + "lldp |4|00|Ignoring corrupt LLDP packet.",
        POLYCOM
        + "sip  |4|00|doDnsListLookup(tls): doDnsSrvLookupForARecordList 'sipinternal.contoso.com' found no records.",
    ],
    "cisco": [
        CISCO + "NOT {c2} (339:1850) downd-GETXXTP [GT339][src=CTLSEP{m}.tlv]"
        "[dest=/tmp/CTLFile.tlv][serv=][serv6=][sec=0]",
        CISCO + "WRN {c2} (1862:1862) TFTPD-Error: (1+1)File not found",
        CISCO + "NOT {c2} (346:1887) SECUREAPP-Hashes match... authentication successful.",
        CISCO + "INF {c2} (346:1810) SECUREAPP-SSL session setup Cert Verification - Certificate is valid.",
    ],
}
SIGN_IN = {
    "audiocodes_400hd": [AUDIOCODES + f"SIP      : INFO - {each}" for each in REGISTRATION],
    "cisco": [
        CISCO + "NOT {c2} (618:927) JAVA-SIPCC-UI_API: ui_update_registration_state_all_lines: "
        "***********ALL LINES UN-REGISTERED****************",
        CISCO + "DEB {c2} (618:927) JAVA-SIPCC-MSG_SEND_REQ: sipSPIBuildRegisterHeaders: Sending REGISTER...",
        CISCO + "NOT {c2} (618:927) JAVA-SIPCC-UI_API: ui_update_registration_state_all_lines: "
        "***********ALL LINES REGISTERED****************",
    ],
    "grandstream": [GRANDSTREAM + each for each in REGISTRATION],
    "polycom_ucs": [POLYCOM + f"sip  |3|00|{each}" for each in REGISTRATION],
    "snom": [
        SNOM + "[DEBUG0] SIP: send REGISTER ({n}: 7f3a@192.0.2.67) -> Tls:192.0.2.10:5061",
        SNOM + "[DEBUG1] SIP: recv 401 REGISTER ({n}: 7f3a@192.0.2.67) <- Tls:192.0.2.10:5061",
        SNOM + "[DEBUG1] SIP: recv 200 REGISTER ({n}: 7f3a@192.0.2.67) <- Tls:192.0.2.10:5061",
        SNOM + "[INFO  ] SIP: Registered at registrar as 7351@contoso.com (Expires: 3600 secs)",
    ],
    "yealink": [SUA + each for each in REGISTRATION],
}
RUN = {
    "audiocodes_400hd": [
        AUDIOCODES + "CERT     : INFO - {{acl_user_tls_server_validation():653}} server cert is valid. ctx->error=0.",
        AUDIOCODES + "LCD      : INFO - screen {n} of 9, state=3",
        AUDIOCODES + "SIPE     : ERR  - get_and_publish_cert: found certificate",
        "{b} {h} daemon.info ntpd[214]: reply from 192.0.2.1: offset:+0.000123 delay:0.001 status:0x24 strat:2",
    ],
    "audiocodes_sbc": [
        SBC + "---- Incoming SIP Message from 192.0.2.75:5061 to SIPInterface #2 (Teams) TLS TO(#134) SocketID(200) "
        "---- #012SIP/2.0 200 OK #012CSeq: 1 OPTIONS",
        SBC + "ReleaseAddress. IPv4IF=1 IPv6IF=-1 Port=7500",
        "<132>{b} {h} [S={q}] [BID=0a1b2c:7]  CLEAR-ALARM: acProxyConnectionLost; Textual Description: Proxy Set 1; "
        "Severity:cleared; Source:Board#1; Unique ID: {n};",
    ],
    "cisco": [CISCO + "NOT {c2} (618:927) JAVA-SIPCC-CC_API: 0/0, cc_int_fail_fallback: SIP -> GSM: FAILOVER_FALLBACK"],
    "grandstream": [GRANDSTREAM + "{e}.000000 task {n} done"],
    "linksys_spa": ["{b} {h} [0] lcfg->ucAdpDebugOpt1:{n}"],
    "lync_server_tests": ["{b} {h} Target Fqdn : pool{n}.contoso.com", "{b} {h} Result : Success"],
    "polycom_ucs": [
        POLYCOM + "pgui |5|00|Received theme {n}",
        POLYCOM + "app1 |6|00|Uploading boot log",
        POLYCOM + "clist|4|00|dbSet::srv2mem:'0004f2{m}-directory.xml' File transfer failed, trying to get local file",
        POLYCOM + "lldp |4|00|Ignoring corrupt LLDP packet.",
    ],
    "snom": [SNOM + "[DEBUG2] PHN: timer {n} fired"],
    "spectralink": [
        "{b} 192.0.2.67 {b}.00 0090.7a05.18f6 (192.000.002.067) [{x}] Successful Handoff to 0013.5f59.9970 (-68 dBm) "
        "from 0000.0000.0000 (-0 dBm), Reason 24, other APs:0013.5f59.9970 (-68 dBm) 0, TxPO:15 dB",
    ],
    "teams_android": ["{b} {h} 1899 {n} I BetterTogether:EndpointPairingService: No endpoint paired, do nothing"],
    "yealink": [
        "<133>{b} {h} LIBD[548]: HTTP<5+notice> response code: 200",
        "<134>{b} {h} AUTP[548]: AUTP<6+info  > download file success!!",
        SUA + "[000] timer {n} fired",
    ],
}  # fmt: skip
BETWEEN = 300
"""Lines between two registrations: ten minutes."""
UNINFORMATIVE = {"Spectralink", "Linksys", "Android"}
"""Vendors of phones whose healthy lines are not about the sign-in; the program reports that they say nothing."""


def healthy_lines(lines: int, phones: int = 16) -> Iterator[str]:
    """This many lines, without line ends, of this many phones of all families in turn, two seconds apart for each."""
    families = [family for family, _ in zip(cycle(sorted(RUN)), range(phones), strict=False)]
    written = [_phone(family, number) for number, family in enumerate(families)]
    return islice((next(phone) for phone in cycle(written)), lines)


def _phone(family: str, number: int) -> Iterator[str]:
    start = [*BOOT.get(family, []), *SIGN_IN.get(family, [])]
    hour = [*islice(cycle(RUN[family]), BETWEEN), *SIGN_IN.get(family, [])]
    for n, template in enumerate(chain(start, cycle(hour)), start=1):
        yield filled(template, f"{family.replace('_', '-')}-{number}", number, n, START + timedelta(seconds=2 * n))


def filled(template: str, host: str, number: int, n: int, time: datetime) -> str:
    """The `n`-th line of the phone with this number and host name, written at this time."""
    bsd = f"{time:%b} {time.day:2} {time:%H:%M:%S}"
    return template.format(
        b=bsd, h=host, n=n, q=1000 + n, x=f"{n % 65536:04x}", c=f"{n % 10000:04}",
        c2=f"{time:%b %d %H:%M:%S}.402533", p=f"{time:%m%d%H%M%S}", i=f"{time:%Y-%m-%d %H:%M:%S}.120000",
        m=f"{number:06}", e=int((time - datetime(1970, 1, 1)).total_seconds()),
        mac=f"00:{number >> 8:02x}:{number & 255:02x}",
    )  # fmt: skip
