"""What wpa_supplicant prints about IEEE 802.1X (EAP, its method, its certificates) and about Wi-Fi.

Source of the texts: src/common/wpa_ctrl.h (CTRL-EVENT words), src/eap_peer/eap.c, wpa_supplicant/notify.c,
wpa_supplicant/wpa_supplicant.c and src/crypto/tls_openssl.c of hostap; the numbers after `reason=` are those of
src/crypto/tls.h. A line may begin with the name of the interface (`eth0: `). CTRL-EVENT-EAP-STATUS is sent to the
control interface only, not to a log. It is inferred that desk phones use wpa_supplicant; some lines were seen on
routers.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
number = pp.Word(pp.nums)


def event(word: str) -> pp.ParserElement:
    """Any text up to one of the fixed words of wpa_ctrl.h, and the word."""
    return pp.SkipTo(pp.Literal(f"CTRL-EVENT-EAP-{word} ")) + pp.Literal(f"CTRL-EVENT-EAP-{word}")


method = pp.Regex(r"vendor [0-9]+ method") + number("method_type") + "(" + pp.Regex(r"[^()]+")("method") + ")"
at_depth = pp.Literal("depth=") + number("depth")
subject = pp.Literal("subject='") + pp.SkipTo(pp.Literal("' err='"))("subject") + "' err='"
alert = pp.Literal("SSL: SSL3 alert:")
fatal = pp.Regex(r":fatal:")
wrong_key = pp.Literal("WPA: 4-Way Handshake failed")
disabled = pp.Literal("CTRL-EVENT-SSID-TEMP-DISABLED")
no_access = pp.Regex(r"CTRL-EVENT-(?:ASSOC|AUTH)-REJECT")
cannot_begin = pp.Literal("EAP: Failed to initialize EAP method:")
refused = pp.Literal("TLS: Certificate verification failed, error")
timed_out = pp.Regex(r"Authentication with (?=[0-9A-Fa-f]{2}:)")
messages = [
    ("eap.started", event("STARTED") + rest),
    (
        "eap.method.refused",
        event("PROPOSED-METHOD") + pp.Regex(r"vendor=[0-9]+ method=") + number("method_type") + "-> NAK",
    ),
    ("eap.method.selected", event("METHOD") + "EAP" + method + "selected"),
    ("eap.method.failed", pp.SkipTo(cannot_begin) + cannot_begin + method + rest),
    (
        "eap.server_certificate.received",
        event("PEER-CERT") + at_depth + "subject='" + pp.Regex(r"[^']*")("subject") + "'" + rest,
    ),
    (
        "eap.server_certificate.rejected",
        event("TLS-CERT-ERROR")
        + pp.Literal("reason=")
        + number("failure")
        + at_depth
        + subject
        + pp.Regex(r"[^']*")("verify_text")
        + rest,
    ),
    (
        "eap.server_certificate.rejected",
        pp.SkipTo(refused)
        + refused
        + number("verify_code")
        + "("
        + pp.Regex(r"[^()]*")("verify_text")
        + pp.Literal(") depth")
        + number("depth")
        + pp.Literal("for '")
        + pp.Regex(r".*(?=')")("subject")
        + rest,
    ),
    (
        "eap.alert.received",
        pp.SkipTo(alert) + alert + "read (remote end reported an error)" + fatal + rest("description"),
    ),
    (
        "eap.alert.sent",
        pp.SkipTo(alert) + alert + "write (local SSL3 detected an error)" + fatal + rest("description"),
    ),
    ("link.security.failed", pp.SkipTo(wrong_key) + wrong_key + rest),
    ("link.security.failed", pp.SkipTo(disabled) + disabled + pp.Regex(r".*reason=(?:WRONG_KEY|AUTH_FAILED)") + rest),
    (
        "link.access_point.refused",
        pp.SkipTo(no_access) + no_access + pp.Opt(pp.Regex(r"[^\n]*?status_code=") + number("status_code")) + rest,
    ),
    ("eap.succeeded", event("SUCCESS") + rest),
    ("eap.failed", event("FAILURE") + rest),
    ("eap.timed_out", pp.SkipTo(timed_out) + timed_out + pp.Regex(r"[0-9A-Fa-f:]+")("peer") + "timed out." + rest),
]

PREFIX = "voip_task[440]: IEEE802_1X: INFO - eth0: "
samples = [
    (
        "synthetic",
        "wpa_supplicant[301]: wlan0: WPA: 4-Way Handshake failed - pre-shared key may be incorrect",
        "link.security.failed",
        {},
    ),
    (
        "synthetic",
        'wpa_supplicant[301]: wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid="voice" auth_failures=1 duration=10 '
        "reason=WRONG_KEY",
        "link.security.failed",
        {},
    ),
    (
        "synthetic",
        'wpa_supplicant[301]: wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid="voice" auth_failures=1 duration=10 '
        "reason=CONN_FAILED",
        "log.message",
        {"id": "0", "ssid": "voice", "auth_failures": "1", "duration": "10", "reason": "CONN_FAILED"},
    ),
    (
        "synthetic",
        "wpa_supplicant[301]: wlan0: CTRL-EVENT-ASSOC-REJECT status_code=17",
        "link.access_point.refused",
        {"status_code": 17},
    ),
    (
        "synthetic",
        "wpa_supplicant[301]: wlan0: CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:03:00 status_code=40",
        "link.access_point.refused",
        {"status_code": 40},
    ),
    (
        "synthetic",
        "wpa_supplicant[301]: wlan0: CTRL-EVENT-AUTH-REJECT 02:00:00:00:03:00 auth_type=0 auth_transaction=2 "
        "status_code=13",
        "link.access_point.refused",
        {"status_code": 13},
    ),
    ("synthetic", f"{PREFIX}CTRL-EVENT-EAP-STARTED EAP authentication started", "eap.started", {}),
    (
        "synthetic",
        f"{PREFIX}CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=4 -> NAK",
        "eap.method.refused",
        {"method_type": 4},
    ),
    (
        "synthetic",
        f"{PREFIX}CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=13",
        "log.message",
        {"vendor": "0", "method": "13"},
    ),
    (
        "synthetic",
        f"{PREFIX}CTRL-EVENT-EAP-METHOD EAP vendor 0 method 13 (TLS) selected",
        "eap.method.selected",
        {"method_type": 13, "method": "TLS"},
    ),
    (
        "synthetic",
        f"{PREFIX}EAP: Failed to initialize EAP method: vendor 0 method 13 (TLS)",
        "eap.method.failed",
        {"method_type": 13, "method": "TLS"},
    ),
    (
        "synthetic",
        f"{PREFIX}CTRL-EVENT-EAP-PEER-CERT depth=1 subject='/CN=Contoso Root CA' hash=00ff",
        "eap.server_certificate.received",
        {"depth": 1, "subject": "/CN=Contoso Root CA"},
    ),
    (
        "synthetic",
        f"{PREFIX}CTRL-EVENT-EAP-TLS-CERT-ERROR reason=1 depth=0 subject='/CN=radius.contoso.com' "
        "err='unable to get local issuer certificate'",
        "eap.server_certificate.rejected",
        {
            "failure": 1,
            "depth": 0,
            "subject": "/CN=radius.contoso.com",
            "verify_text": "unable to get local issuer certificate",
        },
    ),
    (
        "synthetic",
        f"{PREFIX}TLS: Certificate verification failed, error 9 (certificate is not yet valid) depth 0 for "
        "'/CN=radius.contoso.com'",
        "eap.server_certificate.rejected",
        {
            "verify_code": 9,
            "verify_text": "certificate is not yet valid",
            "depth": 0,
            "subject": "/CN=radius.contoso.com",
        },
    ),
    (
        "synthetic",
        f"{PREFIX}SSL: SSL3 alert: read (remote end reported an error):fatal:unknown CA",
        "eap.alert.received",
        {"description": "unknown CA"},
    ),
    (
        "synthetic",
        f"{PREFIX}SSL: SSL3 alert: write (local SSL3 detected an error):fatal:bad certificate",
        "eap.alert.sent",
        {"description": "bad certificate"},
    ),
    ("synthetic", f"{PREFIX}CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully", "eap.succeeded", {}),
    ("synthetic", f"{PREFIX}CTRL-EVENT-EAP-FAILURE EAP authentication failed", "eap.failed", {}),
    (
        "synthetic",
        f"{PREFIX}Authentication with 01:80:c2:00:00:03 timed out.",
        "eap.timed_out",
        {"peer": "01:80:c2:00:00:03"},
    ),
]
