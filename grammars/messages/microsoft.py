"""Refusals by Microsoft's services that a sign-in needs: web ticket, token of an OAuth service, certificate chain.

Sources: error codes of OAuth (RFC 6749 section 5.2, RFC 8628 section 3.5, Microsoft Learn on its device code flow). The
first answer to a device code is `authorization_pending`; a real line of a Teams phone shows it. 0x80048821: the table
of responses to a wrong password in the default parameters of AudioCodes' Skype for Business firmware 3.0.4 (public
parameter data base). Texts on the certificate chain: screens of Lync Phone Edition, quoted by TechNet. It is inferred
that a trace shows them. The message set `entra` has the numbers of Microsoft Entra, and comes first.
Source of the fault: the elements of MS-OCAUTHWS 2.2.4.1, with any prefix; source of 28003: Test-CsPhoneBootstrap, in
the article "VVX PIN Authentication Error" of 2017. 28020 (no valid security token) is no failure: it is the normal
answer to a request without a ticket.
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
reason = pp.Literal("0x80048821")
fault = pp.Regex(r"<(?:\w{1,20}:)?ErrorId>")
end_and_reason = pp.Regex(r"</(?:\w{1,20}:)?ErrorId>") + pp.Opt(
    pp.Regex(r"\s*<(?:\w{1,20}:)?Reason>") + pp.Regex(r"[^<]+")("reason")
)
no_chain = pp.Regex(r"Unable to locate Lync Certificate Web service|Error downloading certificate chain")
# The first answer to a device code, until the user enters it.
waiting_word = pp.Literal("authorization_pending")
refused = pp.one_of(
    "invalid_grant interaction_required consent_required unauthorized_client expired_token authorization_declined"
)
messages = [
    ("sign_in.token.pending", pp.SkipTo(waiting_word) + waiting_word("reason") + rest),
    ("sign_in.token.refused", pp.SkipTo(refused) + refused("reason") + rest),
    ("sign_in.web_ticket.failed", pp.SkipTo(reason) + reason("reason") + rest),
    (
        "sign_in.pin.refused",
        pp.SkipTo(fault) + fault + pp.Regex(r"28003")("ms_diagnostics") + end_and_reason + rest,
    ),
    (
        "sign_in.web_ticket.failed",
        pp.SkipTo(fault) + fault + pp.Regex(r"(?!28003|28020)28[0-9]{3}")("ms_diagnostics") + end_and_reason + rest,
    ),
    ("sign_in.root_certificate.download_failed", pp.SkipTo(no_chain) + no_chain("reason") + rest),
]

samples = [
    (
        "synthetic",
        'voip_task[440]: CC       : ERR  - HTTP 400 {"error":"invalid_grant"}',
        "sign_in.token.refused",
        {"reason": "invalid_grant"},
    ),
    (
        "synthetic",
        'voip_task[440]: CC       : INFO - {"error":"authorization_pending"}',
        "sign_in.token.pending",
        {"reason": "authorization_pending"},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : ERR  - response code 0x80048821",
        "sign_in.web_ticket.failed",
        {"reason": "0x80048821"},
    ),
    (
        "synthetic",
        "voip_task[440]: SIPE     : ERR  - <OCSDiagnosticsFault><Ms-Diagnostics-Fault><ErrorId>28003</ErrorId>"
        "<Reason>The pin is invalid.</Reason></Ms-Diagnostics-Fault></OCSDiagnosticsFault>",
        "sign_in.pin.refused",
        {"ms_diagnostics": 28003, "reason": "The pin is invalid."},
    ),
    (
        "synthetic",
        "voip_task[440]: SIPE     : ERR  - <af:Ms-Diagnostics-Fault><af:ErrorId>28032</af:ErrorId>"
        "<af:Reason>The web ticket is invalid.</af:Reason></af:Ms-Diagnostics-Fault>",
        "sign_in.web_ticket.failed",
        {"ms_diagnostics": 28032, "reason": "The web ticket is invalid."},
    ),
    (
        "synthetic",
        "voip_task[440]: LCD      : INFO - Error downloading certificate chain from OCS Registrar. Please try again",
        "sign_in.root_certificate.download_failed",
        {"reason": "Error downloading certificate chain"},
    ),
]
