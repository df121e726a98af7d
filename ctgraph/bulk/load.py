"""Bulk loading by an operator: many documents through everything, as fast as the machine goes.

Documents are read and validated in parallel processes, written to the ledger in batches, and
projected into the triple store meanwhile. What is wrong with a document goes to a report; all
the good ones are kept.
"""

from __future__ import annotations

import json
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from types import FrameType
from typing import IO, Any

from ctgraph.bulk import sources
from ctgraph.bulk.workers import Workers
from ctgraph.documents import Document, from_json
from ctgraph.documents.json_text import read_json
from ctgraph.errors import CtgraphError, DocumentTooLarge, InvalidDocument, LoadStopped, Problem
from ctgraph.identity import ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.loads import Progress, documents_done, forget_progress
from ctgraph.ledger.organizations import register_organizations
from ctgraph.ledger.values import OPERATOR, Organization
from ctgraph.projections.bell import Ring
from ctgraph.projections.snapshots import snapshots_of
from ctgraph.settings import Settings
from ctgraph.validation import check, refused

BATCH = 400


@dataclass(frozen=True)
class Parsed:
    """One document of a source after reading: the document, a withdrawal, or its problems."""

    name: str
    document: Document | None = None
    withdrawn: str | None = None
    owner: str | None = None
    error: CtgraphError | None = None


@dataclass
class Tally:
    """What a load has done so far, and how long its stages took, in seconds of their processes.

    :param warnings: how many documents were kept with a warning.
    """

    events: Counter[str] = field(default_factory=Counter)
    warnings: int = 0
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, seconds: dict[str, float]) -> None:
        """Add the seconds that a batch took."""
        for stage, took in seconds.items():
            self.seconds[stage] += took


