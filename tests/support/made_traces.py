"""Generates traces from lines of the stories with noise between them, for tests that compare ways of reading."""

import random

from support.paths import ROOT

STORIES = sorted(ROOT.glob("fixtures/*/*/trace.log"))
STAMPS = ("Jul  9 12:{0:02d}:{1:02d} 10.1.2.{2} ", "<30>1 2013-07-09T12:{0:02d}:{1:02d}Z phone{2} app 1 - - ", "")
NOISE = (
    "voip_task[440]: LCD      : INFO - {{draw():{0}}} screen {1} of 9, state=3",
    "what no grammar knows, number {0}",
    "voip_task[440]: CC       : INFO - key {1} was pressed",
    "   and more of it, state={0}",
    "\tx",
    "",
    "voip_task[440]: CC : INFO - “{0}” &lt;{1}&gt; – caf\u00e9",
    "last message repeated {1} times",
    "voip_task[440]: message repeated 2 times: [ CC : INFO - key {1} was pressed]",
)


def made_trace(seed: int, lines: int = 400) -> bytes:
    """Lines of two stories in order, between other lines that no rule needs."""
    chance = random.Random(seed)
    stories = [story.read_text(encoding="utf-8").rstrip("\n").split("\n") for story in chance.sample(STORIES, 2)]
    stamped = chance.sample(STAMPS, 2)
    written = []
    for number in range(lines):
        if chance.random() < 0.06 and any(stories):
            written.append(chance.choice([story for story in stories if story]).pop(0))
        else:
            stamp = chance.choice(stamped).format(number // 60 % 60, number % 60, chance.randrange(2))
            written.append(stamp + chance.choice(NOISE).format(number, chance.randrange(2, 9)))
    written += [line for story in stories for line in story]
    return "\n".join(written).encode() + chance.choice([b"", b"\n"])
