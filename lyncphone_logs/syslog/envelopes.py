"""Opens envelopes: takes message, host, time and level out of a JSON object that a log server made of a line.

Forwarders and log servers write one object a line. `sources.exports` makes such lines of their other exports. What
the keys mean is in `sources.record_names`. The message may be in an envelope itself, or have a framing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lyncphone_logs.events.event import SEVERITIES
from lyncphone_logs.sources import record_names
from lyncphone_logs.sources.record_names import MESSAGES, RAW_MESSAGES, RECEIVED, known_name
from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.framing_patterns import FACILITIES, SYNONYMS

NAME = "envelope"
"""The framing of a line in an envelope, whatever product made it."""
STARTS = ("{", "[{", ",{")
"""How a line in an envelope begins."""
MAX_ENVELOPES = 3
MAX_KEYS, MAX_DEPTH = 1000, 6
MAX_STAMP = 64
_NEXT_TO_OBJECT = " \t\r,[]"
# Texts, because `re` compiles them when a line first needs them: most traces have no envelopes.
_NUMBER = r"([0-9]{9,10}|[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.([0-9]{1,12}))?"
_DIGITS_OF_SECONDS = 10
_TIME = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
_DATED = (
    rf"(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[T ](?P<time>{_TIME})[ ]?"
    r"(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_KIBANA = rf"(?P<day>[A-Z][a-z]{{2}} [0-9]{{1,2}}, [0-9]{{4}}) @ (?P<time>{_TIME})"
# No path, and no input of a forwarder: Splunk and Docker call these `source`.
_HOST = r"(?!/|[A-Za-z]:\\|(?:udp|tcp|stdin|stdout|stderr)(?::|$)|-$)\S{1,255}+"
_WITH_PORT = r"([0-9.]{7,15}):[0-9]{1,5}"


class Envelope(NamedTuple):
    """What an envelope says about a line.

    `texts` are the phone's line, if its program was taken off with this program before it, as it was probably written:
    the last one is the message itself. They are repaired, and `repairs` names how. `stamp` is a time stamp that
    `timestamps.formats` reads, or "". `is_received`: it is surely the time at which the line was received, not that at
    which a file was imported. `facility` and `severity` are words of FACILITIES and SEVERITIES.
    """

    texts: tuple[str, ...]
    repairs: tuple[str, ...] = ()
    stamp: str = ""
    is_received: bool = False
    hostname: str | None = None
    app_name: str | None = None
    procid: str | None = None
    facility: str | None = None
    severity: str | None = None


def open_envelope(text: str) -> Envelope | None:
    """What the envelope around a line says, None if there is none. The values of the innermost of several count."""
    found: dict[str, str] = {}
    message: str | None = None
    for _ in range(MAX_ENVELOPES):
        values = _values(text) if text.startswith(STARTS) else {}
        inner = _first(values, MESSAGES)
        if inner is None:
            break
        found, message = found | values, inner
        text = message
    return None if message is None else _envelope(message.rstrip("\r\n").replace("\r\n", "\n"), found)


def within(envelope: Envelope, line: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a line, by the names of `SyslogPrefix`, with those that only the envelope around it has.

    The stamp of the envelope is the log server's.
    """
    values = dict(line)
    for name in ("hostname", "app_name", "procid", "facility", "severity"):
        values[name] = line[name] or getattr(envelope, name)
    values["framing"] = NAME if line["framing"] == "none" else f"{NAME}+{line['framing']}"
    if not line["stamp"]:
        values |= {"stamp": envelope.stamp, "received": envelope.stamp, "stamp_owner": envelope.stamp and "collector"}
    elif not line["received"]:
        values["received"] = envelope.stamp
    return values


class _Integer(str):
    """A number as written: converting long ones takes quadratic time."""

    __slots__ = ()


