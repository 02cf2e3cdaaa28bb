"""Sources whose lines are redacted while they are read: what follows never sees the original.

Lines stay lines, in the encoding of the source. So numbers of lines, damage and framing are those of the original;
offsets, sizes and digests are those of the redacted text.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from lyncphone_logs.redaction.redactor import LineState, Redactor
from lyncphone_logs.sources.decompression import ChunkStream, Readable
from lyncphone_logs.sources.source import WINDOW, Source

MAX_LINE = 64 * 1024
"""Characters of a line that are redacted at a time. A longer one is divided, at a blank if there is one."""


class RewrittenSource(Source):
    """A source with redacted lines. `path` is the redacted name of the original, `help` and `problem` are redacted."""

    def __init__(self, original: Source, path: str, redactor: Redactor) -> None:
        self._original, self._redactor = original, redactor
        super().__init__(path, redactor.message(original.problem))
        self.encoding, self.export = original.encoding, original.export
        self.is_log, self.is_packed, self.help = original.is_log, original.is_packed, redactor.message(original.help)

    @property
    def size(self) -> None:
        """Always None: it can only be read from the start."""

    @property
    def expected(self) -> int | None:
        """Bytes to be read of the original, if that is known before reading; else None."""
        return self._original.expected

    @property
    def progress(self) -> tuple[int, int | None]:
        """Bytes of the original that were read so far, and that are to be read."""
        return self._original.progress

    @property
    def is_repeatable(self) -> bool:
        """Whether the original can be read more than once."""
        return self._original.is_repeatable

    @property
    def modified(self) -> datetime | None:
        """When the original was last written."""
        return self._original.modified

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        original = self._original
        original.problem = ""
        with original._open() as stream:
            self.encoding, self.export = original.encoding, original.export
            yield ChunkStream(redacted(self._counted(stream), self.encoding, self._redactor))
        self.problem = self.problem or self._redactor.message(original.problem)

    def _counted(self, stream: Readable) -> Iterator[bytes]:
        original = self._original
        original._reset()
        while chunk := original._next(stream, WINDOW):
            yield chunk

    def head(self, size: int) -> bytes:
        """The first `size` bytes, redacted; none if it cannot be read twice."""
        if not self.is_repeatable or self.problem:
            return b""
        try:
            with self._open() as stream:
                return stream.read(size)
        except OSError:
            return b""


def redacted_source(original: Source, redactor: Redactor) -> RewrittenSource:
    """The redacted form of a source."""
    return RewrittenSource(original, redactor.path(original.path), redactor)


def redacted(chunks: Iterator[bytes], encoding: str, redactor: Redactor) -> Iterator[bytes]:
    """The text of some bytes, redacted line by line, in the same encoding."""
    coding = encoding or "utf-8"
    errors = "surrogatepass" if encoding else "surrogateescape"
    decoder = codecs.getincrementaldecoder(coding)("replace" if encoding else errors)
    state, rest = LineState(), ""
    for chunk in chunks:
        rest += decoder.decode(chunk)
        *lines, rest = rest.split("\n")
        if lines:
            yield _encoded("\n".join(_redacted(lines, redactor, state)) + "\n", coding, errors)
        if len(rest) > MAX_LINE:
            end = rest.rfind(" ", MAX_LINE // 2, MAX_LINE) + 1 or MAX_LINE
            yield _encoded("".join(_redacted([rest[:end]], redactor, state)), coding, errors)
            rest = rest[end:]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield _encoded("".join(_redacted([rest], redactor, state)), coding, errors)


def _redacted(lines: list[str], redactor: Redactor, state: LineState) -> list[str]:
    """The lines, each of which may end with a carriage return."""
    if not any(line.endswith("\r") for line in lines):
        return redactor.lines(lines, state)
    bare = redactor.lines([line.removesuffix("\r") for line in lines], state)
    return [new + "\r" * old.endswith("\r") for old, new in zip(lines, bare, strict=True)]


def _encoded(text: str, coding: str, errors: str) -> bytes:
    return text.encode(coding, errors)
