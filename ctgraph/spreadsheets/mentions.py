"""Records that cells name, and that the registry does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.problem import Severity
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.things import Things


def unknown_mentions(ledger: Ledger, mentions: set[Ctid], things: Things) -> Iterator[SheetProblem]:
    """Yield a warning for each cell that names a record which is not here, or was withdrawn."""
    named = mentions - things.by_ctid.keys()
    at = ledger.records.withdrawn_at(named) if named else {}
    accounts = ledger.records.classes(named) if named else {}
    doubts = {one: at.get(one, "") for one in named if at.get(one, "") is not None}
    doubts = {one: moment for one, moment in doubts.items() if moment or one not in accounts}
    if doubts:
        lines = (line for thing in things for line in thing.lines)
        for line in chain(lines, things.statements):
            yield from _in_line(line, doubts)


def _in_line(line: Line, doubts: dict[Ctid, str | None]) -> Iterator[SheetProblem]:
    cells = (*line.cells, *(cell for one in line.profiles for cell in one.cells))
    for column, text in cells:
        for record, moment in doubts.items():
            if "ce-" in text.lower() and record in text.lower():
                said = f"was withdrawn on {moment[:10]}" if moment else "is not in the registry"
                message = f"The record {record} {said}."
                place = line.at(column.heading)
                remedy = "Check the CTID, or publish the record too."
                yield SheetProblem(place, message, remedy, text, Severity.WARNING)
