"""Pairs are found in messages, and names are not made of prose."""

import time

import pytest

from lyncphone_logs.events.key_values import key_values


@pytest.mark.parametrize(
    ("message", "pairs"),
    [
        ("IPv4IF=1 IPv6IF=-1 Port=7500 [", {"IPv4IF": "1", "IPv6IF": "-1", "Port": "7500"}),
        ("server cert is invalid. ctx->error=7.", {"ctx->error": "7"}),
        ("network/lan/vlan/mode=CDP_LLDP", {"network/lan/vlan/mode": "CDP_LLDP"}),
        ('reason="two words";source="fe01"', {"reason": "two words", "source": "fe01"}),
        ("[src=a.tlv][dest=/tmp/a][serv=][sec=0]", {"src": "a.tlv", "dest": "/tmp/a", "sec": "0"}),
        ("[thread=queue-0] [class=cip.app.G4] opened", {"thread": "queue-0", "class": "cip.app.G4"}),
        ("f(x=1) {y=2} <z=3>", {"x": "1", "y": "2", "z": "3"}),
        ("address=[fe80::1]:5061 call=f(2)", {"address": "[fe80::1]:5061", "call": "f(2)"}),
        ("To=<sip:a@b;transport=tls>;tag=3", {"To": "<sip:a@b;transport=tls>", "tag": "3"}),
        ("charset=utf-8^M", {"charset": "utf-8"}),
        ("a=1#015#012b=2^Mc=3", {"a": "1", "b": "2", "c": "3"}),
        ("C=1,S=2 L=3, T=4", {"C": "1", "S": "2", "L": "3", "T": "4"}),
        ("subject=/C=MX/O=Contoso/CN=a, err=5", {"subject": "/C=MX/O=Contoso/CN=a", "err": "5"}),
        ("url=https://a:b@c/d?e=f,g=1", {"url": "https://a:b@c/d?e=f", "g": "1"}),
    ],
)
def test_a_pair_is_a_name_and_its_value_without_what_is_around_it(message: str, pairs: dict[str, str]) -> None:
    assert dict(key_values(message)) == pairs


@pytest.mark.parametrize(
    "message",
    [
        "peer name = /C=MX/O=Contoso/OU=Voice/CN=CAPF-1",
        "name = /serialNumber=PID:CP-8861 SN:FCH0000/C=MX/O=Contoso/CN=x",
        "for CN=Jane Doe,OU=Payroll",
        "issuer C=MX,O=Contoso Ltd,CN=Root CA",
        "get https://dXNlcg=:cHc=@10.1.1.6:9444/x?y=1",
        "REGISTER sip:user;password=secret@contoso.com;transport=tls",
        "if a==b or c>=5 or d<=6 or e!=f or g=>h",
        "i-=1 i--=1 j+=1 k/=2",
        "Basic dXNlcjpwdw== and YTpi= and YTpi=:b",
        "inline:YTpiYTpi=|2^31",
        "|== Syslogd TNP== Sat Jan 25",
        "APP-==== request byte dump ====",
    ],
)
def test_what_only_contains_an_equals_sign_is_no_pair(message: str) -> None:
    assert dict(key_values(message)) == {}


def test_a_pair_after_a_distinguished_name_or_an_address_is_found() -> None:
    assert dict(key_values("CN=Jane Doe,OU=Payroll code=1")) == {"code": "1"}
    assert dict(key_values("/O=Contoso/CN=a b refused reason=5")) == {"reason": "5"}
    assert dict(key_values("get https://u:p=@h/x status=404")) == {"status": "404"}


@pytest.mark.parametrize(
    "piece", ["x=(", "x=[({<", "CN=a,", "/C=a/", "CN=a b ", "https://", "sip:", "a->", 'a="', "O=a+", "a.b.", "a=^#"]
)
def test_the_search_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    key_values(f"CN={piece * 50_000}").items()
    assert time.process_time() - began < 2
