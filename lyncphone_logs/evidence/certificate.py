"""Reads the facts of one X.509 certificate (RFC 5280): names, key, signature algorithm, validity, extensions.

No signature is verified: cryptography verifies neither SHA-1 nor MD5 signatures, and these are of interest here.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from lyncphone_logs.events.event import Span, Value
from lyncphone_logs.evidence.der import parts

UNREADABLE = Exception
"""What cryptography raises for rare certificates: ValueError, TypeError, KeyError, and undocumented types."""

_COMMON_NAME = re.compile(r"(?:^|[,+])CN=((?:\\.|[^,+\\])*)")
_HOST_NAME = re.compile(r"[\w*-]+(\.[\w-]+)+")

# By object identifier: OpenSSL's name, digest and scheme (RFC 3279, 4055, 5758, 8410). PSS stores the digest elsewhere.
_SIGNATURES = {
    "1.2.840.113549.1.1.2": ("md2WithRSAEncryption", "md2", "pkcs1"),
    "1.2.840.113549.1.1.4": ("md5WithRSAEncryption", "md5", "pkcs1"),
    "1.2.840.113549.1.1.5": ("sha1WithRSAEncryption", "sha1", "pkcs1"),
    "1.3.14.3.2.29": ("sha1WithRSA", "sha1", "pkcs1"),
    "1.2.840.113549.1.1.14": ("sha224WithRSAEncryption", "sha224", "pkcs1"),
    "1.2.840.113549.1.1.11": ("sha256WithRSAEncryption", "sha256", "pkcs1"),
    "1.2.840.113549.1.1.12": ("sha384WithRSAEncryption", "sha384", "pkcs1"),
    "1.2.840.113549.1.1.13": ("sha512WithRSAEncryption", "sha512", "pkcs1"),
    "1.2.840.113549.1.1.10": ("rsassaPss", None, "pss"),
    "1.2.840.10045.4.1": ("ecdsa-with-SHA1", "sha1", "ecdsa"),
    "1.2.840.10045.4.3.1": ("ecdsa-with-SHA224", "sha224", "ecdsa"),
    "1.2.840.10045.4.3.2": ("ecdsa-with-SHA256", "sha256", "ecdsa"),
    "1.2.840.10045.4.3.3": ("ecdsa-with-SHA384", "sha384", "ecdsa"),
    "1.2.840.10045.4.3.4": ("ecdsa-with-SHA512", "sha512", "ecdsa"),
    "1.2.840.10040.4.3": ("dsaWithSHA1", "sha1", "dsa"),
    "2.16.840.1.101.3.4.3.1": ("dsa_with_SHA224", "sha224", "dsa"),
    "2.16.840.1.101.3.4.3.2": ("dsa_with_SHA256", "sha256", "dsa"),
    "1.3.101.112": ("ED25519", "none", "eddsa"),
    "1.3.101.113": ("ED448", "none", "eddsa"),
}

T = TypeVar("T")
ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)


class Extensions(NamedTuple):
    """The extensions of a certificate. `names` are the DNS names of the subjectAltName, else the common name.

    `own_key` and `issuer_key` are key identifiers.
    """

    names: tuple[str, ...] | None = None
    server_auth: bool | None = None
    key_identifiers: bool | None = None
    ca: bool = False
    own_key: bytes | None = None
    issuer_key: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificate:
    """One certificate of a file. `number` counts from 1, `span` are its bytes in the file, times are UTC.

    What cannot be read is None: the digest of an unknown algorithm, the size of an unknown key, a date that is none,
    and all fields of damaged extensions. `notes` are warnings about the certificate.
    """

    number: int
    span: Span
    subject: str
    issuer: str
    serial_number: str
    signature_algorithm: str
    signature_hash: str | None
    signature_scheme: str
    key_type: str
    key_size: int | None
    not_before: datetime | None
    not_after: datetime | None
    extensions: Extensions
    notes: tuple[str, ...] = ()

    @property
    def subject_name(self) -> str:
        """The subject in the form for comparisons, which ignore case and runs of blanks (RFC 5280 section 7.1)."""
        return _folded(self.subject)

    @property
    def issuer_name(self) -> str:
        """The issuer in the form for comparisons."""
        return _folded(self.issuer)

    @property
    def self_signed(self) -> bool:
        """Whether subject and issuer are equal names."""
        return self.subject_name == self.issuer_name

    @property
    def names(self) -> tuple[str, ...] | None:
        """The DNS names of the subjectAltName, else the common name; None if they cannot be read."""
        return self.extensions.names

    @property
    def may_serve(self) -> bool:
        """Whether it may be a server's: it is no CA's, or a CA's with a host name, as many self-signed ones are."""
        return not self.extensions.ca or any(_HOST_NAME.fullmatch(name) for name in self.names or ())

    @property
    def fields(self) -> Mapping[str, Value]:
        """The fields of `certificate.inspected` that need no other certificate, without those that are None."""
        own = ("subject", "issuer", "serial_number", "signature_algorithm", "signature_hash", "signature_scheme",
               "key_type", "key_size", "not_before", "not_after", "names", "self_signed")  # fmt: skip
        fields = {name: getattr(self, name) for name in own}
        fields |= {"server_auth": self.extensions.server_auth, "key_identifiers": self.extensions.key_identifiers}
        return {name: value for name, value in fields.items() if value is not None}


