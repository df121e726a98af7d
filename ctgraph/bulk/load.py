"""The bulk load of an operator: parallel processes parse documents, one writes the ledger.

The projector may follow meanwhile. The problems of rejected documents go to a report; all other
documents are kept.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from types import FrameType
from typing import IO, Any

from ctgraph.bulk import sources
from ctgraph.bulk.pace import Pace
from ctgraph.bulk.parse import Parsed, ParsedBatch, parse_batch
from ctgraph.bulk.precedence import Precedence
from ctgraph.bulk.workers import Workers
from ctgraph.documents import Purpose
from ctgraph.errors import Conflict, CtgraphError, Forbidden, InvalidDocument, LoadStopped
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Outcome, Submission, append
from ctgraph.ledger.loads import Progress
from ctgraph.ledger.values import OPERATOR, Effect, Organization
from ctgraph.problem import Problem
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import Settings

MAX_BATCH_TEXTS = 400
"""JSON texts in one batch: handing a batch to a process costs little compared with parsing it."""
MAX_BATCH_BYTES = 8_000_000
"""Bytes of one batch, so that memory does not grow with the size of documents."""
STOPPING = "\nStopping after what is at hand; press Ctrl-C again to stop at once.\n"


@dataclass
class Tally:
    """The counts of a load so far.

    :param skipped: how many lines of a dump are older than the record here.
    :param warnings: how many documents were kept with a warning.
    :param seconds: the processor time of each stage, added up over the processes.
    """

    effects: Counter[Effect] = field(default_factory=Counter)
    rejected: int = 0
    skipped: int = 0
    warnings: int = 0
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def counts(self) -> dict[str, int]:
        """Return the number of documents by their outcome."""
        left = {"rejected": self.rejected, "skipped": self.skipped}
        effects = {effect.value: number for effect, number in self.effects.items()}
        return effects | {what: number for what, number in left.items() if number}

    def add_seconds(self, seconds: dict[str, float]) -> None:
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
    purpose: Purpose = Purpose.HARVEST,
    is_followed: bool = False,
) -> Tally:
    """Load every document in `paths`.

    An interrupted load of the same files continues where it stopped.

    :param owner: the owner of all records; None means the owner that each document or envelope
        names.
    :param report: gets a line of JSON for each document that is rejected, with all its problems,
        is skipped, or is kept with warnings.
    :param progress: called with the number of further JSON texts that are done.
    :param purpose: the rules that documents are held to. What is merely incomplete is a warning
        about harvested ones, and statements about records of others are left out of their graphs.
    :param is_followed: whether a server projects the load; see :class:`Pace`.
    :raises LoadStopped: when it is interrupted, or a document ends its process twice.
    """
    source = sources.fingerprint(paths)
    return load_items(
        settings,
        ledger,
        sources.items(paths),
        source,
        owner,
        report,
        progress,
        purpose,
        is_followed,
    )


def load_items(
    settings: Settings,
    ledger: Ledger,
    items: Iterable[sources.Item],
    source: str,
    owner: Organization | None,
    report: IO[str],
    progress: Callable[[int], None],
    purpose: Purpose = Purpose.HARVEST,
    is_followed: bool = False,
) -> Tally:
    """Load the JSON texts of a source; see :func:`load`.

    :param source: the name under which an interrupted load is continued: up to 64 characters.
    """
    done = ledger.loads.documents_done(source)
    progress(done)
    if not done:
        report.truncate(0)
    tally, pace = Tally(), Pace(store_folder_of(settings), is_followed)
    remaining = islice(items, done, None)
    with interrupts() as interrupted:
        for batch in _parse_all(settings, purpose, remaining):
            tally.add_seconds(batch.seconds)
            for texts in pace.portions(batch.texts):
                done += len(texts)
                started = time.thread_time()
                seq = _store(
                    ledger, list(chain(*texts)), owner, tally, report, Progress(source, done)
                )
                tally.seconds["ledger"] += time.thread_time() - started
                pace.wrote(seq)
                progress(len(texts))
                if interrupted():
                    raise LoadStopped(
                        "The load was interrupted. What was loaded is kept. Run the same command "
                        "again to continue."
                    )
    ledger.loads.forget(source)
    return tally


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether SIGINT or SIGTERM came.

    The first one prints a line, and the block decides when to end: an exception at an arbitrary
    point could lose what is at hand. A second one raises KeyboardInterrupt.
    """
    came: list[int] = []

    def note(signum: int, _: FrameType | None) -> None:
        came.append(signum)
        if len(came) > 1:
            raise KeyboardInterrupt
        # A stream of Python may be in the middle of a write. A progress bar moves to the next line.
        with suppress(OSError):  # nobody may read it any more
            os.write(2, STOPPING.encode())

    before = {signum: signal.signal(signum, note) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _parse_all(
    settings: Settings, purpose: Purpose, found: Iterable[sources.Item]
) -> Iterator[ParsedBatch]:
    """Parse in parallel, and yield the batches in order."""
    batches = batched(iter(found))
    first = next(batches, None)
    second = next(batches, None)
    if first is None:
        return
    work = partial(parse_batch, settings, purpose)
    if second is None:  # starting processes would take longer than they save
        yield work(first)
        return
    with Workers(work) as workers:
        for batch in chain((first, second), batches):
            # The queue is bounded: files are read no faster than the ledger takes documents.
            if workers.full:
                yield workers.next()
            workers.give(batch)
        while len(workers):
            yield workers.next()


def batched(found: Iterator[sources.Item]) -> Iterator[list[sources.Item]]:
    """Group items into batches that are bounded by number and by size."""
    batch: list[sources.Item] = []
    size = 0
    for item in found:
        batch.append(item)
        size += len(item.data)
        if len(batch) == MAX_BATCH_TEXTS or size > MAX_BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _store(
    ledger: Ledger,
    batch: list[Parsed],
    owner: Organization | None,
    tally: Tally,
    report: IO[str],
    progress: Progress,
) -> int:
    """Write documents to the ledger, report the rejected ones, and return the last number."""
    owners = {owner.ctid: owner} if owner else _owners(ledger, batch)
    precedence = Precedence(ledger, batch)
    submitted: list[tuple[Parsed, Submission]] = []
    for parsed in batch:
        if parsed.error:
            _reject(parsed.name, parsed.error, tally, report)
            continue
        record = parsed.record
        assert record  # a text without an error is a document or a withdrawal
        if not owner:
            try:
                precedence.require(parsed)
            except Conflict as error:
                tally.skipped += 1
                _report({"source": parsed.name, "skipped": error.message}, error.problems, report)
                continue
            except Forbidden as error:
                _reject(parsed.name, error, tally, report)
                continue
        named = _named_owner(parsed)
        whose = owner or (owners.get(named) if named else None)
        if whose is None and parsed.document:
            _reject(parsed.name, _ownerless(record, named), tally, report)
            continue
        submitted.append((parsed, Submission(whose, record, parsed.document, reason=parsed.reason)))
    outcomes = append(ledger, [submission for _, submission in submitted], OPERATOR, progress)
    for (parsed, _), outcome in zip(submitted, outcomes, strict=True):
        if isinstance(outcome, CtgraphError):
            _reject(parsed.name, outcome, tally, report)
            continue
        tally.effects[outcome.effect] += 1
        if parsed.document and parsed.warnings:
            tally.warnings += 1
            line = {"source": parsed.name, "ctid": parsed.document.ctid}
            _report(line, parsed.warnings, report)
    return max((one.seq for one in outcomes if isinstance(one, Outcome)), default=0)


def _owners(ledger: Ledger, batch: list[Parsed]) -> dict[Ctid, Organization]:
    """Return the owners that a batch names. Those that are new become organizations."""
    named = {owner: "" for parsed in batch if (owner := _named_owner(parsed))}
    documents = [parsed.document for parsed in batch if parsed.document]
    for document in documents:
        named |= {
            record: name
            for record, name in document.names_of_others.items()
            if named.get(record) == ""
        }
    named |= {document.ctid: document.name for document in documents if document.ctid in named}
    return ledger.organizations.register(named)


def _named_owner(parsed: Parsed) -> Ctid | None:
    if parsed.owner:
        return parsed.owner
    return parsed.document.owners[0] if parsed.document and parsed.document.owners else None


def _ownerless(record: Ctid, named: Ctid | None) -> InvalidDocument:
    message = f"{record} does not name an organization of a registry as its owner."
    if named:
        message = f"{record} names {named} as its owner, which is not an organization here."
    return InvalidDocument(message, [Problem(message, "Load it with --owner CTID.")])


def _reject(name: str, error: CtgraphError, tally: Tally, report: IO[str]) -> None:
    tally.rejected += 1
    _report({"source": name, "error": error.message}, error.problems, report)


def _report(line: dict[str, Any], problems: Iterable[Problem], report: IO[str]) -> None:
    line["problems"] = [problem.to_json() for problem in problems]
    report.write(json.dumps(line, ensure_ascii=False) + "\n")
    report.flush()
