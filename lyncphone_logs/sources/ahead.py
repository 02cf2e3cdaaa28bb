"""Decompression ahead of its reader, in a thread of its own: zlib, bz2 and lzma leave the interpreter to others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread

from lyncphone_logs.sources.decompression import PIECE, Pieces, Readable

MOST_AHEAD = 8
"""Pieces of 64 KiB that are made before they are wanted."""


class _Ahead:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._made: Queue[bytes | BaseException] = Queue(MOST_AHEAD)
        self._is_left = Event()
        self._thread = Thread(target=self._fill, name="lyncphone_logs.ahead", daemon=True)
        self._thread.start()

    def _fill(self) -> None:
        try:
            while not self._is_left.is_set():
                piece = self._stream.read(PIECE)
                self._made.put(piece)
                if not piece:
                    return
        except BaseException as error:
            self._made.put(error)

    def pieces(self) -> Iterator[bytes]:
        while made := self._made.get():
            if isinstance(made, BaseException):
                raise made
            yield made

    def leave(self) -> None:
        """The thread may wait for room: once there is some, it sees that nobody reads, and ends."""
        self._is_left.set()
        while self._thread.is_alive():
            try:
                self._made.get(timeout=0.01)
            except Empty:
                continue
        self._thread.join()


@contextmanager
def read_ahead(opened: Callable[[], Readable]) -> Iterator[Pieces]:
    """What a stream holds, read by a thread that ends with the context; its errors are raised where it is read."""
    stream = opened()
    ahead = _Ahead(stream)
    try:
        yield Pieces(ahead.pieces())
    finally:
        ahead.leave()
        stream.close()
