"""Finding documents in files, folders, zip archives and JSON lines.

What cannot be read is an item too, which says why: a folder is loaded as far as it is readable.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import IO, cast

from ctgraph.errors import CtgraphError, Unreadable

SUFFIXES = (".json", ".jsonld", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".json.gz", ".zip")
LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
PACKED = (".gz", ".zip")
LARGEST = 400_000_000
"""The longest JSON text that is read, in bytes: an array of many documents still fits in memory."""
EXPANSION = 100
"""How many times its size an archive may expand to. JSON of records packs 5 to 30 times smaller."""
ANYWAY = 20_000_000
"""What any archive may expand to, however small it is, in bytes."""
_SIP = 1 << 20
_FAILURES = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    zlib.error,
    struct.error,
    zipfile.BadZipFile,
)
"""What reading a broken, encrypted or truncated file raises."""


@dataclass(frozen=True)
class Item:
    """One JSON text found in a source; `name` says where, for people.

    :param line: the line that it is, in JSON lines; else 0.
    :param error: why there is no text, where it cannot be read.
    """

    name: str
    data: bytes = b""
    line: int = 0
    error: CtgraphError | None = None


def fingerprint(paths: list[Path]) -> str:
    """Return a hash that tells whether a later load reads the same files, unchanged."""
    digest = hashlib.sha256()
    for path in files(paths):
        digest.update(os.fsencode(path.absolute()))
        with suppress(OSError):
            status = path.stat()
            digest.update(f"\n{status.st_size}\n{status.st_mtime_ns}\n".encode())
        digest.update(b"%d\n" % os.access(path, os.R_OK))
    return digest.hexdigest()


def files(paths: list[Path], suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Return the files that `paths` name, folders walked in sorted order.

    A folder that cannot be listed stands for what is in it.

    :raises CtgraphError: for a path that does not exist, or holds no documents.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += _inside(path, suffixes)
        elif path.exists():
            found.append(path)
        else:
            raise CtgraphError(f"{shown(path)} does not exist.")
    if not found:
        raise CtgraphError(f"There are no documents in {', '.join(map(shown, paths))}.")
    return found


def _inside(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []

    def closed(error: OSError) -> None:
        found.append(Path(error.filename))

    for inside, _, names in os.walk(folder, onerror=closed):
        found += [Path(inside, name) for name in names if name.lower().endswith(suffixes)]
    return sorted(found)


def items(paths: list[Path]) -> Iterator[Item]:
    """Yield every JSON text in the files that `paths` name, in order."""
    for path in files(paths):
        yield from items_in(path)


def count(paths: list[Path]) -> int:
    """Return how many items there are, to measure progress by."""
    return sum(_count(path) for path in files(paths))


def _count(path: Path) -> int:
    several = path.name.lower().endswith((*LINES, ".zip"))
    return sum(1 for _ in items_in(path)) if several else 1


def items_in(path: Path) -> Iterator[Item]:
    """Yield every JSON text of one file."""
    name = path.name.lower()
    if name.endswith(".zip"):
        yield from _in_zip(path)
    elif name.endswith(LINES):
        try:
            with _opened(path) as file:
                yield from _lines(shown(path), file, _Bounds.of(path))
        except (CtgraphError, *_FAILURES) as error:
            yield _failed(shown(path), error)
    else:
        yield whole(path)


def whole(path: Path) -> Item:
    """Return a file as one text."""
    try:
        with _opened(path) as file:
            return Item(shown(path), _Bounds.of(path).text(file))
    except (CtgraphError, *_FAILURES) as error:
        return _failed(shown(path), error)


def shown(path: Path | str) -> str:
    """Return a name as it can be printed: file names may hold any bytes, and escape sequences."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(path))


def _opened(path: Path) -> IO[bytes]:
    if path.is_dir():
        next(path.iterdir(), None)  # says why it cannot be listed
    # Opening a pipe waits for who writes into it; a shell's, which is meant, has no suffix.
    if path.suffix and not stat.S_ISREG(path.stat().st_mode):
        raise Unreadable("It is no regular file.")
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


class _Bounds:
    """How much may still be read from one file."""

    def __init__(self, left: float) -> None:
        self._left = left

    @classmethod
    def of(cls, path: Path) -> _Bounds:
        """Return the bounds of a file: for an archive, by its size."""
        packed = path.suffix.lower() in PACKED
        return cls(max(ANYWAY, EXPANSION * path.stat().st_size) if packed else inf)

    @property
    def spent(self) -> bool:
        """Whether the whole file has expanded too much."""
        return self._left < 0

    def text(self, file: IO[bytes]) -> bytes:
        """Read a file.

        :raises Unreadable: when it is too long, or expands too much.
        """
        data = file.read(self._most() + 1)
        self._take(data)
        return data

    def line(self, file: IO[bytes]) -> bytes:
        """Read a line, to its end even where it is too long.

        :raises Unreadable: as :meth:`text`.
        """
        line = part = file.readline(self._most() + 1)
        try:
            self._take(line)
        except Unreadable:
            while part and not part.endswith(b"\n") and not self.spent:
                part = file.readline(_SIP)
                self._left -= len(part)
            raise
        return line

    def _most(self) -> int:
        return int(min(LARGEST, self._left))

    def _take(self, data: bytes) -> None:
        too_long = len(data) > LARGEST
        self._left -= len(data)
        if self.spent:
            raise Unreadable(
                f"It expands to more than {EXPANSION} times the size of its archive. "
                "What follows there is not read."
            )
        if too_long:
            raise Unreadable(f"It is longer than {LARGEST:,} bytes.")


def _in_zip(path: Path) -> Iterator[Item]:
    try:
        with _opened(path) as file, zipfile.ZipFile(file) as archive:
            bounds = _Bounds.of(path)
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                if entry.filename.lower().endswith(SUFFIXES) and not bounds.spent:
                    yield from _entry(path, archive, entry, bounds)
    except (CtgraphError, *_FAILURES) as error:
        yield _failed(shown(path), error)


def _entry(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: _Bounds
) -> Iterator[Item]:
    name = shown(f"{path}/{entry.filename}")
    try:
        if entry.filename.lower().endswith(PACKED):
            raise Unreadable("It is an archive in an archive. Unpack it first.")
        if entry.flag_bits & 1:
            raise Unreadable("It is encrypted. Unpack it first.")
        # The other methods expand without a bound.
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable("It is not packed with deflate. Pack it anew.")
        with archive.open(entry) as file:
            if entry.filename.lower().endswith(LINES):
                yield from _lines(name, io.BufferedReader(cast(io.RawIOBase, file)), bounds)
            else:
                yield Item(name, bounds.text(file))
    except (CtgraphError, *_FAILURES) as error:
        yield _failed(name, error)


def _lines(name: str, file: IO[bytes], bounds: _Bounds) -> Iterator[Item]:
    number = 0
    while True:
        number += 1
        try:
            line = bounds.line(file)
        except Unreadable as error:
            yield _failed(f"{name}:{number}", error, number)
            if bounds.spent:
                return
            continue
        if not line:
            return
        if line.strip():
            yield Item(f"{name}:{number}", line, number)


def _failed(name: str, error: Exception, line: int = 0) -> Item:
    if not isinstance(error, CtgraphError):
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        error = Unreadable(f"It cannot be read: {reason.removesuffix('.')}.")
    return Item(name, line=line, error=error)
