"""Loading a dump: a registry made anew with its history, or with the current records alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson

from ctgraph.bulk.dumped import is_dumped
from ctgraph.bulk.sources import Item, items_in
from ctgraph.errors import Conflict, CtgraphError, Damaged, Unreadable
from ctgraph.harvest import dumps
from ctgraph.harvest.dumps import Dump
from ctgraph.harvest.replaying import Progress, replay_items
from ctgraph.identity import ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.replay import holds, name_organizations
from ctgraph.ledger.values import Organization, is_moment
from ctgraph.settings import Settings

_CODINGS = (".zst", ".gz", "")


@dataclass(frozen=True)
class DumpSource:
    """The file of a dump that is loaded.

    :param lines: its records or versions, one a line.
    :param is_history: whether it has every version, from the first one on.
    :param organizations: the file with their names, if there is one.
    """

    lines: Path
    is_history: bool
    organizations: Path | None


def source_of(paths: list[Path]) -> DumpSource | None:
    """Return the part of a dump that paths mean; None if they are documents of another origin.

    A path is the folder of a dump, a folder of dumps, whose newest one counts, or a file of one.

    :raises Damaged: when the file is not the one that the manifest in its folder lists, or a
        history lacks its beginning.
    """
    if len(paths) != 1:
        return None
    if not paths[0].is_dir():
        return _file(paths[0])
    dump = _dump_in(paths[0]) or next(iter(dumps.found(paths[0])), None)
    if dump is None:
        return None
    for kind in ("history", "current"):
        for coding in _CODINGS:
            lines = dump.path / f"{kind}.jsonl{coding}"
            if lines.is_file():
                return _proved(DumpSource(lines, kind == "history", _organizations(dump.path)))
    raise Unreadable(f"{dump.path} has a manifest, but neither history.jsonl nor current.jsonl.")


def _file(path: Path) -> DumpSource | None:
    """Return a file as part of a dump if its first line says so."""
    if ".jsonl" not in path.name.lower():
        return None
    first = next(items_in(path), None)
    try:
        line: dict[str, Any] = orjson.loads(first.data) if first else {}
    except ValueError:
        return None
    if not is_dumped(line):
        return None
    if path.name.startswith("history") and line["seq"] != 1:
        raise Damaged(
            f"{path} begins at number {str(line['seq'])[:20]}, and a history begins at 1. "
            "Download it again."
        )
    is_history = line["seq"] == 1 and not path.name.startswith("current")
    return _proved(DumpSource(path, is_history, _organizations(path.parent)))


def _dump_in(folder: Path) -> Dump | None:
    """Return the dump in a folder; None where there is none.

    :raises Damaged: when its manifest cannot be read.
    """
    dump = dumps.read(folder)
    if dump is None and (folder / dumps.MANIFEST).is_file():
        raise Damaged(f"{folder / dumps.MANIFEST} is no manifest of a dump. Download it again.")
    return dump


def _organizations(folder: Path) -> Path | None:
    files = (folder / f"organizations.jsonl{coding}" for coding in _CODINGS)
    return next((file for file in files if file.is_file()), None)


def _proved(source: DumpSource) -> DumpSource:
    """Return a source whose files are those that the manifest beside them lists, if there is one.

    :raises Damaged: when one is not.
    """
    dump = _dump_in(source.lines.parent)
    for file in (source.lines, source.organizations):
        if dump and file:
            _prove(file, dump)
    return source


def _prove(file: Path, dump: Dump) -> None:
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    for one in dump.files:
        if one["name"] == file.name and one["sha256"] != digest:
            raise Damaged(
                f"{file} has the SHA-256 {digest}, but the manifest says {one['sha256']}. "
                "Download it again."
            )


def organizations_of(source: DumpSource) -> list[Organization]:
    """Return the organizations that a dump names.

    :raises Damaged: when a line does not describe one.
    """
    return list(map(_organization, items_in(source.organizations))) if source.organizations else []


def _organization(item: Item) -> Organization:
    line = _object(item)
    name, since = line.get("name"), str(line.get("created_at"))
    try:
        record = ctid.canonical(str(line.get("ctid")))
    except CtgraphError as error:
        raise Damaged(f"{item.name}: {error.message}") from error
    if not isinstance(name, str) or not name:
        raise Damaged(f"{item.name}: the organization has no name.")
    if not is_moment(since):
        raise Damaged(f"{item.name}: {since[:40]!r} is no time of a ledger.")
    return Organization(record, name, since)


def _object(item: Item) -> dict[str, Any]:
    """Return a line as a JSON object.

    :raises Damaged: when it is none.
    """
    try:
        if item.error:
            raise item.error
        line = orjson.loads(item.data)
    except CtgraphError as error:
        raise Damaged(f"{item.name}: {error.message}") from error
    except ValueError as error:
        raise Damaged(f"{item.name}: It is no JSON: {error}.") from error
    if not isinstance(line, dict):
        raise Damaged(f"{item.name}: It is no JSON object.")
    return line


def load_history(
    settings: Settings,
    ledger: Ledger,
    source: DumpSource,
    report: IO[str],
    progress: Progress,
    is_followed: bool,
) -> int:
    """Make the registry of a dump anew, with numbers, times and owners; return how many versions.

    What an interrupted load, or one of an earlier dump of the same registry, has kept is gone on
    from.

    :param report: gets a line of JSON for each line that cannot be taken.
    :param progress: called with the number of further versions that are here.
    :param is_followed: whether a server projects the load.
    :raises Conflict: when the registry holds something else.
    :raises Damaged: at the first line that cannot be taken; those before it are kept.
    """
    items = _beyond(ledger, source.lines, progress)
    organizations = organizations_of(source)
    name_organizations(ledger, organizations)
    done = replay_items(settings, ledger, items, report, progress, is_followed)
    name_organizations(ledger, organizations)  # a document gives its organization another name
    return done


def _beyond(ledger: Ledger, lines: Path, progress: Progress) -> Iterator[Item]:
    """Return the lines after those that the ledger holds already."""
    items, last = items_in(lines), ledger.changes.last_sequence()
    if last == 0:
        return items
    newest = next(islice(items, last - 1, None), None)
    line = _object(newest) if newest else {}
    told = [line.get(name) for name in ("ctid", "version", "time")]
    if not newest or not holds(ledger, last, told):
        raise Conflict(
            f"This registry holds {last} changes that are not the beginning of {lines.name}. Load "
            "a history into an empty registry, in a new CTGRAPH_HOME. To add the current records "
            "of a dump to this one, load its current.jsonl.gz."
        )
    progress(last)
    return items
