"""Refusals of the web ticket and token services of Lync, Skype for Business and Azure AD.

Source of the codes: the table of wrong-password answers among the default parameters of AudioCodes' Skype for Business
firmware 3.0.4 (public parameter data base). That a trace shows the answer's text is inferred.
"""

import pyparsing as pp

rest = pp.Regex(r".*")
reason = pp.Regex(r"AADSTS50126|AADSTS50055|0x80048821|invalid_grant")
messages = [("sign_in.web_ticket.failed", pp.SkipTo(reason) + reason("reason") + rest)]

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
]
