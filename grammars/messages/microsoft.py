"""Refusals by the services that a sign-in needs: web ticket, token, certificate chain.

Source of the codes: the table of responses to a wrong password in the default parameters of AudioCodes' Skype for
Business firmware 3.0.4 (public parameter data base). Source of the texts on the certificate chain: screens of Lync
Phone Edition, quoted by TechNet. It is inferred that a trace shows them.
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
reason = pp.Regex(r"AADSTS50126|AADSTS50055|0x80048821|invalid_grant")
no_chain = pp.Regex(r"Unable to locate Lync Certificate Web service|Error downloading certificate chain")
messages = [
    ("sign_in.web_ticket.failed", pp.SkipTo(reason) + reason("reason") + rest),
    ("sign_in.root_certificate.download_failed", pp.SkipTo(no_chain) + no_chain("reason") + rest),
]

samples = [
    (
        "synthetic",
        'voip_task[440]: CC       : ERR  - HTTP 400 {"error":"invalid_grant"}',
        "sign_in.web_ticket.failed",
        {"reason": "invalid_grant"},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : ERR  - AADSTS50126: Error validating credentials",
        "sign_in.web_ticket.failed",
        {"reason": "AADSTS50126"},
    ),
    (
        "synthetic",
        "voip_task[440]: LCD      : INFO - Error downloading certificate chain from OCS Registrar. Please try again",
        "sign_in.root_certificate.download_failed",
        {"reason": "Error downloading certificate chain"},
    ),
]
