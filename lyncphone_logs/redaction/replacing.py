"""Replaces the spans of a text: by pseudonyms to share a trace, by the name of their kind to group lines."""

import re
from collections.abc import Callable

from lyncphone_logs.redaction.addresses import ipv4, ipv6
from lyncphone_logs.redaction.escapes import RUN
from lyncphone_logs.redaction.pseudonyms import MAC_DIGITS, Pseudonyms
from lyncphone_logs.redaction.secrets import without
from lyncphone_logs.redaction.words import Vocabulary

_ESCAPED = re.compile(f"({RUN})")
_PIECES = re.compile(r"[^\W_]+|[\ud800-\udfff]+")
_ENDINGS = frozenset({
    "bin", "bit", "cer", "cfg", "cnf", "conf", "crt", "csv", "dat", "der", "gz", "htm", "html", "img", "ini", "json",
    "key", "ld", "loads", "log", "lua", "p12", "pem", "pfx", "rom", "sbn", "sgn", "so", "tar", "tlv", "txt", "wav",
    "xml", "zip", "c", "h", "cc", "cpp", "hpp", "java", "kt", "sh", "svc", "asmx", "aspx", "php", "cgi", "jpg", "png",
})  # fmt: skip
"""What ends the name of a file."""
_DOMAINS = frozenset({
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "arpa", "local", "localdomain", "internal",
    "intern",
    "intra", "lan", "corp", "home", "private", "lab", "test", "example", "invalid", "localhost", "io", "cloud", "app",
    "dev", "eu", "office", "voip", "ad",
})  # fmt: skip
"""What ends the name of a host and shows no owner. That of a country is replaced."""
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_WITH_PORT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])(:\d{1,5}(?!\w))?")
_DUMP = re.compile(r"[0-9a-fA-F]{2}(?:(?P<joint>[ :-])[0-9a-fA-F]{2}(?:(?P=joint)[0-9a-fA-F]{2}){5,})")
_AT = re.compile(r"@|%40|#040|&#0?64;|&#x40;|\\u0040|=40")
_MAC = re.compile(r"(?i)(?P<before>(?:(?:CTL|ITL)?SEP)?)(?P<mac>[0-9a-f]{12})")
_SEPARATED_MAC = re.compile(r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}[.:-]){2}[0-9a-f]{4}")
_VERSION = re.compile(
    r"[vV]?\d{1,5}(?:\.\d{1,5}){1,2}|[vV]?\d{1,5}(?:\.\d{1,5}){4,6}|(?=[\d.]*\d{4})[vV]?\d{1,5}(?:\.\d{1,5}){3}"
    r"|[vV]\d{1,3}(?:\.\d{1,3}){3}"
)
_MODEL_FIRST = re.compile(r"((?:[A-Za-z]+-)??)([A-Z]{2,4}-?\d{3,4}[A-Z]{0,2})[-_](?=\w)")
_NAMES_A_PHONE = re.compile(r"(?:[A-Za-z]+-)*(?:CP-[0-9A-Z]+-)?SEP[0-9A-Fa-f]{12}")
"""How Cisco's phones name themselves in their certificates."""
_NUMBERED = re.compile(r"(?<=-)\d{2,3}(?![\w.])")
_NUMBERED_NAME = re.compile(
    r"[A-Za-z]{2,}(?:-[A-Za-z]{2,})+-\d{2,3}|(?i:pc|ws|nb|lt|dc|fe|be|ap|sw|srv|vm|host|phone|desk|laptop|desktop"
    r"|workstation|notebook|client|server)-\d{2,3}"
)
_ZONE = re.compile(r"[+-](?:0\d|1[0-4])(?:00|15|30|45)")
_ZEROS = re.compile(r"[a-z]?0{7,}\d{1,3}")
"""The name of a file that all phones of a model ask for, such as y000000000028."""
MIN_EPOCH, MAX_EPOCH = 0.6e9, 4.1e9
"""Seconds since 1970 of a time in a trace: from 1989 to 2099."""
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_NUMBER = re.compile(r"\d+")
WITH_DIGITS = frozenset({
    "aes1", "arcfour1", "base1", "debug1", "eth1", "g1", "h1", "http1", "ieee1", "int1", "ip1", "ipv1", "lan1",
    "level1", "local1", "md1",
    "pkcs1", "q1", "rc1", "rfc1", "sha1", "ssl1", "sslv1", "tls1", "tlsv1", "uint1", "utf1", "v1", "vlan1", "wan1",
    "wlan1",
})  # fmt: skip
"""Words with a number, which is written 1 here."""
_FACILITY = re.compile(
    r"(?i)(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|audit|alert|clock|local[0-7])"
    r"\.(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug)"
)
"""Facility and severity, as syslog servers write them (RFC 5424, tables 1 and 2)."""
MAX_PLAIN_HEXADECIMAL = 5
"""Digits of a hexadecimal number that stays; longer ones may be addresses."""
_SCHEME = re.compile(r"[A-Za-z][\w+.-]{0,15}:(?://|\\/\\/|%2[fF]%2[fF])?|(?:sips?|tel)%3[aA]")
_NIL = re.compile(r"0{8}-0000-[01]000-[08]000-")


