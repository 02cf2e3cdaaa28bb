"""Plants values of 35 kinds into lines of phones, encoded and split; it shares no code with the redactor.

What must not come out again are the `needles` of a value: itself, its parts, and what its encoding hides.
"""

import base64
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SYLLABLES = ("qua", "zim", "bor", "thex", "vax", "ril", "ock", "dru", "fen", "yol", "kub", "wam", "pij", "zeb")
PEOPLE = ("Alice", "Bob", "Mark", "Will", "Grace", "Jürgen", "Zoë", "Page", "Rose", "Frank", "Олег")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
HEX = "0123456789abcdef"

HEADERS = {
    "audiocodes": "<142>Jul  9 10:00:01 desk voip_task[440]: SIP      : INFO - ",
    "polycom": "Nov 12 10:00:01 desk 1112100001|sip  |4|00|",
    "yealink": "<134>Oct 17 11:27:02 desk sua [552.560]: SUA <6+info  > ",
    "cisco": "Mar  9 18:40:05 desk 0308 DEB Mar 09 18:40:05.415382 (618:927) JAVA-SIPCC-",
    "snom": "May 17 13:16:56 desk 000413000001 [DEBUG0] SIP: ",
    "grandstream": "Oct  3 20:21:34 desk HT801 [c0:74:ad:00:00:01] [1.0.49.2] GS_ATA: USER.DEBUG  ",
    "linux": "Jul  9 12:00:00 desk wpa_supplicant[55]: ",
    "none": "",
    "json": "",
}


@dataclass
class Value:
    """A value as it is written, and what of it must not come out."""

    text: str
    needles: tuple[str, ...]


