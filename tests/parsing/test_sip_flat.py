"""A SIP message reads the same however its line ends are written; the library `sipmessage` is an independent oracle."""

from collections.abc import Callable

import pytest
import sipmessage
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lyncphone_logs.events.event import Value
from lyncphone_logs.parsing.sip import sip_fields

Writing = Callable[[str], str]
WRITINGS: dict[str, Writing] = {
    "LF": lambda text: text.replace("\r\n", "\n"),
    "CR": lambda text: text.replace("\r\n", "\r"),
    "blank": lambda text: text.replace("\r\n", " "),
    "two blanks": lambda text: text.replace("\r\n", "  "),
    "eight blanks": lambda text: text.replace("\r\n", " " * 8),
    "#015#012": lambda text: text.replace("\r\n", "#015#012"),
    "#012": lambda text: text.replace("\r\n", "#012"),
    "blank #012": lambda text: text.replace("\r\n", " #012"),
    "#015 blank": lambda text: text.replace("\r\n", "#015 "),
    "^M LF": lambda text: text.replace("\r\n", "^M\n"),
    "^M blank": lambda text: text.replace("\r\n", "^M "),
    "^M": lambda text: text.replace("\r\n", "^M"),
    "#015": lambda text: text.replace("\r\n", "#015"),
    "letters": lambda text: text.replace("\r\n", r"\r\n"),
    "octal letters": lambda text: text.replace("\r\n", r"\015\012"),
    "pictures": lambda text: text.replace("\r\n", "␍␊"),
}
WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789", min_size=1, max_size=10)
PROSE = st.lists(st.sampled_from(["To: x", "not", "From: y", "Via: z", "found;", "a,b", "(x)", "v=0"]), max_size=4)
SDP = [
    "v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0", "m=audio 4000 RTP/SAVP 0 101",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAABBBBCCCC==|2^31", "a=rtpmap:0 PCMU/8000",
    "a=fmtp:101 0-16", "a=candidate:1 1 UDP 1 192.0.2.9 4000 typ host", "a=ptime:20",
]  # fmt: skip


@st.composite
def headers(draw: st.DrawFn) -> list[str]:
    quoted = " ".join(draw(PROSE))
    name = draw(st.sampled_from([f'"{draw(WORD)}, {draw(WORD)}" ', "", f"{draw(WORD)} "]))
    method = draw(st.sampled_from(["REGISTER", "INVITE", "RE%47IST%45R", "!odd-Method_*+`.%'~"]))
    contact = draw(st.sampled_from(["<sip:a@192.0.2.1:5061;transport=tls>;expires=60", "*", "tel:+1-201-555-0123"]))
    host = draw(st.sampled_from(["server", "192.0.2.1", "a", "[2001:db8::1]"]))
    call_host = draw(st.sampled_from(["", "@192.0.2.1", ":x@[::1]"]))
    chosen = [
        f"Via: SIP/2.0/TLS {host}:5061;branch=z9{draw(WORD)}",
        "Via: SIP / 2.0 / UDP  date:5060 ;branch=z9hG4bKother",
        f"{draw(st.sampled_from(['From', 'f', 'FROM']))}: {name}<sip:{draw(WORD)}@contoso.com>;tag={draw(WORD)}",
        f"{draw(st.sampled_from(['To', 't']))}: sip:{draw(WORD)}@contoso.com;tag=7",
        f"{draw(st.sampled_from(['Call-ID', 'i']))}: {draw(WORD)}{call_host}",
        f"CSeq: {draw(st.integers(0, 2**31 - 1))} {method}",
    ]
    optional = [
        f"{draw(st.sampled_from(['Contact', 'm']))}: {contact}",
        f"Expires: {draw(st.integers(0, 2**32 - 1))}",
        "Accept-Language: en",
        "Supported:",
        "k: 100rel, timer",
        "P-Asserted-Identity: <sip:a@contoso.com>",
        "Ms-Keep-Alive: UAC;hop-hop=yes",
        "NewFangledHeader: newfangled value, more",
        "X-Odd_Name.1: 5",
        "Record-Route: <sip:fe01:5061;lr>",
        'Authorization: Digest username="u", realm="SIP Communications Service", uri="sip:a"',
        f'Reason: SIP;cause=486;text="{quoted}"',
        f'Warning: 399 fe01 "{quoted}"',
        f'ms-diagnostics: 1034;reason="Previous hop: {quoted}";source="sip.example.com"',
        'ms-diagnostics: 10003;source="fe01.contoso.com";reason="Proxy returned a SIP failure code"',
        "User-Agent: UCCAPI/4.0 (Build: 7.1 (x)) more/1",
        "Server: RTC/6.0",
        "Retry-After: 32 (in a meeting; To: x)",
        'WWW-Authenticate: NTLM realm="SIP Communications Service", targetname="fe01.contoso.com", version=4',
    ]
    some = draw(st.lists(st.sampled_from(optional), unique=True))
    return draw(st.permutations([*chosen, *some]))


@st.composite
def messages(draw: st.DrawFn) -> str:
    phrase = draw(st.sampled_from(["OK", "Proxy Authorization Required", "Nicht gefunden", "Request-URI Too Long"]))
    response = f"SIP/2.0 {draw(st.integers(100, 699))} {phrase}"
    start = draw(
        st.sampled_from([response, f"INVITE {draw(st.sampled_from(['sip:a@b', 'soap.beep://x', 'h2+x:y']))} SIP/2.0"])
    )
    body = "".join(f"{line}\r\n" for line in SDP) if draw(st.booleans()) else ""
    about = ["Content-Type: application/sdp"] if body else []
    sizes = [*about, f"{draw(st.sampled_from(['Content-Length', 'l']))}: {len(body)}"]
    lines = [start, *draw(headers()), *draw(st.permutations(sizes))]
    return "\r\n".join([*lines, "", body])


