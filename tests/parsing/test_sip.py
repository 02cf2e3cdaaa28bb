"""Fields of SIP messages, complete or truncated, in any spelling of names and line ends."""

import pickle
import re

import pytest

from lyncphone_logs.events.event import NOTHING, Value, frozen
from lyncphone_logs.grammar import linearity
from lyncphone_logs.grammar.regex_linearity import regex_facts
from lyncphone_logs.parsing import sip, sip_text
from lyncphone_logs.parsing.sip import parse, sip_fields
from lyncphone_logs.sources.window import MAX_LINE_BYTES

REFUSED = [
    "SIP/2.0 401 Unauthorized",
    'From: "A <b>; c" <sip:a@contoso.com>;tag=1',
    "CSeq: 2 REGISTER",
    "Call-ID: 7f3a",
    'WWW-Authenticate: NTLM realm="SIP Communications Service", targetname="fe01.contoso.com", version=4',
    'WWW-Authenticate: TLS-DSK realm="SIP", targetname="fe01.contoso.com"',
    'ms-diagnostics: 1000;reason="Final handshake; failed";',
    ' source="fe01.contoso.com"',
    "Retry-After: 32 (busy)",
    "Content-Length: 0",
    "",
    "",
]
FIELDS: dict[str, Value] = {
    "status_code": 401,
    "reason_phrase": "Unauthorized",
    "from_uri": "sip:a@contoso.com",
    "cseq": 2,
    "cseq_method": "REGISTER",
    "call_id": "7f3a",
    "auth_schemes": ("NTLM", "TLS-DSK"),
    "auth_targetname": "fe01.contoso.com",
    "ms_diagnostics": 1000,
    "ms_diagnostics_reason": "Final handshake; failed",
    "ms_diagnostics_source": "fe01.contoso.com",
    "retry_after": 32,
}


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "#015#012", "#012", " #012", "^M\n"])
def test_line_ends_have_any_spelling(line_end: str) -> None:
    assert sip_fields(line_end.join(REFUSED)) == FIELDS


def test_a_message_whose_line_ends_became_blanks_has_all_fields() -> None:
    assert sip_fields(" ".join(line for line in REFUSED if line)) == FIELDS


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_names_of_headers_have_any_case(change: object) -> None:
    assert callable(change)
    lines = [
        REFUSED[0],
        *(f"{change(name)}{colon}{rest}" for name, colon, rest in (s.partition(":") for s in REFUSED[1:])),
    ]
    lines[7] = REFUSED[7]
    assert sip_fields("\n".join(lines)) == FIELDS


def test_compact_names_are_read_as_the_long_ones() -> None:
    text = "REGISTER sip:contoso.com SIP/2.0\nv: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKq\nf: <sip:a@b>\ni: 7\nl: 0\n\n"
    assert sip_fields(text) == {
        "method": "REGISTER",
        "request_uri": "sip:contoso.com",
        "via_branch": "z9hG4bKq",
        "from_uri": "sip:a@b",
        "call_id": "7",
    }


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Ms-Diagnostics: 1034", {"ms_diagnostics": 1034}),
        ('ms-diagnostics-public: 24;reason="x"', {"ms_diagnostics": 24, "ms_diagnostics_reason": "x"}),
        (
            'ms-client-diagnostics: 52001;Reason="Client side";Component="RTCC"',
            {"ms_client_diagnostics": 52001, "ms_client_diagnostics_reason": "Client side"},
        ),
        (
            'ms-diagnostics: 1003;reason="User does not ex',
            {"ms_diagnostics": 1003, "ms_diagnostics_reason": "User does not ex"},
        ),
        ("ms-diagnostics: none", {}),
        (
            'ms-diagnostics-public: 4003;reason="a"\nms-diagnostics: 4004',
            {"ms_diagnostics": 4004, "ms_diagnostics_others": ('4003;reason="a"',)},
        ),
    ],
)
def test_every_variant_of_ms_diagnostics_is_read(header: str, fields: dict[str, Value]) -> None:
    found = sip_fields(f"SIP/2.0 504 Server time-out\n{header}\nContent-Length: 0\n\n")
    assert found == {"status_code": 504, "reason_phrase": "Server time-out"} | fields
    assert sip_fields(header) == fields


@pytest.mark.parametrize("cut", range(10, 120, 7))
def test_a_truncated_message_is_a_fragment(cut: int) -> None:
    body = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 1 RTP/AVP 0\r\na=crypto:1 x\r\n"
    text = f"INVITE sip:a@contoso.com SIP/2.0\r\nCall-ID: 7f3a\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    fields = sip_fields(text[:cut])
    assert fields.get("fragment") is (True if "SIP/2.0" in text[:cut] else None)