class Planter:
    """Makes values from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self, least: int = 2, most: int = 3) -> str:
        return "".join(self.random.choices(SYLLABLES, k=self.random.randint(least, most)))

    def digits(self, count: int) -> str:
        return self.random.choice("123456789") + "".join(self.random.choices("0123456789", k=count - 1))

    def hex(self, count: int) -> str:
        return "a7" + "".join(self.random.choices(HEX, k=count - 2))

    def key(self, count: int) -> str:
        return "k9Q" + "".join(self.random.choices(ALPHABET, k=count - 3))

    def password(self) -> str:
        form = self.random.randrange(4)
        if form == 0:
            return f"{self.word()}{self.digits(3)}!"
        if form == 1:
            return self.random.choice(["manager", "status", "server", "phone", "welcome", "monitor"])
        if form == 2:
            return f"{self.word().title()}#{self.word()}${self.digits(2)}"
        return self.key(self.random.randint(6, 20))


Make = Callable[[Planter], Value]


def _jwt(p: Planter) -> Value:
    parts = [
        base64.urlsafe_b64encode(json.dumps({"sub": p.word(), "n": p.key(8)}).encode()).decode().rstrip("=")
        for _ in "ab"
    ]
    token = f"{parts[0]}.{parts[1]}.{p.key(24)}"
    return Value(f"Authorization: Bearer {token}", (*token.split("."),))


def _ntlm(p: Planter) -> Value:
    user = p.word()
    blob = base64.b64encode(b"NTLMSSP\0\3\0\0\0" + f"CONTOSO{user}".encode("utf-16-le") + bytes(8)).decode()
    return Value(f'Authorization: NTLM qop="auth", gssapi-data="{blob}"', (blob, blob[:24], blob[16:40]))


def _kerberos(p: Planter) -> Value:
    blob = "YIIF" + p.key(60)
    return Value(f"Proxy-Authorization: Kerberos {blob}", (blob, blob[4:24]))


def _basic(p: Planter) -> Value:
    login = f"{p.word()}:{p.key(8)}"
    blob = base64.b64encode(login.encode()).decode()
    return Value(f"Authorization: Basic {blob}", (blob, blob.rstrip("=")))


def _digest(p: Planter) -> Value:
    user, answer, nonce = p.word(), p.hex(32), p.hex(24)
    text = f'Authorization: Digest username="{user}", realm="asterisk", nonce="{nonce}", response="{answer}"'
    return Value(text, (user, answer, nonce))


def _name(p: Planter) -> Value:
    given, family = p.random.choice(PEOPLE), p.word().title()
    user = p.word()
    return Value(f'From: "{given} {family}" <sip:{user}@{p.word()}.com>;tag=1', (given, family, user))


def _dn(p: Planter) -> Value:
    name, unit = f"{p.word().title()} {p.word().title()}", p.word().title()
    return Value(f"CN={name},OU={unit},O={unit} Ltd,C=DE", (*name.split(" "), unit))


LABELS = ("password", "passwd", "pwd", "adminPassword", "reg.1.auth.password", "sip_password")


def _in(template: str, *values: str) -> Value:
    """A text with values in place of {0}, {1} and so on, none of which may come out."""
    return Value(template.format(*values), values)


def _phone(p: Planter) -> Value:
    n = p.digits(11)
    return p.random.choice([
        Value(f"({n[:4]}) {n[4:7]}-{n[7:]}", (f"{n[4:7]}-{n[7:]}", n[7:])),
        Value(f"+{n[:2]} {n[2:5]} {n[5:]}", (n[5:],)),
        Value(f"1-{n[:3]}-{n[3:7]}", (f"{n[:3]}-{n[3:7]}",)),
        Value(n, (n,)),
    ])  # fmt: skip


def _host(p: Planter) -> Value:
    h, domain = p.word(), p.word()
    return p.random.choice([
        Value(f"{h}.{domain}.internal", (h, domain)), Value(f"{h.upper()}01", (h,)), Value(f"host {h}.corp", (h,)),
        Value(f"server=edge.{domain}.de", (domain,)),
    ])  # fmt: skip


def _ipv4(p: Planter) -> Value:
    octets = [str(p.random.randint(11, 250)) for _ in range(4)]
    dotted, dashed = ".".join(octets), "-".join(octets)
    return p.random.choice([Value(dotted, (dotted,)), Value(f"{dotted}:5061", (dotted,)), Value(dashed, (dashed,))])


def _mac(p: Planter) -> Value:
    h = p.hex(6)
    pairs = (h[:2], h[2:4], h[4:])
    return p.random.choice([
        Value(f"00908f{h}", (h,)), Value(f"00:90:8f:{':'.join(pairs)}", (":".join(pairs),)),
        Value(f"00-90-8F-{'-'.join(pairs)}".upper(), ("-".join(pairs),)),
        Value(f"0090.8f{h[:2]}.{h[2:]}", (h[2:],)), Value(f"SEP00908F{h.upper()}.cnf.xml", (h,)),
    ])  # fmt: skip


def _guid(p: Planter) -> Value:
    h = p.hex(30)
    return Value(f"{h[:8]}-{h[8:12]}-4{h[12:15]}-8{h[15:18]}-{h[18:]}", (h[:8], h[18:]))


def _tls_dsk(p: Planter) -> Value:
    return _in('Authorization: TLS-DSK qop="auth", opaque="{0}", gssapi-data="{1}"', p.key(32), p.key(40))


def _ipv6(p: Planter) -> Value:
    groups = ":".join(p.hex(4) for _ in range(3))
    return Value(f"2001:db8:{groups}::7", (groups,))


EXAMPLE = ("alice", "contoso", "192.0.2.77", "4255550133")
KINDS: dict[str, Make] = {
    "pin": lambda p: _in("PIN: {0}", p.digits(4)),
    "pin in words": lambda p: _in("user entered PIN {0}", p.digits(p.random.randint(4, 6))),
    "password": lambda p: _in(f"{p.random.choice(LABELS)}={{0}}", p.password()),
    "password in xml": lambda p: _in("<userPassword>{0}</userPassword>", p.password()),
    "password in json": lambda p: _in('{{"password":"{0}"}}', p.password()),
    "url": lambda p: _in("https://{0}:{1}@{2}.com/cfg", p.word(), p.key(9), p.word()),
    "basic": _basic,
    "bearer": _jwt,
    "ntlm": _ntlm,
    "kerberos": _kerberos,
    "digest": _digest,
    "tls-dsk": _tls_dsk,
    "cookie": lambda p: _in("Set-Cookie: session={0}; path=/", p.key(24)),
    "saml": lambda p: _in('<saml:Assertion AssertionID="SamlSecurityToken-{0}">', p.hex(32)),
    "srtp": lambda p: _in("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{0}|2^31", p.key(40)),
    "ice": lambda p: _in("a=ice-ufrag:{0} a=ice-pwd:{1}", p.key(6), p.key(24)),
    "pem": lambda p: _in("-----BEGIN PRIVATE KEY-----{0}-----END PRIVATE KEY-----", p.key(64)),
    "eap": lambda p: _in("EAP identity=host/{0}", p.word()),
    "psk": lambda p: _in("psk={0}", p.password()),
    "sip uri": lambda p: _in("sip:{0}@{1}.com:5061;transport=tls", p.word(), p.word()),
    "example": lambda p: Value("to <sip:alice@contoso.com> via 192.0.2.77 +14255550133", EXAMPLE),
    "tel uri": lambda p: _in("tel:+{0}", p.digits(11)),
    "upn": lambda p: _in("{0}@{1}.local", p.word(), p.word()),
    "domain user": lambda p: _in("{0}\\{1}", p.word().upper(), f"a{p.word()}"),
    "extension": lambda p: _in("ext {0}", p.digits(p.random.randint(4, 5))),
    "phone": _phone,
    "display name": _name,
    "host": _host,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "mac": _mac,
    "serial": lambda p: _in("Serial Number: {0}", p.key(10).upper()),
    "ssid": lambda p: _in("ssid='{0}'", p.random.choice([p.word().title(), "Guest", "office"])),
    "guid": _guid,
    "dn": _dn,
}


def encoded(value: Value, how: str) -> Value:
    """The value in another notation."""
    text = value.text
    if how == "percent":
        return Value(text.replace("@", "%40"), value.needles)
    if how == "octal":
        return Value(text.replace("@", "#040"), value.needles)
    if how == "html":
        return Value(
            text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"), value.needles
        )
    if how == "json":
        return Value(json.dumps(text)[1:-1], tuple(json.dumps(each)[1:-1] for each in value.needles))
    if how == "base64":
        blob = base64.b64encode(text.encode()).decode().rstrip("=")
        return Value(f"data {blob}", (blob, blob[:20]))
    if how == "base64 of base64":
        blob = base64.b64encode(base64.b64encode(text.encode())).decode().rstrip("=")
        return Value(f"data {blob}", (blob, blob[:20]))
    if how == "utf-16":
        blob = base64.b64encode(text.encode("utf-16-le")).decode().rstrip("=")
        return Value(f"data {blob}", (blob, blob[:20]))
    if how == "hex":
        pairs = text.encode()[:40].hex(" ")
        return Value(f"dump {pairs}", (pairs,))
    return value


ENCODINGS = (
    "plain",
    "plain",
    "plain",
    "percent",
    "octal",
    "html",
    "json",
    "base64",
    "base64 of base64",
    "utf-16",
    "hex",
)
SPLITS = ("none", "none", "none", "label", "folded", "datagram")


def planted(number: int, seed: int = 1) -> Iterator[tuple[str, str, str, list[str], tuple[str, ...]]]:
    """`number` values: kind, encoding, split, the lines that hold it, and its needles."""
    planter = Planter(seed)
    kinds, families = list(KINDS), list(HEADERS)
    for count in range(number):
        kind, family = kinds[count % len(kinds)], families[count // len(kinds) % len(families)]
        how, split = planter.random.choice(ENCODINGS), planter.random.choice(SPLITS)
        value = encoded(KINDS[kind](planter), how)
        lines = list(_lines(planter, HEADERS[family], value.text, split, is_json=family == "json"))
        yield kind, how, split, lines, tuple(each for each in value.needles if len(each) > 2)


def _lines(planter: Planter, header: str, text: str, split: str, *, is_json: bool) -> Iterator[str]:
    if is_json:
        yield json.dumps(
            {"host": "desk", "message": f"call failed {text} done"}, ensure_ascii=planter.random.random() < 0.5
        )
        return
    label = max(text.find("="), text.find(": ") + 1)
    if split == "label" and 0 < label < len(text) - 2:
        yield f"{header}call failed {text[: label + 1]}"
        yield f"{header}{text[label + 1 :].strip()} done"
        return
    place = planter.random.randrange(len(text) // 2, len(text))
    if split == "folded" and len(text) > 30:
        yield f"{header}call failed {text[:place]}"
        yield f"\t{text[place:]}"
    elif split == "datagram" and len(text) > 30:
        yield f"{header}call failed {text[:place]}"
        yield f"{header}{text[place:]}"
    else:
        yield f"{header}call failed {text} done"
