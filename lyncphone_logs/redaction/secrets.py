"""Finds secrets: what follows a label such as `password=`, credentials of any scheme, and blobs that contain them.

These are replaced entirely, by a text that shows neither the value nor its length. The list is no fence: what it misses
is still no word of the program, and so becomes a pseudonym (`spans`).
"""

import re
from collections.abc import Callable, Iterator

_STRONG = (
    r"passw(?:or)?d|passwort|passphrase|passcode|pass_?key|secret|pre-?shared_?key|community|ice-?pwd|ice-?ufrag|ufrag"
    r"|wpa_?psk|wep_?key|auth_?token|access_?token|refresh_?token|id_?token|api_?key|jsessionid|private_?key|shared_?key"
    r"|anonymous_?identity|otp|kennwort|contrase(?:n|ñ|\\u00f1)a|mot[ _]?de[ _]?passe|пароль"
    r"|(?:mfa|verification|unlock|security|activation|one[ _-]?time)[ _-]?code|(?:access|user|device)_?code"
)
"""Labels whose value is a secret whatever it looks like. They may be the end of a longer word."""
_SHORT = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?:pin(?:[_-]?code)?|pass|pwd|psk|key_?mgmt_?psk|identity|credentials?)"
"""Labels that are also parts of other words."""
_LONG = (
    r"(?<![A-Za-z])(?:nonce|cnonce|response|rspauth|gssapi-data|crand|srand|opaque|token|sig|signature|challenge|ticket"
    r"|assertion|saml\w{0,12}|session_?id(?==)|bearer|key|inline|hash|digest|mkey|salt|master_?key)"
)
"""Labels whose value is a secret if it is quoted or long."""
_QUOTES = r"(?:[\"'`\\]|&quot;|&#34;|&apos;|%22){0,6}"
_SIGN = (
    rf"{_QUOTES}[ \t]{{0,3}}(?P<sign>=>|:=|[=:]|%3[dD]|&gt;|(?: [\w:]{{1,20}}=\\?\"[^\"<>]{{0,60}}\"){{0,3}}>)"
    r"(?:<!\[CDATA\[|[ \t]{0,3})"
)
_VALUE_ATTRIBUTE = rf"{_QUOTES}[ \t]{{1,3}}(?:\w{{1,12}}:)?value[ \t]{{0,2}}=[ \t]{{0,2}}(?=\\?[\"'`])"
_QUOTED = (
    r"(?P<open>\"\"(?=[^\s\",;:}>\])/])|\\{0,3}[\"'`]|&quot;|&#34;|%22)(?P<quoted>(?:(?!(?P=open))[^\r\n]){0,4096})"
)
_BARE = r"(?P<number>\d+)(?=[,;}\])&|<]|$|\s)|(?P<bare>(?:(?!&lt;|&gt;|&quot;)[^\s\"'<>`])+)"
_LABELLED = re.compile(
    rf"(?i:(?:(?P<strong>{_STRONG})[\w.\[\]]{{0,24}}|(?P<short>{_SHORT}))(?:{_SIGN}|{_VALUE_ATTRIBUTE}))(?:{_QUOTED}|{_BARE})"
)
_KEYS = re.compile(r"(?i:\b(?:digits?|dtmf|pin|keys?)\b)[^\d\n]{1,24}(?P<value>\d(?:[ ,-]\d){3,})(?!\w)")
"""Digits that were pressed one after the other."""
_PLACES = re.compile(r"(?i:\b(?:lat|lon|lng|latitude|longitude)\b)\W{1,4}(?P<value>\d{1,3}\.\d{2,})")
_IN_WORDS = re.compile(
    rf"(?i:(?:{_STRONG}|{_SHORT})(?:[ \t:=]{{1,3}}(?:is|was|of|entered|code|used|set|to|with|number)){{0,3}}"
    r"[ \t:=]{1,3})(?P<value>\"[^\"\r\n]{1,256}\"|'[^'\r\n]{1,256}'|\d[\d*#]{1,15}(?!\S*[A-Za-z.:])"
    r"|(?=\S{0,40}?\d)(?=\S{0,40}?[A-Za-z!#$%&*])\S{4,})"
)
_LONG_LABELLED = re.compile(
    rf"(?i:{_LONG})[\"'\\]{{0,3}}[ \t]{{0,2}}[=:][ \t]{{0,2}}(?:{_QUOTED}|(?P<bare>[^\s\"'<>,;&|\]}})]{{8,}}))"
)
_SCHEMES = re.compile(
    r"(?i:\b(?:Basic|Bearer|NTLM|Negotiate|Kerberos|TLS-DSK|Passport1\.4|WRAP)\b)[ \t]{1,3}[\"']?"
    r"(?P<value>(?=[A-Za-z+/_.=~-]{0,64}?[0-9+/=]|[A-Za-z]{24})[A-Za-z0-9+/_.=~-]{6,})"
)
_COOKIES = re.compile(
    r"(?i:(?<![\w-])(?:set-)?cookie2?)[\"']?[ \t]{0,2}[:=][ \t]{0,3}(?P<value>(?:(?!\\[rn]|\^M)[^\r\n])+)"
)
_BLOBS = re.compile(
    r"TlRMTVNT[A-Za-z0-9+/_-]*={0,2}|TlRM(?:\\?/|[A-Za-z0-9+_-]){12,}={0,2}|(?<![A-Za-z0-9+/])YI[A-Za-z](?:[A-Za-z0-9+/]){20,}={0,2}"
    r"|(?<![\w-])eyJ[\w-]{6,}(?:\.[\w-]*){0,5}|(?<=inline:)[^\s|\"'<>]+|4e544c4d53535000[0-9a-f]*|TlRMTVNT"
    r"|-----BEGIN [A-Z0-9 ]+-----[^\r\n]*"
)
_IN_URL = re.compile(r"(?<=://)[^\s/?#\"'<>@]{1,256}:[^\s/?#\"'<>]{0,256}(?=@)")
_GATE = re.compile(
    r"(?i:pass|pwd|pin|secret|psk|key|community|ufrag|token|session|identity|credential|nonce|response|rspauth|gssapi|rand"
    r"|opaque|sig|challenge|ticket|assertion|saml|sid|bearer|inline|hash|digest|salt|iv|basic|ntlm|negotiate|kerberos"
    r"|tls-dsk|cookie|wrap|kennwort|contrase|mot|пароль|code|otp|digit|dtmf|lat|lon|lng)|TlRM|eyJ|YI|4e544c4d|-----BEGIN|://"
)
"""No secret is found in a text without one of these."""

