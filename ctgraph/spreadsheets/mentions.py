"""Records that cells name: those that the registry does not hold, and those of another class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger import Ledger
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.columns import Column
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.references import Framework, Organization, Target
from ctgraph.spreadsheets.separators import VALUES, split
from ctgraph.spreadsheets.things import Things
from ctgraph.validation.advice import fits_range
from ctgraph.vocab import vocabulary

_FRAMEWORKS = ("ceasn:CompetencyFramework", "skos:ConceptScheme", "ceterms:Collection")


def unknown_mentions(ledger: Ledger, mentions: set[Ctid], things: Things) -> Iterator[SheetProblem]:
    """Yield a warning for each cell that names a record which is not here, or was withdrawn."""
    named = mentions - things.by_ctid.keys()
    at = ledger.records.withdrawn_at(named) if named else {}
    accounts = ledger.records.classes(named) if named else {}
    doubts = {one: at.get(one, "") for one in named if at.get(one, "") is not None}
    doubts = {one: moment for one, moment in doubts.items() if moment or one not in accounts}
    if doubts:
        for line in _lines(things):
            yield from _in_line(line, doubts)


def misfits(
    ledger: Ledger, things: Things, find: Callable[[str], Ctid | None]
) -> Iterator[SheetProblem]:
    """Yield a warning for each cell that names a record of a class which it is not meant for.

    :param find: returns the record with an external identifier.
    """
    named = [
        (line, heading, column, text, record)
        for line in _lines(things)
        for heading, column, cell in line.told
        if isinstance(column.reader, Target | Organization | Framework)
        for text in split(cell, VALUES)
        if (record := Ctid(text.lower()) if is_ctid(text.lower()) else find(text))
    ]
    others = {record for *_, record in named} - things.by_ctid.keys()
    kinds = ledger.records.classes(others) if others else {}
    kinds |= {record: thing.kind for record, thing in things.by_ctid.items() if thing.kind}
    for line, heading, column, text, record in named:
        kind = kinds.get(record)
        if kind and not _fits(column, kind):
            label = vocabulary().label(kind)
            message = (
                f"{text[:60]!r} is of the type {label}, and {column.heading} is not meant for it."
            )
            remedy = "Name another record, or use another column."
            yield SheetProblem(line.at(heading), message, remedy, text, Severity.WARNING)


def _fits(column: Column, kind: Curie) -> bool:
    if isinstance(column.reader, Framework):
        return vocabulary().is_a(kind, *_FRAMEWORKS)
    return fits_range(column.inner or column.property, kind)


def _lines(things: Things) -> Iterator[Line]:
    return chain((line for thing in things for line in thing.lines), things.statements)


def _in_line(line: Line, doubts: dict[Ctid, str | None]) -> Iterator[SheetProblem]:
    for heading, _, text in line.told:
        for record, moment in doubts.items():
            if "ce-" in text.lower() and record in text.lower():
                said = f"was withdrawn on {moment[:10]}" if moment else "is not in the registry"
                message = f"The record {record} {said}."
                place = line.at(heading)
                remedy = "Check the CTID, or publish the record too."
                yield SheetProblem(place, message, remedy, text, Severity.WARNING)