def load(
    settings: Settings,
    ledger: Ledger,
    paths: list[Path],
    owner: Organization | None,
    report: IO[str],
    progress: Callable[[int], None],
) -> Tally:
    """Load every document that `paths` hold.

    An interrupted load of the same files goes on where it stopped. What a document says of others'
    records is left out of its graph, with a warning.

    :param owner: who owns the records; without it, whom each document or envelope names.
    :param report: gets a line of JSON for each document that is rejected, with all its problems,
        or is kept with warnings.
    :param progress: is told how many more JSON texts are done.
    :raises LoadStopped: when it is interrupted, or a document ends its process.
    """
    source = sources.fingerprint(paths)
    done = documents_done(ledger, source)
    progress(done)
    if not done:
        report.truncate(0)
    tally, snapshots = Tally(), snapshots_of(settings)
    remaining = islice(sources.items(paths), done, None)
    with _interrupts() as interrupted:
        for batch, size, seconds in _parse_all(settings, remaining):
            tally.add(seconds)
            started = time.perf_counter()
            done += size
            _store(ledger, batch, owner, tally, report, Progress(source, done))
            snapshots.ring(Ring.NEWS)
            tally.seconds["ledger"] += time.perf_counter() - started
            progress(size)
            if interrupted():
                raise LoadStopped(
                    "It was interrupted. What was loaded is kept; run the same "
                    "command again to go on."
                )
    forget_progress(ledger, source)
    return tally


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether SIGINT or SIGTERM came; a second one ends the process.

    An exception in the middle of anything could leave processes that nobody ends.
    """
    came: list[int] = []

    def note(signum: int, _: FrameType | None) -> None:
        came.append(signum)
        signal.signal(signum, signal.SIG_DFL)

    before = {signum: signal.signal(signum, note) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _parse_all(
    settings: Settings, found: Iterable[sources.Item]
) -> Iterator[tuple[list[Parsed], int, dict[str, float]]]:
    """Parse in parallel, in order; yield batches with how many texts each came from."""
    batches = _batched(iter(found))
    first = next(batches, None)
    second = next(batches, None)
    if first is None:
        return
    work = partial(parse_batch, settings)
    if second is None:  # starting processes would take longer than it saves
        yield work(first)
        return
    with Workers(work) as workers:
        for batch in chain((first, second), batches):
            # A bounded queue: the files are read no faster than the ledger takes documents.
            if workers.full:
                yield workers.next()
            workers.give(batch)
        while len(workers):
            yield workers.next()


def parse_batch(
    settings: Settings, batch: list[sources.Item]
) -> tuple[list[Parsed], int, dict[str, float]]:
    """Read and validate a batch; return what it holds and the seconds each stage took."""
    seconds: defaultdict[str, float] = defaultdict(float)
    parsed = [entry for item in batch for entry in _parse(settings, item, seconds)]
    return parsed, len(batch), dict(seconds)


def _batched(found: Iterator[sources.Item]) -> Iterator[list[sources.Item]]:
    """Group items by number and by size, so that no batch grows with its documents."""
    batch: list[sources.Item] = []
    size = 0
    for item in found:
        batch.append(item)
        size += len(item.data)
        if len(batch) == BATCH or size > 8_000_000:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parse(settings: Settings, item: sources.Item, seconds: dict[str, float]) -> Iterator[Parsed]:
    """Read one JSON text: a document, an envelope, or an array of them."""
    if item.error:
        yield Parsed(item.name, error=item.error)
        return
    try:
        value = read_json(item.data)
    except CtgraphError as error:
        yield Parsed(item.name, error=error)
        return
    entries = value if isinstance(value, list) else [value]
    for index, entry in enumerate(entries):
        name = f"{item.name}[{index}]" if isinstance(value, list) else item.name
        data = item.data if len(entries) == 1 else json.dumps(entry, ensure_ascii=False).encode()
        yield _parse_entry(settings, name, entry, data, seconds)


def _parse_entry(
    settings: Settings, name: str, entry: Any, data: bytes, seconds: dict[str, float]
) -> Parsed:
    started = time.perf_counter()
    try:
        envelope = entry if isinstance(entry, dict) else {}
        named = envelope.get("owned_by") if "envelope_community" in envelope else None
        owner = ctid.canonical(str(named)) if named else None
        if (envelope.get("node_headers") or {}).get("deleted_at"):
            record = ctid.canonical(str(envelope.get("envelope_ceterms_ctid", "")))
            return Parsed(name, withdrawn=record, owner=owner)
        if len(data) > settings.max_document_bytes:
            raise DocumentTooLarge(
                f"The document has {len(data):,} bytes; "
                f"the limit is {settings.max_document_bytes:,}."
            )
        document = from_json(entry, data, settings, harvested=True)
        parsed_at = time.perf_counter()
        seconds["parse"] += parsed_at - started
        if refused(document, settings):
            check(document, settings)  # raises, with everything that is wrong
        seconds["validate"] += time.perf_counter() - parsed_at
        return Parsed(name, document=document, owner=owner)
    except CtgraphError as error:
        return Parsed(name, error=error)


def _store(
    ledger: Ledger,
    batch: list[Parsed],
    owner: Organization | None,
    tally: Tally,
    report: IO[str],
    progress: Progress,
) -> None:
    """Write a batch to the ledger; report what is rejected."""
    owners = {owner.ctid: owner} if owner else _owners(ledger, batch)
    submitted: list[tuple[Parsed, Submission]] = []
    for parsed in batch:
        if parsed.error:
            _reject(parsed.name, parsed.error, tally, report)
            continue
        record = parsed.document.ctid if parsed.document else parsed.withdrawn or ""
        named = _named_owner(parsed)
        whose = owner or owners.get(named)
        if whose is None and parsed.document:
            _reject(parsed.name, _ownerless(record, named), tally, report)
            continue
        submitted.append((parsed, Submission(whose, record, parsed.document)))
    outcomes = append(ledger, [submission for _, submission in submitted], OPERATOR, progress)
    for (parsed, _), outcome in zip(submitted, outcomes, strict=True):
        if isinstance(outcome, CtgraphError):
            _reject(parsed.name, outcome, tally, report)
            continue
        tally.events[outcome.event] += 1
        if parsed.document and parsed.document.warnings:
            tally.warnings += 1
            line = {"source": parsed.name, "ctid": parsed.document.ctid}
            _report(line, parsed.document.warnings, report)


def _owners(ledger: Ledger, batch: list[Parsed]) -> dict[str, Organization]:
    """Return the owners that a batch names; the operator vouches for those not known yet."""
    named = {_named_owner(parsed): "" for parsed in batch}
    for parsed in batch:
        if parsed.document and parsed.document.ctid in named:
            named[parsed.document.ctid] = parsed.document.name
    named.pop("", None)
    return register_organizations(ledger, named)


def _named_owner(parsed: Parsed) -> str:
    if parsed.owner:
        return parsed.owner
    return parsed.document.owners[0] if parsed.document and parsed.document.owners else ""


def _ownerless(record: str, named: str) -> InvalidDocument:
    message = f"{record} names no organization of a registry as its owner."
    if named:
        message = f"{record} names {named} as its owner, which is no organization here."
    return InvalidDocument(message, [Problem(message, "Load it with --owner.")])


def _reject(name: str, error: CtgraphError, tally: Tally, report: IO[str]) -> None:
    tally.events["rejected"] += 1
    _report({"source": name, "error": error.message}, error.problems, report)


def _report(line: dict[str, Any], problems: Iterable[Problem], report: IO[str]) -> None:
    line["problems"] = [problem.to_json() for problem in problems]
    report.write(json.dumps(line, ensure_ascii=False) + "\n")
    report.flush()
