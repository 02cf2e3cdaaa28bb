"""Finds the parts of a line that are replaced: all but words of the vocabulary, times, short numbers and punctuation.

Which parts these are depends on digits only by their number. So lines that differ in digits have equal spans, and a
line is examined once for all that look like it.
"""

import re
from collections.abc import Iterator
from functools import cache

from lyncphone_logs.redaction.escapes import IS_SPREAD, RUN, SPREAD
from lyncphone_logs.redaction.secrets import secrets_in
from lyncphone_logs.redaction.segments import MAX_SEGMENT, Part, apart, segmented
from lyncphone_logs.redaction.words import Vocabulary

MAX_PLAIN_DIGITS = 3
"""Longer numbers are replaced, but after a word that shows that they are counts or codes."""
_W = r"\w\ud800-\udfff"
_HEX = "[0-9a-fA-F]"
_AT = r"(?:@|%40|#040|&#0?64;|&#x40;|\\u0040|=40)"
_USER = rf"[{_W}.+$&'’!#*/~-]"
_ATTRIBUTES = (
    "CN|OU|O|C|L|ST|SP|S|DC|UID|USERID|E|EMAIL|EMAILADDRESS|MAIL|SN|GN|G|T|TITLE|STREET|STREETADDRESS|POSTALCODE"
    "|SERIALNUMBER|GIVENNAME|SURNAME|INITIALS|DESCRIPTION|SAN|DNS|UPN"
)
_VERBS = "GET|PUT|POST|HEAD|DELETE|PATCH"
_MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAYS = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_TIME = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,:]\d{1,9})?"
_TOKENS = (
    ("plain", rf"(?<![\w.@\\%&+$'’~-])(?!{_MONTHS}|{_DAYS})[A-Za-z]{{3,24}}(?=[\s,;)\]}}\"|]|$)"),
    ("url", r"(?<![A-Za-z])[A-Za-z][\w+.-]{1,15}:(?://|\\/\\/|%2[fF]%2[fF])[^\s\"'<>]*|(?<!\w)www\.[^\s\"'<>]+"),
    ("uri", r"(?<![A-Za-z])(?:sips?|tel|im|mailto|xmpp|callto|pres|msrps?)(?::|%3[aA])(?![\s:])[^\s\"'<>;,#]+"),
    (
        "display",
        rf"\"[^\"<>\n]{{0,80}}\"(?=\s{{0,2}}<(?:sips?|tel):)|(?:[A-ZÀ-Þ][{_W}.'’-]{{0,30}} ){{1,5}}(?=<(?:sips?|tel):)",
    ),
    ("owner", r"(?<![\w.])o=\S+(?= \d+ \d+ IN IP)"),
    (
        "attribute",
        rf"(?<![\w.])(?i:{_ATTRIBUTES})[ ]?=[ ]?(?!\d+\b)[^\s,;/+\"<>|)\]=]"
        r"(?:[^,;/+\"<>|)\]=\n]{0,60}(?![\w ]{0,60}=))?",
    ),
    ("path", r"(?<=/)(?i:home|users)/(?!local/)[^\s/,;\"']+"),
    ("guid", rf"(?<![^\W_])_?{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}(?!\w)"),
    ("mac", rf"(?<!{_HEX})(?:{_HEX}{{1,2}}[:-]){{5}}{_HEX}{{1,2}}(?![0-9a-fA-F:-])"),
    ("mac", rf"(?<![\w.:-])(?:{_HEX}{{2}} ){{5}}{_HEX}{{2}}(?![\w.:-]| {_HEX}{{2}}\b)"),
    ("mac", rf"(?<!{_HEX})(?:{_HEX}{{4}}[.:-]){{2}}{_HEX}{{4}}(?![0-9a-fA-F.:-])"),
    ("dump", rf"(?<![\w.:+-]){_HEX}{{2}}(?:[ :-]{_HEX}{{2}}){{4,}}(?![\w:-])"),
    (
        "date",
        rf"(?<![\w.+/-])\d{{2,4}}[-/.]\d\d[-/.]\d{{2,4}}(?:[T _]{_TIME}(?:\s?Z|\s?[+-]\d\d:?\d\d)?|(?![\w-]|\.\d))"
        rf"|(?<![\w.+/-])\d\d?[/.-]{_MONTHS}[/.-](?:\d{{4}}|\d\d)(?![\w/-])",
    ),
    (
        "stamp",
        r"(?<![\w.+/-])\d\d-?\d\d(?:-\d{4})?@\d\d:\d\d:\d\d(?:\.\d{1,9})?(?!\w)"
        rf"|(?<!\w)(?:{_DAYS},? )?(?:{_MONTHS} {{1,2}}\d{{1,2}}|\d{{1,2}} {_MONTHS})(?:,? \d{{4}}(?=,? \d\d?:\d\d))?"
        rf"(?:,? {_TIME}(?!\w)(?: [A-Z]{{3,4}}(?= \d{{4}}(?!\w)))?(?: \d{{4}}(?!\w))?)?"
        rf"|(?<![\w.:+-]){_TIME}(?![\w:])|(?<=[A-Za-z])\d\d:\d\d:\d\d(?:\.\d{{1,9}})?(?!\w)",
    ),
    ("zone", r"(?<=:\d\d )[+-]\d{4}(?![\d ()./-]{0,24}\d)"),
    ("address", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){2}\.\d{1,3}(?=\d\d:\d\d:\d\d)"),
    ("epoch", r"(?<![\w.+-])\d{10}\.\d{1,9}(?![\w.])"),
    ("address", r"(?<![\d.])\d{1,3}(?:[.]\d{1,3}){3}(?![\d]|\.\d)"),
    ("dashed", r"(?<![\d.])(?<!\d-)\d{1,3}(?:-\d{1,3}){3}(?![\d-])|(?<![\d.])(?<!\d_)\d{1,3}(?:_\d{1,3}){3}(?![\d_])"),
    (
        "address",
        rf"(?<![\w:.])(?=[\da-fA-F:]{{0,40}}(?:::|[a-fA-F]))(?:{_HEX}{{0,4}}:){{2,7}}"
        rf"(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|{_HEX}{{0,4}})(?![\w:])|(?<![\w:])(?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}(?![\w:])",
    ),
    ("port", r"(?<=[\]\w]):\d{1,5}(?![\w:.@-]| [/-] \d|(?: \d{2,8}){2}(?![\w.:]))"),
    ("openssl", rf"(?<![a-z])error:{_HEX}{{8}}(?=:)"),
    ("bytes", r"(?<=\[)\d{1,3}(?:, ?\d{1,3}){4,}(?=\])"),
    ("number", r"(?<![\w.,])\d{2,3}(?:, ?\d{2,3}){4,}(?![\w.,])"),
    ("number", r"(?<![\w.])-?\d{1,3}\.\d{3,9}, ?-?\d{1,3}\.\d{3,9}(?![\w.])"),
    ("number", r"(?<!\w)\+\d[\d ()./-]{3,24}\d|(?<![\w.])\(\d{2,5}\)[ -]?\d{2,}(?:[ /-]\d{2,}){0,4}(?!\w)"),
    (
        "number",
        r"(?:(?<![\w.:,+-])|(?<=[A-Za-z\"][:,]))(?=(?:(?: [/-] |[ -])?\d){7})\d{1,5}"
        r"(?:(?: [/-] |[ -])\d{2,8}){2,5}(?![\w.:-])",
    ),
    ("number", r"(?<![\w.+-])(?<!\d:)(?:\d{3}\.\d{3}\.\d{4}|\d\d(?:\.\d\d){4})(?![\w.:-])"),
    ("spread", SPREAD),
    ("escaped", RUN),
    ("number", r"(?<![\w.:-])\d{1,6}[/-]\d{3,}(?:[ /-]\d+){0,3}(?![\w.:])"),
    ("user", rf"[{_W}.-]+\\{{1,2}}(?![nrtbfu\"/\\])[{_W}.$-]+|(?<![{_W}\\])[{_W}.-]{{2,}}\\\\[{_W}.$-]+"),
    ("mail", rf"{_USER}(?:{_USER}|%(?!40))*{_AT}[{_W}][{_W}.-]*"),
    ("unicode", rf"(?:\\u{_HEX}{{4}})+"),
    ("escape", r"#\d{3}(?!\d)|\\[nrtbf\"/\\]"),
    ("word", rf"[{_W}](?:(?:(?!(?<=[A-Za-z])\d\d:\d\d:\d\d)[{_W}.%+$&'’~-])*(?!(?<=[A-Za-z])\d\d:\d\d:\d\d)[{_W}$])?"),
)
_NAME_OF = {f"{name}{number}": name for number, (name, _) in enumerate(_TOKENS)}
_WORDS = frozenset({"plain", "word"})
_KEPT = frozenset({"stamp", "port", "escape", "openssl"})
_LABELS = frozenset({
    "account", "authname", "authuser", "dsp", "callee", "called", "caller", "calling", "company", "customer",
    "department",
    "displayname", "domain", "domainname", "idstr", "email", "firstname", "forename", "fullname", "givenname",
    "hostname", "lastname", "login", "loginname", "mail", "mailbox", "organization", "owner", "serial",
    "serialnumber", "sn", "ssid", "bssid", "street", "surname", "subscriber", "upn", "user", "userid",
    "username", "usr", "vorname", "nachname", "benutzer", "computername", "workstation", "tenant",
    "essid", "networkname", "realname", "stationname", "servername", "nodename", "peername",
})  # fmt: skip
"""Before `=` or `:`, the value is a name even if it consists of words of the vocabulary."""
_NUMBER_LABELS = frozenset({
    "ext", "extension", "extn", "dial", "dialed", "dialled", "dialing", "call", "calling", "called", "caller", "callee",
    "dsp", "usr", "mailbox", "pin", "number", "user", "phone", "line", "subscriber", "did", "dn", "msisdn", "fax",
    "mobile", "cell", "contact", "label", "name", "displayname", "voicemail", "clid", "ani", "dnis",
    "authname", "userid", "username", "ipphone", "telephone", "tel", "participant", "intercom", "nebenstelle",
})  # fmt: skip
"""Before a number, the number is that of a person or line."""
_OPEN_LABELS = frozenset({"line", "phone", "user", "number", "call", "dn", "contact", "label", "name"})
"""Before a short number these are no labels: `line 2`, but for settings: `line=212`, `<number>212</number>`."""
_OF_LINES = re.compile(
    r"(?i:\b(?:line|account|reg|user|linekey|speed_?dial|blf|expansion_?key)[/._]?\d*[/._])\w+$|(?<!\w)P\d{1,5}$"
)
"""A setting of one of the lines of a phone, or of Grandstream's numbered ones: its value may be an extension."""
_LINE_VALUES = frozenset({"id", "value", "address", "uri", "extension", "pickup", "p"})
_LABELLED = re.compile(
    r"(?:[\"'\\]|&quot;){0,4}[!&$*]?[ \t]{0,2}(?:[=:]|=>)[ \t]{0,2}(?:(?P<open>\\?[\"'“])(?P<quoted>[^\"'\n”\\]{1,256})"
    rf"|(?![<=:\[{{(])(?P<bare>[^\s,;|()\[\]\"'<>&\\]+(?: [A-Z][{_W}.'’-]*(?![{_W}.'’-]*[=:])){{0,3}}))"
)
_IN_TAG = r"(?: [\w:]{1,20}=\\?\"[^\"<>]{0,60}\"){0,3}"
_ELEMENT = re.compile(rf"{_IN_TAG}>(?P<element>[^<>\n]{{1,256}})(?=</)")
"""The text of an element of XML whose name is a label."""
_LABELLED_NUMBER = re.compile(
    rf"[\"'\\]{{0,3}}(?P<sign>[!&$*]?(?: (?:is|was|to|no|nr)\b)?{_IN_TAG}[ #:=.>\"'\\]{{1,6}})(?P<number>\d{{2,}})"
    r"(?!\w|[.:]\w|-\w)"
)
_NUMBER_OF = re.compile(r"(?i:\b(?:directory|phone|extension|called|calling|caller|dialed|dialled) )$")
_IS_SETTING = re.compile(r"[=>\"'!&$]")
_DUMPED = re.compile(r" {1,4}(?P<text>\|?\S.{0,17})$")
"""What a dump of memory shows after the bytes."""
_NUMERIC = frozenset({
    "bytes", "byte", "code", "content", "count", "counter", "cseq", "diagnostics", "duration", "error", "errno",
    "expires", "forwards", "handle", "index", "interval", "length", "len", "lines", "ms", "msec", "packets", "pid",
    "port", "ports", "retry", "seconds", "secs", "seq", "sequence", "size", "status", "tid", "timeout", "timer",
    "timestamp", "uptime", "version", "warning", "after", "rfc", "rate", "free", "used", "total", "cached", "result",
    "ttl", "date", "time", "ts", "model", "epoch", "ssrc", "cause", "tcp", "udp", "tls", "task", "thread", "offset",
})  # fmt: skip
"""After these a number counts something, or is a code: those of protocols, added to those of the vocabulary."""
_UNITS = re.compile(r"[ \])]{0,2}(?:ms|msec|secs?|seconds?|bytes?|[kMG]?[bB]|[kM]?bps|[kM]?Hz|s|us|ticks|%)(?![\w.-])")
MAX_BEFORE = 32
"""Characters before a number in which its label is looked for."""
_BEFORE_NUMBER = re.compile(r"([A-Za-z]+)[\"'\]]{0,2}[ \t]{0,2}(?:[=:#(\[ ]|->)[ \t\"'(\[-]{0,3}$")
_IS_VERSION = re.compile(
    r"(?i:\b(?:user-agent|server)[\"']?[ \t]{0,2}[:=][ \t]{0,2}[\"']?(?:[A-Za-z][\w.-]{0,24}[ /]){0,3}"
    r"[A-Za-z][A-Za-z.-]{0,12}\d[\w.-]{0,12}[ /]"
    r"|\b(?:firmware|version|vers?|rev|release|build|rom|bootrom|sw|fw|loader)\b[\"']?(?:[ \t]{0,2}[:=][ \t]{0,2}|[ ])"
    r"[v\"']?)$|(?<![/:.\w-])[A-Za-z][A-Za-z_-]{0,16}\d[\w-]{0,12}/$|\bv$"
)
"""Before four numbers with dots: they are a version."""
_PARTS = re.compile(r"(?:[A-Z](?![a-z]))+|[A-Z]?[a-z]+|\d+")


