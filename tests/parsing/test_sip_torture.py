"""Torture messages, written after the text of RFC 4475 (sections 3.1.1 and 3.1.2), in whole and without line ends."""

import pytest

from lyncphone_logs.events.event import Value
from lyncphone_logs.parsing.sip import sip_fields

WSINV = r"""INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 0
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33
"""
# The RFC has control characters after the three backslashes.
INTMETH = r"""!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$@example.com SIP/2.0
Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~
To: "BEL:\a NUL:\b DEL:\c" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>
From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%="work";tag=_token~1'+`*%!-.
Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{
CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~
Max-Forwards: 255
extensionHeader-!.%*+_`'~: value
Content-Length: 0
"""
ESC02 = """RE%47IST%45R sip:registrar.example.com SIP/2.0
To: "%Z%45" <sip:resource@example.com>
From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
CSeq: 29344 RE%47IST%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>
l: 0
"""
UNKSCM = """OPTIONS {uri} SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0
"""
MESSAGES: list[tuple[str, dict[str, Value]]] = [
    (
        WSINV,
        {
            "to_uri": "sip:vivekg@chair-dnrc.example.com",
            "from_uri": "sip:jdrosen@example.com",
            "call_id": "wsinv.ndaksdj@192.0.2.1",
            "cseq": 9,
            "cseq_method": "INVITE",
            "via_branch": "390skdjuw",
            "contact": "sip:jdrosen@example.com",
        },
    ),
    (
        INTMETH,
        {
            "method": "!interesting-Method0123456789_*+`.%indeed'~",
            "to_uri": "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com",
            "from_uri": "sip:mundane@example.com",
            "call_id": "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
            "cseq": 139122385,
            "cseq_method": "!interesting-Method0123456789_*+`.%indeed'~",
            "via_branch": "z9hG4bK-.!%66*_+`'~",
        },
    ),
    (
        ESC02,
        {
            "method": "RE%47IST%45R",
            "cseq_method": "RE%47IST%45R",
            "contact": "sip:alias1@host1.example.com",
            "via_branch": "z9hG4bK209%fzsnel234",
        },
    ),
    (UNKSCM.format(uri="nobodyKnowsThisScheme:totallyopaquecontent"), {"cseq": 3923423, "cseq_method": "OPTIONS"}),
    (UNKSCM.format(uri="soap.beep://192.0.2.103:3002"), {"request_uri": "soap.beep://192.0.2.103:3002"}),
]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "#015#012", "#015 ", "^M\n", " ", "   "])
@pytest.mark.parametrize(("text", "fields"), MESSAGES, ids=["wsinv", "intmeth", "esc02", "unkscm", "novelsc"])
def test_messages_that_are_valid_but_unusual_are_read(text: str, fields: dict[str, Value], line_end: str) -> None:
    found = sip_fields(f"{text}\n".replace("\n", line_end))
    assert {name: found.get(name) for name in fields} == fields
    assert "fragment" not in found
