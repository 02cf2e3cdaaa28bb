"""Decodes the error numbers that OpenSSL packs library, function and reason into.

`1416F086` is one; programs that print it themselves may print it in decimal, as 337047686.

OpenSSL 0.9.8 to 1.1.1 use 8 bits for the library, 12 for the function and 12 for the reason (ERR_PACK in err.h).
OpenSSL 3 has no functions: 8 bits for the library after the sign bit, and 23 for the reason.
"""

from collections.abc import Iterator
from functools import cache

from lyncphone_logs.events.codes import CodeEntry, citation, folded, rows

MAX_DIGITS = 8
"""Hexadecimal digits of a number."""
MAX_REASON = 0xFFF
SSL = 20
FIRST_ALERT = 1000
"""A reason of the library SSL from this number on is a received alert: SSL_AD_REASON_OFFSET in ssl.h."""
MAX_ALERT = 255
SYSTEM = 2


def decode(digits: str) -> CodeEntry | None:
    """The meaning of seven or eight hexadecimal digits, or else of as many or more decimal ones; None if it has none.

    ERR_print_errors and ERR_error_string print the number in hexadecimal, programs that print it themselves do not.
    """
    found = _decode(int(digits, 16)) if len(digits) <= MAX_DIGITS else None
    return found or (_decode(int(digits)) if digits.isdecimal() else None)


def _decode(code: int) -> CodeEntry | None:
    reason = code & MAX_REASON
    is_new = not code & 0x7FF000
    library, function = (code >> 23, 0) if is_new else (code >> 24, code >> 12 & MAX_REASON)
    name, text = _texts("library").get((library, 0), ""), _texts("reason").get((library, reason), "")
    if not name or not text or library == SYSTEM:
        return None
    first, *others = text.split(" | ")
    alert = reason - FIRST_ALERT if library == SSL else -1
    is_alert = 0 <= alert <= MAX_ALERT
    return CodeEntry(
        table="openssl",
        number=code,
        last=code,
        name=first,
        texts=tuple(others),
        scope=f"{name} ({library})",
        since="",
        until="",
        versions="OpenSSL 3" if is_new else "OpenSSL 0.9.8 to 1.1.1",
        meaning=_meaning(function, reason, _texts("function").get((library, function), ""))
        + (f" The peer sent TLS alert {alert}." if is_alert else ""),
        cause="",
        next="The verify code near this line says why: explain 'ctx->error=N'." if "verify failed" in first else "",
        basis="",
        see=(f"alert:{alert}",) if is_alert else (),
        sources=(citation("openssl-errors"),),
    )


def of_reason(text: str) -> Iterator[CodeEntry]:
    """The errors whose reason is this text, such as `wrong version number`, with the numbers of OpenSSL 3."""
    asked = folded(text)
    for (library, reason), known in _texts("reason").items():
        if asked in map(folded, known.split(" | ")) and (entry := decode(f"{library << 23 | reason:08X}")):
            yield entry


def _meaning(function: int, reason: int, name: str) -> str:
    if not function:
        return f"Reason {reason}; the number names no function."
    return f"Reason {reason}, in function {name or 'without a known name'} ({function})."


@cache
def _texts(part: str) -> dict[tuple[int, int], str]:
    """The texts of a part, library, function or reason, by library and number."""
    found = (row for row in rows("openssl_errors") if row["part"] == part)
    return {(int(row["library"]), int(row["number"] or 0)): row["text"] for row in found}
