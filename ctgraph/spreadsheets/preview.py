"""The preview of an upload: what its files would change, and all that is wrong with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from ctgraph.documents.node_values import NAMES, name_of
from ctgraph.errors import Forbidden
from ctgraph.forms.differences import Difference, differences
from ctgraph.forms.values import Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.standing import standing_of
from ctgraph.ledger.values import Organization
from ctgraph.problem import Severity
from ctgraph.publishing.publish import require_own
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.spreadsheets.alike import alike
from ctgraph.spreadsheets.build import Builder, Built, Change
from ctgraph.spreadsheets.check import Checked, checked
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.headings import Table
from ctgraph.spreadsheets.lines import lines_of
from ctgraph.spreadsheets.mentions import misfits, unknown_mentions
from ctgraph.spreadsheets.model import Effect, Mode, Preview, RecordPreview
from ctgraph.spreadsheets.placing import placed
from ctgraph.spreadsheets.plan import PlanWriter, Step
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.resolve import Resolver, own_kinds
from ctgraph.spreadsheets.samples import leftovers
from ctgraph.spreadsheets.skipped import skipped
from ctgraph.spreadsheets.tables import tables_of
from ctgraph.spreadsheets.things import Thing, Things
from ctgraph.vocab import vocabulary

MAX_PROBLEMS = 20_000
"""Problems that a preview lists: those of a column that is wrong in every row."""
MAX_DIFFERENCES = 20
"""Differences of one record that a preview tells: people look at the first ones."""
MAX_ADDED = 6
"""Properties of a new record that a preview tells: an upload may have 20,000 of these."""


def preview(
    settings: Settings,
    ledger: Ledger,
    owner: Organization,
    files: Sequence[File],
    mode: Mode = Mode.UPDATE,
    types: Mapping[str, str] | None = None,
    confirmed: Mapping[str, Ctid | str] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Preview:
    """Tell what files would change among the records of an organization. Nothing is saved.

    :param types: the names of the types of records, by the names of files or sheets that do not
        tell it themselves.
    :param confirmed: what was decided on suggestions: the records that rows mean, by the external
        identifiers of the rows; "" for a new record.
    :param progress: called with the number of records that are done, and of all records.
    """
    started = time.monotonic()
    found = Preview()
    things = Things(Identity.of(settings), found.problems)
    tables = list(tables_of(files, types or {}, found.sheets, found.problems))
    for table in tables:
        for line in lines_of(table, found.problems):
            found.rows += 1
            things.add(line)
            found.problems += leftovers(line)
    if tables and not found.rows and not found.errors:
        message, remedy = "No row is about a record.", "Fill in a row below the headings."
        place = Place(tables[0].sheet.file, tables[0].sheet.name)
        found.problems.append(SheetProblem(place, message, remedy))
    resolver = Resolver(ledger, owner, confirmed or {}, found.problems)
    resolver.resolve(things)
    found.suggestions = resolver.suggestions
    found.problems += _repeated_webpages(things)
    found.problems += alike((one.line for one in things), resolver.known)
    builder = Builder(ledger, things.identity, owner, resolver, found.problems)
    verdicts: list[SheetProblem] = []
    plan, total = PlanWriter(owner.ctid), len(list(things))

    def unchanged(built: Built) -> None:
        _tell(found, built, False)
        step = replace(_step(built, resolver), document=None)
        if step.identifiers:
            plan.add(step)
        progress(min(len(found.records), total), total)

    for built, verdict in checked(settings, _with_data(builder.built(things), unchanged)):
        verdicts += _verdict(ledger, owner, built, verdict)
        if not _is_new_content(built, verdict):
            unchanged(built)
        else:
            _tell(found, built, True)
            if verdict.document:
                plan.add(_step(built, resolver))
        progress(min(len(found.records), total), total)
    progress(total, total)  # rows of addresses have no record of their own, or none was made
    refused = {one.place for one in found.problems if one.severity is Severity.VIOLATION}
    # What a cell refused is missing from the document: that is one problem, not two.
    found.problems += [one for one in verdicts if one.place not in refused]
    whole = mode is Mode.WHOLE
    gone = _withdraw(ledger, owner, tables, things, found, plan) if whole else {}
    found.problems += _doubts(ledger, builder, things, gone)
    found.problems += skipped(tables, gone, resolver.find)
    _finish(found, tables, things, plan)
    found.seconds = time.monotonic() - started
    return found


def _doubts(
    ledger: Ledger, builder: Builder, things: Things, gone: Mapping[Ctid, str]
) -> Iterator[SheetProblem]:
    """Yield what is doubtful of the records with regard to each other, and to the registry."""
    yield from alike(things.places, builder.outdated.before)
    yield from builder.outdated.problems(ledger.database, builder.owner.ctid, things.places)
    yield from unknown_mentions(ledger, builder.at.mentions, things)
    yield from misfits(ledger, things, builder.at.find)
    yield from builder.ties.circles(things)
    if gone:
        yield from builder.ties.severed(ledger.database, gone)


def _with_data(
    built: Iterable[Built], unchanged: Callable[[Built], None]
) -> Iterator[tuple[Built, bytes]]:
    """Yield the documents that have to be checked; call a function with each of the others."""
    for one in built:
        if one.is_changed:
            yield one, orjson.dumps(one.document)
        else:
            unchanged(one)


def _is_new_content(built: Built, verdict: Checked) -> bool:
    return verdict.document is None or verdict.document.digest != built.base


def _verdict(
    ledger: Ledger, owner: Organization, built: Built, verdict: Checked
) -> Iterator[SheetProblem]:
    """Yield what the rules say of a document, each at its row and column."""
    problems = list(verdict.problems)
    if verdict.document:
        try:
            require_own(ledger, owner, verdict.document)
        except Forbidden as error:
            problems += error.problems
    for problem in problems:
        if problem.severity is not Severity.INFO:
            yield placed(problem, built)


def _tell(found: Preview, built: Built, is_changed: bool) -> None:
    """Add the records of a document to the preview."""
    for change in built.changes:
        found.records.append(_record(change, is_changed and change.before != change.after))


def _record(change: Change, is_changed: bool) -> RecordPreview:
    thing = change.thing
    assert thing.ctid
    effect, told = Effect.UNCHANGED, tuple[Difference, ...]()
    if change.before is None:
        effect = Effect.ADDED
        told = tuple(differences({}, dict(islice(_described(change.after), MAX_ADDED))))
    elif is_changed:
        effect = Effect.UPDATED
        told = tuple(differences(change.before, change.after)[:MAX_DIFFERENCES])
    name = name_of(change.after)
    place = thing.line.place
    return RecordPreview(thing.ctid, thing.identifier, name, _title(thing), place, effect, told)


def _described(node: Node) -> Iterator[tuple[str, Any]]:
    """Yield what a new record says besides its class, its addresses, and what names it."""
    unsaid = ("@type", "@id", "ceterms:ctid", next((one for one in NAMES if one in node), ""))
    return ((name, value) for name, value in node.items() if name not in unsaid)


def _title(thing: Thing) -> str:
    """Return the label of the class of a thing; where none is known, the title of its sheet."""
    return vocabulary().label(thing.kind) if thing.kind else thing.type.title


def _untold(thing: Thing) -> RecordPreview:
    """Return the preview of a record whose rows made no document."""
    assert thing.ctid
    place = thing.line.place
    return RecordPreview(thing.ctid, thing.identifier, "", _title(thing), place, Effect.FAILED)


def _step(built: Built, resolver: Resolver) -> Step:
    new = {
        one.thing.identifier: one.thing.ctid
        for one in built.changes
        if one.thing.identifier and one.thing.ctid and not resolver.remembered(one.thing.identifier)
    }
    return Step(built.record, built.base, built.document, new)


def _repeated_webpages(things: Things) -> Iterator[SheetProblem]:
    """Yield a warning for each record that has the webpage of another one."""
    seen: dict[str, Place] = {}
    for thing in things:
        page = "" if thing.is_part else thing.cell(_WEBPAGE)
        before = seen.setdefault(page, thing.line.place) if page else thing.line.place
        if before is not thing.line.place:
            message = f"Row {before.row} of {before.file} has the same webpage."
            remedy = "Nothing has to be done, if both records are described there."
            at = thing.line.at("Subject Webpage")
            yield SheetProblem(at, message, remedy, page, Severity.WARNING)


_WEBPAGE = Curie("ceterms:subjectWebpage")


def _withdraw(
    ledger: Ledger,
    owner: Organization,
    tables: Sequence[Table],
    things: Things,
    found: Preview,
    plan: PlanWriter,
) -> dict[Ctid, str]:
    """Withdraw the records that are not in the files; return their names."""
    gone: dict[Ctid, str] = {}
    kinds = own_kinds(table.type.name for table in tables)
    named = {thing.document for thing in things}
    for held in standing_of(ledger.database, owner.ctid):
        if held.type in kinds and held.ctid not in named and held.ctid != owner.ctid:
            plan.add(Step(held.ctid, held.digest))
            gone[held.ctid] = held.name
            title = vocabulary().label(held.type)
            found.records.append(
                RecordPreview(held.ctid, "", held.name, title, Place(), Effect.WITHDRAWN)
            )
    return gone


def _row(place: Place) -> tuple[str, str, int]:
    return place.file, place.sheet, place.row


def _lost(tables: Sequence[Table], things: Things, wrong: Iterable[Place]) -> list[RecordPreview]:
    """Return the rows with an error that no record was made of, each as one that failed."""
    read = {_row(line.place) for thing in things for line in thing.lines}
    places = {_row(place): place for place in wrong if _row(place) not in read}
    return [
        RecordPreview("", place.identifier, "", table.type.title, place, Effect.FAILED)
        for table in tables
        for row in table.rows
        if (place := places.get((table.sheet.file, table.sheet.name, row.number)))
    ]


def _finish(found: Preview, tables: Sequence[Table], things: Things, plan: PlanWriter) -> None:
    """Say which records failed, in the order of the files, and close the plan."""
    wrong = [one.place for one in found.problems if one.severity is Severity.VIOLATION]
    rows = {_row(place) for place in wrong}
    lost = _lost(tables, things, wrong)
    failed = {(one.type, one.identifier) for one in lost}
    told = {record.ctid: record for record in found.records}
    open_ones = {one.identifier for one in found.suggestions if one.decided is None}
    ordered = []
    for thing in things:
        assert thing.ctid
        record = told.pop(thing.ctid, None) or _untold(thing)
        places = (line.place for line in thing.lines)
        is_wrong = any(_row(one) in rows for one in places)
        if is_wrong or (thing.type.title, thing.identifier or thing.ctid) in failed:
            record = replace(record, effect=Effect.FAILED)
        elif thing.identifier in open_ones:
            record = replace(record, effect=Effect.UNDECIDED)
        ordered.append(record)
    named = {(thing.type.title, thing.identifier or thing.ctid) for thing in things}
    further = [one for one in lost if (one.type, one.identifier) not in named]
    found.records = [*ordered, *further, *told.values()]
    if len(found.problems) > MAX_PROBLEMS:
        found.problems.sort(key=lambda one: one.severity is not Severity.VIOLATION)
        more, worst = len(found.problems) - MAX_PROBLEMS, found.problems[MAX_PROBLEMS].severity
        message = f"There are {more:,} further problems."
        rest = SheetProblem(Place(), message, "Mend these first.", severity=worst)
        found.problems = [*found.problems[:MAX_PROBLEMS], rest]
    found.problems.sort(key=lambda one: (one.place.file, one.place.sheet, one.place.row))
    is_good = not found.errors and not found.counts[Effect.FAILED]
    if is_good and not found.is_open and found.records:
        found.steps, found.plan = plan.steps, plan.close()
