"""Certificate files become events, or one error with help."""

import json
import warnings
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import FIXTURES

from lyncphone_logs.errors import EvidenceError
from lyncphone_logs.events.event import Event, Span
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.evidence.certificate_file import MAX_FILE_BYTES, read_certificates
from lyncphone_logs.evidence.der import elements

CERTIFICATES = FIXTURES / "certificates"
CERTIFICATE_FILES = sorted(path.name for path in CERTIFICATES.iterdir() if path.suffix in {".pem", ".der", ".p7b"})
CERTIFICATE_FILES.remove("not-a-certificate.pem")
KEY = ec.generate_private_key(ec.SECP256R1())


def read(name: str, domain: str = "") -> list[Event]:
    return read_certificates(str(CERTIFICATES / name), domain=domain)


def of_kind(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == f"certificate.{kind}"]


def chain_of(events: list[Event]) -> Event:
    (chain,) = of_kind(events, "chain")
    return chain


def written(folder: Path, content: bytes) -> str:
    path = folder / "given.pem"
    path.write_bytes(content)
    return str(path)


def common(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def made(
    subject: str,
    issuer: str,
    *extensions: x509.ExtensionType,
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = KEY,
    serial: int = 7,
) -> x509.Certificate:
    builder = x509.CertificateBuilder(common(issuer), common(subject), key.public_key(), serial)
    builder = builder.not_valid_before(datetime(2012, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2032, 1, 1, tzinfo=UTC)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


CA = x509.BasicConstraints(ca=True, path_length=None)
ROOT = made("Contoso Root CA", "Contoso Root CA", CA)
ISSUING = made("Contoso Issuing CA", "Contoso Root CA", CA)
SERVER = made("fe01.contoso.com", "Contoso Issuing CA")


def test_a_leaf_has_every_field_of_the_vocabulary() -> None:
    leaf, _ = read("leaf-sha256.pem")
    assert isinstance(leaf.fields, MappingProxyType)
    assert leaf.fields == {
        "role": "server",
        "subject": "CN=fe01.contoso.com",
        "issuer": "CN=Contoso Issuing CA",
        "serial_number": "2003",
        "signature_algorithm": "sha256WithRSAEncryption",
        "signature_hash": "sha256",
        "signature_scheme": "pkcs1",
        "key_type": "rsa",
        "key_size": 2048,
        "not_before": datetime(2012, 1, 1, tzinfo=UTC),
        "not_after": datetime(2032, 1, 1, tzinfo=UTC),
        "names": ("fe01.contoso.com", "sip.contoso.com"),
        "self_signed": False,
        "server_auth": True,
        "key_identifiers": True,
        "issuer_known": "not-in-file",
    }
    assert leaf.fields.keys() == kinds()["certificate.inspected"].fields.keys()


def test_the_evidence_is_one_readable_line() -> None:
    assert [event.text for event in read("chain-sha1-without-root.pem", "contoso.com")] == [
        "server certificate CN=fe01.contoso.com, sha1WithRSAEncryption, RSA 2048, valid 2012-01-01 to 2032-01-01, "
        "issued by CN=Contoso Issuing CA 2008",
        "intermediate certificate CN=Contoso Issuing CA 2008, sha1WithRSAEncryption, RSA 2048, "
        "valid 2012-01-01 to 2032-01-01, issued by CN=Contoso Root CA 2008",
        "complete chain: CN=fe01.contoso.com (sha1WithRSAEncryption) <- CN=Contoso Issuing CA 2008 "
        "(sha1WithRSAEncryption); the issuer CN=Contoso Root CA 2008 of the last is not in the file and is "
        "assumed to be the root",
        "the server's certificate names fe01.contoso.com, sip.contoso.com; "
        "one of them is in the SIP domain contoso.com",
    ]


CHAINS = [
    ("chain-sha256.pem", 3, True, "yes", "no", "no", 1),
    ("chain-sha256.p7b", 3, True, "yes", "no", "no", 1),
    ("chain-sha1.pem", 3, True, "no", "no", "yes", 1),
    ("chain-sha1-without-root.pem", 2, True, "no", "no", "yes", 1),
    ("leaf-sha1.pem", 1, False, "unknown", "unknown", "yes", 0),
    ("leaf-sha256.pem", 1, False, "yes", "unknown", "unknown", 0),
    ("leaf-sha256.der", 1, False, "yes", "unknown", "unknown", 0),
    ("leaf-pss.pem", 1, False, "yes", "yes", "unknown", 0),
    ("self-signed.pem", 1, True, "yes", "no", "no", 0),
    ("expired.pem", 3, True, "yes", "no", "no", 1),
    ("client-auth-only.pem", 3, True, "yes", "no", "no", 1),
    ("other-name.pem", 3, True, "yes", "no", "no", 1),
    ("chain-weak-1024.pem", 3, True, "yes", "no", "yes", 1),
    ("public-ca.pem", 2, True, "yes", "no", "no", 0),
    ("inspected.pem", 2, True, "yes", "no", "no", 0),
]


@pytest.mark.parametrize(("name", "certificates", "complete", "sha2", "pss", "weak", "intermediates"), CHAINS)
def test_the_chain_of_each_fixture_says_what_a_phone_must_check(
    name: str, certificates: int, complete: bool, sha2: str, pss: str, weak: str, intermediates: int
) -> None:
    fields = dict(chain_of(read(name)).fields)
    del fields["described"]
    assert fields == {
        "certificates": certificates,
        "complete": complete,
        "sha2": sha2,
        "pss": pss,
        "weak": weak,
        "intermediates": intermediates,
    }


def test_every_fixture_is_tested() -> None:
    assert sorted(row[0] for row in CHAINS) == CERTIFICATE_FILES


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("leaf-sha1.pem", {"signature_algorithm": "sha1WithRSAEncryption", "signature_hash": "sha1"}),
        ("leaf-pss.pem", {"signature_algorithm": "rsassaPss", "signature_hash": "sha256", "signature_scheme": "pss"}),
        ("self-signed.pem", {"role": "server", "self_signed": True, "issuer_known": "self", "key_identifiers": False}),
        (
            "expired.pem",
            {"not_before": datetime(2010, 1, 1, tzinfo=UTC), "not_after": datetime(2012, 1, 1, tzinfo=UTC)},
        ),
        ("client-auth-only.pem", {"server_auth": False}),
        ("other-name.pem", {"names": ("fe01.fabrikam.com", "sip.fabrikam.com")}),
        ("chain-weak-1024.pem", {"key_size": 1024, "issuer_known": "in-file"}),
    ],
)
def test_the_servers_certificate_shows_what_its_fixture_is_made_for(name: str, fields: dict[str, object]) -> None:
    server = read(name)[0].fields
    assert {field: server[field] for field in fields} == fields


