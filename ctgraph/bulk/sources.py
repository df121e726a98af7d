"""Finding documents in files, folders, zip archives and JSON lines."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctgraph.errors import CtgraphError

SUFFIXES = (".json", ".jsonld", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".json.gz", ".zip")
LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


@dataclass(frozen=True)
class Item:
    """One JSON text found in a source; `name` says where, for people.

    :param line: the line that it is, in JSON lines; else 0.
    """

    name: str
    data: bytes
    line: int = 0


def fingerprint(paths: list[Path]) -> str:
    """Return a hash that tells whether a later load reads the same files, unchanged."""
    digest = hashlib.sha256()
    for path in files(paths):
        status = path.stat()
        digest.update(f"{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def files(paths: list[Path]) -> list[Path]:
    """Return the files that `paths` name, folders walked in sorted order.

    :raises CtgraphError: for a path that does not exist, or holds no documents.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            found += [p for p in inside if p.name.lower().endswith(SUFFIXES)]
        elif path.exists():
            found.append(path)
        else:
            raise CtgraphError(f"{path} does not exist.")
    if not found:
        raise CtgraphError(f"There are no documents in {', '.join(map(str, paths))}.")
    return found


def items(paths: list[Path]) -> Iterator[Item]:
    """Yield every JSON text in the files that `paths` name, in order."""
    for path in files(paths):
        yield from _items(path)


def count(paths: list[Path]) -> int:
    """Return how many JSON texts there are, to measure progress by."""
    return sum(_count(path) for path in files(paths))


def _count(path: Path) -> int:
    if path.name.endswith(LINES):
        with _open(path) as lines:
            return sum(1 for line in lines if line.strip())
    if path.suffix == ".zip":
        return sum(1 for _ in _items(path))
    return 1


def _open(path: Path) -> gzip.GzipFile:
    opener = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rb")  # type: ignore[return-value]


def _items(path: Path) -> Iterator[Item]:
    if path.suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                for name in sorted(archive.namelist()):
                    if name.lower().endswith(LINES[:2]):
                        with archive.open(name) as lines:
                            yield from _lines(f"{path}/{name}", lines)
                    elif name.lower().endswith((".json", ".jsonld")):
                        yield Item(f"{path}/{name}", archive.read(name))
        except zipfile.BadZipFile as error:
            raise CtgraphError(f"{path} is not a zip archive: {error}") from error
    elif path.name.endswith(LINES):
        with _open(path) as lines:
            yield from _lines(str(path), lines)
    else:
        with _open(path) as file:
            yield Item(str(path), file.read())


def _lines(name: str, lines: Iterator[bytes] | object) -> Iterator[Item]:
    for number, line in enumerate(lines, 1):  # type: ignore[arg-type, var-annotated]
        if line.strip():
            yield Item(f"{name}:{number}", line, number)
