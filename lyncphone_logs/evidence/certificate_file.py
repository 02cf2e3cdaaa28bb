"""Reads certificate files (PEM with any text between the blocks, DER, PKCS#7) as events."""

import re
from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from lyncphone_logs.errors import EvidenceError
from lyncphone_logs.events.event import Event, Span, Value
from lyncphone_logs.events.vocabulary import capture_of
from lyncphone_logs.evidence.certificate import UNREADABLE, Certificate, inspect, noting
from lyncphone_logs.evidence.chain import Chain, order
from lyncphone_logs.evidence.der import parts

MAX_FILE_BYTES = 1 << 20
"""A larger file is not read."""

_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CERTIFICATE|PKCS7|CMS)-----([^-]*)(-----END \1-----)?")
_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_HELP = capture_of("certificate.inspected")


def read_certificates(path: str, *, domain: str = "") -> list[Event]:
    """Read the certificates of a file as events.

    Returns one `certificate.inspected` for each certificate, the server's first and its issuers after it, then one
    `certificate.chain`, then one `certificate.names_checked` if a SIP domain is given and a certificate is a server's.
    `line` is the number of the certificate in the file, from 1. `spans` is its PEM block, else the complete file.
    Duplicates are skipped, and so are blocks that are no certificates, which the chain's text counts. Raises
    EvidenceError if the file cannot be read, is larger than `MAX_FILE_BYTES`, or contains no certificate that can be
    read.
    """
    data = _read(path)
    domain = domain.strip().lower().rstrip(".")
    certificates, damaged = _certificates(path, data)
    chain = order(certificates)
    events = [_inspected(path, certificate, chain) for certificate in (*chain.links, *chain.others)]
    events.append(_chain(path, chain, Span(0, len(data)), damaged))
    if domain and chain.server and chain.server.names is not None:
        events.append(_names_checked(path, chain.server, chain.server.names, domain))
    return events


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        because = getattr(error, "strerror", None) or str(error)
        raise EvidenceError("cannot read the certificate file", because, path, _HELP) from error
    if len(data) > MAX_FILE_BYTES:
        raise EvidenceError("the certificate file is too large", "it is larger than 1 MiB", path, _HELP)
    return data


def _certificates(path: str, data: bytes) -> tuple[list[Certificate], int]:
    """The certificates, and the number of blocks that are none. Raises EvidenceError if no block is one."""
    found: dict[bytes, Certificate] = {}
    number = 0
    problems: list[EvidenceError] = []
    for content, span in _blocks(path, data):
        try:
            with noting() as notes:
                certificates = _ders(_decoded(content, path, data, span))
            for der in certificates:
                number += 1
                if der not in found:
                    found[der] = inspect(der, number, span, tuple(notes))
        except EvidenceError as error:
            problems.append(error)
        except UNREADABLE:
            problems.append(_damaged(path, data, span))
    if problems and not found:
        raise problems[0]
    if not found:
        raise EvidenceError("the file contains no certificate", _why_none(data), path, _HELP)
    return list(found.values()), len(problems)


def _blocks(path: str, data: bytes) -> Iterator[tuple[bytes | re.Match[bytes], Span]]:
    """Each PEM block that may contain certificates, and its span. All bytes if the file is not PEM."""
    text, width = _narrowed(data)
    if not _LABEL.search(text):
        if data:
            yield data, Span(0, len(data))
        return
    for block in _PEM.finditer(text):
        yield block, Span(block.start() * width, (block.end() - block.start()) * width)


def _decoded(content: bytes | re.Match[bytes], path: str, data: bytes, span: Span) -> bytes:
    """The bytes of a block. Raises EvidenceError if its end is missing, ValueError if it is not base64."""
    if isinstance(content, bytes):
        return content
    if not content[3]:
        raise _damaged(path, data, span, "its END line is missing")
    return a2b_base64(content[2])


def _narrowed(data: bytes) -> tuple[bytes, int]:
    """UTF-16, which `>` of PowerShell writes, with one byte for each character, and the bytes that a character had."""
    if data.startswith(b"\xff\xfe"):
        return data[0::2], 2
    if data.startswith(b"\xfe\xff"):
        return data[1::2], 2
    return data, 1


