"""SIP start lines (RFC 3261 section 7) and the Microsoft header ms-diagnostics (MS-OCER).

BusyBox syslogd writes the line ends of a message as blanks, so a complete SIP message is one line. If it is truncated
after the start line, the other fields are absent. CSeq shows that a response answers REGISTER. The other headers are
read after a message is recognized as SIP (module `parsing.sip`).
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
quote = pp.Opt(pp.Char('"'))
diagnostics_name = pp.Regex(r"[Mm][Ss]-[Dd]iagnostics(?:-[Pp]ublic)? ?:|MS-DIAGNOSTICS(?:-PUBLIC)? ?:")
diagnostics = (
    diagnostics_name
    + pp.Word(pp.nums)("ms_diagnostics")
    + pp.ZeroOrMore(
        ";"
        + (
            pp.Regex(r"[Ss]ource=") + quote + pp.Regex(r"[^\";\s]+")("ms_diagnostics_source") + quote
            | pp.Regex(r"[Rr]eason=") + quote + pp.Regex(r"[^\"]+")("ms_diagnostics_reason") + quote
        )
    )
)
with_diagnostics = pp.Opt(pp.SkipTo(diagnostics_name) + diagnostics)
cseq_of_register = pp.Regex(r"[Cc][Ss][Ee][Qq] *: *[0-9]+ +REGISTER")
register_ahead = pp.SkipTo(cseq_of_register) + cseq_of_register
of_register = pp.FollowedBy(register_ahead)
phrases = """
Address Incomplete|Ambiguous|Bad Event|Bad Extension|Bad Gateway|Bad Request|Busy Everywhere|Busy
Here|Decline|Does Not Exist Anywhere|Flow Failed|Forbidden|Gone|Interval Too Brief|Loop
Detected|Message Too Large|Method Not Allowed|Moved Permanently|Moved Temporarily|Not Acceptable|Not
Acceptable Here|Not Found|Not Implemented|OK|Precondition Failure|Progress Report|Proxy
Authentication Required|Request Entity Too Large|Request Pending|Request Terminated|Request
Timeout|Ringing|Security Agreement Required|Server Internal Error|Server Time-out|Server time-out|Service
Unavailable|Session Progress|Temporarily Unavailable|Too Many
Hops|Trying|Unauthorized|Undecipherable|Unsupported Media Type|Version Not Supported
"""
phrase = pp.one_of(phrases.replace("\n", " ").strip().split("|"))("reason_phrase")
# A method is any token, with escapes, and an URI has any scheme (RFC 3261 section 25.1, RFC 4475).
token = r"[A-Za-z0-9!%*+_.`'~-]{1,64}"
scheme = r"[A-Za-z][A-Za-z0-9+.-]{0,63}:"
line_end = r"(?:#015|#012|\^M|\\r|\\n|[\r\n])"
request_line = pp.Regex(token)("method") + pp.Regex(scheme + r"\S+")("request_uri") + "SIP/2.0"
# Line ends before the start line are ignored (RFC 3261 section 7.5). A body may contain another start line.
first_line = pp.Regex(rf"(?:{line_end} {{0,8}}(?={token} {{1,8}}{scheme}))|SIP/2\.0 [1-6]").leave_whitespace()
line_before = pp.Regex(rf"{line_end} {{0,8}}").leave_whitespace()
request = request_line | pp.SkipTo(first_line).leave_whitespace() + line_before + request_line
start = ~request + pp.SkipTo(pp.Literal("SIP/2.0 ")) + "SIP/2.0"
challenge = pp.Regex(r"401|407")
# The headers that are read later supersede it.
call_id = pp.Regex(r"[Cc][Aa][Ll][Ll]-[Ii][Dd] ?:")
with_call_id = pp.Opt(pp.SkipTo(call_id) + call_id + pp.Regex(r"[^\s#^]+")("call_id"))
messages = [
    ("sip.register.succeeded", start + pp.Regex(r"2[0-9][0-9]")("status_code") + of_register + pp.Opt(phrase) + rest),
    (
        "sip.register.challenged",
        start + challenge("status_code") + of_register + pp.Opt(phrase) + with_diagnostics + rest,
    ),
    (
        "sip.register.failed",
        start
        + ~challenge
        + pp.Regex(r"[3-6][0-9][0-9]")("status_code")
        + of_register
        + pp.Opt(phrase)
        + with_diagnostics
        + rest,
    ),
    (
        "sip.response",
        start
        + (pp.Regex(r"1[0-9][0-9]")("status_code") | ~register_ahead + pp.Regex(r"[2-6][0-9][0-9]")("status_code"))
        + pp.Opt(phrase)
        + with_diagnostics
        + rest,
    ),
    ("sip.request", request + with_call_id + rest),
    ("sip.ms_diagnostics", ~start + pp.SkipTo(diagnostics_name) + diagnostics + rest),
]

PREFIX = "voip_task[440]: SIP      : INFO - "
samples = [
    (
        "synthetic",
        f"{PREFIX}SIP/2.0 200 OK Via: SIP/2.0/TLS 192.0.2.20:5061 CSeq: 3 REGISTER Content-Length: 0",
        "sip.register.succeeded",
        {"status_code": 200, "reason_phrase": "OK"},
    ),
    (
        "synthetic",
        f'{PREFIX}SIP/2.0 401 Unauthorized CSeq: 1 REGISTER ms-diagnostics: 1000;reason="Final";source="fe01"',
        "sip.register.challenged",
        {
            "status_code": 401,
            "reason_phrase": "Unauthorized",
            "ms_diagnostics": 1000,
            "ms_diagnostics_reason": "Final",
            "ms_diagnostics_source": "fe01",
        },
    ),
    (
        "synthetic",
        f'{PREFIX}SIP/2.0 403 Forbidden CSeq: 2 REGISTER ms-diagnostics: 4003;source="fe01";reason="Not enabled"',
        "sip.register.failed",
        {
            "status_code": 403,
            "reason_phrase": "Forbidden",
            "ms_diagnostics": 4003,
            "ms_diagnostics_source": "fe01",
            "ms_diagnostics_reason": "Not enabled",
        },
    ),
    (
        "synthetic",
        f"{PREFIX}SIP/2.0 504 Server time-out From: <sip:a@contoso.com> CSeq: 9 INVITE",
        "sip.response",
        {"status_code": 504, "reason_phrase": "Server time-out"},
    ),
    ("synthetic", f"{PREFIX}SIP/2.0 180 Ringing", "sip.response", {"status_code": 180, "reason_phrase": "Ringing"}),
    (
        "synthetic",
        f"{PREFIX}SIP/2.0 100 Trying CSeq: 2 REGISTER",
        "sip.response",
        {"status_code": 100, "reason_phrase": "Trying"},
    ),
    (
        "synthetic",
        f"{PREFIX}REGISTER sip:contoso.com SIP/2.0 Call-ID: 7f3a@192.0.2.20 CSeq: 1 REGISTER",
        "sip.request",
        {"method": "REGISTER", "request_uri": "sip:contoso.com", "call_id": "7f3a@192.0.2.20"},
    ),
    (
        "synthetic",
        f"{PREFIX}NOTIFY sip:120@contoso.com SIP/2.0 Call-ID: 7f3b Event: refer SIP/2.0 200 OK",
        "sip.request",
        {"method": "NOTIFY", "request_uri": "sip:120@contoso.com", "call_id": "7f3b"},
    ),
    (
        "synthetic",
        f'{PREFIX}Ms-Diagnostics-Public: 4004;Reason="Token-based server authentication required',
        "sip.ms_diagnostics",
        {"ms_diagnostics": 4004, "ms_diagnostics_reason": "Token-based server authentication required"},
    ),
    (
        "synthetic",
        f"{PREFIX}MS-DIAGNOSTICS: 1020",
        "sip.ms_diagnostics",
        {"ms_diagnostics": 1020},
    ),
    (
        "synthetic",
        f'{PREFIX}ms-diagnostics: 1013;reason="Significant time skew";source="fe01"',
        "sip.ms_diagnostics",
        {
            "ms_diagnostics": 1013,
            "ms_diagnostics_reason": "Significant time skew",
            "ms_diagnostics_source": "fe01",
        },
    ),
]
