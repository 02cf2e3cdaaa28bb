"""Cases of known truth: what is confirmed is right, a confidence is what it says, two causes at once are found."""

from calibration import PAGE, answers, expected_calibration_error, page, together


def test_what_is_confirmed_is_never_wrong() -> None:
    confirmed = [answer for answer in answers() if answer.verdict == "confirmed"]
    assert len(confirmed) > 300
    assert {answer.code for answer in confirmed if not answer.is_true} == set()


def test_a_confidence_is_what_it_says() -> None:
    assert expected_calibration_error(answers()) <= 0.05


def test_two_causes_at_once_are_both_found_with_the_root_first() -> None:
    pairs = together()
    assert len(pairs) >= 200
    assert [pair.codes for pair in pairs if pair.wrong] == []
    assert [pair.codes for pair in pairs if not pair.is_ordered] == []
    assert sum(len(pair.found) == 2 for pair in pairs) >= 0.95 * len(pairs)


def test_the_page_shows_these_numbers() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(answers(), together())
