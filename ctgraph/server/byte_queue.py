"""Bytes that wait, the first ones in memory and the rest in a file."""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from typing import Any


class ByteQueue:
    """A queue of bytes. What exceeds `memory_bytes` is kept in a temporary file.

    The file is removed when it was read to its end, so it does not grow for ever.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._most = memory_bytes
        self._memory = bytearray()
        self._file: Any = None
        self._begin = self._end = 0  # bytes that wait in the file, behind those in memory

    def __len__(self) -> int:
        return len(self._memory) + self._end - self._begin

    def append(self, data: bytes | memoryview) -> None:
        """Add bytes at the end.

        :raises OSError: when they cannot be written; the queue cannot be used any more.
        """
        if self._file is None:
            if len(self._memory) + len(data) <= self._most:
                self._memory += data
                return
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._file.fileno(), rest, self._end)
            self._end += written
            rest = rest[written:]

    def peek(self, most: int) -> bytes:
        """Return bytes from the beginning: at least one, unless the queue is empty."""
        if self._memory:
            return bytes(self._memory[:most])
        if self._file is None:
            return b""
        return os.pread(self._file.fileno(), min(most, self._end - self._begin), self._begin)

    def skip(self, count: int) -> None:
        """Remove bytes that `peek` has returned."""
        if self._memory:
            del self._memory[:count]
            return
        self._begin += count
        if self._begin == self._end:
            self.close()

    def take(self, most: int) -> bytes:
        """Return bytes from the beginning, and remove them."""
        data = self.peek(most)
        if data:
            self.skip(len(data))
        return data

    def close(self) -> None:
        """Drop all bytes, and close the file."""
        self._memory.clear()
        self._begin = self._end = 0
        if self._file is not None:
            self._file.close()
            self._file = None