def test_a_session_description_has_address_media_codecs_keys_and_candidates() -> None:
    codecs = "a=rtpmap:114 x-msrta/16000\r\na=rtpmap:0 PCMU/8000\r\n"
    body = f"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 1 RTP/SAVP 114 0\r\n{codecs}a=crypto:1 x\r\n"
    fields = sip_fields(f"INVITE sip:a@b SIP/2.0\r\nContent-Length: {len(body)}\r\n\r\n{body}")
    assert {name: fields[name] for name in ("media_address", "media", "codecs", "crypto", "ice")} == {
        "media_address": "192.0.2.1",
        "media": ("audio 1 RTP/SAVP 114 0",),
        "codecs": ("x-msrta", "PCMU"),
        "crypto": True,
        "ice": False,
    }
    assert "fragment" not in fields


def test_the_suites_of_an_offer_are_named_without_their_keys() -> None:
    suites = ("AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80")
    lines = [f"a=crypto:{number} {suite} inline:c2VjcmV0" for number, suite in enumerate(suites, 1)]
    body = "".join(f"{line}\r\n" for line in ["v=0", "m=audio 1 RTP/SAVP 0", *lines, "a=crypto:3"])
    fields = sip_fields(f"INVITE sip:a@b SIP/2.0\r\nContent-Length: {len(body)}\r\n\r\n{body}")
    assert fields["crypto_suites"] == suites


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        (
            'CallerMediaDebug="audio:ICEWarn=0x320,LocalSite=192.0.2.1:5"',
            ("local path failed", "TCP through NAT failed"),
        ),
        ('UserType="Callee";ICEWarn="0x80";LocalSite="192.0.2.1:5"', ("UDP through the TURN server failed",)),
        ("ICEWarn=”0x1″", ("TURN server not reached",)),
        ('CallerMediaDebug="audio:ICEWarn=0x0"', None),
        ('reason="none"', None),
    ],
)
def test_the_bits_of_icewarn_are_named(written: str, paths: tuple[str, ...] | None) -> None:
    found = sip_fields(f"BYE sip:a@b SIP/2.0\r\nms-client-diagnostics: 23;{written}\r\n\r\n").get("ice_warnings")
    assert found is None if paths is None else isinstance(found, tuple) and found[: len(paths)] == paths


@pytest.mark.parametrize("text", ["", "no SIP", "Via: SIP/2.0/TLS 192.0.2.1", "GET / HTTP/1.1", "SIP/2.0"])
def test_a_text_without_a_start_line_has_no_fields(text: str) -> None:
    assert parse(text) is None
    assert sip_fields(text) == {}


PATTERNS = {
    name: value for module in (sip, sip_text) for name, value in vars(module).items() if isinstance(value, re.Pattern)
}
PATTERNS |= {f"value of {name}": pattern for name, pattern in sip_text._VALUES.items()}
MATCHED = {"_HEADER", "_ADDRESS", "_BODY", "_CSEQ", "_DIGITS", "_ANY_VALUE", *(n for n in PATTERNS if " " in n)}
"""Patterns that are tried at one position only; the others are searched for."""
LOOKS_BACK = re.compile(r"\(\?<!(?:\[[^]]*\]|[^)])*\)")


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_proven_to_take_linear_time(name: str) -> None:
    pattern = PATTERNS[name].pattern
    bare = LOOKS_BACK.sub("", re.sub(r"\(\?P<\w+>|\((?!\?)", "(?:", pattern))
    facts, _ = regex_facts(bare.removeprefix("(?i)"), PATTERNS[name].flags & re.IGNORECASE)
    # The proof knows no lookbehind, which is what keeps the search linear in two of them; see the next test.
    if name not in MATCHED and bare == pattern:
        facts = linearity.skipping(facts)
    assert isinstance(facts, linearity.MatchFacts)


def test_the_proof_refuses_a_search_that_goes_over_blanks_again_from_each_of_them() -> None:
    facts, _ = regex_facts(r"\s+(?=Via|From)", re.IGNORECASE)
    with pytest.raises(linearity.UnsupportedElement):
        linearity.skipping(facts)


PUMPS = [
    " ", "\t", "\n", "\x1c", "A", "ABC ", "ABC  ", "ABC a:", "ABC ab:x ", "ab:", "A:", " :", ": ", ";", "; ", ";x=",
    "; branch ", "branch =", "=", "a=", 'a="', '"', "\\", '\\"', '"x"', "<", '<"', "#015", "^M", "#012", "#012 ",
    "SIP/2.0 ", "SIP/2.0 200", "via : ", " via", "a-", "9", "é", "v=0 ", "\n x", "f:a\n", "m=x\n",
]  # fmt: skip
HEADS = ["", "SIP/2.0 ", "ABC ", "ABC ab:", ";", "; branch =", 'a="', "x<", "v=0"]


