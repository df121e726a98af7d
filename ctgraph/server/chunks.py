"""Finding the end of a chunked body."""

from __future__ import annotations

import re
from enum import Enum, auto

_SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;[^\r\n]*)?\r\n")


class _Expected(Enum):
    SIZE = auto()
    DATA_END = auto()
    TRAILER = auto()


class ChunkScanner:
    """Finds the end of a chunked body (RFC 9112, section 7.1) that comes in pieces.

    It decides only how long to wait for more. gunicorn's parser reads the bytes when they are all
    there, so a body that is not chunked counts as ended at once.

    :param most_framing: how many bytes other than content there may be.
    """

    def __init__(self, most_framing: int) -> None:
        self.is_over = False
        self.size = 0
        """The bytes of content so far."""
        self._most_framing = most_framing
        self._framing = 0
        self._missing = 0  # of the present chunk
        self._line = bytearray()
        self._expected = _Expected.SIZE

    def feed(self, data: bytes) -> None:
        """Scan more bytes."""
        position = 0
        while position < len(data) and not self.is_over:
            if self._missing:
                step = min(self._missing, len(data) - position)
                self._missing -= step
                self.size += step
                position += step
            else:
                position = self._read_line(data, position)

    def _read_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position) + 1
        part = data[position : end or len(data)]
        self._line += part
        self._framing += len(part)
        after_data = self._expected is _Expected.DATA_END
        if after_data and not b"\r\n".startswith(self._line[:2]):
            self.is_over = True
        elif end:
            self._understand(bytes(self._line))
            self._line.clear()
        self.is_over = self.is_over or self._framing > self._most_framing
        return position + len(part)

    def _understand(self, line: bytes) -> None:
        if self._expected is _Expected.SIZE:
            size = _SIZE.fullmatch(line)
            if not size:
                self.is_over = True
                return
            self._missing = int(size[1], 16)
            self._expected = _Expected.DATA_END if self._missing else _Expected.TRAILER
        elif self._expected is _Expected.DATA_END:
            self._expected = _Expected.SIZE
        else:
            self.is_over = line == b"\r\n" or not line.endswith(b"\r\n")
