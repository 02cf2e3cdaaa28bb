"""Session descriptions in SIP messages (RFC 4566): address, media, codecs, SRTP keys and ICE offered or not."""

from collections.abc import Sequence

from lyncphone_logs.events.event import Value


def session_fields(body: Sequence[str]) -> dict[str, Value]:
    """The fields of a session description, none where the body is no such."""
    lines = [line.strip() for line in body]
    media = tuple(line[2:] for line in lines if line.startswith("m="))
    address = next((line.split()[-1] for line in lines if line.startswith("c=") and len(line.split()) == 3), "")
    if not (media or address):
        return {}
    codecs = (line.partition(" ")[2].partition("/")[0] for line in lines if line.startswith("a=rtpmap:"))
    found: dict[str, Value] = {"media": media, "codecs": tuple(dict.fromkeys(filter(None, codecs)))}
    return {
        **{name: value for name, value in found.items() if value},
        **({"media_address": address} if address else {}),
        "crypto": any(line.startswith("a=crypto:") for line in lines),
        "ice": any(line.startswith("a=candidate:") for line in lines),
    }