@pytest.mark.parametrize("name", CERTIFICATE_FILES)
def test_events_keep_to_the_vocabulary(name: str) -> None:
    types = {"text": str, "integer": int, "boolean": bool, "time": datetime, "list": tuple}
    for event in read(name, "contoso.com"):
        for field, value in event.fields.items():
            declared = kinds()[event.kind].fields[field]
            assert type(value) is types[declared.type], field
            assert not declared.values or value in declared.values
        assert event.text == event.message
        assert event.source == str(CERTIFICATES / name)


def test_ids_are_stable_and_name_the_file_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CERTIFICATES)
    events = read_certificates("chain-sha256.pem", domain="contoso.com")
    assert [event.id.removeprefix("certificate:chain-sha256.pem:") for event in events] == [
        "1",
        "2",
        "3",
        "chain",
        "names",
    ]
    assert [event.line for event in events] == [1, 2, 3, 0, 0]


def test_the_span_of_a_pem_certificate_is_its_block_and_of_others_the_file() -> None:
    content = (CERTIFICATES / "chain-sha256.pem").read_bytes()
    for event in of_kind(read("chain-sha256.pem"), "inspected"):
        ((offset, length),) = event.spans
        block = content[offset : offset + length]
        assert block.startswith(b"-----BEGIN CERTIFICATE-----")
        assert block.endswith(b"-----END CERTIFICATE-----")
        assert x509.load_pem_x509_certificate(block).subject.rfc4514_string() == event.fields["subject"]
    file = Span(0, (CERTIFICATES / "chain-sha256.p7b").stat().st_size)
    assert {event.spans for event in read("chain-sha256.p7b")} == {(file,)}


def test_the_chain_is_ordered_from_the_server_upwards_whatever_the_files_order(tmp_path: Path) -> None:
    events = of_kind(read_certificates(written(tmp_path, pem(ROOT, ISSUING, SERVER))), "inspected")
    assert [(event.fields["role"], event.line) for event in events] == [("server", 3), ("intermediate", 2), ("root", 1)]
    assert [event.fields["issuer_known"] for event in events] == ["in-file", "in-file", "self"]


