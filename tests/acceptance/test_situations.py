"""Each situation is answered as an engineer would: the right cause first, none if none can be known."""

import pytest
from support.situations import Situation, answered, is_right, phones_of, situations


@pytest.mark.parametrize("asked", situations(), ids=str)
def test_the_right_cause_is_first(asked: Situation) -> None:
    found = answered(phones_of(asked))
    assert is_right(asked, found), found


def test_there_are_enough_situations() -> None:
    assert len(situations()) >= 117
    assert len({each.id for each in situations()}) == len(situations())
