"""Dumps: the registry as files that anybody may copy, made from one state of the ledger.

A dump is a folder named for the sequence number that it reaches to. Its manifest lists its files.
The same ledger makes the same bytes. Several registries may share the folder of the dumps, such as
one and its restored copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox

from ctgraph.errors import Conflict, LockHeld
from ctgraph.harvest import dump_lines
from ctgraph.harvest.packing import CODINGS, THREADS, Lines, PackedFile
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger import history as kept
from ctgraph.ledger.history import LedgerState
from ctgraph.ledger.registry import incarnation
from ctgraph.projections.store_folder import take_lock
from ctgraph.settings import Settings

_OWN_PART, _PART = ".part-", ".part-of-"
"""How the name of an unfinished dump begins: of one of the settings' folder, and of one that is
written elsewhere, even if that is the same folder. They have different locks."""
MANIFEST = "manifest.json"
INDEX = "records.jsonl"
CONTENTS = {
    "current.nq": "The current records, each in its named graph",
    "current.jsonl": "The current records with owner, time and hash, one a line",
    "history.nq": "Every version in a named graph of its own, and what the registry says of it",
    "history.jsonl": "Every version and withdrawal, one a line; ctgraph load takes it",
    INDEX: "Every record with the time of its last change, also those withdrawn",
    "organizations.jsonl": "The organizations that own or published something",
}
"""The files of a dump without the extension of the compression, and what is in them."""
_LINE_TYPES = {"nq": ox.RdfFormat.N_QUADS.media_type, "jsonl": "application/x-ndjson"}
_MEMBERS = {
    **dict.fromkeys(("registry", "incarnation", "time"), str),
    **dict.fromkeys(("sequence", "records", "versions"), int),
    "files": list,
}
_FILE_MEMBERS = {
    **dict.fromkeys(("name", "sha256", "compression", "description"), str),
    "bytes": int,
}
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Dump:
    """A dump that is complete.

    :param path: its folder.
    :param manifest: what :data:`MANIFEST` says.
    :param written: the bytes of that.
    """

    path: Path
    manifest: dict[str, Any]
    written: bytes

    @property
    def sequence(self) -> int:
        """The number of the last change in it."""
        return int(self.manifest["sequence"])

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files as the manifest lists them."""
        listed: list[dict[str, Any]] = self.manifest["files"]
        return listed


def listed(settings: Settings, ledger: Ledger) -> list[Dump]:
    """Return the dumps of this ledger, the newest first."""
    own = incarnation(ledger.database)
    return [dump for dump in found(settings.dump_path) if dump.manifest["incarnation"] == own]


def read(folder: Path) -> Dump | None:
    """Return the dump in a folder; None where there is none, or its manifest is damaged."""
    try:
        written = (folder / MANIFEST).read_bytes()
        manifest = orjson.loads(written)
    except (OSError, ValueError):
        return None
    return Dump(folder, manifest, written) if _is_whole(manifest) else None


def _is_whole(manifest: Any) -> bool:
    """Tell whether a manifest has all members, each of its type."""
    return _has(manifest, _MEMBERS) and all(_has(one, _FILE_MEMBERS) for one in manifest["files"])


def _has(value: Any, members: dict[str, type]) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), kind) for name, kind in members.items()
    )


def found(folder: Path) -> list[Dump]:
    """Return the dumps in a folder, the newest first."""
    numbered = folder.glob("[0-9]*")
    dumps = [dump for one in numbered if (dump := read(one))]
    return sorted(dumps, key=lambda dump: -dump.sequence)


def make(
    settings: Settings, ledger: Ledger, progress: Progress, output: Path | None = None
) -> Dump:
    """Write a dump of the ledger as it stands, while others publish.

    Where there is one of the same state already, that is returned. A dump appears under its name
    when it is complete. Of those in the folder of the settings, the oldest are removed.

    :param progress: called with the number of further versions that are written.
    :param output: a folder for the dump itself, instead of one among those of the settings.
    :raises Conflict: when `output` holds something else.
    :raises LockHeld: when another process makes one.
    """
    parent = output.resolve().parent if output else settings.dump_path
    parent.mkdir(parents=True, exist_ok=True)
    with _alone(parent, output), ledger.database.reading() as connection:
        state = kept.state_of(connection)
        folder = output.resolve() if output else _place(parent, state)
        made = read(folder)
        if not made or (made.manifest["incarnation"], made.sequence) != (
            state.incarnation,
            state.sequence,
        ):
            if output and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise Conflict(f"{output} holds something else. Name a new or an empty folder.")
            part = parent / f"{_PART if output else _OWN_PART}{folder.name}"
            try:
                part.mkdir()
                files = _write(part, connection, Identity.of(settings), progress)
                _note(part, _manifest(settings, state, files))
                shutil.rmtree(folder, ignore_errors=True)  # an empty or a damaged one
                part.rename(folder)
                _settle(parent)
            finally:
                shutil.rmtree(part, ignore_errors=True)
            made = read(folder)
            assert made
        if not output:
            _tidy(settings, state)
    return made


