"""The files of a dump while they are written: compressed in threads, hashed, counted.

The same lines make the same bytes: gzip (RFC 1952) without a time, zstd (RFC 8878) in one thread.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ctgraph.bulk.zstandard import zstd

GZIP_LEVEL = 4
"""How hard gzip tries, from 1 to 9: the usual 6 takes twice the time and saves a few percent."""
ZSTD_LEVEL = 3
"""How hard zstd tries, from 1 to 22: the level that its makers recommend."""
PART_BYTES = 1 << 20
"""Bytes that are compressed at once."""
THREADS = 2
"""Threads that compress. More would take processors from those who publish."""
_GZIP_BITS = 31
CODINGS = {"gz": "application/gzip", "zst": "application/zstd"}
"""The media types of compressed files, by the extensions."""


@dataclass
class PackedFile:
    """A file of a dump, as the manifest lists it.

    :param name: such as ``current.nq.gz``.
    :param records: the records or versions in it; the entries of a list.
    :param quads: the quads in it; None in JSON lines.
    """

    name: str
    bytes: int
    sha256: str
    records: int
    quads: int | None


class Lines:
    """Lines that go into one compressed file for each coding. Use it in a ``with`` block.

    :param name: such as ``current.nq``.
    :param pool: the threads that compress.
    """

    def __init__(self, folder: Path, name: str, pool: ThreadPoolExecutor) -> None:
        self.name = name
        self.records = self.quads = 0
        self._pool = pool
        self._buffer: list[bytes] = []
        self._size = 0
        self._open = ExitStack()
        self._writers = [
            _Writer(self._open.enter_context((folder / f"{name}.{coding}").open("wb")), coding)
            for coding in CODINGS
        ]
        self._writing: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._writing:
            one.cancel() or one.exception()  # no thread may write to a closed file
        self._open.close()

    def add(self, lines: bytes, records: int = 1, quads: int = 0) -> None:
        """Add whole lines."""
        self._buffer.append(lines)
        self._size += len(lines)
        self.records += records
        self.quads += quads
        if self._size >= PART_BYTES:
            self._flush()

    def finish(self) -> list[PackedFile]:
        """Write what is left, and return the files."""
        self._flush()
        self._flush()  # waits for the part that is being compressed
        quads = self.quads if self.name.endswith(".nq") else None
        return [
            PackedFile(f"{self.name}.{one.coding}", *one.finish(), self.records, quads)
            for one in self._writers
        ]

    def _flush(self) -> None:
        for one in self._writing:
            one.result()
        data = b"".join(self._buffer)
        self._buffer, self._size = [], 0
        self._writing = (
            [self._pool.submit(one.write, data) for one in self._writers] if data else []
        )


class _Writer:
    def __init__(self, file: Any, coding: str) -> None:
        self.coding = coding
        self._file = file
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._packer: Any = (
            zlib.compressobj(GZIP_LEVEL, wbits=_GZIP_BITS)
            if coding == "gz"
            else zstd.ZstdCompressor(ZSTD_LEVEL)
        )

    def write(self, data: bytes) -> None:
        self._keep(self._packer.compress(data))

    def finish(self) -> tuple[int, str]:
        """Write the end, make the file survive a power cut, and return its size and SHA-256."""
        self._keep(self._packer.flush())
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._bytes, self._hash.hexdigest()

    def _keep(self, packed: bytes) -> None:
        self._file.write(packed)
        self._hash.update(packed)
        self._bytes += len(packed)
