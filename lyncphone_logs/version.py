"""The program's name and version, as reports state it."""

from importlib.metadata import PackageNotFoundError, version


def program() -> str:
    """Such as `lyncphone-logs 0.1.0`; without a number in a checkout that is not installed."""
    try:
        return f"lyncphone-logs {version('lyncphone-logs')}"
    except PackageNotFoundError:
        return "lyncphone-logs"
