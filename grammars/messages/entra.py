"""Numbers of Microsoft Entra ID in a sign-in: AADSTS and the status codes of Teams (0xCAA…).

Sources: the service writes AADSTS, the number and a sentence in its answer (Microsoft Learn, Entra error codes). A
public log of a device shows `AADSTS70016` while it waits for the code (github.com/toblum/ESPTeamsPresence issue 28).
Teams shows the status codes on its screen (Microsoft support, trouble signing in to Teams). It is inferred that a trace
of a phone shows them.
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
prefix = pp.Literal("AADSTS")
digits = pp.Regex(r"[1-9][0-9]{3,8}")
colon = pp.Opt(":")
# Some answers begin with a heading; the number after it is the error.
heading = pp.Literal("AADSTS70002: Error validating credentials. AADSTS")
number = (pp.SkipTo(heading) + heading | ~(pp.SkipTo(heading) + heading) + pp.SkipTo(prefix) + prefix) + colon
# Answers that belong to a sign-in: the code was not entered yet, no session exists yet, a page asks the user.
waiting = pp.Regex(r"(?:70016|50058|50199)(?![0-9])")
status = pp.Regex(r"0[xX][cC][aA]{2}[0-9A-Fa-f]{5}(?![0-9A-Za-z])")
messages = [
    ("sign_in.token.pending", number + waiting("code") + rest),
    ("sign_in.token.refused", number + ~waiting + digits("code") + rest),
    ("sign_in.failed", pp.SkipTo(pp.one_of("0xCAA 0xcaa")) + status("status") + rest),
]

samples = [
    (
        "synthetic",
        "voip_task[440]: CC       : ERR  - AADSTS50126: Error validating credentials",
        "sign_in.token.refused",
        {"code": 50126},
    ),
    (
        "synthetic",
        'voip_task[440]: CC       : ERR  - {"error":"invalid_grant","error_description":"AADSTS700082: The refresh"}',
        "sign_in.token.refused",
        {"code": 700082},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : ERR  - AADSTS70002: Error validating credentials. AADSTS50053: You have tried",
        "sign_in.token.refused",
        {"code": 50053},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : INFO - AADSTS70016: OAuth 2.0 device flow error. Authorization is pending.",
        "sign_in.token.pending",
        {"code": 70016},
    ),
    (
        "synthetic",
        "voip_task[440]: CC       : ERR  - sign-in failed, status 0xCAA82EE7",
        "sign_in.failed",
        {"status": "0xCAA82EE7"},
    ),
]