def test_a_duplicate_certificate_in_a_dump_of_s_client_is_one_event(tmp_path: Path) -> None:
    dump = b"CONNECTED(00000003)\r\ndepth=2 CN = Contoso Root CA\r\n---\r\nCertificate chain\r\n 0 s:CN = fe01\r\n"
    dump += pem(SERVER, ISSUING) + b"---\nServer certificate\n" + pem(SERVER) + b"subject=CN = fe01\n---\nDONE\n"
    events = read_certificates(written(tmp_path, dump))
    assert [event.line for event in events] == [1, 2, 0]
    assert chain_of(events).fields["certificates"] == 2


@pytest.mark.parametrize(("encoding", "bom"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_a_file_that_powershell_wrote_is_read_with_spans_of_its_own_bytes(
    tmp_path: Path, encoding: str, bom: bytes
) -> None:
    text = f"Zertifikat für\n{pem(SERVER).decode()}"
    content = bom + text.encode(encoding)
    server = read_certificates(written(tmp_path, content))[0]
    ((offset, length),) = server.spans
    assert server.fields["subject"] == "CN=fe01.contoso.com"
    assert content[offset : offset + length].decode(encoding) == pem(SERVER).decode().strip()


def test_pkcs7_is_read_in_pem_whatever_its_label(tmp_path: Path) -> None:
    body = b64encode((CERTIFICATES / "chain-sha256.p7b").read_bytes())
    expected = [event.fields for event in read("chain-sha256.p7b")]
    for label in (b"PKCS7", b"CMS", b"CERTIFICATE"):
        block = b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, body, label)
        assert [event.fields for event in read_certificates(written(tmp_path, block))] == expected


def test_of_several_issuers_of_one_name_the_key_identifier_decides(tmp_path: Path) -> None:
    def identified(own: bytes) -> x509.Certificate:
        return made("Contoso Issuing CA", f"Root {own.hex()}", CA, x509.SubjectKeyIdentifier(own))

    child = made("fe01.contoso.com", "Contoso Issuing CA", x509.AuthorityKeyIdentifier(b"\x02", None, None))
    events = read_certificates(written(tmp_path, pem(identified(b"\x01"), identified(b"\x02"), child)))
    assert str(chain_of(events).fields["described"]).startswith(
        "CN=fe01.contoso.com (ecdsa-with-SHA256) <- CN=Contoso Issuing CA (ecdsa-with-SHA256); the issuer CN=Root 02"
    )


def test_without_an_extended_key_usage_any_purpose_is_allowed() -> None:
    assert [event.fields["server_auth"] for event in of_kind(read("client-auth-only.pem"), "inspected")] == [
        False,
        True,
        True,
    ]


def test_names_that_differ_in_case_and_blanks_are_the_same_name(tmp_path: Path) -> None:
    events = read_certificates(written(tmp_path, pem(SERVER, made("contoso  ISSUING ca", "Contoso Root CA", CA))))
    assert chain_of(events).fields["complete"] is True


def test_a_chain_of_two_without_a_ca_is_not_complete(tmp_path: Path) -> None:
    events = read_certificates(written(tmp_path, pem(SERVER, made("Contoso Issuing CA", "Contoso Root CA"))))
    assert chain_of(events).fields["complete"] is False


def test_issuers_in_a_circle_end_and_are_not_complete(tmp_path: Path) -> None:
    circle = made("Contoso A", "Contoso B", CA), made("Contoso B", "Contoso A", CA)
    chain = chain_of(read_certificates(written(tmp_path, pem(made("fe01.contoso.com", "Contoso A"), *circle))))
    assert (chain.fields["complete"], chain.fields["weak"], chain.fields["certificates"]) == (False, "unknown", 3)


def test_a_file_of_cas_only_knows_no_server(tmp_path: Path) -> None:
    events = read_certificates(written(tmp_path, pem(ROOT, ISSUING)), domain="contoso.com")
    assert [event.fields.get("role") for event in events] == ["intermediate", "root", None]
    assert chain_of(events).fields["complete"] is False
    assert "no server certificate" in chain_of(events).text


def test_a_self_signed_ca_that_is_named_like_a_host_is_a_server(tmp_path: Path) -> None:
    server, chain = read_certificates(written(tmp_path, pem(made("fe01.contoso.com", "fe01.contoso.com", CA))))
    assert (server.fields["role"], chain.fields["complete"]) == ("server", True)


def test_with_two_servers_it_is_not_known_which_chain_is_sent(tmp_path: Path) -> None:
    both = pem(SERVER, made("fe02.contoso.com", "Contoso Issuing CA"), ISSUING, ROOT)
    chain = chain_of(read_certificates(written(tmp_path, both)))
    assert (chain.fields["complete"], chain.fields["weak"], chain.fields["intermediates"]) == (False, "unknown", 1)
    assert chain.text.endswith("; 1 more outside the chain")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (ec.generate_private_key(ec.SECP192R1()), ("ec", 192, "ecdsa-with-SHA256", "sha256", "ecdsa", "yes", "yes")),
        (KEY, ("ec", 256, "ecdsa-with-SHA256", "sha256", "ecdsa", "no", "yes")),
        (ed25519.Ed25519PrivateKey.generate(), ("other", None, "ED25519", "none", "eddsa", "unknown", "no")),
    ],
)
def test_keys_that_are_not_rsa_are_reported(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, expected: tuple[object, ...]
) -> None:
    own = made("fe01.contoso.com", "fe01.contoso.com", key=key)
    server, chain = read_certificates(written(tmp_path, pem(own)))
    names = ("key_type", "key_size", "signature_algorithm", "signature_hash", "signature_scheme")
    assert (*(server.fields.get(name) for name in names), chain.fields["weak"], chain.fields["sha2"]) == expected