@settings(max_examples=400)
@given(messages())
@pytest.mark.slow
def test_every_writing_reads_like_the_whole_message(text: str) -> None:
    whole = sip_fields(text)
    assert "fragment" not in whole
    for name, written in WRITINGS.items():
        assert sip_fields(written(text)) == whole, name
        assert sip_fields(written("\r\n\r\n" + text)) == whole, name


@settings(max_examples=100)
@given(messages())
def test_whole_messages_have_the_values_of_the_oracle(text: str) -> None:
    try:
        message = sipmessage.Message.parse(text.encode())
    except ValueError:
        # It knows the schemes sip, sips and tel only, and no blanks around the version.
        assume(False)
    fields = sip_fields(text)
    assert fields["call_id"] == message.call_id
    assert message.cseq
    assert (fields["cseq"], fields["cseq_method"]) == (message.cseq.sequence, message.cseq.method)
    assert message.from_address
    assert fields["from_uri"] == str(message.from_address.uri)
    assert fields["via_branch"] == message.via[0].parameters["branch"]
    assert fields.get("crypto", False) is (b"a=crypto" in message.body)


HEAD = 'SIP/2.0 404 Not Found Via: SIP/2.0/UDP a:5060;branch=z9hG4bKa From: "A" <sip:a@b>;tag=1 To: <sip:c@d>'


@pytest.mark.parametrize(
    ("flat", "fields"),
    [
        (f"{HEAD} Call-ID: 7f3a Record-Route: <sip:fe01;lr> CSeq: 1 INVITE Accept-Language: en", {"call_id": "7f3a"}),
        (f"{HEAD} i: 7f3a xCall-ID: 8 CSeq: 1 INVITE", {"call_id": "7f3a", "cseq": 1}),
        (f"{HEAD} xCall-ID: 8 CSeq: 1 INVITE", {"call_id": None, "cseq": 1}),
        (f"{HEAD} User-Agent: X (To: <sip:no@no>) Y/1 Call-ID: 7", {"user_agent": "X (To: <sip:no@no>) Y/1"}),
        (
            f'{HEAD} Warning: 399 a "no closing Call-ID: 7 Contact: "x" <sip:e@f>',
            {"call_id": "7", "contact": "sip:e@f"},
        ),
        ("SIP/2.0 500 No Via: found here Call-ID: 7", {"call_id": "7"}),
        ("SIP/2.0 480 Weg, bis Montag: bald CSeq: 1 BYE", {"reason_phrase": "Weg, bis Montag: bald"}),
        ("SIP/2.0 200 OK Foo: 1 CSeq: 1 BYE", {"reason_phrase": "OK", "cseq_method": "BYE"}),
    ],
)
def test_values_of_a_message_without_line_ends_are_separate(flat: str, fields: dict[str, Value]) -> None:
    found = sip_fields(flat)
    assert {name: found.get(name) for name in fields} == fields


SIZE = sum(len(line) + 2 for line in SDP)
INVITE = f"INVITE sip:a@b SIP/2.0\r\nCall-ID: 7\r\nCSeq: 1 INVITE\r\nContent-Length: {SIZE}\r\n\r\n"


@pytest.mark.parametrize("shown", range(1, len(SDP)))
@pytest.mark.parametrize("writing", WRITINGS)
def test_what_an_incomplete_body_does_not_show_is_unknown(writing: str, shown: int) -> None:
    text = INVITE + "".join(f"{line}\r\n" for line in SDP[:shown])
    fields = sip_fields(WRITINGS[writing](text))
    assert fields["fragment"] is True
    assert False not in fields.values()
    assert not {"media", "codecs"} & fields.keys()
    assert sip_fields(WRITINGS[writing](INVITE))["fragment"] is True


@pytest.mark.parametrize("writing", WRITINGS)
def test_what_follows_a_message_without_a_body_is_another_message(writing: str) -> None:
    first = "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    text = WRITINGS[writing](first + INVITE + "\r\n".join(SDP))
    assert sip_fields(text) == sip_fields(first)
    assert "fragment" not in sip_fields(text)


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        (
            ['1034;reason="Previous hop did not report";source="a"', '10003;source="b"', '12000;source="c";reason="d"'],
            {
                "ms_diagnostics": 12000,
                "ms_diagnostics_source": "c",
                "ms_diagnostics_reason": "d",
                "ms_diagnostics_others": ('10003;source="b"', '1034;reason="Previous hop did not report";source="a"'),
            },
        ),
        (["1011", "1034"], {"ms_diagnostics": 1011, "ms_diagnostics_others": ("1034",)}),
        (["4003.2;source=”fe01”;reason=“Not enabled”"], {
            "ms_diagnostics": 4003, "ms_diagnostics_source": "fe01", "ms_diagnostics_reason": "Not enabled",
        }),
    ],
)  # fmt: skip
def test_the_most_telling_of_several_error_ids_comes_first(lines: list[str], fields: dict[str, Value]) -> None:
    text = "\r\n".join(["SIP/2.0 504 x", *(f"ms-diagnostics: {line}" for line in lines), "Content-Length: 0", "", ""])
    for writing in WRITINGS.values():
        found = sip_fields(writing(text))
        assert {name: value for name, value in found.items() if name.startswith("ms_")} == fields
    alone = sip_fields("noise " + " ".join(f"ms-diagnostics: {line}" for line in lines))
    assert alone == fields
