"""Command lines of many paths are shortened; their options are not."""

from lyncphone_logs.reports import command

PATHS = [f"p{number}.log" for number in range(40)]


def test_many_paths_are_shortened_and_options_stay() -> None:
    assert command.line(*PATHS, "--code", "TLS001") == "lyncphone-logs p0.log p1.log p2.log … --code TLS001"
    assert command.line(*PATHS) == "lyncphone-logs p0.log p1.log p2.log …"


def test_few_paths_stay() -> None:
    assert command.line("a.log", "b.log", "--phone", "x", "--all") == "lyncphone-logs a.log b.log --phone x --all"
