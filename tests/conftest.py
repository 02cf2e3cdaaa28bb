"""Nothing is kept in the home folder of whoever runs the tests, and every run makes the same examples."""

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
