"""Saving the plan of an upload: all of it in one transaction, or nothing."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from typing import IO, NamedTuple

import orjson
import sqlalchemy as sa

from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.rights import Act, require
from ctgraph.bulk import sources
from ctgraph.bulk.parse import ParsedBatch, parse_batch
from ctgraph.bulk.workers import Workers
from ctgraph.documents import Document, Purpose
from ctgraph.errors import BadParameter, Conflict, CtgraphError, Forbidden
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append_within
from ctgraph.ledger.database import select_in
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import lock_sequence
from ctgraph.ledger.people import Person
from ctgraph.ledger.tables import envelope
from ctgraph.ledger.values import OPERATOR, Effect, Organization
from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.publishing.publish import require_own
from ctgraph.settings import Settings
from ctgraph.spreadsheets.plan import Step, owner_of, steps_of

_NOT_LISTED = "It is not in the whole list of records that its owner uploaded."
"""The public reason of a withdrawal that follows from a whole list."""
MAX_BATCH_DOCUMENTS = 200
"""Documents that one process reads at once, and that are in memory while they are written."""


@dataclass
class Saved:
    """What was saved.

    :param seq: the sequence number of the last change; 0 where nothing changed.
    """

    effects: Counter[Effect] = field(default_factory=Counter)
    seq: int = 0


class Parsed(NamedTuple):
    """A step of a plan whose document, if it has one, was read and checked."""

    step: Step
    document: Document | None


def save(
    settings: Settings,
    ledger: Ledger,
    owner: Organization,
    plan: bytes,
    actor: str,
    who: Person | None = None,
    publisher: Organization | None = None,
    upload: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
    note: Callable[[sa.Connection, Saved], None] = lambda connection, saved: None,
) -> Saved:
    """Save what a preview planned.

    :param actor: the maker of the versions, for the history.
    :param who: the person who saves it, whose rights are looked at again.
    :param publisher: another organization that saves it for the owner.
    :param upload: the identifier of the upload, for the history.
    :param progress: called with the number of further records that are read, and then written.
    :param note: notes what was saved, in the same transaction.
    :raises BadParameter: when the plan is that of another organization, or is damaged.
    :raises Forbidden: when the person or the organization may not publish.
    :raises Conflict: when a record was changed since the preview.
    :raises InvalidDocument: when a document breaks the rules by now.
    """
    if owner_of(plan) != owner.ctid:
        raise BadParameter("These files were checked for another organization. Check them again.")
    _require_rights(settings, ledger, owner, actor, who, publisher)
    with tempfile.TemporaryFile() as spool:
        number = _parse(settings, ledger, owner, plan, actor, spool, progress)
        spool.seek(0)
        with ledger.database.writing() as connection:
            lock_sequence(connection)
            saved = Saved()
            for _ in range(number):
                batch: list[Parsed] = pickle.load(spool)  # which this process wrote above
                _write(ledger, connection, owner, publisher, batch, actor, upload, saved)
                progress(len(batch))
            announce(connection)
            note(connection, saved)
    ring(store_folder_of(settings).bell, Ring.NEWS)
    return saved


def _require_rights(
    settings: Settings,
    ledger: Ledger,
    owner: Organization,
    actor: str,
    who: Person | None,
    publisher: Organization | None,
) -> None:
    if actor == OPERATOR:
        return
    applicants, acting = Applicants(settings, ledger), publisher or owner
    if who:
        require(applicants.role(who, acting.ctid), Act.PUBLISH)
    if not applicants.may_publish(acting.ctid):
        raise Forbidden("The registry has not approved your organization yet.")
    ledger.reviews.require_none(owner, acting)


def _parse(
    settings: Settings,
    ledger: Ledger,
    owner: Organization,
    plan: bytes,
    actor: str,
    spool: IO[bytes],
    progress: Callable[[int], None],
) -> int:
    """Read and check the documents of a plan; write them to a file, and return in how many batches.

    The write transaction is short thereby: it keeps others from publishing.
    """
    number = 0
    for steps, parsed in _parsed(settings, steps_of(plan)):
        documents = iter(one for text in parsed.texts for one in text)
        batch = []
        for step in steps:
            found = next(documents) if step.document else None
            if found and found.error:
                raise found.error
            if found and found.document and actor != OPERATOR:
                require_own(ledger, owner, found.document)
            batch.append(Parsed(replace(step, document=None), found.document if found else None))
        pickle.dump(batch, spool)
        progress(len(batch))
        number += 1
    return number


def _parsed(settings: Settings, steps: Iterable[Step]) -> Iterator[tuple[list[Step], ParsedBatch]]:
    """Yield steps with their documents, read by parallel processes where there are many."""
    work = partial(parse_batch, settings, Purpose.PUBLISH)
    batches = _batched(iter(steps))
    first, second = next(batches, []), next(batches, None)
    if second is None:
        yield first, work(_items(first))
        return
    begun: list[list[Step]] = []
    with Workers(work) as workers:
        for batch in chain((first, second), batches):
            if workers.full:
                yield begun.pop(0), workers.next()
            workers.give(_items(batch))
            begun.append(batch)
        while begun:
            yield begun.pop(0), workers.next()


def _batched(steps: Iterator[Step]) -> Iterator[list[Step]]:
    while batch := list(islice(steps, MAX_BATCH_DOCUMENTS)):
        yield batch


def _items(batch: Iterable[Step]) -> list[sources.Item]:
    return [
        sources.Item(step.record, orjson.dumps(step.document)) for step in batch if step.document
    ]


def _write(
    ledger: Ledger,
    connection: sa.Connection,
    owner: Organization,
    publisher: Organization | None,
    batch: list[Parsed],
    actor: str,
    upload: str | None,
    saved: Saved,
) -> None:
    _require_unchanged(connection, batch)
    submissions = [
        Submission(owner, one.step.record, one.document, publisher, upload, _reason(one))
        for one in batch
        if one.document or one.step.withdraws
    ]
    for outcome in append_within(connection, submissions, actor):
        if isinstance(outcome, CtgraphError):
            raise outcome
        saved.effects[outcome.effect] += 1
        saved.seq = max(saved.seq, outcome.seq)
    identifiers = {key: value for one in batch for key, value in one.step.identifiers.items()}
    ledger.identifiers.note(connection, owner.ctid, identifiers)


def _reason(one: Parsed) -> str | None:
    return None if one.document else _NOT_LISTED


def _require_unchanged(connection: sa.Connection, batch: list[Parsed]) -> None:
    """Make sure that records stand as they did when the plan was made.

    :raises Conflict: when one does not.
    """
    records = {one.step.record for one in batch}
    query = sa.select(envelope.c.ctid, envelope.c.digest, envelope.c.name)
    held = {row.ctid: row for row in select_in(connection, query, envelope.c.ctid, records)}
    for one in batch:
        found = held.get(one.step.record)
        if (found.digest if found else "") != one.step.base:
            name = f"{found.name} ({found.ctid})" if found else one.step.record
            raise Conflict(
                f"The record {name} was changed since the files were checked. Check them again."
            )
