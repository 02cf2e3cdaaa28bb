"""The command line: registers the commands and turns their results into exit codes.

Standard output contains only the result of a command, standard error everything else.

Exit codes: 0 nothing found; 1 something diagnosed at or above --fail-on; 2 usage error, or nothing usable among what
was named; 3 part of the input, a rule or a grammar could not be used, or there was nothing to read; 4 the output could
not be written; 5 a bug; 130 interrupted, 129 and 143 ended by SIGHUP and SIGTERM. 3 outranks 1.
"""

import gc
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from errno import ENOMEM
from typing import Annotated, Any

import typer

from lyncphone_logs.cli.diagnose import diagnose
from lyncphone_logs.cli.events import events
from lyncphone_logs.cli.explain import explain
from lyncphone_logs.cli.grammars import grammars_app
from lyncphone_logs.cli.output import print_messages, redact_messages, write
from lyncphone_logs.cli.phones import phones, unparsed
from lyncphone_logs.cli.redact import redact
from lyncphone_logs.cli.rules import rules_app
from lyncphone_logs.cli.signals import ending_signals, exit_code, ignore_interruptions
from lyncphone_logs.cli.standard_streams import guard_standard_streams
from lyncphone_logs.cli.support_bundle import support_bundle
from lyncphone_logs.errors import InputError, LyncphoneLogsError, OutputError, suggestion

app = typer.Typer(
    help="Find out why a desk phone does not sign in, from its syslog trace.",
    epilog="PATH alone is short for: diagnose PATH",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.add_typer(rules_app, name="rules")
app.add_typer(grammars_app, name="grammars")

COMMANDS = {
    "diagnose", "events", "explain", "phones", "unparsed", "redact", "support-bundle", "rules", "grammars",
}  # fmt: skip
OUT_OF_MEMORY = "out of memory\n  help: name fewer files, or run on a computer with more memory"
GLOBAL_OPTIONS = {"-h", "--help", "-V", "--version", "--install-completion", "--show-completion"}


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("-V", "--version", help="Show the version.")] = False) -> None:
    if version:
        from lyncphone_logs.version import program

        write(program())
        raise typer.Exit


for command in (diagnose, events, explain, phones, unparsed, redact):
    app.command()(command)
app.command("support-bundle")(support_bundle)


INTERRUPTED = 130
"""What typer makes of KeyboardInterrupt."""
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of errors about the command line, which typer does not export."""


def run_and_exit() -> None:
    """Run the command line of this process and exit with its code."""
    guard_standard_streams()
    code = run(sys.argv[1:])
    ignore_interruptions()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        with ending_signals():
            code = _run(arguments)
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except OutputError as error:
        print_messages("error", [error])
        code = 4
    return exit_code() if code == INTERRUPTED else code


def _run(arguments: Sequence[str]) -> int:
    # Events have no reference cycles; with the default thresholds the search for them takes a third of the time.
    gc.set_threshold(100_000, 50, 50)
    redact_messages(None)
    words = [*arguments] or ["--help"]
    if words[0] not in COMMANDS | GLOBAL_OPTIONS:
        if typo := _typo(words[0]):
            print_messages("error", [typo])
            return 2
        words.insert(0, "diagnose")
    try:
        return app(words, prog_name="lyncphone-logs", standalone_mode=False) or 0
    except OutputError:
        raise
    except LyncphoneLogsError as error:
        print_messages("error", [error])
    except USAGE_ERROR as error:
        print_messages("error", _usage(error))
    except OSError as error:
        if _is_out_of_memory(error):
            return _out_of_memory()
        because = error.strerror or str(error)
        print_messages("error", [InputError("cannot read a file", because, str(error.filename or ""))])
    except Exception as error:
        if _is_out_of_memory(error):
            return _out_of_memory()
        return _bug(error)
    return 2


def _usage(error: Any) -> Iterator[InputError]:
    """What is wrong with a command line; nothing if its help was printed instead."""
    if message := error.format_message():
        command = error.ctx.command_path if error.ctx else "lyncphone-logs"
        yield InputError(message.rstrip("."), help=f"`{command} --help` lists arguments and options")


def _typo(word: str) -> str:
    """What is wrong with a word that names no file but resembles a command, or ""."""
    is_path = not word.replace("-", "").isalpha() or word.startswith("-") or os.path.lexists(word)
    help = "" if is_path else suggestion(word.casefold(), sorted(COMMANDS))
    return f"no such command {word!r}; {help}" if help else ""


def _is_out_of_memory(error: Exception) -> bool:
    """The system reports it as an OSError too, and the loader of libraries as an ImportError."""
    is_of_system = isinstance(error, OSError) and error.errno == ENOMEM
    is_of_loader = isinstance(error, ImportError) and ("failed to map" in str(error) or "allocate memory" in str(error))
    return isinstance(error, MemoryError) or is_of_system or is_of_loader


def _out_of_memory() -> int:
    print_messages("error", [OUT_OF_MEMORY])
    return 3


def _bug(error: Exception) -> int:
    help = "run again with LYNCPHONE_LOGS_DEBUG=1 and report what it prints"
    print_messages("error", [LyncphoneLogsError(f"this is a bug: {type(error).__name__}: {error}", help=help)])
    if os.environ.get("LYNCPHONE_LOGS_DEBUG"):
        traceback.print_exception(error)
    return 5