def test_md5_is_weak_and_a_roots_own_signature_is_not(tmp_path: Path) -> None:
    sha1, md5 = bytes.fromhex("2a864886f70d010105"), bytes.fromhex("2a864886f70d010104")
    own, _, root = x509.load_pem_x509_certificates((CERTIFICATES / "chain-sha1.pem").read_bytes())
    leaf = read_certificates(written(tmp_path, own.public_bytes(Encoding.DER).replace(sha1, md5)))
    assert leaf[0].fields["signature_algorithm"] == "md5WithRSAEncryption"
    assert chain_of(leaf).fields["weak"] == "yes"
    chain = pem(made("fe01.contoso.com", "Contoso Root CA 2008"), root)
    assert chain_of(read_certificates(written(tmp_path, chain))).fields["weak"] == "no"


def test_a_sha2_root_counts_since_old_openssl_checks_it(tmp_path: Path) -> None:
    sha1_chain = (CERTIFICATES / "chain-sha1-without-root.pem").read_bytes()
    root = made("Contoso Root CA 2008", "Contoso Root CA 2008", CA)
    assert chain_of(read_certificates(written(tmp_path, sha1_chain + pem(root)))).fields["sha2"] == "yes"


def test_an_unknown_signature_algorithm_leaves_the_answer_open(tmp_path: Path) -> None:
    der = made("fe01.contoso.com", "fe01.contoso.com").public_bytes(Encoding.DER)
    unknown = der.replace(bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f"))
    server, chain = read_certificates(written(tmp_path, unknown))
    assert (server.fields["signature_algorithm"], server.fields["signature_scheme"]) == (
        "1.2.840.10045.4.3.127",
        "other",
    )
    assert "signature_hash" not in server.fields
    assert chain.fields["sha2"] == "unknown"


@pytest.mark.parametrize(
    ("names", "domain", "matches"),
    [
        (["contoso.com"], "contoso.com", True),
        (["sip.contoso.com"], "contoso.com", True),
        (["fabrikam.com", "SIP.Contoso.com"], "CONTOSO.com.", True),
        (["a.b.contoso.com"], "contoso.com", True),
        (["*.contoso.com"], "contoso.com", True),
        (["*.contoso.com"], "emea.contoso.com", True),
        (["*.contoso.com"], "lab.emea.contoso.com", False),
        (["notcontoso.com"], "contoso.com", False),
        (["contoso.com"], "emea.contoso.com", False),
        (["contoso.com.fabrikam.com"], "contoso.com", False),
    ],
)
def test_names_are_compared_with_the_domain(tmp_path: Path, names: list[str], domain: str, matches: bool) -> None:
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    file = written(tmp_path, pem(made("contoso.com", "Contoso Issuing CA", alternative)))
    checked = read_certificates(file, domain=domain)[-1]
    assert checked.kind == "certificate.names_checked"
    assert checked.fields == {"domain": domain.lower().rstrip("."), "matches": matches, "names": tuple(names)}


def test_without_dns_names_the_common_name_is_compared(tmp_path: Path) -> None:
    checked = read_certificates(written(tmp_path, pem(SERVER)), domain="contoso.com")[-1]
    assert (checked.fields["matches"], checked.fields["names"]) == (True, ("fe01.contoso.com",))


def test_a_name_with_line_breaks_stays_one_line_of_evidence(tmp_path: Path) -> None:
    events = read_certificates(written(tmp_path, pem(made("fe01\nroot certificate", "Contoso\u2028CA"))))
    assert "server certificate CN=fe01 root certificate, " in events[0].text
    assert not any("\n" in event.text or "\u2028" in event.text for event in events)


def test_names_are_checked_only_if_a_domain_is_given() -> None:
    assert of_kind(read("other-name.pem"), "names_checked") == []
    assert read("other-name.pem", "contoso.com")[-1].fields["matches"] is False
    assert read("other-name.pem", "fabrikam.com")[-1].fields["matches"] is True


def test_damaged_extensions_are_a_note_and_leave_out_what_only_they_say(tmp_path: Path) -> None:
    der = made("fe01.contoso.com", "Contoso CA", x509.SubjectAlternativeName([x509.DNSName("abc")])).public_bytes(
        Encoding.DER
    )
    assert der.count(b"\x82\x03abc") == 1
    server, *rest = read_certificates(
        written(tmp_path, der.replace(b"\x82\x03abc", b"\x82\x03ab\xff")), domain="contoso.com"
    )
    assert server.text.endswith("; note: its extensions cannot be read")
    assert {"names", "server_auth", "key_identifiers"}.isdisjoint(server.fields)
    assert [event.kind for event in rest] == ["certificate.chain"]


def test_a_warning_of_cryptography_becomes_a_note(tmp_path: Path) -> None:
    der = made("fe01.contoso.com", "Contoso CA", serial=0x11223344).public_bytes(Encoding.DER)
    negative = der.replace(b"\x02\x04\x11\x22\x33\x44", b"\x02\x04\xf1\x22\x33\x44")
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        server = read_certificates(written(tmp_path, negative))[0]
    assert leaked == []
    assert server.fields["serial_number"] == "-0EDDCCBC"
    assert "; note: Parsed a serial number which wasn't positive" in server.text


def test_a_private_key_next_to_a_certificate_is_skipped_and_never_shown(tmp_path: Path) -> None:
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    events = read_certificates(written(tmp_path, key + pem(SERVER)))
    shown = json.dumps([[event.text, dict(event.fields)] for event in events], default=str)
    assert [event.kind for event in events] == ["certificate.inspected", "certificate.chain"]
    assert not any(line.decode() in shown for line in key.split(b"\n") if line)


PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("content", "what", "because", "where"),
    [
        (b"", "contains no certificate", "it is empty", ""),
        (b"\x00\xff\x80binary" * 50, "contains no certificate", "not PEM, DER or PKCS#7", ""),
        (
            (CERTIFICATES / "not-a-certificate.pem").read_bytes(),
            "contains no certificate",
            "not PEM, DER or PKCS#7",
            "",
        ),
        (
            (CERTIFICATES / "leaf-sha256.der").read_bytes()[:-9],
            "contains no certificate",
            "not PEM, DER or PKCS#7",
            "",
        ),
        (b"x" * (2 * MAX_FILE_BYTES), "too large", "larger than 1 MiB", ""),
        (pem(SERVER) + b"\n" * MAX_FILE_BYTES, "too large", "larger than 1 MiB", ""),
        (pem(SERVER)[:-60], "is damaged", "its END line is missing", ", line 1"),
        (
            b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            "is damaged",
            "is not a certificate",
            ", line 1",
        ),
        (
            b"\n-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n",
            "is damaged",
            "is not a certificate",
            ", line 2",
        ),
        (pem(SERVER).replace(b"M", b"N", 1), "is damaged", "is not a certificate", ", line 1"),
        (PRIVATE, "contains no certificate", "it contains PRIVATE KEY, which is not a certificate", ""),
        (b"-----BEGIN ", "contains no certificate", "not PEM, DER or PKCS#7", ""),
        (
            b"-----BEGIN CERTIFICATE REQUEST-----\nAA==\n",
            "contains no certificate",
            "it contains CERTIFICATE REQUEST",
            "",
        ),
    ],
)
def test_a_file_without_a_sound_certificate_is_one_error_with_its_four_parts(
    tmp_path: Path, content: bytes, what: str, because: str, where: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(EvidenceError) as caught:
        read_certificates(path)
    assert what in caught.value.what
    assert because in caught.value.because
    assert caught.value.where == path + where
    assert "openssl s_client" in caught.value.help
    assert PRIVATE.split(b"\n")[1].decode() not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "because"),
    [("", "Is a directory"), ("missing.pem", "No such file"), ("a\0b", "null byte"), ("\udc00", "")],
)
def test_a_path_that_cannot_be_read_is_one_error(tmp_path: Path, name: str, because: str) -> None:
    path = f"{tmp_path}/{name}"
    with pytest.raises(EvidenceError, match="cannot read the certificate file") as caught:
        read_certificates(path)
    assert because in caught.value.because
    assert (caught.value.where, bool(caught.value.help)) == (path, True)


