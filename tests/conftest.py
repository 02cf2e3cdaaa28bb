"""What is kept on disk stays out of the home folder of whoever runs the tests."""

from tempfile import TemporaryDirectory

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Set before the test modules are imported: some read the catalog for their parameters."""
    folder = TemporaryDirectory(prefix="lyncphone-logs-tests-")
    patch = pytest.MonkeyPatch()
    patch.setenv("LYNCPHONE_LOGS_CACHE", folder.name)
    config.add_cleanup(patch.undo)
    config.add_cleanup(folder.cleanup)
