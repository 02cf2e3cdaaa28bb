"""Nothing of a name, address or key is shown by `unparsed`, wherever it is in a line; ordinary words stay."""

import random
import re
import timeit
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.redaction.builtin import builtin_masker, masker_of
from lyncphone_logs.trace.unparsed import unparsed_shapes

mask = builtin_masker().mask
FAMILIES = sorted(FIXTURES.glob("*/*/trace.log"))
GIVEN = [
    "Jane", "Mark", "Will", "Grace", "Jürgen", "Oluwaseun", "Page", "Rose", "Dmitri", "Zoë", "Xiulan", "Frank",
    "Max", "Anna-Lena", "Hope",
]  # fmt: skip
FAMILY = [
    "Doe", "Young", "Miller", "O'Brien", "Hill", "Nakamura", "Price", "White", "Müller", "Okonkwo", "Park", "King",
    "Van-Dyk", "Stone", "Bell",
]  # fmt: skip
COMPANY = [
    "Adatum", "Fabrikam", "Payroll-West", "Wingtip", "Litware", "Proseware", "Trey", "Tailspin",
]  # fmt: skip
HEX = "0123456789abcdef"


class Planted:
    """Makes values; `secrets` are the parts of the last one of which nothing may be shown."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.secrets: list[str] = []

    def secret(self, text: str) -> str:
        self.secrets.append(text)
        return text

    def given(self) -> str:
        return self.secret(self.random.choice(GIVEN))

    def family(self) -> str:
        return self.secret(self.random.choice(FAMILY))

    def company(self) -> str:
        return self.secret(self.random.choice(COMPANY))

    def login(self) -> str:
        return self.secret(self.random.choice("jdmxq") + self.random.choice(FAMILY).lower())

    def digits(self, least: int, most: int) -> str:
        first = self.random.choice("123456789")
        return self.secret(first + "".join(self.random.choices("0123456789", k=self.random.randint(least, most) - 1)))

    def octets(self, separator: str, size: int, alphabet: str = HEX) -> str:
        digits = "9" + "".join(self.random.choices(alphabet, k=10)) + "7"
        return self.secret(separator.join(digits[start : start + size] for start in range(0, 12, size)))

    def address(self) -> str:
        return self.secret(".".join(str(self.random.randint(10, 250)) for _ in range(4)))

    def host(self) -> str:
        return self.secret(
            f"{self.random.choice(['fe', 'pool', 'mail', 'server', 'proxy'])}{self.random.randint(1, 99)}"
        )

    def key(self) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return self.secret("".join(self.random.choices(alphabet, k=40)))


KINDS: dict[str, Callable[[Planted], str]] = {
    "DN, commas": lambda p: f"CN={p.given()} {p.family()},OU={p.company()},O={p.company()},C=DE",
    "DN, slashes": lambda p: f"/C=MX/O={p.company()}/OU={p.company()} Ltd/CN={p.given()} {p.family()}",
    "DN, semicolons": lambda p: f"cn={p.given()} {p.family()};ou={p.company()}",
    "domain and user": lambda p: f"{p.company()}\\{p.login()}",
    "user principal name": lambda p: f"{p.login()}@{p.company()}.example",
    "address in angles": lambda p: f"<{p.login()}@{p.company()}.com>",
    "MAC of digits in a file": lambda p: f"{p.octets('', 2, '0123456789')}.cfg",
    "MAC, colons": lambda p: p.octets(":", 2),
    "MAC, hyphens": lambda p: p.octets("-", 2).upper(),
    "MAC, dots": lambda p: p.octets(".", 4),
    "MAC, no separator": lambda p: p.octets("", 2),
    "SEP": lambda p: f"SEP{p.octets('', 2)}.cnf.xml.sgn",
    "CTLSEP of digits": lambda p: f"CTLSEP{p.octets('', 2, '0123456789')}.tlv",
    "SEP in a name": lambda p: f"CN=CP-8861-SEP{p.octets('', 2)}",
    "SRTP key": lambda p: f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{p.key()}|2^31",
    "key alone": lambda p: p.key(),
    "address and time": lambda p: f"{p.address()}16:04:06",
    "IPv4 and port": lambda p: f"{p.address()}:5061",
    "IPv6": lambda p: f"2001:db8:{p.octets(':', 4)}::1",
    "IPv4 in IPv6": lambda p: f"::ffff:{p.address()}",
    "display name": lambda p: f'"{p.given()} {p.family()}" <sip:{p.login()}@{p.company()}.com>',
    "display name without quotes": lambda p: f"{p.given()} {p.family()} <sip:{p.digits(4, 6)}@{p.address()}>",
    "From": lambda p: f"From: {p.given()} {p.family()} <sip:{p.login()}@{p.host()}.lan;transport=tls>;tag=ab12",
    "user and display": lambda p: f"Usr:{p.digits(4, 5)}subs Dsp:{p.digits(4, 5)}",
    "extension": lambda p: f"ext {p.digits(3, 5)}",
    "extension with a sign": lambda p: f"extension={p.digits(3, 5)}",
    "number called": lambda p: f"calling {p.digits(3, 6)}",
    "phone number": lambda p: f"+49 {p.digits(2, 3)} {p.digits(6, 8)}",
    "phone number, local": lambda p: p.digits(6, 11),
    "tel": lambda p: f"tel:+{p.digits(9, 12)}",
    "group in angles": lambda p: f"<IP-Phones-{p.company()}>",
    "host name": lambda p: f"{p.host()}.{p.company()}.local",
    "host name, country": lambda p: f"{p.host()}.front-office.de",
    "short host name": lambda p: f"PC-{p.company().upper()}{p.random.randint(1, 99)}",
    "URL with credentials": lambda p: f"https://{p.login()}:{p.digits(4, 6)}@{p.host()}.{p.company()}.com/a?u=1",
    "password": lambda p: f"password={p.company()}{p.digits(2, 4)}!",
    "login": lambda p: f"userName: {p.login()}",
    "home folder": lambda p: f"/home/{p.login()}/phone.log",
    "JSON": lambda p: f'{{"user":"{p.login()}","name":"{p.given()} {p.family()}"}}',
    "name alone": lambda p: f"{p.given()} {p.family()}",
    "name in capitals": lambda p: f"{p.given()} {p.family()}".upper(),
    "name in an identifier": lambda p: f"{p.given()}{p.family()}_{p.company()}",
    "user alone": lambda p: p.login(),
}  # fmt: skip


def lines() -> Iterator[str]:
    """Three lines of each trace of the fixtures, of all families."""
    for path in FAMILIES:
        written = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if len(line) > 20]
        yield from written[:: max(1, len(written) // 3)][:3]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.sampled(4)
def test_nothing_of_a_planted_value_is_shown(kind: str) -> None:
    planted = Planted(len(kind))
    for line in lines():
        words = line.split(" ")
        for joint in (" ", " - ", "(", "=", ": "):
            planted.secrets.clear()
            value = KINDS[kind](planted)
            place = planted.random.randint(1, len(words))
            shown = mask(" ".join([*words[:place], *f"value{joint}{value}".split(" "), *words[place:]]))
            leaked = [each for each in planted.secrets if each in shown and each not in line]
            assert not leaked, (value, shown)


def test_every_literal_of_a_message_is_shown() -> None:
    """A word that a grammar looks for is the program's own vocabulary."""
    literals = {
        literal for grammar in read_catalog().grammars for _, each in grammar.messages for literal in each.literals
    }
    hidden = {literal: mask(literal) for literal in literals if mask(literal) != literal}
    assert len(hidden) < 0.1 * len(literals)