def test_many_opened_blocks_are_read_in_linear_time(tmp_path: Path) -> None:
    opened = b"-----BEGIN PKCS8-----" * (MAX_FILE_BYTES // 21)
    with pytest.raises(EvidenceError, match="contains no certificate"):
        read_certificates(written(tmp_path, opened))


SOUND = [(CERTIFICATES / name).read_bytes() for name in CERTIFICATE_FILES]


def check_events_or_error(folder: Path, content: bytes) -> None:
    try:
        events = read_certificates(written(folder, content), domain="contoso.com")
    except EvidenceError as error:
        parts = (error.what, error.because, error.where, error.help)
        assert all(parts)
    else:
        assert len(of_kind(events, "chain")) == 1
        assert events[0].kind == "certificate.inspected"


@given(st.binary(max_size=2000))
def test_any_bytes_give_events_or_an_evidence_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    check_events_or_error(folder, content)
    check_events_or_error(folder, b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n" % b64encode(content))


@settings(max_examples=300)
@given(
    st.sampled_from(SOUND),
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), max_size=4),
    st.integers(0, 6000),
)
def test_any_damage_to_a_certificate_file_gives_events_or_an_evidence_error(
    tmp_path_factory: pytest.TempPathFactory, sound: bytes, damage: list[tuple[int, int]], end: int
) -> None:
    damaged = bytearray(sound)
    for place, byte in damage:
        damaged[place % len(sound)] = byte
    check_events_or_error(
        tmp_path_factory.getbasetemp(), bytes(damaged[: len(sound) - end % len(sound) if end % 3 else None])
    )


