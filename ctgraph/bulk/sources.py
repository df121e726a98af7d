"""The JSON texts in files, folders, zip archives and JSON lines.

A text that cannot be read is an item too, with the reason, so that the rest of a folder is loaded.
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
from typing import IO, Any, cast

from ctgraph.bulk.bounds import Bounds
from ctgraph.bulk.zstandard import zstd
from ctgraph.errors import CtgraphError, Unreadable

_LINES = tuple(
    f"{lines}{packed}" for lines in (".jsonl", ".ndjson") for packed in ("", ".gz", ".zst")
)
SUFFIXES = (".json", ".jsonld", ".json.gz", ".json.zst", ".zip", *_LINES)
_PACKED = (".gz", ".zst", ".zip")
_FAILURES = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    zlib.error,
    zstd.ZstdError,
    struct.error,
    zipfile.BadZipFile,
)
"""The errors of reading a broken, encrypted or truncated file."""


@dataclass(frozen=True)
class Item:
    """One JSON text of a source.

    :param name: where it is, for people.
    :param line: its line in JSON lines; 0 for other files.
    :param error: why it cannot be read; then there is no text.
    """

    name: str
    data: bytes = b""
    line: int = 0
    error: CtgraphError | None = None


def fingerprint(paths: list[Path]) -> str:
    """Return a hash that changes when the files or their contents change."""
    digest = hashlib.sha256()
    for path in files(paths):
        digest.update(os.fsencode(path.absolute()))
        with suppress(OSError):
            status = path.stat()
            digest.update(f"\n{status.st_size}\n{status.st_mtime_ns}\n".encode())
        digest.update(b"%d\n" % os.access(path, os.R_OK))
    return digest.hexdigest()


def files(paths: list[Path], suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Return the files in `paths`. Folders are walked in sorted order.

    A folder that cannot be listed is returned itself, so that reading it says why.

    :raises CtgraphError: when a path does not exist, or there are no documents in any of them.
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
        raise CtgraphError(
            f"There are no documents in {', '.join(map(shown, paths))}. Files of folders are read "
            f"when their names end in {', '.join(dict.fromkeys(suffixes))}."
        )
    return found


def _inside(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []

    def closed(error: OSError) -> None:
        found.append(Path(error.filename))

    for inside, _, names in os.walk(folder, onerror=closed):
        found += [Path(inside, name) for name in names if name.lower().endswith(suffixes)]
    return sorted(found)


def items(paths: list[Path]) -> Iterator[Item]:
    """Yield every JSON text in the files of `paths`, in order."""
    for path in files(paths):
        yield from items_in(path)


def count(paths: list[Path]) -> int:
    """Return the number of items, to measure progress by."""
    return sum(_count(path) for path in files(paths))


def _count(path: Path) -> int:
    several = path.name.lower().endswith((*_LINES, ".zip"))
    return sum(1 for _ in items_in(path)) if several else 1


def items_in(path: Path) -> Iterator[Item]:
    """Yield every JSON text of one file."""
    name = path.name.lower()
    if name.endswith(".zip"):
        yield from _in_zip(path)
    elif name.endswith(_LINES):
        try:
            with _opened(path) as file:
                yield from _lines(shown(path), file, _bounds_of(path))
        except (CtgraphError, *_FAILURES) as error:
            yield _failed(shown(path), error)
    else:
        yield whole(path)


def whole(path: Path) -> Item:
    """Return a whole file as one text."""
    try:
        with _opened(path) as file:
            return Item(shown(path), _bounds_of(path).text(file))
    except (CtgraphError, *_FAILURES) as error:
        return _failed(shown(path), error)


def shown(path: Path | str) -> str:
    """Return a file name that is safe to print. It may hold any bytes and escape sequences."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(path))


def _opened(path: Path) -> IO[bytes]:
    if path.is_dir():
        next(path.iterdir(), None)  # raises the reason why it cannot be listed
    # Opening a pipe waits until another process writes. A pipe of the shell, which the user means,
    # has no suffix.
    if path.suffix and not stat.S_ISREG(path.stat().st_mode):
        raise Unreadable("It is not a regular file.")
    return opened(path)


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading what it holds without its compression."""
    open_file: Any = {".gz": gzip.open, ".zst": zstd.open}.get(path.suffix.lower(), Path.open)
    return cast(IO[bytes], open_file(path, "rb"))


def _bounds_of(path: Path) -> Bounds:
    """Return the bounds of a file: those of an archive depend on its size."""
    packed = path.suffix.lower() in _PACKED
    return Bounds.of_archive(path.stat().st_size) if packed else Bounds(inf)


def _in_zip(path: Path) -> Iterator[Item]:
    try:
        with _opened(path) as file, zipfile.ZipFile(file) as archive:
            bounds = _bounds_of(path)
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                if entry.filename.lower().endswith(SUFFIXES) and not bounds.spent:
                    yield from _entry(path, archive, entry, bounds)
    except (CtgraphError, *_FAILURES) as error:
        yield _failed(shown(path), error)


def _entry(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: Bounds
) -> Iterator[Item]:
    name = shown(f"{path}/{entry.filename}")
    try:
        if entry.filename.lower().endswith(_PACKED):
            raise Unreadable("It is an archive in an archive. Unpack it first.")
        if entry.flag_bits & 1:
            raise Unreadable("It is encrypted. Unpack it first.")
        # Other compression methods expand without a bound.
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable("It is not packed with deflate. Pack it again with deflate.")
        with archive.open(entry) as file:
            if entry.filename.lower().endswith(_LINES):
                yield from _lines(name, io.BufferedReader(cast(io.RawIOBase, file)), bounds)
            else:
                yield Item(name, bounds.text(file))
    except (CtgraphError, *_FAILURES) as error:
        yield _failed(name, error)


def _lines(name: str, file: IO[bytes], bounds: Bounds) -> Iterator[Item]:
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
