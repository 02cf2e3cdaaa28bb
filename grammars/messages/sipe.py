"""What the open-source SIPE library prints while it registers with Lync.

Source of the texts: sip-transport.c and sipe-certificate.c of the SIPE project. That 400HD firmware embeds SIPE is
inferred from its syslog component `sipe` and its parameters lync/sipe/*.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
register = pp.SkipTo(pp.Literal("process_register_response:")) + "process_register_response:"
gave_up = pp.Regex(r"authentication handshake failed - giving up|RE-REGISTER timeout on attempt [0-9]+")
messages = [
    ("sip.register.failed", register + gave_up("reason_phrase") + rest),
    (
        "sign_in.user_certificate.found",
        pp.SkipTo(pp.Literal("get_and_publish_cert:")) + "get_and_publish_cert:" + "found certificate" + rest,
    ),
    (
        "sign_in.certificate_service.found",
        pp.SkipTo(pp.Literal("TLS-DSK Certificate Provisioning URI"))
        + "TLS-DSK Certificate Provisioning URI"
        + pp.Regex(r"\S+")("uri")
        + rest,
    ),
]

PREFIX = "voip_task[440]: SIPE     : ERR  - "
samples = [
    (
        "synthetic",
        f"{PREFIX}process_register_response: authentication handshake failed - giving up.",
        "sip.register.failed",
        {"reason_phrase": "authentication handshake failed - giving up"},
    ),
    (
        "synthetic",
        f"{PREFIX}process_register_response: RE-REGISTER timeout on attempt 3",
        "sip.register.failed",
        {"reason_phrase": "RE-REGISTER timeout on attempt 3"},
    ),
    ("synthetic", f"{PREFIX}get_and_publish_cert: found certificate", "sign_in.user_certificate.found", {}),
    (
        "synthetic",
        f"{PREFIX}initialize_auth_context: TLS-DSK Certificate Provisioning URI https://fe01.contoso.com/CertProv/x.svc",
        "sign_in.certificate_service.found",
        {"uri": "https://fe01.contoso.com/CertProv/x.svc"},
    ),
]