_SPELLED = re.compile(f"{RUN}|{SPREAD}")


_GATES: dict[str, re.Pattern[str]] = {
    "url": re.compile(r"//|www\.|\\/|%2[fF]"),
    "uri": re.compile(r"(?:sips?|tel|im|mailto|xmpp|callto|pres|msrps?)(?::|%3[aA])"),
    "display": re.compile(r"<(?:sips?|tel):"),
    "attribute": re.compile(rf"(?i:{_ATTRIBUTES})[ ]?="),
    "path": re.compile(r"(?i:/(?:home|users)/)"),
    "user": re.compile(r"\\"),
    "mail": re.compile(_AT),
    "owner": re.compile(r"o=\S+ \d+ \d+ IN IP"),
    "escaped": re.compile(RUN),
    "spread": IS_SPREAD,
    "escape": re.compile(r"[\\#]"),
    "unicode": re.compile(r"\\u"),
}
"""A token of this kind is only in a text in which its gate is found."""
_SKIPPED = re.compile(rf"[^{_W}\"(+:\[\\#/.$&'’!*~%=-]*")
"""Characters at which no token begins."""


@cache
def _token(closed: frozenset[str]) -> re.Pattern[str]:
    """Any of the tokens but those of kinds whose gates are closed."""
    closed = closed if "display" in closed else closed | {"plain"}
    return re.compile(
        "|".join(
            f"(?P<{name}{number}>{pattern})" for number, (name, pattern) in enumerate(_TOKENS) if name not in closed
        )
    )