def test_no_name_is_an_ordinary_word() -> None:
    for name in {*GIVEN, *FAMILY, *COMPANY, "Smith", "Contoso", "London"}:
        assert mask(name) == ("<word>" if name.replace("'", "").replace("-", "").isalpha() else "<id>")


def test_ordinary_words_stay() -> None:
    """Of the words that have blanks around them, most of which are no names, few are masked."""
    words = shown = 0
    for line in (line for path in FAMILIES for line in path.read_text(encoding="utf-8", errors="replace").splitlines()):
        words += len(re.findall(r"(?<!\S)[A-Za-z]{3,}(?!\S)", line))
        shown += len(re.findall(r"(?<!\S)[A-Za-z]{3,}(?!\S)", mask(line)))
    assert shown / words > 0.95, shown / words


@pytest.mark.slow
def test_a_long_text_takes_no_longer_than_its_length() -> None:
    """Each pattern is tried on texts that it nearly matches everywhere."""
    pumps = (
        "a", "1", "a:", "1:", "0:", "1.", "1 ", "11 ", "a.", "a@", "\\\\", "<", "<a", '"', "'", "CN=", "CN=a ", "+1 ",
        "A ", "A.", "sip:", "user=", "user=A ", "11-", "aa:", "aaaa.", "a+", "/home/", "_", "GET ", '"GET ',
    )  # fmt: skip
    for pump in pumps:
        seconds = []
        for size in (1_000, 8_000):
            text = (pump * size)[:size] + "\x00"
            best = min(timeit.repeat(lambda text=text: mask(text), timer=process_time, number=1, repeat=3))  # type: ignore[misc]
            seconds.append(best)
        assert seconds[1] < 40 * seconds[0] + 0.01, (pump, seconds)


