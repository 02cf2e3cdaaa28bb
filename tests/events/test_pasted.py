"""What people paste into `explain`: numbers with what is around them, names in DNS, terms and phrases."""

import csv
import re

import pytest

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.codes import FOLDER, entries
from lyncphone_logs.events.openssl_errors import decode
from lyncphone_logs.events.pasted import find, words

MISQUOTED = ("140890B0", "SSL routines", "no certificate returned")
"""The sample has the number of "no certificates returned" (176) with the text of 178."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ctx->error=7", ["x509:7"]),
        ("'ctx->error = 20'", ["x509:20"]),
        ("verify error:num=20:unable to get local issuer certificate", ["x509:20"]),
        ("Verify return code: 19 (self signed certificate in certificate chain)", ["x509:19"]),
        ("depth=1 error=10", ["x509:10"]),
        ("reason=7", ["x509:7", "dhcp:7"]),
        ("error 7", ["x509:7", "dhcp:7"]),
        ("Code: 48", ["x509:48", "alert:48"]),
        ("line 7", []),
        ("alert 48", ["alert:48"]),
        ("SSL alert number 70", ["alert:70"]),
        ("SSL3 alert write:fatal:unknown CA", ["alert:48"]),
        ("SIP/2.0 504 Server Time-out", ["sip:504"]),
        ("401 Unauthorized", ["sip:401"]),
        ("status_code=403", ["sip:403"]),
        ("ms-diagnostics 28033", ["ms:28033"]),
        ('ms-client-diagnostics: 22;reason="Call failed"', ["ms:22"]),
        ("ICEWarn=0x320", ["ice:0x20", "ice:0x100", "ice:0x200"]),
        ("ice:0x4000020", ["ice:0x20", "ice:0x4000000"]),
        ("icewarn:0x1", ["ice:0x1"]),
        ("icewarn=0x0", ["ice:0x0"]),
        ("ICEWarn=0x800", []),
        ('ms-client-diagnostics: 25;ICEWarn="0x80"', ["ms:25", "ice:0x80"]),
        ("AADSTS50076", ["aadsts:50076"]),
        ("aadsts:50126", ["aadsts:50126"]),
        ("AADSTS700082: The refresh token has expired", ["aadsts:700082"]),
        ("50053", ["aadsts:50053"]),
        ("Teams shows the error 0xCAA82EE7 today", ["term:0xCAA82EE7"]),
        ("status code caa20003", ["term:0xCAA20003"]),
        ("option:43", ["dhcp:43"]),
        ("dhcp:43", ["dhcp:43"]),
        ("DHCP option 120", ["dhcp:120"]),
        ("dhcp option:66", ["dhcp:66"]),
        ("_sipinternaltls._tcp", ["dns:_sipinternaltls._tcp"]),
        ("_sip._tls.contoso.com", ["dns:_sip._tls"]),
        ("srv:_ntp._udp", ["dns:_ntp._udp"]),
        ("lyncdiscover", ["dns:lyncdiscover.DOMAIN"]),
        ("lyncdiscoverinternal.emea.example.org", ["dns:lyncdiscoverinternal.DOMAIN"]),
        ("sip.example.org", ["dns:sip.DOMAIN"]),
        ('Q.850;cause=16;text="Normal"', ["q850:16"]),
        ("normal call clearing", ["q850:16"]),
        ("1416F086", ["openssl:1416F086"]),
        ("0x0a000086", ["openssl:0A000086"]),
        ("337047686", ["openssl:1416F086"]),
        ("67567722", ["openssl:0407006A"]),
        ("openssl:167772353", ["openssl:0A0000C1"]),
        ("i=0, err=337047686, errstr=none", ["openssl:1416F086"]),
        ("error code: 167772353", ["openssl:0A0000C1"]),
        ("123456789", []),
        ("ReasonForOutOfService=24", ["oos:24"]),
        ('name="ReasonForOutOfService">16<', ["oos:16"]),
        ("LastOutOfService 10", ["oos:10"]),
        ("TCPClosedRegistrationReject", ["oos:24"]),
        ("error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca", ["openssl:14094418", "alert:48"]),
        ("wrong version number", ["openssl:0A00010B"]),
        ("CTRL-EVENT-EAP-TLS-CERT-ERROR reason=4 depth=0", ["eap:4"]),
        ("Verification failed for the domain contoso.com", ["step:tls"]),
        ("sha256", ["term:SHA-256"]),
        ("SHA-2", ["term:SHA-256"]),
        ("TLS1.0", ["term:TLS 1.0"]),
        ("tls-dsk", ["term:TLS-DSK"]),
        ("1234", ["term:admin/1234"]),
        ("7", ["x509:7", "dhcp:7"]),
        ("20", ["x509:20", "alert:20", "q850:20"]),
        ("401", ["sip:401"]),
        ("ctx->error=999", []),
        ("sub-option 10", ["term:CPE-OCPHONE"]),
        ("sub-option 11", []),
        ("EnterpriseVoice", ["term:Enterprise Voice"]),
        ("dial plan", ["term:dial plan"]),
        ("default password", ["term:admin/1234"]),
        ("CNGHashAlgorithm", ["term:CNGHashAlgorithm"]),
        ("certutil -setreg ca\\csp\\CNGHashAlgorithm SHA1", ["term:CNGHashAlgorithm"]),
        ("option 42", ["dhcp:42"]),
        ("DHCP option 119", ["dhcp:119"]),
        ("_ntp._udp", ["dns:_ntp._udp"]),
        ("restart certificate services", ["term:restart of certificate services"]),
        ("Assoc Failed", ["term:WLAN status messages"]),
        ("no such thing", []),
        ("", []),
    ],
)
def test_a_pasted_text_finds_what_it_is_about(text: str, found: list[str]) -> None:
    assert [entry.word for entry in find(text)] == found


def test_a_number_in_context_that_no_table_has_is_known_as_a_word() -> None:
    assert words("ctx->error=999") == ["x509:999"]


@pytest.mark.parametrize(
    ("digits", "name", "scope", "versions", "meaning"),
    [
        ("1416F086", "certificate verify failed", "SSL routines (20)", "OpenSSL 0.9.8 to 1.1.1",
         "Reason 134, in function tls_process_server_certificate (367)."),
        ("14090086", "certificate verify failed", "SSL routines (20)", "OpenSSL 0.9.8 to 1.1.1",
         "Reason 134, in function SSL3_GET_SERVER_CERTIFICATE (144)."),
        ("0A000086", "certificate verify failed", "SSL routines (20)", "OpenSSL 3",
         "Reason 134; the number names no function."),
        ("A000086", "certificate verify failed", "SSL routines (20)", "OpenSSL 3",
         "Reason 134; the number names no function."),
        ("1409442E", "tlsv1 alert protocol version", "SSL routines (20)", "OpenSSL 0.9.8 to 1.1.1",
         "Reason 1070, in function ssl3_read_bytes (148). The peer sent TLS alert 70."),
        ("0D0C50A1", "unknown message digest algorithm", "asn1 encoding routines (13)", "OpenSSL 0.9.8 to 1.1.1",
         "Reason 161, in function ASN1_item_verify (197)."),
        ("068000A6", "", "", "", ""),
        ("FFFFFFFF", "", "", "", ""),
        ("00000000", "", "", "", ""),
    ],
)  # fmt: skip
def test_an_error_number_of_openssl_is_unpacked(
    digits: str, name: str, scope: str, versions: str, meaning: str
) -> None:
    entry = decode(digits)
    assert bool(entry) == bool(name)
    if entry:
        assert (entry.name, entry.scope, entry.versions, entry.meaning) == (name, scope, versions, meaning)


def test_the_numbers_in_the_samples_of_rules_are_unpacked_to_the_texts_next_to_them() -> None:
    seen = set()
    for rule in read_catalog().rules:
        for sample in rule.sample:
            for line in map(str, sample.lines):
                seen |= set(re.findall(r"error:([0-9A-F]{8}):(SSL routines):[^:]*:([a-z0-9 ]+[a-z0-9])", line))
    assert len(seen) > 10
    for digits, library, reason in seen - {MISQUOTED}:
        entry = decode(digits)
        assert entry
        assert entry.scope.startswith(library)
        assert reason in (text.casefold() for text in (entry.name, *entry.texts))


def test_the_texts_of_the_tables_are_short_sentences() -> None:
    for table in ("dhcp", "dns", "aadsts", "q850", "eap", "term"):
        for entry in entries(table):
            assert entry.meaning.endswith(".")
            assert max(map(len, re.split(r"(?<=[.:;]) ", entry.meaning))) <= 200


def test_the_parts_of_openssl_errors_are_sorted_without_duplicates() -> None:
    with (FOLDER / "openssl_errors.csv").open(encoding="utf-8") as file:
        found = [(row["part"], int(row["library"]), int(row["number"] or 0)) for row in csv.DictReader(file)]
    assert len(set(found)) == len(found) > 1000