@pytest.mark.parametrize("pump", PUMPS)
@pytest.mark.sampled(6)
def test_a_line_of_the_largest_size_takes_no_pattern_long(pump: str) -> None:
    # Quadratic time would be seconds to minutes for each of these texts.
    for head in HEADS:
        text = head + pump * (MAX_LINE_BYTES // len(pump)) + "!"
        for name, pattern in PATTERNS.items():
            if name in MATCHED:
                pattern.match(text)
            else:
                assert sum(1 for _ in pattern.finditer(text)) <= len(text)


STARTS = ["", 'From: "', "ms-diagnostics: 1;", "Via: ", "\nv=0\n"]


@pytest.mark.parametrize("pump", PUMPS)
def test_a_long_message_is_read_whatever_it_repeats(pump: str) -> None:
    pumped = pump * (MAX_LINE_BYTES // 4 // len(pump))
    assert sip_fields(f"SIP/2.0 200 x{pumped}y")["status_code"] == 200
    assert sip_fields(f"SIP/2.0 200 OK Via: SIP/2.0/UDP a;b {pumped}\n")["status_code"] == 200
    for start in STARTS:
        assert sip_fields(f"SIP/2.0 200 OK\n{start}{pumped}\n\n")["status_code"] == 200


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "ms-diagnostics: 1;word reason = x y ;source=z",
            {"ms_diagnostics_reason": "x y", "ms_diagnostics_source": "z"},
        ),
        ("ms-diagnostics: 1;9reason=x", {"ms_diagnostics_reason": "x"}),
        ("ms-diagnostics: 1;a-reason=x;source=", {}),
        ('ms-diagnostics: 1;reason="";reason=x', {}),
    ],
)
def test_a_word_without_a_value_is_no_parameter(header: str, fields: dict[str, Value]) -> None:
    assert sip_fields(header) == {"ms_diagnostics": 1} | fields


def test_folded_lines_of_a_header_are_joined_with_single_blanks() -> None:
    message = parse("SIP/2.0 200 OK\nWarning:\n  first \n\tsecond\nEvent: x\n\n")
    assert message is not None
    assert message.headers == {"warning": ["first second"], "event": ["x"]}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were parsed as SIP messages."""
    texts: list[str] = []

    def count(text: str) -> dict[str, Value]:
        texts.append(text)
        return sip_fields(text)

    monkeypatch.setattr(sip, "sip_fields", count)
    monkeypatch.setattr(sip, "_cached_fields", count)
    return texts


RESPONSE = "SIP/2.0 401 Unauthorized\nCall-ID: 7f3a\n\n"


@pytest.mark.parametrize("text", [RESPONSE, f"{RESPONSE}{'x' * 1000}"], ids=["short", "long"])
def test_fields_are_parsed_once_when_they_are_asked_for(text: str, parsed: list[str]) -> None:
    fields = sip.with_sip_fields("sip.response", text, {"reason_phrase": "of the grammar", "own": 1})
    assert parsed == []
    plain = {"reason_phrase": "Unauthorized", "own": 1, "status_code": 401, "call_id": "7f3a"}
    assert fields == plain
    assert (fields.get("call_id"), fields.get("missing"), len(fields)) == ("7f3a", None, 4)
    assert list(fields.items()) == list(plain.items())
    assert parsed == [text]


def test_fields_of_messages_are_mappings_like_others(parsed: list[str]) -> None:
    fields = sip.with_sip_fields("sip.response", RESPONSE, NOTHING)
    same = frozen(dict(fields))
    assert (fields == same, same == fields, fields == {}, repr(fields)) == (True, True, False, repr(same))
    copied = pickle.loads(pickle.dumps(fields))
    assert (copied == fields, type(copied)) == (True, type(same))
    with pytest.raises(KeyError):
        fields["missing"]
    assert len(parsed) == 1


def test_only_fields_that_the_vocabulary_gives_to_the_kind_are_added() -> None:
    request = "REGISTER sip:a@b SIP/2.0\nCall-ID: 7f3a\nContent-Length: 0\n\n"
    assert sip.with_sip_fields("sip.request", request, {}) == sip_fields(request)
    assert sip.with_sip_fields("sip.response", request, {}) == {"call_id": "7f3a"}


def test_a_message_of_another_protocol_keeps_its_fields() -> None:
    fields = frozen({"verify_code": 7})
    assert sip.with_sip_fields("tls.error", RESPONSE, fields) is fields
