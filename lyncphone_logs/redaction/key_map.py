"""The owner's map: the key, the pseudonyms given under it, and the digests of what was redacted.

Who has it can undo a redaction. It is a JSON file that only its owner can read.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lyncphone_logs.errors import InputError, OutputError
from lyncphone_logs.redaction.pseudonyms import KEY_BYTES

FORMAT = "lyncphone-logs redaction map 1"
MAX_VALUES = 200_000
"""Pseudonyms that the file lists; the key is enough to compute the others again."""
MAX_BYTES = 256 * 1024 * 1024
MODE = 0o600


class KeyMap:
    """A map that is read from `path`, or new if there is no such file. Raises InputError if it is no map."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.key = os.urandom(KEY_BYTES)
        self.values: dict[str, str] = {}
        self.outputs: set[str] = set()
        if os.path.lexists(path):
            self._read()

    def _read(self) -> None:
        try:
            status = os.stat(self.path)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                raise ValueError("no regular file, or too large")
            read: Any = json.loads(Path(self.path).read_text(encoding="utf-8"))
            if read["format"] != FORMAT:
                raise ValueError(f"format is {read['format']!r}")
            self.key = bytes.fromhex(read["key"])
            self.values = {str(new): str(old) for new, old in read["values"].items()}
            self.outputs = set(map(str, read["outputs"]))
            if len(self.key) != KEY_BYTES:
                raise ValueError("the key is too short")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            because = error.strerror or "" if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            help = "name a map that `lyncphone-logs redact --map` wrote, or a new file"
            raise InputError("cannot use the redaction map", because, self.path, help) from None

    def note(self, kind: str, old: str, new: str) -> None:
        """Note a pseudonym. Secrets are not noted: nothing stands for one."""
        if kind not in ("secret", "login") and len(self.values) < MAX_VALUES:
            self.values[new] = old

    def is_output(self, chunks: Iterable[bytes]) -> bool:
        """Whether some bytes are the result of an earlier redaction under this key."""
        if not self.outputs:
            return False
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
        return digest.hexdigest() in self.outputs

    def save(self) -> None:
        """Write the file, which only its owner can read. Raises OutputError if that fails; it is then unchanged."""
        text = json.dumps(
            {"format": FORMAT, "key": self.key.hex(), "outputs": sorted(self.outputs), "values": self.values},
            ensure_ascii=True, indent=0,
        )  # fmt: skip
        target = Path(self.path)
        name = ""
        try:
            handle, name = tempfile.mkstemp(dir=target.resolve().parent, prefix=f".{target.name}.")
            os.chmod(name, MODE)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            os.replace(name, target.resolve())
        except OSError as error:
            if name and os.path.exists(name):
                os.unlink(name)
            raise OutputError("cannot write the redaction map", error.strerror or str(error), self.path) from None
