"""Recognizes files that are obviously no log, by their first bytes or by the ending of their name.

The first bytes are those of the formats' specifications, as `file(1)` knows them. A text may be a log whatever the
ending of its name: a caller that knows the lines of phones decides that.
"""

import json
import re
from typing import NamedTuple

from lyncphone_logs.sources.exports import export_of
from lyncphone_logs.sources.rotation import rotation_key

EXAMINED_BYTES = 64 * 1024
"""Bytes of a text that are examined to find out whether it is a log."""
_HEADER_BYTES = 64
_PEM = re.compile(r"(?m)^-----BEGIN (?P<label>[A-Z0-9 ]{1,40})-----$")
# Comments, and the first lines of what `openssl s_client`, `x509` and `pkcs12` print.
_BEFORE_PEM = (
    "-----BEGIN ",
    "#",
    "CONNECTED(",
    "Connecting to ",
    "depth=",
    "Certificate:",
    "Bag Attributes",
    "subject",
)
_SCRIPT = ("#!/", "#! /")


class FileKind(NamedTuple):
    """What a file is, with its article. `help` is what the user can do instead, with `{path}`; "" if nothing.

    `is_text`: it is text, so that it may be a log nevertheless.
    """

    name: str
    help: str = ""
    is_text: bool = False


CERTIFICATE = FileKind("a certificate", "use --certificate {path}", is_text=True)
_DER = FileKind("a certificate", "use --certificate {path}")
_CAPTURE = FileKind(
    "a packet capture",
    "extract its syslog messages with time and sender: tshark -r {path} -Y syslog -T json -e frame.time_epoch -e ip.src"
    " -e syslog.facility -e syslog.level -e syslog.msg > trace.json",
)
_KEY = FileKind("a private key", "a diagnosis never needs a private key", is_text=True)
_PICTURE, _PROGRAM, _OFFICE = FileKind("a picture"), FileKind("a program"), FileKind("an office document")
_SOUND, _DATABASE, _FONT = FileKind("a sound or video file"), FileKind("a database"), FileKind("a font")
_PDF = FileKind("a PDF file", "copy the lines of the log from it into a text file")
_EVENTS = FileKind("a Windows event log", "this tool reads what the phone itself writes")

SIGNATURES: dict[FileKind, tuple[bytes, ...]] = {
    # In either byte order, with micro- or nanoseconds, and pcapng.
    _CAPTURE: (
        b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a",
    ),
    _PICTURE: (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"\0\0\1\0"),
    _PDF: (b"%PDF-",),
    # ELF, Windows, Mach-O in both byte orders, Java.
    _PROGRAM: (
        b"\x7fELF", b"MZ\x90\0", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
    ),
    _OFFICE: (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1"),
    _SOUND: (
        b"RIFF", b"ID3\x03", b"ID3\x04", b"OggS", b"fLaC", b"\x1aE\xdf\xa3",
        b"\0\0\0\x14ftyp", b"\0\0\0\x18ftyp", b"\0\0\0\x1cftyp", b"\0\0\0\x20ftyp",
    ),
    _DATABASE: (b"SQLite format 3\0",),
    _FONT: (b"wOFF", b"wOF2"),
    _EVENTS: (b"ElfFile\0",),
}  # fmt: skip
"""The bytes by which a file of each kind begins."""

UNREADABLE_ARCHIVES = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive", b"Rar!\x1a\x07": "a RAR archive", b"MSCF\0\0\0\0": "a cabinet archive",
    b"\x04\x22\x4d\x18": "LZ4 data",
}  # fmt: skip
"""Containers that are not opened. They may hold a log, so they are a problem even if the user did not name them."""


def _text(name: str) -> FileKind:
    return FileKind(name, is_text=True)


