"""Generates random SIP messages, and writes them in lines like phones and collectors do."""

import random
from collections.abc import Callable
from itertools import pairwise

from hypothesis import strategies as st

SPLIT = {"via": "v", "from": "f", "to": "t", "call-id": "i", "contact": "m", "content-length": "l"}
WORDS = st.text("abcdefghijkmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=ptime:20\r\n"
)


@st.composite
def sip_messages(draw: st.DrawFn) -> str:
    """A complete message, with the line ends of RFC 3261."""
    method = draw(st.sampled_from(["REGISTER", "INVITE", "SUBSCRIBE", "OPTIONS"]))
    start = (
        f"SIP/2.0 {draw(st.sampled_from(['200 OK', '401 Unauthorized', '403 Forbidden', '504 Server time-out']))}"
        if draw(st.booleans())
        else f"{method} sip:{draw(WORDS)}@contoso.com SIP/2.0"
    )
    body = draw(st.sampled_from(["", SDP]))
    headers = [
        ("Via", f"SIP/2.0/TLS 192.0.2.20:5061;branch=z9hG4bK{draw(WORDS)}"),
        ("From", f'"{draw(WORDS)} {draw(WORDS)}" <sip:{draw(WORDS)}@contoso.com>;tag={draw(WORDS)}'),
        ("To", f"<sip:{draw(WORDS)}@contoso.com>"),
        ("Call-ID", f"{draw(WORDS)}@192.0.2.20"),
        ("CSeq", f"{draw(st.integers(1, 99999))} {method}"),
        ("Contact", f"<sip:{draw(WORDS)}@192.0.2.20:5061;transport=tls>"),
        ("Expires", str(draw(st.integers(0, 99999)))),
        ("User-Agent", f"AUDC-IPPhone-405HD_UC_3.1.2.{draw(st.integers(1, 99))}/1"),
        ("Content-Length", str(len(body))),
    ]
    headers = draw(st.permutations(headers[:-1])) + headers[-1:]
    is_compact = draw(st.booleans())
    named = [(SPLIT.get(name.lower(), name) if is_compact else name, value) for name, value in headers]
    return "\r\n".join([start, *(f"{name}: {value}" for name, value in named), "", body])


def cut(message: str, places: list[int]) -> list[str]:
    """The message split at these positions into pieces, none of them empty."""
    edges = sorted({0, len(message), *(place % len(message) for place in places)})
    return [message[start:end] for start, end in pairwise(edges)]


def as_datagrams(message: str, places: list[int], host: str, number: int) -> list[str]:
    """As rsyslog writes messages of an AudioCodes border controller: one line per datagram, line ends as #015#012."""
    marker = (
        "(N 1) ---- Incoming SIP Message from 192.0.2.75:5061 to SIPInterface #2 (T) TLS TO(#1) SocketID(2) ---- \r\n"
    )
    return [
        f"10:44:11.{299 + piece}  {host}  local0.notice  [S={number + piece}] [SID=0a1b2c:7:55]  {text} "
        f"[Time:10-09@09:42:56.{100 + piece}]"
        for piece, text in enumerate(
            (marker if piece == 0 else "") + text for piece, text in enumerate(cut(message, places))
        )
        for text in [text.replace("\r", "#015").replace("\n", "#012")]
    ]


def as_cisco(message: str, places: list[int], host: str, number: int) -> list[str]:
    """As a Cisco phone writes it: further lines after a tab, `^M` for CR, a mark at the end."""
    pieces = [*cut(message, places), "::End-Of-Sip-Message::"]
    lines = []
    for piece, text in enumerate(pieces):
        prefix = f"Mar  9 18:40:01 {host} {number + piece:04d} DEB Mar 09 18:40:01.{101000 + piece} (618:927) JAVA-"
        first, *more = text.replace("\r", "^M").split("\n")
        # Nothing follows the line end at the end of a piece.
        more = more[:-1] if more and not more[-1] else more
        lines += [f"{prefix}{'sipio-recv<--- ' if piece == 0 else ''}{first}", *(f"\t{line}" for line in more)]
    return lines


def as_snom(message: str, places: list[int], host: str, number: int) -> list[str]:
    """As the SIP trace of a snom phone contains it: the bytes after a line that counts them."""
    head = f"Received from tls:{host}:5061 at 31/08/2021 01:39:33 ({len(message)} bytes):"
    return [head, *message.replace("\r\n", "\n").removesuffix("\n").split("\n")]


def as_viewer(message: str, places: list[int], host: str, number: int) -> list[str]:
    """As the AudioCodes Syslog Viewer writes it: further lines after 79 blanks."""
    marker = "(N 1) ---- Outgoing SIP Message to x ----"
    head = f"10:44:11.299  {host}  local0.notice  [S={number}] [SID=0a1b2c:7:55]  {marker}"
    lines = message.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return [head, *(f"{' ' * 79}{line}" for line in lines), f"{' ' * 79}[Time:10-09@09:42:56.100]"]


WAYS: tuple[Callable[[str, list[int], str, int], list[str]], ...] = (as_datagrams, as_cisco, as_snom, as_viewer)


def interleaved(several: list[list[str]], seed: int) -> list[str]:
    """Lines of several senders, interleaved; indented lines stay after their line."""
    chance = random.Random(seed)
    blocks: list[list[list[str]]] = []
    for lines in several:
        some: list[list[str]] = []
        for line in lines:
            if line[:1] in ("\t", " ", ""):
                some[-1].append(line)
            else:
                some.append([line])
        blocks.append(some)
    written: list[str] = []
    while left := [each for each in blocks if each]:
        written += chance.choice(left).pop(0)
    return written
