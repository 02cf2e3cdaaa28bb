"""Keeps tests away from the cache in the home folder, and makes hypothesis generate the same examples in every run."""

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