@pytest.mark.parametrize("kind", [b"\x03", b"\x32"])
def test_a_name_of_an_odd_type_is_given_raw(tmp_path: Path, kind: bytes) -> None:
    der = made("fe01.contoso.com", "Contoso CA").public_bytes(Encoding.DER)
    odd = der.replace(b"\x0c\x10fe01", kind + b"\x10fe01")
    assert odd != der
    server = read_certificates(written(tmp_path, odd))[0]
    assert (server.fields["subject"], server.fields["issuer"]) == ("CN=fe01.contoso.com", "CN=Contoso CA")


def test_a_damaged_block_costs_only_itself(tmp_path: Path) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n"
    events = read_certificates(written(tmp_path, pem(SERVER) + broken + pem(ISSUING)[:-60]))
    assert [event.kind for event in events] == ["certificate.inspected", "certificate.chain"]
    assert events[1].text.endswith("; note: 2 blocks of the file cannot be read")


# Odd certificates, which cryptography refuses in part or altogether, made by replacing a part of a sound one.


def value(tag: int, *content: bytes) -> bytes:
    inner = b"".join(content)
    size = len(inner)
    length = bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + inner


def edited(certificate: x509.Certificate, **changed: bytes) -> bytes:
    """The certificate with other parts: `version`, `serial`, `algorithm`, `issuer`, `validity`, `subject`, `key`."""
    (outer,) = elements(certificate.public_bytes(Encoding.DER))
    body, *rest = elements(outer.content)
    names = ("version", "serial", "algorithm", "issuer", "validity", "subject", "key")
    fields = [each.encoded for each in elements(body.content)]
    new = [changed.get(name, old) for name, old in zip(names, fields, strict=False)] + fields[len(names) :]
    return value(0x30, value(0x30, *new), *(each.encoded for each in rest))