@contextmanager
def _alone(parent: Path, output: Path | None) -> Iterator[None]:
    """Keep other processes from making the same dump, and remove what killed ones left."""
    name = f".lock-{output.name}" if output else ".lock"
    with (parent / name).open("a+b") as lock:
        if not take_lock(lock):
            raise LockHeld(f"Another process makes a dump in {parent}. Wait until it is done.")
        for left in parent.glob(f"{_PART}{output.name}" if output else f"{_OWN_PART}[0-9]*"):
            shutil.rmtree(left)
        try:
            yield
        finally:
            if output:  # a folder that others use keeps nothing but the dump
                (parent / name).unlink(missing_ok=True)


def _place(parent: Path, state: LedgerState) -> Path:
    """Return the folder for a dump, beside one of another ledger with the same number."""
    plain = parent / str(state.sequence)
    held = read(plain)
    if held is None or held.manifest["incarnation"] == state.incarnation:
        return plain
    return parent / f"{state.sequence}-{state.incarnation}"


def _write(
    folder: Path, connection: Any, identity: Identity, progress: Progress
) -> list[PackedFile]:
    """Write the files of a dump in one pass over the ledger."""
    named: set[Ctid] = set()
    with ThreadPoolExecutor(THREADS) as pool, ExitStack() as open_files:
        files = {name: open_files.enter_context(Lines(folder, name, pool)) for name in CONTENTS}
        for version in kept.kept_versions(connection):
            change = version.change
            named |= {change.owner} | ({change.published_by} if change.published_by else set())
            quads, count = dump_lines.version_quads(version, identity)
            files["history.nq"].add(quads, 1, count)
            files["history.jsonl"].add(dump_lines.version_line(version, identity, True))
            if version.is_current:
                files["current.nq"].add(change.quads, 1, change.quads.count(b"\n"))
                files["current.jsonl"].add(dump_lines.version_line(version, identity, False))
            progress(1)
        for envelope in kept.envelopes(connection):
            files[INDEX].add(dump_lines.record_line(envelope))
        for organization in kept.organizations_among(connection, named):
            files["organizations.jsonl"].add(dump_lines.organization_line(organization))
        return [packed for lines in files.values() for packed in lines.finish()]


def _manifest(settings: Settings, state: LedgerState, files: list[PackedFile]) -> dict[str, Any]:
    counted = {one.name: one for one in files}
    current, history = counted["current.nq.gz"], counted["history.nq.gz"]
    return {
        "registry": settings.base_url,
        "incarnation": state.incarnation,
        "sequence": state.sequence,
        "time": state.time,
        "records": current.records,
        "versions": history.records,
        "quads": current.quads,
        "index": f"{INDEX}.gz",
        "files": [_listed(settings, state, one) for one in files],
    }


def _listed(settings: Settings, state: LedgerState, file: PackedFile) -> dict[str, Any]:
    name, coding = file.name.rsplit(".", 1)
    return {
        **asdict(file),
        "url": f"{settings.base_url}/dumps/{state.sequence}/{file.name}",
        "mediaType": _LINE_TYPES[name.rsplit(".", 1)[1]],
        "compression": CODINGS[coding],
        "description": CONTENTS[name],
    }


def _note(folder: Path, manifest: dict[str, Any]) -> None:
    with (folder / MANIFEST).open("wb") as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(file.fileno())
    _settle(folder)


def _settle(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _tidy(settings: Settings, state: LedgerState) -> None:
    """Remove old dumps of this ledger; those of another one may be served by another registry.

    A download of one goes on: an open file outlives its name.
    """
    dumps = found(settings.dump_path)
    own = [dump for dump in dumps if dump.manifest["incarnation"] == state.incarnation]
    for dump in own[settings.dumps_kept :]:
        (dump.path / MANIFEST).unlink()  # from here on it is not listed
        shutil.rmtree(dump.path)