def is_version(text: str) -> bool:
    """Whether numbers with dots are a version and no address."""
    return _VERSION.fullmatch(text) is not None


def is_file_ending(text: str) -> bool:
    """Whether a text ends the name of a file."""
    return text.lower() in _ENDINGS


class Replacer:
    """Gives each span its pseudonym, by kind. Texts that the vocabulary contains stay."""

    def __init__(self, names: Pseudonyms, vocabulary: Vocabulary) -> None:
        self._names, self._vocabulary = names, vocabulary
        self._hosts = vocabulary.hosts
        self.by_kind: dict[str, Callable[[str], str]] = {
            "address": self._address,
            "attribute": self._attribute,
            "dashed": self._dashed,
            "date": self._date,
            "dump": self._dump,
            "epoch": lambda text: text if MIN_EPOCH < float(text) < MAX_EPOCH else names.number(text),
            "guid": self._guid,
            "host": self.host,
            "login": lambda text: "REDACTED:REDACTED",
            "mac": names.mac,
            "mail": self._mail,
            "name": names.name,
            "number": names.number,
            "secret": without,
            "token": self.token,
            "unicode": self._unicode,
            "zone": lambda text: text if _ZONE.fullmatch(text) else names.number(text),
            "uri": self._uri,
            "url": self._uri,
            "user": names.name,
            "value": self._value,
        }

    def token(self, text: str) -> str:
        """A word, identifier, file, version or host name: what is no word of the program is replaced."""
        if "%" in text and _ESCAPED.search(text):
            parts = _ESCAPED.split(text)
            escaped = self.by_kind["escaped"]
            return "".join(escaped(each) if place % 2 else self.token(each) for place, each in enumerate(parts) if each)
        if text.isalpha():
            return self._letters(text)
        if "." in text.strip("."):
            return self._dotted(text)
        if self._vocabulary.is_model(text) or ("-" in text and self._vocabulary.is_word(text.lower())):
            return text
        if (found := _MODEL_FIRST.match(text)) and self._vocabulary.is_model(found[2]):
            return found[0] + self.token(text[found.end() :])
        pieces = _PIECES.sub(self._piece, text)
        if "-" in text and _NUMBERED.search(text) and (pieces != text or _NUMBERED_NAME.fullmatch(text)):
            # A number after an unknown word, or after several words, tells one device from the next.
            return _NUMBERED.sub(lambda found: self._names.piece(found[0]), pieces)
        return pieces

    def _twelve(self, digits: str) -> str:
        return self._names.mac(digits) if digits[:6].lower() in self._names.makers else self._names.opaque(digits)

    def _letters(self, text: str) -> str:
        return text if self._vocabulary.is_known(text) else self._names.piece(text)

    def _piece(self, found: re.Match[str]) -> str:
        """A piece of a token: a number of up to three digits or a word stays."""
        piece = found[0]
        if _ZEROS.fullmatch(piece):
            return piece
        if len(piece) >= MAC_DIGITS and (mac := _MAC.fullmatch(piece)):
            is_mac = mac["before"] or mac["mac"][:6].lower() in self._names.makers
            return mac["before"] + (self._names.mac(mac["mac"]) if is_mac else self._names.piece(mac["mac"]))
        if piece.isdecimal():
            return piece if len(piece) <= 3 else self._names.piece(piece)
        if self._vocabulary.is_known(piece):
            return piece
        if _HEXADECIMAL.fullmatch(piece):
            return self._hexadecimal(piece)
        if any(each.isdecimal() for each in piece):
            numbers = _NUMBER.findall(piece)
            if len(max(numbers, key=len)) <= 3 and (len(piece) == 2 or _NUMBER.sub("1", piece).lower() in WITH_DIGITS):
                return piece
        return self._names.piece(piece)

    def _hexadecimal(self, text: str) -> str:
        digits = text[2:]
        if len(digits.lstrip("0")) <= MAX_PLAIN_HEXADECIMAL or self._vocabulary.is_known(text) or not digits.strip("0"):
            return text
        if len(digits) == 12:
            return text[:2] + self._names.mac(digits)
        zeros = len(digits) - len(digits.lstrip("0"))
        return text[: 2 + zeros] + self._names.hexadecimal(digits[zeros:])

    def _dotted(self, text: str) -> str:
        if _VERSION.fullmatch(text) or _FACILITY.fullmatch(text):
            return text
        parts = text.split(".")
        endings: list[str] = []
        while len(parts) > 1 and parts[-1].lower() in _ENDINGS:
            endings.insert(0, parts.pop())
        if endings:
            return ".".join([self.token(".".join(parts)), *endings])
        last = parts[-1].lower()
        is_host = last in _DOMAINS or (len(last) == 2 and last.isalpha()) or _ADDRESS.search(text)
        if is_host or self.service_of(text):
            return self.host(text)
        found = [self.token(part) if part else part for part in parts]
        if found == parts or any(part.isdecimal() for part in parts) or len(parts) > 4:
            return ".".join(found)
        return self.host(text) if all(part and not part[0].isupper() for part in parts) else ".".join(found)

    def service_of(self, host: str) -> str:
        """The longest domain of a service that a name is below, or ""."""
        labels = host.lower().strip(".").split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((name for name in names if name in self._hosts), "")

    def host(self, text: str) -> str:
        """The name of a host, with or without a port: names of services and of what all phones look up stay."""
        if found := _ADDRESS.search(text):
            before, after = text[: found.start()], text[found.end() :]
            return self._names.name(before) + ipv4(found[0], self._names) + self._names.name(after)
        if service := self.service_of(text):
            before = text[: len(text.rstrip(".")) - len(service)] if text.endswith(".") else text[: -len(service)]
            return self.token_of_service(before) + text[len(before) :]
        labels = text.split(".")
        kept = self._vocabulary.labels
        last = labels[-1].lower()
        shown = [each if each.lower() in kept or each in ("*", "") else self._names.name(each) for each in labels]
        first = labels[0].lower().partition("-")
        if len(labels) > 2 and first[0] in self._vocabulary.protected and len(first[2]) <= 2:
            shown[0] = labels[0]
        if len(labels) > 1 and last in _DOMAINS:
            shown[-1] = labels[-1]
        return ".".join(shown)

    def token_of_service(self, text: str) -> str:
        """The labels before the domain of a service."""
        return ".".join(_PIECES.sub(self._piece, each) for each in text.split("."))

    def _mail(self, text: str) -> str:
        found = _AT.search(text)
        if found is None:
            return self._names.name(text)
        return self._names.name(text[: found.start()]) + found[0] + self.host(text[found.end() :])

    def _uri(self, text: str) -> str:
        scheme = _SCHEME.match(text)
        start = scheme.end() if scheme else 0
        rest = text[start:]
        if scheme is None or "/" in scheme[0] or "%2" in scheme[0]:
            return text[:start] + self._authority(rest)
        parts = re.split(r"([;?&])", rest, maxsplit=1)
        return text[:start] + self._address_of(parts[0]) + "".join(self._parameters(each) for each in parts[1:])

    def _authority(self, text: str) -> str:
        """Host, port, path and query of a URL, after the scheme. User and password were found as a secret."""
        found = re.match(r"[^/?#\\;]*", text)
        host = found[0] if found else ""
        return self._address_of(host) + self._parameters(text[len(host) :])

    def _address_of(self, text: str) -> str:
        found = _AT.search(text)
        user = text[: found.start()] if found else ""
        rest = text[found.end() :] if found else text
        shown = "REDACTED:REDACTED" if user == "REDACTED:REDACTED" else self._names.name(user)
        port = re.search(r":\d{1,5}$", rest)
        host, after = (rest[: port.start()], port[0]) if port else (rest, "")
        if host.startswith("[") and host.endswith("]"):
            return f"{shown}{found[0] if found else ''}[{ipv6(host.strip('[]'), self._names)}]{after}"
        if found is None and re.fullmatch(r"[+\d().-]*\d[()\d.-]*", host) and not _ADDRESS.fullmatch(host):
            return self._names.number(host) + after
        return f"{shown}{found[0] if found else ''}{self.host(host)}{after}"

    def _parameters(self, text: str) -> str:
        """Path, parameters and query: words stay, all else is replaced."""
        return re.sub(r"[\w.~+%@-]+", lambda found: self._of_path(found[0]), text)

    def _of_path(self, text: str) -> str:
        if _AT.search(text):
            return self._mail(text)
        if text.isdecimal():
            return text if len(text) <= 3 else self._names.piece(text)
        return self.token(text)

    def _value(self, text: str) -> str:
        """The value after a label that names something."""
        if _AT.search(text) or "://" in text:
            return self._uri(text)
        if _ADDRESS.search(text):
            parts = _WITH_PORT.split(text)
            return "".join(
                ipv4(each, self._names) if place % 3 == 1 else each if place % 3 == 2 else self._names.name(each)
                for place, each in enumerate(map(str, (each or "" for each in parts)))
            )
        if _DUMP.fullmatch(text):
            return self._dump(text)
        if found := _MAC.fullmatch(text):
            return found["before"] + self._twelve(found["mac"])
        if _SEPARATED_MAC.fullmatch(text):
            return self._names.mac(text)
        return self.host(text) if "." in text.strip(".") else self._names.name(text)

    def _attribute(self, text: str) -> str:
        """A part of a distinguished name: words that rules look for, such as names of public CAs, stay."""
        if _NAMES_A_PHONE.fullmatch(text):
            return self.token(text)
        protected = self._vocabulary.protected
        words = re.findall(r"\w+", text)
        if words and any(each.lower() in protected and len(each) > 3 for each in words) and not _AT.search(text):
            return _PIECES.sub(self._piece, text)
        return self._value(text.strip()) if "." in text else self._names.name(text)

    def _dashed(self, text: str) -> str:
        joint = "_" if "_" in text else "-"
        return ipv4(text.replace(joint, "."), self._names).replace(".", joint)

    def _address(self, text: str) -> str:
        return ipv6(text, self._names) if ":" in text else ipv4(text, self._names)

    def _date(self, text: str) -> str:
        """A date stays if it can be one."""
        numbers = [int(each) for each in re.findall(r"\d+", text)[: 2 if any(map(str.isalpha, text[:6])) else 3]]
        year = next((each for each in numbers if each > 99), 2000)
        others = [each for each in numbers if each <= 99]
        is_date = (
            1970 <= year <= 2099 and any(0 < each <= 12 for each in others) and all(each <= 31 for each in others[-2:])
        )
        return text if is_date else self._names.number(text[:10]) + text[10:]

    def _guid(self, text: str) -> str:
        if found := _NIL.match(text):
            return found[0] + self._names.mac(text[found.end() :])
        before, last = text[:-12], text[-12:]
        return self._names.opaque(before) + self._twelve(last)

    def _unicode(self, text: str) -> str:
        """Characters in the escapes of JSON: letters become others, punctuation stays."""
        said = "".join(chr(int(each, 16)) for each in text.split("\\u")[1:])
        if not any(each.isalnum() or "\ud800" <= each <= "\udfff" for each in said):
            return text
        return self._names.name(said) if said.isalnum() else self._names.name("".join(filter(str.isalnum, said)))

    def _dump(self, text: str) -> str:
        digits = "".join(each for each in text if each.isalnum())
        new = iter(self._names.opaque(digits))
        return "".join(next(new) if each.isalnum() else each for each in text)
