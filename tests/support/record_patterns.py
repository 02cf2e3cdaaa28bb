"""Records every pattern that the package compiles while it is imported and used, as JSON on standard output.

A program of its own, so that no cache holds a pattern that was compiled before: `python record_patterns.py`.
"""

import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import regex._main as regex_main  # its functions compile here

ROOT = Path(__file__).parents[2]
FOUND: dict[tuple[str, int, str, str, int], None] = {}
LIBRARIES = (os.sep + "re" + os.sep, os.sep + "regex" + os.sep)


def record(library: Any) -> None:
    """Replace the function of a library that all its others compile with."""
    compile = library._compile

    def compiled(pattern: Any, flags: Any, *rest: Any, **more: Any) -> Any:
        note(pattern, int(flags))
        return compile(pattern, flags, *rest, **more)

    library._compile = compiled


def note(pattern: Any, flags: int) -> None:
    """Record a pattern with the line of the package that compiled it."""
    frame = sys._getframe(2)
    while frame.f_back and any(name in frame.f_code.co_filename for name in LIBRARIES):
        frame = frame.f_back
    flags |= getattr(pattern, "flags", 0)
    text = getattr(pattern, "pattern", pattern)
    path = Path(frame.f_code.co_filename)
    if path.is_relative_to(ROOT / "lyncphone_logs") or path.is_relative_to(ROOT / "grammars"):
        kind = "bytes" if isinstance(text, bytes) else "str"
        text = text.decode("latin-1") if isinstance(text, bytes) else text
        FOUND[path.relative_to(ROOT).as_posix(), frame.f_lineno, kind, text, flags] = None


def use(folder: Path) -> None:
    """Import all modules, compile all grammars and rules, and run each command on lines of each grammar."""
    import lyncphone_logs
    from lyncphone_logs.catalog import read_catalog

    for module in pkgutil.walk_packages(lyncphone_logs.__path__, "lyncphone_logs."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    catalog = read_catalog()
    trace = folder / "trace.log"
    lines = [line for grammar in catalog.grammars for sample in grammar.samples for line in sample.line.split("\n")]
    trace.write_text("\n".join(lines), encoding="utf-8")
    (folder / "t.json").write_text('{"@timestamp": "2013-07-09T12:00:00Z", "message": "x"}\n' * 3, encoding="utf-8")
    (folder / "t.csv").write_text("timestamp,message\n" + "2013-07-09T12:00:00Z,x\n" * 3, encoding="utf-8")
    for function in cached_functions():
        function()
    use_directly()
    for arguments in (
        ["diagnose", str(trace), "--model", "420HD", "-f", "html"], ["diagnose", str(folder), "-f", "markdown"],
        ["events", str(trace)], ["unparsed", str(trace)], ["phones", str(trace)], ["rules", "lint", "TLS001"],
        ["explain", "420HD"], ["diagnose", str(trace), "--model", "none"], ["explain", lines[0]],
        ["rules", "new", "TST001", "--from", str(trace), "--lines", "1-3"],
        ["diagnose", str(ROOT / "fixtures" / "polycom_ucs")], ["diagnose", str(trace), "--redact"],
        ["diagnose", str(folder), str(folder / "none.log"), "--redact"],
        ["redact", str(trace), "-o", str(folder / "o")],
    ):  # fmt: skip
        run(arguments)


def use_directly() -> None:
    """Call what few traces need."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.events.makers import maker_prefixes
    from lyncphone_logs.redaction.words import vocabulary_of
    from lyncphone_logs.trace import stated_identity

    catalog = read_catalog()
    assert vocabulary_of(catalog.grammars, catalog.rules).is_model("Yealink-T46")
    stated_identity._of_register("REGISTER sip:a\nUser-Agent: x\n")
    for mac in maker_prefixes():
        stated_identity._model_before("VVX400 ", f"{mac}000000")


def cached_functions() -> list[Any]:
    """The functions of the package that cache what they compile, without their caches."""
    found = []
    for name, module in list(sys.modules.items()):
        if name.startswith("lyncphone_logs"):
            for function in list(vars(module).values()):
                if hasattr(function, "cache_info") and not inspect.signature(function).parameters:
                    found.append(function.__wrapped__)
    return found


def run(arguments: list[str]) -> None:
    """One command of the program; what it prints is of no interest."""
    from lyncphone_logs.cli import app

    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        app.run(arguments)


if __name__ == "__main__":
    # Not the package that may be installed: the calls are looked for in this checkout.
    sys.path.insert(0, str(ROOT))
    record(re)
    record(regex_main)
    with tempfile.TemporaryDirectory() as name:
        os.environ["LYNCPHONE_LOGS_CACHE"] = str(Path(name, "cache"))
        Path(name, "traces").mkdir()
        use(Path(name, "traces"))
    print(json.dumps(list(FOUND)))
