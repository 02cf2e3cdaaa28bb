"""The script `lyncphone-logs`, and `python -m lyncphone_logs`. An interruption during the imports ends it at once."""

# The module `signal` imports `enum`; an interruption meanwhile would print a traceback.
import _signal  # type: ignore[import-not-found]  # a part of CPython without stubs
import os


def main() -> None:
    """Run the command line and exit with its code. Tracebacks are printed only if LYNCPHONE_LOGS_DEBUG=1."""
    # A shell ignores interruptions for commands in the background, and so must this program.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, lambda number, frame: os._exit(128 + number))
    from lyncphone_logs.cli.app import run_and_exit

    run_and_exit()


if __name__ == "__main__":
    main()
