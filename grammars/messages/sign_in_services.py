"""What phones print about services of the sign-in: PIN, user certificate, root certificate, Exchange, update, BToE.

No trace with any of these lines is known, so their wording is inferred. Documented are the reasons for which a PIN is
refused (enumeration PinFailureReason of UCMA, Microsoft hh383225), SIPE's texts on the user certificate
(sipe-certificate.c), the text of Lync Phone Edition on Exchange (o-xchange.com), the option numbers (RFC 2132, RFC
3361), the origins of a VLAN (LLDP-MED, CDP, DHCP) and the paths of Exchange Web Services and Autodiscover (Microsoft
Learn: Autodiscover service). Real is the Warning header of a web ticket service that refuses a PIN, as
Test-CsPhoneBootstrap prints it; that a phone prints it too is inferred.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
number = pp.Regex(r"[0-9]+")
word = pp.Regex(r"[^\s,]+")
locked = pp.Regex(r"UserPinAccountLocked|PIN is locked|PIN locked out")
refused = pp.Regex(
    r"IncorrectPin|PinExpired|PinNotSet|PinNotEnabledForUser|UserDoesNotExist|Incorrect PIN|PIN is incorrect"
)
# The Warning header (RFC 2616, 14.46) of the web ticket service's answer; a phone may print it without blanks.
warning = pp.Regex(r"Warning ?: ?[0-9]{3} \S+") + pp.Opt(pp.Char('"'))
no_store = pp.Literal("data store is unavailable")
service = pp.Literal("CertProvisioningService.svc")
root = pp.Regex(r"[Rr]oot (?:CA )?certificate (?:was )?(?:downloaded|installed)")
exchange = pp.Literal("Connection to Microsoft Exchange is unavailable")
exchange_path = pp.Regex(r"/EWS/Exchange\.asmx|/ews/exchange\.asmx|/[Aa]uto[Dd]iscover/[Aa]uto[Dd]iscover\.(?:xml|svc)")
url = pp.one_of("https:// http://")
exchange_answer = (
    pp.SkipTo(url)
    + url
    + pp.Regex(r"[A-Za-z0-9.-]+")("server")
    + pp.Opt(pp.Regex(r":[0-9]{1,5}"))
    + exchange_path
    + pp.Regex(r"[^0-9]{0,40}HTTP(?:/[12](?:\.[01])?)?")
)
option = pp.Literal("DHCP option") + number("option")
update = pp.Regex(r"[Ff]irmware (?:update|upgrade) to") + pp.Regex(r"[A-Za-z_]*[0-9]+(?:\.[0-9]+)+")("version")
origin = pp.Opt("from" + word("server"))
messages = [
    ("sign_in.pin.locked", pp.SkipTo(locked) + locked("reason") + rest),
    ("sign_in.pin.refused", pp.SkipTo(refused) + refused("reason") + rest),
    ("sign_in.pin.refused", pp.SkipTo(warning) + warning + pp.Literal("InvalidPin")("reason") + rest),
    ("sign_in.user_certificate.failed", pp.Regex(r"get_and_publish_cert: [a-z ]{0,40}failed")("reason") + rest),
    ("sign_in.user_certificate.failed", pp.SkipTo(no_store) + no_store("reason") + rest),
    (
        "sign_in.root_certificate.download_failed",
        pp.SkipTo(service)
        + service
        + pp.Regex(r"[^0-9]{0,20}HTTP(?:/1\.[01])?")
        + pp.Regex(r"[45][0-9]{2}")("status_code")
        + rest,
    ),
    ("sign_in.root_certificate.downloaded", pp.SkipTo(root) + root + rest),
    ("exchange.connection.failed", pp.SkipTo(exchange) + exchange("reason") + rest),
    (
        "exchange.connection.failed",
        exchange_answer + pp.Regex(r"[45][0-9]{2}")("status_code") + pp.Opt(pp.Regex(r"[A-Za-z].*")("reason")) + rest,
    ),
    ("exchange.connected", exchange_answer + pp.Regex(r"2[0-9]{2}") + rest),
    ("exchange.connected", pp.Literal("Connected to Microsoft Exchange") + pp.Opt("at" + word("server")) + rest),
    (
        "vlan.assigned",
        pp.Literal("Voice VLAN")
        + pp.Regex(r"[1-9][0-9]*")("vlan_id")
        + pp.Opt("from" + pp.Regex(r"LLDP-MED|LLDP|CDP|DHCP")("origin"))
        + rest,
    ),
    ("vlan.untagged", pp.Literal("Voice VLAN") + "0" + rest),
    ("dhcp.option.missing", option + pp.Regex(r"(?:was )?not (?:received|offered)") + rest),
    (
        "dhcp.option.malformed",
        option + pp.Regex(r"is malformed|cannot be decoded") + pp.Opt(":" + word("value")) + rest,
    ),
    ("btoe.paired", pp.Literal("BToE paired with") + word("peer") + rest),
    ("btoe.pairing.failed", pp.Literal("BToE") + pp.Regex(r"pairing (?:failed|timed out)")("reason") + rest),
    ("update.started", update + origin + "started" + rest),
    ("update.finished", update + "finished" + rest),
    ("update.failed", update + origin + "failed" + pp.Opt(":" + pp.Regex(r".+")("reason")) + rest),
]

HEAD = "voip_task[440]: CC       : INFO - "
samples = [
    ("synthetic", f"{HEAD}web ticket: UserPinAccountLocked", "sign_in.pin.locked", {"reason": "UserPinAccountLocked"}),
    ("synthetic", f"{HEAD}PIN is locked", "sign_in.pin.locked", {"reason": "PIN is locked"}),
    ("synthetic", f"{HEAD}web ticket: IncorrectPin", "sign_in.pin.refused", {"reason": "IncorrectPin"}),
    (
        "synthetic",
        f'{HEAD}HTTP/1.1 401 Unauthorized Warning: 120 fe01.contoso.com "InvalidPin"',
        "sign_in.pin.refused",
        {"reason": "InvalidPin"},
    ),
    (
        "synthetic",
        f"{HEAD}get_and_publish_cert: request failed",
        "sign_in.user_certificate.failed",
        {"reason": "get_and_publish_cert: request failed"},
    ),
    (
        "synthetic",
        f"{HEAD}CertProvisioningService: data store is unavailable",
        "sign_in.user_certificate.failed",
        {"reason": "data store is unavailable"},
    ),
    (
        "synthetic",
        f"{HEAD}GET https://fe01.contoso.com/CertProv/CertProvisioningService.svc: HTTP/1.1 503 Service Unavailable",
        "sign_in.root_certificate.download_failed",
        {"status_code": 503},
    ),
    ("synthetic", f"{HEAD}Root certificate downloaded", "sign_in.root_certificate.downloaded", {}),
    (
        "synthetic",
        f"{HEAD}Connection to Microsoft Exchange is unavailable. Please contact your support team.",
        "exchange.connection.failed",
        {"reason": "Connection to Microsoft Exchange is unavailable"},
    ),
    (
        "synthetic",
        f"{HEAD}Connected to Microsoft Exchange at mail.contoso.com",
        "exchange.connected",
        {"server": "mail.contoso.com"},
    ),
    (
        "synthetic",
        f"{HEAD}EWS: POST https://mail.contoso.com/EWS/Exchange.asmx HTTP/1.1 401 Unauthorized",
        "exchange.connection.failed",
        {"server": "mail.contoso.com", "status_code": 401, "reason": "Unauthorized"},
    ),
    (
        "synthetic",
        f"{HEAD}GET https://autodiscover.contoso.com/autodiscover/autodiscover.xml HTTP/1.1 200 OK",
        "exchange.connected",
        {"server": "autodiscover.contoso.com"},
    ),
    ("synthetic", f"{HEAD}Voice VLAN 100 from LLDP-MED", "vlan.assigned", {"vlan_id": 100, "origin": "LLDP-MED"}),
    ("synthetic", f"{HEAD}Voice VLAN 0", "vlan.untagged", {}),
    ("synthetic", f"{HEAD}DHCP option 43 not received", "dhcp.option.missing", {"option": 43}),
    (
        "synthetic",
        f"{HEAD}DHCP option 120 cannot be decoded: pool.contoso.com",
        "dhcp.option.malformed",
        {"option": 120, "value": "pool.contoso.com"},
    ),
    ("synthetic", f"{HEAD}BToE paired with pc.contoso.com", "btoe.paired", {"peer": "pc.contoso.com"}),
    ("synthetic", f"{HEAD}BToE pairing failed, port 9999", "btoe.pairing.failed", {"reason": "pairing failed"}),
    (
        "synthetic",
        f"{HEAD}Firmware update to 3.0.1.322 from 192.0.2.10 started",
        "update.started",
        {"version": "3.0.1.322", "server": "192.0.2.10"},
    ),
    ("synthetic", f"{HEAD}Firmware update to 3.0.1.322 finished", "update.finished", {"version": "3.0.1.322"}),
    (
        "synthetic",
        f"{HEAD}Firmware update to 3.0.1.322 from 192.0.2.10 failed: no such file",
        "update.failed",
        {"version": "3.0.1.322", "server": "192.0.2.10", "reason": "no such file"},
    ),
]
