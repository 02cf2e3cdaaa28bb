"""What programs print that use OpenSSL: its error queue, verify errors and alerts.

Source of the formats: ERR_error_string_n (`error:code:library:function:reason`, function empty from 3.0 on), s_client's
verify callback, and SSL_alert_type_string_long in s_client's information callback; error lines were reproduced with
builds of 0.9.8k to 3.0.19. A text `sslv3 alert …`, `tlsv1 alert …`, `tlsv13 alert …` or `ssl/tls alert …` is an alert
that the peer sent. So are alerts of RFC 6066 without that word, such as `tlsv1 unrecognized name`.
A connection that is reset leaves no entry in the queue. s_client prints `write:errno=104` (reproduced with 3.0.19), and
curl names the error after `SSL_connect` (lib/vtls/openssl.c).
A reason ends at a colon or at punctuation, and before a word such as `SocketName`, with which a program continues.
Lines of wpa_supplicant with `OpenSSL: tls_…` (src/crypto/tls_openssl.c of hostap) are about EAP, not about a server
that the phone signs in to, and are not read here.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
part = pp.Regex(r"[^:|]*")
of_eap = pp.SkipTo(pp.Literal("OpenSSL: tls_")) + "OpenSSL: tls_"
code = pp.Literal("error:") + pp.Regex(r"[0-9A-Fa-f]{8}")("error_code") + ":"
no_error = pp.Literal("error:00000000:")
word = r"[^\s:|,;()\[\]]"
reason = pp.Regex(rf"(?>{word}+(?: (?![A-Z][a-z]){word}+)*)")
of_extensions = (
    r"tlsv1 (?=unrecognized name|unsupported extension|certificate unobtainable|bad certificate (?:status|hash))"
)
received = pp.Regex(rf"error:[0-9A-Fa-f]{{8}}:[^:]*:[^:]*:(?:(?:sslv3|tlsv13?|ssl/tls) alert |{of_extensions})")
of_reset = pp.Regex(r"errno[ =:]*104\b|Connection reset by peer|SSL_ERROR_SYSCALL")
alert_number = pp.Literal(":SSL alert number") + pp.Word(pp.nums)("number")
messages = [
    (
        "tls.alert.received",
        ~of_eap + pp.SkipTo(pp.Literal("error:")) + received + reason("description") + pp.Opt(alert_number) + rest,
    ),
    (
        "tls.error",
        ~of_eap
        + pp.SkipTo(pp.Literal("error:"))
        + ~received
        + ~no_error
        + code
        + part("library")
        + ":"
        + pp.Opt(part("routine") + ":")
        + reason("reason")
        + rest,
    ),
    (
        "tls.server_certificate.rejected",
        pp.SkipTo(pp.Literal("verify error:"))
        + "verify error:"
        + (
            pp.Literal("num=") + pp.Word(pp.nums)("verify_code") + ":" + pp.Regex(r"[^\[]*[^\[\s]")("verify_text")
            | pp.Regex(r"[^\[]*[^\[\s]")("verify_text") + "[error=" + pp.Word(pp.nums)("verify_code") + "]"
        )
        + rest,
    ),
    (
        "tls.handshake.interrupted",
        pp.SkipTo(pp.Literal("SSL_connect:error in")) + "SSL_connect:error in" + pp.Regex(r".*[^\s]")("state"),
    ),
    (
        "tls.handshake.failed",
        pp.SkipTo(pp.Literal("SSL_connect:failed in")) + "SSL_connect:failed in" + pp.Regex(r".*[^\s]")("reason"),
    ),
    (
        "tls.handshake.reset",
        pp.SkipTo(pp.Literal("SSL_connect")) + "SSL_connect" + pp.SkipTo(of_reset) + of_reset + rest,
    ),
    ("tls.handshake.reset", pp.SkipTo(pp.Literal("write:errno=104")) + "write:errno=104" + rest),
    (
        "tls.alert.sent",
        pp.SkipTo(pp.Literal("alert write:")) + "alert write:" + pp.Regex(r"fatal|warning") + ":" + rest("description"),
    ),
    (
        "tls.alert.received",
        pp.SkipTo(pp.Literal("alert read:")) + "alert read:" + pp.Regex(r"fatal|warning") + ":" + rest("description"),
    ),
]

PREFIX = "voip_task[440]: CERT     : ERR  - "
samples = [
    (
        "synthetic",
        f"{PREFIX}error:0D0C50A1:asn1 encoding routines:ASN1_item_verify:unknown message digest algorithm",
        "tls.error",
        {
            "error_code": "0D0C50A1",
            "library": "asn1 encoding routines",
            "routine": "ASN1_item_verify",
            "reason": "unknown message digest algorithm",
        },
    ),
    (
        "synthetic",
        f"{PREFIX}error:0A000086:SSL routines::certificate verify failed",
        "tls.error",
        {"error_code": "0A000086", "library": "SSL routines", "routine": "", "reason": "certificate verify failed"},
    ),
    (
        "synthetic",
        f"{PREFIX}error:14094410:SSL routines:SSL3_READ_BYTES:sslv3 alert handshake failure:SSL alert number 40",
        "tls.alert.received",
        {"description": "handshake failure", "number": 40},
    ),
    (
        "synthetic",
        f"{PREFIX}error:1409442E:SSL routines:SSL3_READ_BYTES:tlsv1 alert protocol version",
        "tls.alert.received",
        {"description": "protocol version"},
    ),
    (
        "synthetic",
        f"{PREFIX}verify error:num=20:unable to get local issuer certificate",
        "tls.server_certificate.rejected",
        {"verify_code": 20, "verify_text": "unable to get local issuer certificate"},
    ),
    (
        "synthetic",
        f"{PREFIX}verify error: unable to get local issuer certificate [error=20]",
        "tls.server_certificate.rejected",
        {"verify_code": 20, "verify_text": "unable to get local issuer certificate"},
    ),
    ("synthetic", f"{PREFIX}SSL3 alert write:fatal:unknown CA", "tls.alert.sent", {"description": "unknown CA"}),
    (
        "synthetic",
        f"{PREFIX}SSL3 alert read:fatal:decrypt error",
        "tls.alert.received",
        {"description": "decrypt error"},
    ),
    (
        "synthetic",
        f"{PREFIX}error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116",
        "tls.alert.received",
        {"description": "certificate required", "number": 116},
    ),
    (
        "synthetic",
        f"{PREFIX}error:14094458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:SSL alert number 112",
        "tls.alert.received",
        {"description": "unrecognized name", "number": 112},
    ),
    (
        "synthetic",
        f"{PREFIX}SSL_connect:error in SSLv2/v3 read server hello A",
        "tls.handshake.interrupted",
        {"state": "SSLv2/v3 read server hello A"},
    ),
    (
        "synthetic",
        f"{PREFIX}SSL_connect:failed in SSLv3 read server hello A",
        "tls.handshake.failed",
        {"reason": "SSLv3 read server hello A"},
    ),
    ("synthetic", f"{PREFIX}SSL_connect failed, errno 104 (Connection reset by peer)", "tls.handshake.reset", {}),
    ("synthetic", f"{PREFIX}write:errno=104", "tls.handshake.reset", {}),
    ("synthetic", f"{PREFIX}error: no connection to the server", "log.message", {}),
    ("synthetic", f"{PREFIX}error:00000000:lib(0):func(0):reason(0)", "log.message", {}),
    (
        "synthetic",
        f"{PREFIX}error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed (client.c:20)",
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
        "voip_task[440]: IEEE802_1X: INFO - OpenSSL: tls_connection_handshake - SSL_connect "
        "error:14090086:SSL routines:SSL3_GET_SERVER_CERTIFICATE:certificate verify failed",
        "log.message",
        {},
    ),
]