Found = tuple[int, int, str]
"""Start and end of a value in a text, and what it is."""


def secrets_in(text: str, may_stay: Callable[[str], bool], is_word: Callable[[str], bool]) -> Iterator[Found]:
    """The values of secrets in a line, in no order; they may overlap.

    `may_stay` says of a word after a label and a colon whether it is one that rules look for: `PIN: expired`; `is_word`
    whether it is one of the program, which `ticket: Incorrect` and the like are followed by.
    """
    if not _GATE.search(text):
        return
    for found in _LABELLED.finditer(text):
        name = next(each for each in ("quoted", "number", "bare") if found[each] is not None)
        is_said = name == "bare" and found["sign"] == ":" and may_stay(found["bare"].rstrip(".,;:!)]}"))
        if not is_said:
            yield (*found.span(name), "secret")
    for found in _LONG_LABELLED.finditer(text):
        name = "bare" if found["bare"] is not None else "quoted"
        if len(found[name]) >= MIN_QUOTED and not all(map(is_word, found[name].strip(".,;:!").split(" "))):
            yield (*found.span(name), "secret")
    for pattern in (_IN_WORDS, _KEYS, _PLACES, _SCHEMES, _COOKIES):
        for found in pattern.finditer(text):
            yield (*found.span("value"), "secret")
    for found in _BLOBS.finditer(text):
        yield (*found.span(), "secret")
    for found in _IN_URL.finditer(text):
        yield (*found.span(), "login")


MIN_QUOTED = 6
"""Characters of a quoted value after a label that others than secrets have, such as `key`."""
_ENDS_WITH_LABEL = re.compile(
    rf"(?i:(?:{_STRONG}|{_SHORT}|(?:proxy-)?authorization|cookie|ssid|user_?(?:name|id)?|login|display_?name)[\w.]{{0,24}}"
    rf"{_QUOTES}[ \t]{{0,3}}[=:]{_QUOTES}[ \t]{{0,3}})(?:&[quot#0-9]{{0,4}})?$"
)


MAX_END = 128
"""Characters at the end of a line that may be a label."""


def is_open(text: str) -> bool:
    """Whether a line ends with a label whose value must be in the next one."""
    return bool(_ENDS_WITH_LABEL.search(text[-MAX_END:]))


def without(value: str) -> str:
    """What a secret is replaced with: a fixed text of its alphabet, so that a grammar still reads a value."""
    if value.isdecimal():
        return "0000"
    if len(value) >= 8 and not value.strip("0123456789abcdefABCDEF"):
        return "00000000"
    return "REDACTED"