def _values(text: str) -> dict[str, str]:
    """The values of a JSON object by those of their dotted keys that are known; none if the text is no object."""
    try:
        read = json.loads(text.strip(_NEXT_TO_OBJECT), parse_int=_Integer, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    values: dict[str, str] = {}
    for key, value in _flat(read) if isinstance(read, dict) else ():
        name = known_name(key)
        if name and (written := _text_of(value)) is not None:
            # The names of the object itself precede those of its wrappers.
            if name == key:
                values[name] = written
            else:
                values.setdefault(name, written)
    return values


def _flat(read: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The values that are no objects, and their keys, the nested ones with dots."""
    pending: list[tuple[str, object, int]] = [("", read, 0)]
    count = 0
    while pending and count < MAX_KEYS:
        key, value, depth = pending.pop()
        count += 1
        if not isinstance(value, dict):
            yield key, value
        elif depth < MAX_DEPTH:
            pending += [(f"{key}.{name}" if key else name, inner, depth + 1) for name, inner in value.items()]


def _text_of(value: object) -> str | None:
    """The text of a value: of a list of texts the first one, of a list of bytes (journald) what they encode."""
    if isinstance(value, list) and value:
        if all(isinstance(each, _Integer) and re.fullmatch("[0-9]{1,3}", each) for each in value):
            numbers = [int(each) for each in value]
            return bytes(numbers).decode("utf-8", "replace") if max(numbers) <= 0xFF else None
        value = value[0]
    # Half of a surrogate pair cannot be written to a file.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _first(values: Mapping[str, str], names: Sequence[str]) -> str | None:
    """The first value that is not blank; "" if all of them are blank, None if there is none."""
    found = [values[name] for name in names if name in values]
    return next((value for value in found if value.strip()), "" if found else None)


def _envelope(message: str, values: Mapping[str, str]) -> Envelope:
    app_name = _first(values, record_names.PROGRAMS) or None
    procid = _first(values, record_names.PROCESSES) or None
    is_raw = any(values.get(name, "").strip() for name in RAW_MESSAGES)
    texts = (message,) if is_raw else tuple(_with_program(message, app_name, procid, values.get("syslogtag", "")))
    repaired = [repair(text) for text in texts]
    stamp_name = next((name for name in record_names.STAMPS if _stamp(values.get(name, ""))), "")
    facility, severity = _levels(values)
    return Envelope(
        texts=tuple(text for text, _ in repaired),
        repairs=repaired[-1][1],
        stamp=_stamp(values.get(stamp_name, "")),
        is_received=stamp_name in RECEIVED,
        hostname=next((host for name in record_names.HOSTS if (host := _host(values.get(name, "")))), None),
        app_name=app_name,
        procid=None if procid in ("0", "-") else procid,
        facility=facility,
        severity=severity,
    )


def _with_program(message: str, app_name: str | None, procid: str | None, tag: str) -> Iterator[str]:
    """The message with what a log server took off its start, in each way that it may have been there, and as it is."""
    text = message.lstrip(" ")
    if tag.strip() and not text.startswith(tag):
        yield f"{tag}{message}"
    elif app_name and app_name != "-" and not text.startswith(("<", app_name)):
        yield f"{app_name}[{procid}]: {text}" if procid and procid not in "0-" else f"{app_name}: {text}"
        yield f"{app_name} {text}"
    yield text if len(message) - len(text) == 1 else message


def _stamp(value: str) -> str:
    """A stamp as `timestamps.formats` reads it: of a number since 1970, by its size in s, ms, µs or ns; "" if none."""
    if found := re.fullmatch(_NUMBER, value):
        whole, fraction = found[1], found[2] or ""
        digits = _DIGITS_OF_SECONDS if len(whole) >= _DIGITS_OF_SECONDS else len(whole)
        return f"{whole[:digits]}.{(whole[digits:] + fraction + '0')[:6]}"
    if found := re.fullmatch(_DATED, value):
        zone = found["zone"] or ""
        return f"{found['day']}T{found['time']}{'Z' if zone == 'UTC' else zone}"
    if found := re.fullmatch(_KIBANA, value):
        try:
            return f"{datetime.strptime(found['day'], '%b %d, %Y'):%Y-%m-%d}T{found['time']}"
        except ValueError:
            return ""
    return value if len(value) <= MAX_STAMP and re.search(_TIME, value) else ""


def _host(value: str) -> str:
    found = re.fullmatch(_WITH_PORT, value)
    host = found[1] if found else value
    return host if re.fullmatch(_HOST, host) else ""


def _levels(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Facility and severity, by words or numbers of their own, else of their common number."""
    facility = _word(_first(values, record_names.FACILITIES), FACILITIES)
    severity = _word(_first(values, record_names.SEVERITIES), SEVERITIES)
    priority = _first(values, record_names.PRIORITIES) or ""
    if (facility and severity) or not re.fullmatch("[0-9]{1,3}", priority):
        return facility, severity
    numbers = divmod(int(priority), len(SEVERITIES))
    return facility or _word(str(numbers[0]), FACILITIES), severity or _word(str(numbers[1]), SEVERITIES)


def _word(value: str | None, words: Sequence[str]) -> str | None:
    if value and re.fullmatch("[0-9]{1,2}", value):
        return words[int(value)] if int(value) < len(words) else None
    word = (value or "").lower()
    word = SYNONYMS.get(word, word)
    return word if word in words else None
