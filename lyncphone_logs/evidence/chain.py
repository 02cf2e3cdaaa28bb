"""Orders the certificates of one file as the chain of a server, by names and key identifiers, and checks the chain."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lyncphone_logs.evidence.certificate import Certificate

Answer = Literal["yes", "no", "unknown"]

_SHA2 = {"sha224", "sha256", "sha384", "sha512"}
_WEAK_DIGESTS = {"md2", "md5", "sha1"}
_MIN_KEY_BITS = {"rsa": 2048, "dsa": 2048, "ec": 224}


@dataclass(frozen=True, slots=True)
class Chain:
    """`links` are the chain from the server's certificate upwards. `others` are the other certificates of the file.

    `servers` are the certificates that may be the server's; empty if the file has only CAs. `subjects` are the names of
    all certificates in the form for comparisons.
    """

    servers: tuple[Certificate, ...]
    links: tuple[Certificate, ...]
    others: tuple[Certificate, ...]
    subjects: frozenset[str]

    @property
    def server(self) -> Certificate | None:
        """The server's certificate; None if the file has only CAs."""
        return self.servers[0] if self.servers else None

    def issuer_in_file(self, certificate: Certificate) -> bool:
        """Whether a certificate of the file has the name of the issuer."""
        return certificate.issuer_name in self.subjects

    @property
    def complete(self) -> bool:
        """Whether there is one server and every issuer up to a root, or up to a CA whose issuer may be the root.

        A server may send its chain without the root (RFC 5246 section 7.4.2).
        """
        if len(self.servers) != 1:
            return False
        return self.links[-1].self_signed or self._only_root_is_missing

    @property
    def _only_root_is_missing(self) -> bool:
        return not self.issuer_in_file(self.links[-1]) and any(link.extensions.ca for link in self.links[1:])

    @property
    def sha2(self) -> Answer:
        """Whether a link is signed with SHA-2. The signature of the root counts: OpenSSL up to 0.9.8k checks it."""
        return self._answer(link.signature_hash and link.signature_hash in _SHA2 for link in self.links)

    @property
    def pss(self) -> Answer:
        """Whether a link is signed with RSASSA-PSS."""
        return self._answer(link.signature_scheme == "pss" for link in self.links)

    @property
    def weak(self) -> Answer:
        """Whether a link has a short key, or is no root and is signed with MD5 or SHA-1."""
        return self._answer(_weak(link) for link in self.links)

    def role(self, certificate: Certificate) -> str:
        """`server`, `intermediate` or `root`."""
        if certificate in self.servers:
            return "server"
        return "root" if certificate.self_signed else "intermediate"

    def described(self) -> str:
        """Subjects and signature algorithms of the chain, from the server's upwards, and what is missing."""
        parts = [" <- ".join(f"{link.subject} ({link.signature_algorithm})" for link in self.links)]
        if not self.server:
            parts.append("no server certificate")
        if not self.issuer_in_file(self.links[-1]):
            taken = "of the last is not in the file and is assumed to be the root"
            alone = "is not in the file"
            parts.append(f"the issuer {self.links[-1].issuer} {taken if self.complete else alone}")
        if self.others:
            parts.append(f"{len(self.others)} more outside the chain")
        return "; ".join(parts)

    def _answer(self, findings: Iterable[object]) -> Answer:
        # A link that is not in the file may be the one that is asked for.
        answers = list(findings)
        if any(answers):
            return "yes"
        return "no" if self.complete and None not in answers else "unknown"


def order(certificates: Sequence[Certificate]) -> Chain:
    """Order at least one certificate. The server's is the one that issued no other and is not a CA's."""
    issuers = {certificate.issuer_name for certificate in certificates if not certificate.self_signed}
    lowest = [certificate for certificate in certificates if certificate.subject_name not in issuers]
    serving = [certificate for certificate in lowest if certificate.may_serve]
    servers = [certificate for certificate in serving if not certificate.self_signed] or serving
    links = _upwards((servers or lowest or list(certificates))[0], certificates)
    others = [certificate for certificate in certificates if certificate not in links]
    subjects = frozenset(certificate.subject_name for certificate in certificates)
    return Chain(tuple(servers), tuple(links), tuple(others), subjects)


def _upwards(start: Certificate, certificates: Sequence[Certificate]) -> list[Certificate]:
    by_subject: dict[str, list[Certificate]] = defaultdict(list)
    for certificate in certificates:
        by_subject[certificate.subject_name].append(certificate)
    links = [start]
    by_subject[start.subject_name].remove(start)
    while not links[-1].self_signed and by_subject[links[-1].issuer_name]:
        issuer = _issuer(links[-1], by_subject[links[-1].issuer_name])
        by_subject[issuer.subject_name].remove(issuer)
        links.append(issuer)
    return links


def _issuer(certificate: Certificate, candidates: list[Certificate]) -> Certificate:
    key = certificate.extensions.issuer_key
    matching = [candidate for candidate in candidates if key and candidate.extensions.own_key == key]
    return (matching or candidates)[0]


def _weak(link: Certificate) -> bool | None:
    """Whether the key or the signature of a link is weak. None if unknown."""
    if link.key_size is not None and link.key_size < _MIN_KEY_BITS.get(link.key_type, 0):
        return True
    if link.self_signed:
        return False if link.key_size else None
    if link.signature_hash in _WEAK_DIGESTS:
        return True
    return False if link.signature_hash and link.key_size else None
