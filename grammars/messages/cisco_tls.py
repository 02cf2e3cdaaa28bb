"""What Cisco phones print about TLS, in the program SECD of the 79xx and 99xx and in SECUREAPP of the 78xx and 88xx.

Real lines show connections to the Trust Verification Service (port 2445) and to servers of HTTPS. No known line is
about a registrar. A line about an alert that the phone sent is not known; it is read in the words of one received.
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
address = pp.Regex(r"[0-9A-Fa-f.:]*[0-9A-Fa-f]")
peer = "<" + address("server") + ">"
port = pp.Word(pp.nums)("port")
connecting = (
    pp.Literal("Trying to connect to IPV") + pp.Regex(r"[46], IP:") + address("server") + pp.Regex(r", Port *:") + port
    | pp.Literal("BIO created with: addr:") + address("server") + ", port:" + port
    | pp.Literal("Sec SSL Connection -") + pp.Regex(r"[A-Z_]+(?=\.(?: |$))")("role")
)
not_trusted = pp.Literal("No match found in trust list against the item") | pp.Literal(
    "HTTPS cert not in CTL"
) + pp.Opt(pp.Regex(r", <") + pp.Regex(r"[0-9.]+")("server") + ":" + port)
shook_hands = pp.Literal("Handshake successful") | "Successfully obtained a TLS connection"
accepted = pp.Regex(r"SSL session setup Cert Verification - Certificate is valid|Authenticated the HTTPS conn")
alert_text = pp.Regex(r"fatal:|warning:") + pp.Regex(r"[^:<]+")("description") + ":" + pp.Opt(peer)
own_issuer = pp.Literal("SSL session setup - Certificate issuer name =")
own_type = pp.Literal("SSL session setup - cert len=") + pp.Regex(r"[0-9]+, type=")
list_refused = pp.Regex(r"Trust List Update Failed|[Cc]annot authenticate CTL file")
tls_failed = pp.Opt("**") + pp.Regex(r"SSL(?:/TLS)? (?:handshake|setup) failed,") + peer
tls_failed_in = pp.Literal("SSL_connect:failed in") + pp.Regex(r"[^:<]+")("reason") + ":" + peer
messages = [
    ("tls.handshake.completed", pp.Opt("Sec SSL Connection -") + shook_hands + rest),
    ("tls.handshake.failed", tls_failed + rest),
    ("tls.handshake.failed", tls_failed_in + rest),
    ("tls.handshake.failed", pp.Opt("Sec SSL Connection -") + "Handshake failed" + rest),
    ("tls.handshake.started", connecting + rest),
    ("tls.client_certificate.loaded", own_issuer + pp.Regex(r"\S.*")("issuer")),
    ("tls.client_certificate.loaded", own_type + pp.Regex(r"[A-Z]+")("type") + rest),
    ("tls.trust_list.refused", pp.SkipTo(list_refused) + list_refused + rest),
    ("tls.alert.received", pp.Literal("SSL3 alert read:") + alert_text + rest),
    ("tls.alert.sent", pp.Literal("SSL3 alert write:") + alert_text + rest),
    ("tls.server_certificate.unknown", not_trusted + rest),
    ("tls.server_certificate.accepted", accepted + rest),
]

EMCC = "real: Cisco TAC article 214535, Extension Mobility Cross Cluster, a healthy 7821 with sip78xx.12-1-1-12"
MIGRATION = "real: Cisco TAC article 213407, Migrate Phones Between Secure Clusters, an 8861 with sip88xx.10-3-1-20"
DIRECTORY = "real: Cisco TAC article 118699, Corporate Directory Host Not Found, 79xx; line breaks restored"
HEADSET = "real: Cisco TAC article on headsets of an 8861 that the server refuses"
samples = [
    (
        DIRECTORY,
        "5011: ERR 10:25:10.068387 SECD: EROR:clpState: SSL3 alert read:fatal:handshake failure:<192.168.136.6>",
        "tls.alert.received",
        {"description": "handshake failure", "server": "192.168.136.6"},
    ),
    (
        DIRECTORY,
        "5012: ERR 10:25:10.069449 SECD: EROR:clpState: "
        "SSL_connect:failed in SSLv3 read server hello A:<192.168.136.6>",
        "tls.handshake.failed",
        {"reason": "SSLv3 read server hello A", "server": "192.168.136.6"},
    ),
    (
        DIRECTORY,
        "5013: ERR 10:25:10.075656 SECD: EROR:clpSetupSsl: ** SSL handshake failed, <192.168.136.6> c:14 s:15",
        "tls.handshake.failed",
        {"server": "192.168.136.6"},
    ),
    (
        DIRECTORY,
        "5014: ERR 10:25:10.076664 SECD: EROR:clpSetupSsl: SSL/TLS handshake failed, <192.168.136.6> c:14 s:15",
        "tls.handshake.failed",
        {"server": "192.168.136.6"},
    ),
    (
        DIRECTORY,
        "8096 NOT 11:04:15.173585  SECD: -Successfully obtained a TLS connection to the TVS server",
        "tls.handshake.completed",
        {},
    ),
    (
        DIRECTORY,
        "8185 NOT 11:04:15.221043  SECD: -Authenticated the HTTPS conn via TVS",
        "tls.server_certificate.accepted",
        {},
    ),
    (
        MIGRATION,
        "3310 INF Nov 29 06:33:59.403731 SECUREAPP-SSL session setup Cert Verification - Certificate is valid.",
        "tls.server_certificate.accepted",
        {},
    ),
    (
        EMCC,
        "4935 NOT Mar 09 18:32:40.161238 (346:1810) SECUREAPP-Sec SSL Connection - Handshake successful.",
        "tls.handshake.completed",
        {},
    ),
    (
        DIRECTORY,
        "5007: NOT 10:25:10.060663 SECD: clpSetupSsl: Trying to connect to IPV4, IP: 192.168.136.6, Port : 2445",
        "tls.handshake.started",
        {"server": "192.168.136.6", "port": 2445},
    ),
    (
        MIGRATION,
        "3290 DEB Nov 29 06:33:59.396111 SECUREAPP-BIO created with: addr:192.168.11.32, port:2445, mode:IPv4",
        "tls.handshake.started",
        {"server": "192.168.11.32", "port": 2445},
    ),
    (
        HEADSET,
        "7950 INF Jul 11 20:37:18.382089 (29894:30031) JAVA-Sec SSL Connection - HTTPS_TLS.",
        "tls.handshake.started",
        {"role": "HTTPS_TLS"},
    ),
    (
        HEADSET,
        "7996 ERR Jul 11 20:37:19.380225 (29894:30031) JAVA-Sec SSL Connection - Handshake failed.",
        "tls.handshake.failed",
        {},
    ),
    (
        HEADSET,
        "7988 ERR Jul 11 20:37:18.587580 (366:32531) SECUREAPP-No match found in trust list against the item",
        "tls.server_certificate.unknown",
        {},
    ),
    (
        DIRECTORY,
        "7989 ERR 11:04:15.038637  SECD: -HTTPS cert not in CTL, <10.106.111.100:8443>",
        "tls.server_certificate.unknown",
        {"server": "10.106.111.100", "port": 8443},
    ),
    (
        HEADSET,
        "7973 DEB Jul 11 20:37:18.483994 (29894:30031) JAVA-SSL session setup - Certificate issuer name = "
        "/C=MX/O=Cisco/OU=Voice/CN=CAPF-0000727f/ST=Somewhere/L=Somewhere",
        "tls.client_certificate.loaded",
        {"issuer": "/C=MX/O=Cisco/OU=Voice/CN=CAPF-0000727f/ST=Somewhere/L=Somewhere"},
    ),
    (
        MIGRATION,
        "3295 DEB Nov 29 06:33:59.396464 SECUREAPP-SSL session setup - cert len=785, type=LSC",
        "tls.client_certificate.loaded",
        {"type": "LSC"},
    ),
    (
        "synthetic",
        "12: ERR 10:25:10.068387 SECD: Trust List Update Failed",
        "tls.trust_list.refused",
        {},
    ),
    (
        "synthetic",
        "12: ERR 10:25:10.068387 SECD: EROR:clpState: SSL3 alert write:fatal:unknown CA:<192.0.2.6>",
        "tls.alert.sent",
        {"description": "unknown CA", "server": "192.0.2.6"},
    ),
]