def test_the_minimal_real_lines_show_nothing(tmp_path: Path) -> None:
    """`unparsed` as a whole: grammar, component and example of lines that a Cisco phone writes."""
    header = "101 NOT Nov 29 09:31:57.600001 (346:1810) XYZAPP-"
    texts = [
        "fetch CTLSEP0011223344AA.tlv now from 172.16.3.20016:04:06 for CN=Jane Doe,OU=Payroll",
        "<IP-Phones-Smith-Ltd> a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJ",
        "Requesting SEP0011223344AA.cnf.xml.sgn http://user:pw@10.1.1.6/x",
        "fetch 001565123456.cfg done",
        "Sip Register Usr:6000subs Dsp:6000 user=+4930123456 ext 4711",
        "Kuala cn=Jane Doe;ou=Payroll mail jane.doe@corp.example, login CORP\\jdoe",
    ]
    trace = tmp_path / "trace.log"
    trace.write_text("".join(f"{header}{text}\n" for text in texts), encoding="utf-8")
    found = unparsed_shapes(lp.read_trace(trace, year=2026).batches())
    shown = " ".join(f"{each.component} {each.example}" for each in found.ranked())
    for secret in ("Jane", "Doe", "Payroll", "Smith", "AAAA", "0011", "001565123456", "172.16", "6000", "4711",
                   "jdoe", "CORP", "corp", "pw", "30123456"):  # fmt: skip
        assert secret not in shown, (secret, shown)
    assert "fetch" in shown
    assert "done" in shown


def test_unparsed_shows_the_words_of_the_users_own_grammars(tmp_path: Path) -> None:
    """The vocabulary is that of what is loaded: a literal of a grammar in a folder of the user is shown."""
    grammars = tmp_path / "grammars"
    grammars.mkdir()
    (grammars / "zimborex.py").write_text(
        "import pyparsing as pp\n"
        'vendor = "Zimborex"\nheader = "zimborex: " + pp.Regex(r".*")("message")\n'
        'messages = [("log.message", pp.Literal("quathex of the yolkub"))]\nshared = ()\nlevels = {}\n'
        'samples = [("synthetic", "zimborex: quathex of the yolkub", "log.message", {})]\n',
        encoding="utf-8",
    )
    catalog = read_catalog("", str(grammars))
    assert not catalog.problems, catalog.problems
    assert masker_of(catalog).mask("quathex yolkub thexvax") == "quathex yolkub <word>"
    assert mask("quathex yolkub thexvax") == "<word> <word> <word>"
