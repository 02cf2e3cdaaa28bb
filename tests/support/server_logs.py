"""Logs of servers, routers and desktops that are no phones (`server_logs.toml`), as collectors and tools write them."""

import json
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

_LOGS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SERVERS: dict[str, tuple[str, ...]] = {program: tuple(texts) for program, texts in _LOGS["servers"].items()}
"""Texts by the program that prints them."""
RAW: dict[str, tuple[str, ...]] = {name: tuple(lines) for name, lines in _LOGS["raw"].items()}
"""Complete lines of logs that have no name of a program where syslog writes it."""


def _journal(host: str, program: str, text: str, second: int) -> str:
    return json.dumps(
        {
            "_HOSTNAME": host,
            "SYSLOG_IDENTIFIER": program,
            "_PID": "55",
            "MESSAGE": text,
            "__REALTIME_TIMESTAMP": str((1793613600 + second) * 1_000_000),
        }
    )


def _docker(host: str, program: str, text: str, second: int) -> str:
    return json.dumps({"log": f"{text}\n", "stream": "stderr", "time": f"2026-11-02T10:00:{second:02}.000000000Z"})


def _gelf(host: str, program: str, text: str, second: int) -> str:
    message = f"{program}[55]: {text}"
    return json.dumps({"version": "1.1", "host": host, "short_message": message, "timestamp": 1793613600 + second})


_TEMPLATES = {
    "file": "Nov  2 10:00:{second:02} {host} {program}[55]: {text}",
    "datagram": "<27>Nov  2 10:00:{second:02} {host} {program}: {text}",
    "RFC 5424": "<27>1 2026-11-02T10:00:{second:02}Z {host} {program} 55 - - {text}",
    "rsyslog": "2026-11-02T10:00:{second:02}.1+00:00 {host} {program}[55]: {text}",
    "bare": "{program}[55]: {text}",
    "logread": "Mon Nov  2 10:00:{second:02} 2026 daemon.err {program}[55]: {text}",
    "level words": "Nov  2 10:00:{second:02} {host} daemon.err {program}[55]: {text}",
    "Kiwi": "2026-11-02 10:00:{second:02}\tDaemon.Error\t{host}\t{program}[55]: {text}",
    "container": "2026-11-02T10:00:{second:02}.000000000Z stderr F {program}: {text}",
    "path of the program": "Nov  2 10:00:{second:02} {host} /usr/sbin/{program}[55]: {text}",
}
_RECORDS: dict[str, Callable[[str, str, str, int], str]] = {"journal": _journal, "docker": _docker, "GELF": _gelf}
FRAMINGS = (*_TEMPLATES, *_RECORDS)
"""How a collector or a tool writes a line of a program."""


def server_lines(program: str, texts: Iterable[str], host: str, framing: str) -> list[str]:
    """The lines that a program writes on a host, in one of FRAMINGS."""
    if framing in _RECORDS:
        return [_RECORDS[framing](host, program, text, second) for second, text in enumerate(texts)]
    template = _TEMPLATES[framing]
    return [template.format(second=second, host=host, program=program, text=text) for second, text in enumerate(texts)]