class SpanFinder:
    """Finds what to replace. `vocabulary` names what stays."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._numeric = (_NUMERIC | vocabulary.numeric) - _NUMBER_LABELS

    def spans(self, text: str, known: tuple[Part, ...] = ()) -> list[Part]:
        """The parts to replace, in order, apart. `known` are spans found otherwise; those of kind "" stay."""
        if len(text) > MAX_SEGMENT:
            return segmented(text, known, self.spans)
        return self._spans(text, known)

    def _spans(self, text: str, known: tuple[Part, ...]) -> list[Part]:
        secrets = [
            Part(start, max(end, spelled.end() if (spelled := _SPELLED.match(text, start)) else 0), kind)
            for start, end, kind in secrets_in(text, self._may_stay, self.is_word)
            if end > start
        ]
        given = apart([*secrets, *known])
        found: list[Part] = []
        position = 0
        for each in given:
            found += self._free(text, position, each.start)
            if each.kind:
                found.append(each)
            position = each.end
        found += self._free(text, position, len(text))
        return found

    def _may_stay(self, word: str) -> bool:
        return word.lower() in self._vocabulary.protected and word.isalpha()

    def is_word(self, word: str) -> bool:
        """Whether a text consists of words of the program."""
        pieces = re.split(r"[-_/]", word)
        return all(each.isalpha() and each.isascii() and self._vocabulary.is_known(each) for each in pieces)

    def _free(self, text: str, position: int, end: int) -> Iterator[Part]:
        if position >= end:
            return
        closed = frozenset(name for name, gate in _GATES.items() if not gate.search(text, position, end))
        token, skipped = _token(closed).match, _SKIPPED.match
        while (position := skipped(text, position, end).end()) < end:  # type: ignore[union-attr]  # it always matches
            match = token(text, position, end)
            if match is None:
                position += 1
                continue
            name = _NAME_OF[match.lastgroup or ""]
            start, position = match.span()
            if name in _WORDS:
                yield from self._word(text, start, position)
                for each in self._value(text, start, position, end):
                    position = each.end
                    yield each
            elif name not in _KEPT and not (name == "address" and _is_version(text, start, position)):
                yield self._other(name, text, start, position)
                if name == "dump" and (characters := _characters(text, start, position, end)):
                    yield characters
                    position = characters.end

    def _other(self, name: str, text: str, start: int, end: int) -> Part:
        if name == "user":
            domain, _, label = text[start:end].partition("\\")
            if label.lower() in _NUMBER_LABELS and self._vocabulary.is_known(domain):
                return Part(start, end, "token")
        if name == "display":
            return Part(start, end, "name")
        if name == "owner":
            return Part(start + 2, end, "value")
        if name == "attribute":
            return Part(text.index("=", start) + 1, end, "attribute")
        if name == "path":
            return Part(text.index("/", start) + 1, end, "name")
        return Part(start, end, name)

    def _word(self, text: str, start: int, end: int) -> Iterator[Part]:
        token = text[start:end]
        if token.isdecimal():
            if len(token) > MAX_PLAIN_DIGITS and not self._is_counted(text, start, end):
                yield Part(start, end, "number")
        elif not token.isascii() or not token.isalpha() or not self._vocabulary.is_known(token):
            yield Part(start, end, "token")

    def _is_counted(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a number show that it counts something or is a code."""
        if end - start <= MAX_COUNTED_DIGITS and _UNITS.match(text, end):
            return True
        before = _BEFORE_NUMBER.search(text, max(0, start - MAX_BEFORE), start)
        if before is None:
            return False
        word = before[1]
        parts = _PARTS.findall(word)
        return word.lower() in self._numeric or bool(parts and parts[-1].lower() in self._numeric)

    def _value(self, text: str, start: int, end: int, limit: int) -> Iterator[Part]:
        """The value after a label, if the token is one."""
        parts = [each.lower() for each in _PARTS.findall(text[start:end])]
        while len(parts) > 1 and parts[-1].isdecimal():  # Display_Name_1_
            parts.pop()
        if not parts:
            return
        names = {text[start:end].lower(), parts[-1], "".join(parts[-2:])}
        if (number := _LABELLED_NUMBER.match(text, end, limit)) and self._is_labelled(text, start, end, names, number):
            yield Part(*number.span("number"), "number")
            return
        if not names.isdisjoint(_LABELS) and (value := _LABELLED.match(text, end, limit)):
            name = "quoted" if value["open"] else "bare"
            if _SPELLED.match(text, value.start(name), limit):
                return
            if not self._is_said(value[name], is_quoted=name == "quoted", label=parts[-1]):
                yield Part(*value.span(name), "value")
        elif names.isdisjoint(_LABELS) or (value := _ELEMENT.match(text, end, limit)) is None:
            return
        elif not self._is_said(value["element"], is_quoted=False, label=parts[-1]):
            yield Part(*value.span("element"), "value")

    def _is_labelled(self, text: str, start: int, end: int, names: set[str], number: re.Match[str]) -> bool:
        """Whether the number after a word is that of a person or line."""
        is_setting = _IS_SETTING.search(number["sign"]) is not None
        if names.isdisjoint(_NUMBER_LABELS):
            return (
                is_setting
                and not names.isdisjoint(_LINE_VALUES)
                and bool(_OF_LINES.search(text[max(0, start - 32) : end]))
            )
        is_sure = not names.isdisjoint(_NUMBER_LABELS - _OPEN_LABELS)
        is_sure = is_sure or is_setting or len(number["number"]) > MAX_PLAIN_DIGITS
        return is_sure or _NUMBER_OF.search(text, max(0, start - 16), start) is not None

    def _is_said(self, value: str, *, is_quoted: bool, label: str) -> bool:
        """Whether a value is a word that rules look for, or one of a protocol: `user=phone`."""
        word = value.rstrip(".,;:!)")
        if label == "user" and word.lower() in {"phone", "ip"}:
            return True
        return not is_quoted and word.isalpha() and self._may_stay(word)


def _characters(text: str, start: int, end: int, limit: int) -> Part | None:
    """The characters after a dump of memory: as many as it has bytes."""
    found = _DUMPED.match(text, end, limit)
    if found is None:
        return None
    count, shown = (end - start + 1) // 3, len(found["text"].strip("|"))
    return Part(*found.span("text"), "dump") if count - 2 <= shown <= count + 1 else None


def _is_version(text: str, start: int, end: int) -> bool:
    """Whether four numbers with dots follow a word that says that they are a version."""
    return ":" not in text[start:end] and _IS_VERSION.search(text, max(0, start - 64), start) is not None


MAX_COUNTED_DIGITS = 7
"""Digits of a number before a unit; longer ones may be phone numbers."""
