"""How much may be read from one file: long texts and archives that expand a lot have bounds."""

from __future__ import annotations

from typing import IO, Self

from ctgraph.errors import Unreadable

MAX_TEXT_BYTES = 400_000_000
"""The longest JSON text that is read: an array of many documents still fits in memory."""
MAX_EXPANSION = 100
"""The most times its own size that an archive may expand to. Records pack 5 to 30 times smaller."""
MIN_EXPANDED_BYTES = 20_000_000
"""Bytes that any archive may expand to, however small it is: a few texts pack very well."""
_SKIP_BYTES = 1 << 20
"""Bytes that are in memory at once while the rest of a long line is skipped."""


class Bounds:
    """The bytes that may still be read from one file."""

    def __init__(self, left: float) -> None:
        self._left = left

    @classmethod
    def of_archive(cls, size: int) -> Self:
        """Return the bounds of an archive of `size` bytes."""
        return cls(max(MIN_EXPANDED_BYTES, MAX_EXPANSION * size))

    @property
    def spent(self) -> bool:
        """Whether the whole file has expanded too much."""
        return self._left < 0

    def text(self, file: IO[bytes]) -> bytes:
        """Read a whole text.

        :raises Unreadable: when it is too long or expands too much.
        """
        data = file.read(self._most() + 1)
        self._take(data)
        return data

    def line(self, file: IO[bytes]) -> bytes:
        """Read a line. A line that is too long is skipped to its end.

        :raises Unreadable: when it is too long or expands too much.
        """
        line = part = file.readline(self._most() + 1)
        try:
            self._take(line)
        except Unreadable:
            while part and not part.endswith(b"\n") and not self.spent:
                part = file.readline(_SKIP_BYTES)
                self._left -= len(part)
            raise
        return line

    def _most(self) -> int:
        return int(min(MAX_TEXT_BYTES, self._left))

    def _take(self, data: bytes) -> None:
        self._left -= len(data)
        if self.spent:
            raise Unreadable(
                f"It expands to more than {MAX_EXPANSION} times the size of its archive. "
                "The rest of the archive is not read. Unpack it first."
            )
        if len(data) > MAX_TEXT_BYTES:
            raise Unreadable(f"It is longer than {MAX_TEXT_BYTES:,} bytes. Split it.")
