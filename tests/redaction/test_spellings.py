"""A value has no spelling that stays: escapes, characters that stand apart, dumps, settings, and joints of numbers."""

import random
import re
from collections.abc import Callable, Iterator

import pytest
from support.redacting import redacted, redactor

from lyncphone_logs.redaction.builtin import builtin_masker

SYLLABLES = ("zim", "quath", "bor", "vax", "yol", "kub", "wam", "dru", "thex")
RANDOM = random.Random(21)


def word(syllables: int = 3) -> str:
    return "".join(RANDOM.choice(SYLLABLES) for _ in range(syllables))


def each_byte(form: str, joint: str = "") -> Callable[[str], str]:
    return lambda text: joint.join(form.format(each) for each in text.encode())


def each_character(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(each)) for each in text)


def apart(joint: str) -> Callable[[str], str]:
    return lambda text: joint.join(text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "percent": each_byte("%{:02x}"), "PERCENT": each_byte("%{:02X}"), "quoted-printable": each_byte("={:02X}"),
    "octal of syslog": each_byte("#{:03o}"), "octal of C": each_byte("\\{:03o}"), "hex of C": each_byte("\\x{:02x}"),
    "LDAP": each_byte("\\{:02x}"), "XML": each_character("&#{};"), "XML in hex": each_character("&#x{:x};"),
    "blanks": apart(" "), "dots": apart("."), "zeros": apart("\0"), "zeros of JSON": apart("\\u0000"),
    "zeros of syslog": apart("#000"), "bytes with colons": each_byte("{:02X}", ":"),
    "bytes with blanks": each_byte("{:02x}", " "),
}  # fmt: skip
PLACES = (
    "user={}",
    "value: {}",
    "x {} end",
    "password={}",
    "<137>Jul  9 10:00:01 desk voip_task[440]: CC : INFO - got {}",
)


def spelled() -> Iterator[tuple[str, str]]:
    names: list[Callable[[], str]] = [
        lambda: word(),
        lambda: "Zöe " + word(),
        lambda: f"{word(2)}@{word(2)}.com",
        lambda: word(2) + "4711",
    ]
    for name in names:
        for spell in SPELLINGS.values():
            for place in PLACES:
                text = name()
                longest = max(re.findall("[a-z]+", text), key=len)
                yield place.format(spell(text)), spell(longest[1:6])


def test_no_spelling_of_a_name_stays() -> None:
    made, count = redactor(), 0
    for line, piece in spelled():
        (shown,) = redacted([line], made)
        count += 1
        assert piece in line
        assert piece not in shown, (line, shown)
    assert count == 4 * len(SPELLINGS) * len(PLACES)


@pytest.mark.parametrize("spelling", ["percent", "octal of syslog", "XML", "XML in hex", "hex of C", "dots", "zeros"])
def test_a_spelled_name_gets_the_pseudonym_of_the_name(spelling: str) -> None:
    spell, name = SPELLINGS[spelling], "zimborquath"
    (plain, other) = redacted([f"call to {name} ends", f"call to {spell(name)} ends"], redactor())
    assert other == f"call to {spell(plain.split(' ')[2])} ends"


@pytest.mark.parametrize(
    "line",
    [
        "SIP/2.0 200 OK#015#012Via: x#015#012#015#012", "a%0D%0Ab", "W A R N I N G: no answer", "= = = = =",
        "counters 0 1 0 0 2 0 7 1", "version 1.2.3.4.5", "e.g. a port", "port 5061 | 1 | 0 | 2 |",
    ],
)  # fmt: skip
def test_escapes_and_single_characters_that_are_no_names_stay(line: str) -> None:
    assert redactor().text(line) == line


SETTINGS = (
    'reg.1.label="{}"', "voip/line/0/id={}", "linekey.1.value = {}", "account.2.user_name = {}", "user_name1$: {}",
    "<number>{}</number>", "<name>{}</name>", '<User_ID_1_ ua="na">{}</User_ID_1_>',
    r'{{"m": "<User_ID_1_ ua=\"na\">{}</User_ID_1_>"}}', "P35={}", "ipPhone: {}",
    "Directory Number {} found", '{{"extension": "{}"}}', "<contact>{}</contact>", "call from ext {} ended",
)  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_short_extension_after_a_label_is_replaced(setting: str) -> None:
    for extension in ("212", "47", "860"):
        assert extension not in redactor().text(setting.format(extension))


@pytest.mark.parametrize("line", ["line 212", "error at line: 120", "contact 12", "account.1.sip_server.1.port = 506"])
def test_a_short_number_that_is_no_extension_stays(line: str) -> None:
    assert redactor().text(line).endswith(line[-3:])


JOINED = (
    "TEL;VOICE:0865 / 647 925 - 73", "Number [276.293.3952]", "call 01.42.68.53.19", "TEL;TYPE=CELL:669.745.8232",
    "my address 81_239_122_187", "host ip-10-124-133-12.ec2.internal", "user=10.124.133.12:5060",
    "connect to pc-27:5061",
)  # fmt: skip


@pytest.mark.parametrize("line", JOINED)
def test_numbers_with_any_joint_are_replaced(line: str) -> None:
    shown = redactor().text(line)
    assert shown != line
    for number in ("0865", "647", "293.3952", "42.68", "745", "239_122", "124-133", "124.133", "pc-27"):
        assert number not in shown


def test_what_is_beside_an_address_in_a_value_is_replaced() -> None:
    for line in ("o=zimbor.quath 2890844526 1 IN IP4 192.0.2.77", "OU=zimbor at 192.0.2.77", "user=zimbor/192.0.2.77"):
        shown = redactor().text(line)
        assert "zimbor" not in shown
        assert "192.0.2.77" not in shown


def test_the_characters_beside_a_dump_are_replaced() -> None:
    data = b"\x00ZIMBOR4711\x00QUA\x01"
    for frame in ("{}  {}", "0010  {}  |{}|"):
        characters = "".join(chr(each) if 32 <= each < 127 else "." for each in data)
        shown = redactor().text(frame.format(data.hex(" "), characters))
        assert not any(part in shown for part in ("ZIMBOR", "QUA", "5a 49 4d"))


@pytest.mark.parametrize(
    "line",
    [
        '{""password"": ""Zimbor838""}', '"mfaCode": "1569"', "verification_code=1569", "unlock code: 1569",
        "contraseña=zimbor838", 'wep_key0="oKdfU"', "пароль: zimbor838", "mot de passe : zimbor838",
    ],
)  # fmt: skip
def test_a_secret_after_a_label_of_another_language_or_form_is_removed(line: str) -> None:
    shown = redactor().text(line)
    assert "REDACTED" in shown or "0000" in shown


def test_the_text_of_an_element_that_names_somebody_is_replaced() -> None:
    for line in ("<displayName>Phone Server</displayName>", '<Display_Name_1_ ua="na">Phone Server</Display_Name_1_>'):
        shown = redactor().text(line)
        assert "Phone" not in shown
        assert "Server" not in shown


def test_unparsed_shows_no_long_hexadecimal_number() -> None:
    mask = builtin_masker().mask
    assert mask("got 0x7a696d626f72 at 0x4769312f30") == "got 0x<mac> at 0x<id>"
    assert mask("flags 0x1f result 0x2a0c1") == "flags 0x1f result 0x2a0c1"
