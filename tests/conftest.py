"""Keeps tests away from the cache in the home folder, and makes hypothesis generate the same examples in every run."""

from collections import Counter
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings


def pytest_configure(config: pytest.Config) -> None:
    """Set before the test modules are imported: some read the catalog for their parameters."""
    settings.load_profile("ci")
    folder = TemporaryDirectory(prefix="lyncphone-logs-tests-")
    patch = pytest.MonkeyPatch()
    patch.setenv("LYNCPHONE_LOGS_CACHE", folder.name)
    config.add_cleanup(patch.undo)
    config.add_cleanup(folder.cleanup)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked `sampled(N)`, every N-th case is fast and the others are slow."""
    cases: Counter[str] = Counter()
    for item in items:
        if mark := item.get_closest_marker("sampled"):
            name = item.nodeid.partition("[")[0]
            if cases[name] % mark.args[0]:
                item.add_marker("slow")
            cases[name] += 1
