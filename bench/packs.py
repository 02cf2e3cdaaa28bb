"""Writes rules and a grammar for measurements with many rules.

    python bench/packs.py RULES FOLDER

FOLDER/grammars contains the built-in grammar of AudioCodes phones with one additional message set, which reads the 100
texts of trace_lines.LITERALS as events of four kinds. FOLDER/rules contains RULES rules (at most 1,000), each for one
text. From the second hundred on, rules use the same texts with one additional value, since real rules outnumber the
texts of phones too. FOLDER/literals.txt has one text per line, for search programs. Rules and samples are synthetic.
"""

import shutil
import sys
from pathlib import Path

from trace_lines import LITERALS

MAX_RULES = 1000
GRAMMAR = "audiocodes_400hd"
BUILT_IN = Path(__file__).parent.parent / "grammars"

KINDS = (
    ("sign_in.web_ticket.failed", "reason", "status_code"),
    ("sip.register.failed", "reason_phrase", "ms_diagnostics"),
    ("sip.response", "reason_phrase", "ms_diagnostics"),
    ("sip.ms_diagnostics", "ms_diagnostics_reason", "ms_diagnostics"),
)
"""Event kind, the field with the text, the field with the number after it. No kind is a general failure that
other lines specify, so each is a symptom of its own."""

MESSAGES = '''"""100 synthetic texts as events of four kinds, for measurements."""

import pyparsing as pp

number, rest = pp.Word(pp.nums), pp.Regex(r".*")
messages = [
    (kind, pp.Literal(text)(field) + ", code" + number(second) + rest) for kind, field, second, text in {entries!r}
]
samples = {samples!r}
'''

RULE = """code = "BEN{number:03}"
name = "measured-rule-{number:04}"
title = "{text}, number {number}"
severity = "warning"
cause = "Synthetic: the trace holds the text of this rule."
impact = "None: this rule is for measurements."

explains = [
  {{ event = "{kind}", where = {{ {where} }}, likelihood = "strong", fault = "inferred", signature = "synthetic", source = "synthetic", says = "the phone says: {{{field}}}" }},
]
clause = [
  {{ id = "time-server-silent", role = "supports", strength = "weak", event = "time.server.silent", same = "boot", fault = "inferred", signature = "synthetic", source = "synthetic", says = "a time server did not answer" }},
  {{ id = "signed-in-before", role = "contradicts", strength = "moderate", event = ["sip.register.succeeded", "sign_in.succeeded"], before = "symptom", fault = "inferred", signature = "synthetic", source = "synthetic", says = "the phone was signed in before" }},
]
verify = {{ event = "sip.register.succeeded", says = "the phone registers" }}
references = [{{ title = "synthetic" }}]

[[remedy]]
who = "voice engineer"
where = "nowhere"
what = "Nothing: this rule is for measurements."
undo = "nothing to undo"

[[sample]]
kind = "positive"
says = "the text with its number"
lines = ['local7.err voip_task[440]: FAULT    : ERR  - {text}, code {value}']

[[sample]]
kind = "near_miss"
says = "another text"
lines = ['local7.err voip_task[440]: FAULT    : ERR  - {other}, code {value}']
"""  # noqa: E501 inline tables of TOML are on one line


def write_pack(rules: int, folder: Path) -> None:
    """Write rules, grammar and literals into a folder; replaces its contents."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "rules").mkdir(parents=True)
    (folder / "grammars" / "messages").mkdir(parents=True)
    for number in range(rules):
        path = folder / "rules" / f"measured-rule-{number:04}.toml"
        path.write_text(_rule(number), encoding="utf-8")
    grammar = (BUILT_IN / f"{GRAMMAR}.py").read_text(encoding="utf-8")
    (folder / "grammars" / f"{GRAMMAR}.py").write_text(f'{grammar}\nshared = (*shared, "measured")\n', encoding="utf-8")
    (folder / "grammars" / "messages" / "measured.py").write_text(_messages(), encoding="utf-8")
    (folder / "literals.txt").write_text("".join(f"{text}\n" for text in LITERALS), encoding="utf-8")


def _rule(number: int) -> str:
    hundred, place = divmod(number, len(LITERALS))
    text = LITERALS[place]
    kind, field, second = _kind_of(text)
    where = f'{field} = "{text}"' + (f", {second} = {hundred}" if hundred else "")
    other = LITERALS[place - 1]
    return RULE.format(number=number, text=text, kind=kind, where=where, field=field, value=hundred, other=other)


def _kind_of(text: str) -> tuple[str, str, str]:
    return KINDS[LITERALS.index(text) % len(KINDS)]


def _messages() -> str:
    entries = [(*_kind_of(text), text) for text in LITERALS]
    samples = [_sample(*entry) for entry in entries[: len(KINDS)]]
    return MESSAGES.format(entries=entries, samples=samples)


def _sample(kind: str, field: str, second: str, text: str) -> tuple[str, str, str, dict[str, str | int]]:
    line = f"voip_task[440]: FAULT    : ERR  - {text}, code 7"
    return "synthetic", line, kind, {field: text, second: 7}


def main(arguments: list[str]) -> None:
    """The command line."""
    if len(arguments) != 2 or not arguments[0].isdecimal() or int(arguments[0]) > MAX_RULES:
        sys.exit(f"usage: python bench/packs.py RULES FOLDER; at most {MAX_RULES} rules")
    write_pack(int(arguments[0]), Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