_ZIPPED = dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp", "vsdx"), _OFFICE) | dict.fromkeys(
    ("jar", "apk", "whl"), _PROGRAM
)
ENDINGS: dict[str, FileKind] = {
    **_ZIPPED,
    **dict.fromkeys(("pem", "crt", "cer"), CERTIFICATE),
    **dict.fromkeys(("der", "p7b", "pfx", "p12"), _DER),
    "key": _KEY,
    "toml": _text("a TOML file"),
    "xml": _text("an XML file"),
    **dict.fromkeys(("yaml", "yml"), _text("a YAML file")),
    **dict.fromkeys(("ini", "cfg", "conf"), _text("a configuration file")),
    **dict.fromkeys(("html", "htm", "css"), _text("a web page")),
    **dict.fromkeys(("md", "rst"), _text("a page of text")),
    **dict.fromkeys(("py", "js", "ps1", "psm1", "sh", "bat", "cmd", "c", "h"), _text("a program")),
    **dict.fromkeys(("svg", "bmp", "ico"), FileKind("a picture", is_text=True)),
    **dict.fromkeys(("pcap", "pcapng", "cap"), _CAPTURE),
    **dict.fromkeys(("exe", "dll", "msi", "pyc"), _PROGRAM),
    "etl": FileKind("an event trace of Windows or Lync Server", "this tool reads what the phone itself writes"),
}
"""Kinds by the ending of a name, in lower case."""
UNFINISHED_PREFIX, UNFINISHED_SUFFIX = ".lyncphone-logs-", ".unfinished"
"""How the name of an output begins and ends until the output is complete; a killed run leaves such a file."""
_UNFINISHED = re.compile(
    rf"(?:\A|[/\\]){re.escape(UNFINISHED_PREFIX)}[0-9a-f]+{re.escape(UNFINISHED_SUFFIX)}(?: \(\d+\))?\Z"
)
LOG_ENDINGS = {"log", "txt"}
"""Text with such a name is read, whatever its contents look like."""


def kind_of(path: str, start: bytes, encoding: str) -> FileKind | None:
    """What a file is if it is obviously no log, else None.

    `start` are its first bytes, EXAMINED_BYTES of them if there are so many. `encoding` is that of `encoding_of`.
    """
    if _UNFINISHED.search(path):
        return FileKind("an unfinished output of lyncphone-logs", "delete it if no run is writing it")
    ending = _ending(path)
    # A log in an old encoding may begin with any of these bytes, but it has no zeros.
    if ending not in LOG_ENDINGS or b"\0" in start[:_HEADER_BYTES]:
        for binary, magics in SIGNATURES.items():
            if start.startswith(magics):
                return binary
    if start.startswith(b"PK"):
        return _ZIPPED.get(ending)
    if start.startswith(b"\x30\x82") and b"\0" in start:
        return _DER
    if not start or ending in LOG_ENDINGS:
        return None
    text = start.decode(encoding or "utf-8", "replace").lstrip("\ufeff \t\r\n")
    kind = _kind_of_text(text, ending, start) or ENDINGS.get(ending)
    if kind and kind.is_text and b"\0" in start and not encoding:
        return None
    return kind._replace(is_text=True) if kind else None


def _ending(path: str) -> str:
    """The ending of a name in lower case: `log` of `phone.log.2.gz`; "" if there is none."""
    name = rotation_key(path.replace("\\", "/").rpartition("/")[2])[0]
    return name.rpartition(".")[2].lower() if "." in name else ""


def _kind_of_text(text: str, ending: str, start: bytes) -> FileKind | None:
    if text.startswith(_SCRIPT):
        return _text("a script")
    if text[:5].lower() == "<?xml" or text[:9].lower() == "<!doctype":
        return _text("an XML or HTML file")
    if found := _PEM.search(text.replace("\r\n", "\n")) if text.startswith(_BEFORE_PEM) else None:
        return _kind_of_pem(found["label"])
    if text.startswith(("{", "[")) and _is_one_json(text, ending, is_complete=len(start) < EXAMINED_BYTES):
        return _text("a JSON file")
    return None


def _kind_of_pem(label: str) -> FileKind:
    if label.endswith("PRIVATE KEY"):
        return _KEY
    return CERTIFICATE if label.endswith("CERTIFICATE") or label == "PKCS7" else _text(f"a PEM file ({label.lower()})")


def _is_one_json(text: str, ending: str, *, is_complete: bool) -> bool:
    """Whether it is one JSON document. A file with a JSON value in each line may be a log."""
    first, _, rest = text.partition("\n")
    if (rest and _is_json(first)) or export_of(text.encode("utf-8", "replace")):
        return False
    return ending == "json" or (is_complete and _is_json(text))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