def attribute(text: bytes, oid: bytes = b"\x55\x04\x03", tag: int = 0x0C) -> bytes:
    return value(0x30, value(6, oid), value(tag, text))


def validity(first: bytes, last: bytes, tag: int = 0x17) -> bytes:
    return value(0x30, value(tag, first), value(tag, last))


CN = attribute(b"fe01.contoso.com")
EARLY = b"120101000000Z"
ODD: dict[str, tuple[dict[str, bytes], dict[str, object]]] = {
    "empty part of a name": (
        {"subject": value(0x30, value(0x31), value(0x31, CN))}, {"subject": "CN=fe01.contoso.com"},
    ),
    "attribute twice": (
        {"subject": value(0x30, value(0x31, CN, attribute(b"second")))},
        {"subject": "CN=fe01.contoso.com+CN=second"},
    ),
    "part of equal attributes": (
        {"subject": value(0x30, value(0x31, CN, CN))}, {"subject": "CN=fe01.contoso.com+CN=fe01.contoso.com"},
    ),
    "no UTF-8": ({"subject": value(0x30, value(0x31, attribute(b"\xff\xfe")))}, {"subject": "CN=#0c02fffe"}),
    "country of three letters": (
        {"issuer": value(0x30, value(0x31, attribute(b"MEX", b"\x55\x04\x06", 0x13)))}, {"issuer": "C=MEX"},
    ),
    "empty name": ({"subject": value(0x30)}, {"subject": ""}),
    "version 4": ({"version": value(0xA0, value(2, b"\x03"))}, {"serial_number": "07", "key_type": "ec"}),
    "zone of a date": (
        {"validity": validity(EARLY, b"320101000000+0100")}, {"not_after": datetime(2031, 12, 31, 23, tzinfo=UTC)},
    ),
    "no seconds": ({"validity": validity(EARLY, b"3201010000Z")}, {"not_after": datetime(2032, 1, 1, tzinfo=UTC)}),
    "year 1": (
        {"validity": validity(b"00010101000000Z", b"20320101000000Z", 0x18)},
        {"not_before": datetime(1, 1, 1, tzinfo=UTC)},
    ),
    "no date": ({"validity": validity(EARLY, b"321301000000Z")}, {"subject": "CN=fe01.contoso.com", "not_after": None}),
    "unknown key": ({"key": value(0x30, value(0x30, value(6, b"\x2a\x03")), value(3, b"\0\0"))}, {"key_type": "other"}),
    "negative serial number": ({"serial": value(2, b"\xff")}, {"serial_number": "-01"}),
    "empty serial number": ({"serial": value(2)}, {"serial_number": "00"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_of_an_odd_certificate_is_read_what_can_be_read(name: str, tmp_path: Path) -> None:
    changed, expected = ODD[name]
    server, chain = read_certificates(written(tmp_path, edited(SERVER, **changed)), domain="contoso.com")[:2]
    assert {field: server.fields.get(field) for field in expected} == expected
    assert server.fields["signature_algorithm"] == "ecdsa-with-SHA256"
    assert chain.kind == "certificate.chain"


def test_a_dsa_key_without_its_parameters_is_a_certificate(tmp_path: Path) -> None:
    """They may be those of the issuer (RFC 3279 section 2.3.2)."""
    key = value(0x30, value(0x30, value(6, bytes.fromhex("2a8648ce380401"))), value(3, b"\0", value(2, b"\x05")))
    server = read_certificates(written(tmp_path, edited(SERVER, key=key)))[0]
    assert (server.fields["key_type"], server.fields["subject"]) == ("other", "CN=fe01.contoso.com")


def test_an_odd_certificate_of_a_chain_costs_nothing_of_the_others(tmp_path: Path) -> None:
    odd = edited(ISSUING, version=value(0xA0, value(2, b"\x03")))
    block = b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n" % b64encode(odd)
    events = of_kind(read_certificates(written(tmp_path, pem(SERVER) + block + pem(ROOT))), "inspected")
    assert [event.fields["subject"] for event in events] == [
        "CN=fe01.contoso.com", "CN=Contoso Issuing CA", "CN=Contoso Root CA",
    ]  # fmt: skip
    assert events[1].text.endswith("; note: it does not conform to RFC 5280, and was read in part")