def inspect(der: bytes, number: int, span: Span, notes: tuple[str, ...] = ()) -> Certificate:
    """Read one certificate in DER. `notes` are added to its own.

    What cryptography refuses is read without it, and noted. Raises ValueError if it is no certificate at all.
    """
    with noting() as warned:
        read = parts(der)
        raw = _loaded(der)
        oid = read.signature_algorithm
        algorithm, digest, scheme = _SIGNATURES.get(oid, (oid, None, "other"))
        key_type, key_size = _key(read.key)
        odd: list[str] = []
        certificate = Certificate(
            number=number,
            span=span,
            subject=_read(lambda: raw.subject.rfc4514_string(), read.subject, "its subject is unusual", odd),
            issuer=_read(lambda: raw.issuer.rfc4514_string(), read.issuer, "its issuer is unusual", odd),
            serial_number=_hexadecimal(read.serial_number),
            signature_algorithm=algorithm,
            signature_hash=_read(lambda: _digest_of_pss(raw), None, "", odd) if scheme == "pss" else digest,
            signature_scheme=scheme,
            key_type=key_type,
            key_size=key_size,
            not_before=_read(lambda: raw.not_valid_before_utc, read.not_before, "its first date is unusual", odd),
            not_after=_read(lambda: raw.not_valid_after_utc, read.not_after, "its last date is unusual", odd),
            extensions=_read(
                lambda: _extensions(raw, read.subject), Extensions(), "its extensions cannot be read", odd
            ),
        )
    if raw is None:
        odd = ["it does not conform to RFC 5280, and was read in part"]
    return replace(certificate, notes=(*notes, *warned, *filter(None, odd)))


def _loaded(der: bytes) -> Any:
    try:
        return x509.load_der_x509_certificate(der)
    except UNREADABLE:
        return None


def _read(read: Callable[[], T], otherwise: T, note: str, notes: list[str]) -> T:
    """What cryptography reads, else `otherwise` and a note."""
    try:
        return read()
    except UNREADABLE:
        notes.append(note)
        return otherwise


@contextmanager
def noting() -> Iterator[list[str]]:
    """Collect the first sentences of warnings raised in the context. The list is filled when the context ends."""
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield notes
    notes.extend(sorted({str(warning.message).partition(". ")[0].rstrip(".") for warning in caught}))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _hexadecimal(number: int) -> str:
    digits = f"{abs(number):X}"
    return "-" * (number < 0) + digits.zfill(len(digits) + len(digits) % 2)


def _digest_of_pss(raw: x509.Certificate) -> str | None:
    digest = raw.signature_hash_algorithm
    return digest.name if digest else None


def _key(encoded: bytes) -> tuple[str, int | None]:
    try:
        key = load_der_public_key(encoded)
    except UNREADABLE:
        return "other", None
    kinds = {"rsa": rsa.RSAPublicKey, "ec": ec.EllipticCurvePublicKey, "dsa": dsa.DSAPublicKey}
    name = next((name for name, kind in kinds.items() if isinstance(key, kind)), "other")
    return name, getattr(key, "key_size", None)


def _extensions(raw: x509.Certificate, subject: str) -> Extensions:
    constraints = _extension(raw, x509.BasicConstraints)
    own = _extension(raw, x509.SubjectKeyIdentifier)
    authority = _extension(raw, x509.AuthorityKeyIdentifier)
    usage = _extension(raw, x509.ExtendedKeyUsage)
    return Extensions(
        names=_names(raw, subject),
        server_auth=usage is None or ExtendedKeyUsageOID.SERVER_AUTH in usage,
        key_identifiers=authority is not None,
        ca=constraints is not None and constraints.ca,
        own_key=own.digest if own else None,
        issuer_key=authority.key_identifier if authority else None,
    )


def _extension(raw: x509.Certificate, kind: type[ExtensionT]) -> ExtensionT | None:
    return next((found.value for found in raw.extensions if isinstance(found.value, kind)), None)


def _names(raw: x509.Certificate, subject: str) -> tuple[str, ...]:
    alternative = _extension(raw, x509.SubjectAlternativeName)
    dns = alternative.get_values_for_type(x509.DNSName) if alternative else []
    return tuple(dns or map(_unescaped, _COMMON_NAME.findall(subject)))


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value)
