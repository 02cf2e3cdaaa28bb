"""Runs the program on each file of a folder in a process of its own with limits of CPU time and address space.

`python limited_runs.py FOLDER SECONDS MEGABYTES ARGUMENT…` prints a JSON object: for each file the exit code (negative
for a signal), CPU seconds, the greatest memory in MB, and what was printed. It needs fork.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any


def run(path: Path, seconds: int, megabytes: int, arguments: list[str]) -> dict[str, Any]:
    """One run; see above."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if not child:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
            from lyncphone_logs.cli import app

            code = app.run([*arguments, str(path)])
            sys.stdout.flush()
            os._exit(code)
        _, status, used = os.wait4(child, 0)
        output.seek(0)
        printed = output.read().decode(errors="replace")
    return {
        "code": os.waitstatus_to_exitcode(status), "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024,
        "printed": printed,
    }  # fmt: skip


def main() -> None:
    """Run all, after the imports that all need."""
    folder, seconds, megabytes, *arguments = sys.argv[1:]
    import lyncphone_logs.api
    import lyncphone_logs.reports.screen

    lyncphone_logs.api.read_trace()
    found = {path.name: run(path, int(seconds), int(megabytes), arguments) for path in sorted(Path(folder).iterdir())}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