def _ders(content: bytes) -> list[bytes]:
    """One certificate, or those of PKCS#7. Raises what cryptography raises if it is neither."""
    try:
        parts(content)
        return [content]
    except ValueError:
        return [certificate.public_bytes(Encoding.DER) for certificate in pkcs7.load_der_pkcs7_certificates(content)]


def _damaged(path: str, data: bytes, span: Span, because: str = "") -> EvidenceError:
    if not _LABEL.search(_narrowed(data)[0]):
        return EvidenceError("the file contains no certificate", "it is not PEM, DER or PKCS#7", path, _HELP)
    line = data.count(b"\n", 0, span.offset) + 1
    because = because or "the text between BEGIN and END is not a certificate"
    return EvidenceError("a certificate in the file is damaged", because, f"{path}, line {line}", _HELP)


def _why_none(data: bytes) -> str:
    labels = sorted({label.decode("ascii") for label in _LABEL.findall(_narrowed(data)[0])})
    if labels:
        return f"it contains {', '.join(labels)}, which is not a certificate"
    return "it is empty" if not data else "it is not PEM, DER or PKCS#7"


def _event(path: str, name: str, kind: str, text: str, fields: Mapping[str, Value], line: int, span: Span) -> Event:
    text = " ".join(text.split())
    return Event(
        id=f"certificate:{path}:{name}",
        kind=f"certificate.{kind}",
        source=path,
        line=line,
        spans=(span,),
        fields=MappingProxyType(dict(fields)),
        text=text,
        message=text,
    )


def _inspected(path: str, certificate: Certificate, chain: Chain) -> Event:
    role = chain.role(certificate)
    known = "self" if certificate.self_signed else "in-file" if chain.issuer_in_file(certificate) else "not-in-file"
    fields = {"role": role, **certificate.fields, "issuer_known": known}
    number = certificate.number
    return _event(path, str(number), "inspected", _text(role, certificate), fields, number, certificate.span)


def _text(role: str, certificate: Certificate) -> str:
    pss = certificate.signature_scheme == "pss"
    digest = f" with {certificate.signature_hash or 'an unknown digest'}" if pss else ""
    parts = [
        f"{role} certificate {certificate.subject or 'without a subject'}",
        f"{certificate.signature_algorithm}{digest}",
        f"{certificate.key_type.upper()} {certificate.key_size or 'key'}",
        f"valid {_date(certificate.not_before)} to {_date(certificate.not_after)}",
        "self-signed" if certificate.self_signed else f"issued by {certificate.issuer}",
    ]
    return "; note: ".join([", ".join(parts), *certificate.notes])


def _date(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "an unknown date"


def _chain(path: str, chain: Chain, span: Span, damaged: int) -> Event:
    roles = [chain.role(certificate) for certificate in (*chain.links, *chain.others)]
    fields: dict[str, Value] = {
        "certificates": len(roles),
        "complete": chain.complete,
        "sha2": chain.sha2,
        "pss": chain.pss,
        "weak": chain.weak,
        "intermediates": roles.count("intermediate"),
        "described": chain.described(),
    }
    text = f"{'complete' if chain.complete else 'incomplete'} chain: {chain.described()}"
    if damaged:
        text += f"; note: {damaged} block{'s' * (damaged > 1)} of the file cannot be read"
    return _event(path, "chain", "chain", text, fields, 0, span)


def _names_checked(path: str, server: Certificate, names: tuple[str, ...], domain: str) -> Event:
    matches = any(_is_in(name.lower(), domain) for name in names)
    fields: dict[str, Value] = {"domain": domain, "matches": matches, "names": names}
    which = "one of them is" if matches else "none of them is"
    text = f"the server's certificate names {', '.join(names) or 'nothing'}; {which} in the SIP domain {domain}"
    return _event(path, "names", "names_checked", text, fields, 0, server.span)


def _is_in(name: str, domain: str) -> bool:
    """Equal, below, or a wildcard for the domain's first label (RFC 6125 section 6.4.3)."""
    wildcard = name.startswith("*.") and name[1:] == f".{domain.partition('.')[2]}"
    return name == domain or name.endswith(f".{domain}") or wildcard
