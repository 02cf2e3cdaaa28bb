"""Finds the MAC address, model and firmware that a phone states in its lines, or that the name of its file states.

Only statements about the phone itself count. A User-Agent header does in a REGISTER request, which a phone sends but
never receives; in other messages it may be that of the peer. A name `SEP…` counts where Cisco's phones name their own
files and certificates.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import normalize_mac
from lyncphone_logs.events.makers import maker_prefixes, makers
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.sources.source import InMemorySource
from lyncphone_logs.timestamps.formats import Anchor

_HEX = "[0-9A-Fa-f]"
_MAC = re.compile(
    rf"(?<!{_HEX})(?:{_HEX}{{12}}|{_HEX}{{2}}(?:[:-]{_HEX}{{2}}){{5}}|{_HEX}{{4}}(?:[.]{_HEX}{{4}}){{2}})(?!{_HEX})"
)
_MODEL_BEFORE = re.compile(r"(?:^|[^A-Za-z0-9])([A-Za-z]{1,12}[ _-]?[A-Za-z]?[0-9]{2,4}[A-Za-z]{0,3})[ _-]{1,2}$")
SEP = re.compile(rf"(?:(CP-[0-9]{{4}}[0-9A-Z]{{0,6}})-)?(CTL|ITL)?SEP({_HEX}{{12}})(?!{_HEX})(\.(?:cnf|tlv|xml))?")
"""The name of a Cisco phone: its model, if that precedes; the file that it names. Sources: Cisco support document
'Migrate IP Phones Between Clusters' (CTLSEP…tlv, CN=CP-8861-SEP…); public console logs (Requesting SEP….cnf.xml)."""
_INSTANCE = re.compile(rf"urn:uuid:0{{8}}-0000-[01]000-[08]000-({_HEX}{{12}})(?!{_HEX})")
"""A +sip.instance that ends with the MAC address; sources: Grandstream HT801 lines (tcz/rotary-gpt #2), Cisco 7960."""
_AGENT_HEADER = re.compile(r"User-Agent: {0,4}+([^\r\n]{1,200})", re.IGNORECASE)
AGENTS = (
    r"AUDC-IPPhone/(?P<firmware>[0-9][\w.]{1,30}) \((?P<model>[0-9]{3}[A-Z]{1,6})[^;)]{0,20}; ?"
    rf"(?P<mac>{_HEX}{{12}})\)",
    r"AUDC-IPPhone-(?P<model>[0-9A-Z]{3,8})_(?P<firmware>UC_[0-9.]{1,20})",
    r"Polycom\w{1,20}-(?P<model>\w{2,12}_[0-9]{2,4}\w{0,4})-UA/(?P<firmware>[0-9][0-9.]{2,20})"
    rf"(?:_(?P<mac>{_HEX}{{12}})(?!{_HEX}))?",
    r"Yealink (?P<model>[A-Z][A-Za-z0-9-]{1,12})(?: (?P<firmware>[0-9]{1,3}(?:\.[0-9]{1,3}){3}))?"
    rf"(?: (?P<mac>{_HEX}{{12}}(?!{_HEX})|{_HEX}{{2}}(?::{_HEX}{{2}}){{5}}))?",
    r"Cisco-(?P<model>CP-?[0-9]{4}[0-9A-Z-]{0,6})/(?P<firmware>[0-9][\w.]{0,20})"
    rf"(?: \((?P<mac>{_HEX}{{12}})\))?",
    r"(?P<model>snom-?[A-Za-z]?[0-9]{1,4}[A-Za-z]?)(?:-SIP )?/?(?P<firmware>[0-9]{1,3}(?:\.[0-9]{1,3}){1,3})",
    r"Grandstream (?P<model>[A-Z]{2,3}-?[0-9]{3,4}[A-Za-z0-9]{0,4}) (?P<firmware>[0-9]{1,3}(?:\.[0-9]{1,3}){2,3})"
    rf"(?: (?P<mac>{_HEX}{{12}})(?!{_HEX}))?",
)
"""User-Agent headers of phones. Sources: the grammars (AudioCodes, Yealink, Grandstream, snom); public SIP traces and
tests of Polycom (PolycomVVX-VVX_150-UA/6.4.1.2280_482567…), Cisco (Cisco-CP7861/12.1.1) and snom (snomD785-SIP
10.1.169.16); Cisco 8800 multiplatform phones, provisioning guide (Cisco-CP-8841-3PCC/11.0 (0056…))."""
MAX_PEEKED_BYTES = 64 * 1024
"""Bytes at the beginning of a file in which it is looked for the MAC address of its phone."""


@cache
def named_in(path: str) -> Mapping[str, str]:
    """The `mac` and `model` in the name of a file, if it has them.

    Twelve decimal digits may also be a date: they are a MAC address if they begin with a maker's prefix or follow
    `SEP`.
    """
    name = re.split(r"[/\\]", path)[-1]
    if found := SEP.search(name):
        return {"mac": found[3].lower()} | ({"model": found[1]} if found[1] else {})
    for found in _MAC.finditer(name):
        mac = normalize_mac(found[0])
        if not mac.isdecimal() or mac[:6] in maker_prefixes():
            return {"mac": mac} | _model_before(name[: found.start()], mac)
    return {}


def mac_in_name(path: str) -> str:
    """The MAC address in the name of a file, or ""."""
    return named_in(path).get("mac", "")


def _model_before(text: str, mac: str) -> dict[str, str]:
    """The model of the maker of `mac` at the end of a text, if it is one."""
    maker, found = maker_prefixes().get(mac[:6]), _MODEL_BEFORE.search(text)
    if not maker or not found:
        return {}
    rows = makers("phone_models")
    pattern = next(row["pattern"] for row in rows if row["vendor"] == maker)
    folded = re.sub(r"[ _-]", "", found[1]).casefold().removeprefix(maker.casefold())
    return {"model": found[1]} if re.fullmatch(pattern, folded) else {}


def is_gateway(vendor: str, model: str) -> bool:
    """Whether a model is a gateway or border controller, which does not sign in (knowledge/phone_models.toml)."""
    folded = re.sub(r"[\s_/-]", "", model).casefold().removeprefix(vendor.casefold())
    rows = makers("phone_models") if folded else []
    patterns = [row["gateways"] for row in rows if "gateways" in row and (not vendor or row["vendor"] == vendor)]
    return any(re.fullmatch(pattern, folded) for pattern in patterns)


def stated_by(kind: str, grammar: str, text: str) -> dict[str, str]:
    """What a line states about the phone that wrote it, by the field names of `device.identified`."""
    if kind.startswith("sip."):
        return _of_register(text) if kind == "sip.request" and "REGISTER" in text else {}
    found = SEP.search(text) if grammar == "cisco" and "SEP" in text else None
    if not found or not (found[1] or found[2] or found[4] or text[: found.start()].endswith("=")):
        return {}
    return {"mac": found[3].lower()} | ({"model": found[1]} if found[1] else {})


def _of_register(text: str) -> dict[str, str]:
    if not re.search(r"(?:^|[^A-Za-z])REGISTER {1,4}sips?:", text):
        return {}
    stated: dict[str, str] = {}
    if header := _AGENT_HEADER.search(text):
        agent = next(filter(None, (re.match(pattern, header[1]) for pattern in AGENTS)), None)
        stated = {name: value for name, value in agent.groupdict().items() if value} if agent else {}
    if "mac" not in stated and (found := _INSTANCE.search(text)):
        stated["mac"] = found[1]
    return stated


def statements(batch: Batch) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a batch that state something about their phone, with what they state."""
    columns = batch.columns
    kinds, grammars = columns["kind"], columns["grammar"]
    for row, text in enumerate(columns["message"]):
        # Most lines have neither word, and a search for one takes less time than a call.
        may_state = "SEP" in text or "REGISTER" in text
        if may_state and (stated := stated_by(kinds[row], grammars[row], text)):
            yield row, stated


def mac_of_file(path: str, grammars: Sequence[Grammar]) -> str:
    """The MAC address in the name of a file, else the only one that the lines at its beginning state; else "".

    Only a regular file is examined: a pipe can be read once only. Why one cannot be read, its reader reports.
    """
    named = mac_in_name(path)
    if named or not os.path.isfile(path):
        return named
    try:
        with open(path, "rb") as file:
            return mac_in_lines(file.read(MAX_PEEKED_BYTES), path, grammars)
    except (OSError, ValueError):
        return ""


def mac_in_lines(head: bytes, path: str, grammars: Sequence[Grammar]) -> str:
    """The only MAC address that the complete lines in the first bytes of a file state, or ""."""
    text = head[: head.rfind(b"\n") + 1 or None].decode(errors="replace")
    macs: set[str] = set()
    for batch in Reader(InMemorySource(text, path), grammars, Anchor(None, "")).batches():
        identified = (batch.event(row) for row in batch.parsed if batch.columns["kind"][row] == "device.identified")
        macs |= {str(event.fields.get("mac", "")) for event in identified}
        macs |= {stated.get("mac", "") for _, stated in statements(batch)}
    known = {normalize_mac(mac) for mac in macs if mac}
    return known.pop() if len(known) == 1 else ""
