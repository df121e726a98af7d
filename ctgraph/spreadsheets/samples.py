"""Cells that still hold the sample of the template, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ctgraph.problem import Severity
from ctgraph.spreadsheets.charges import Charge
from ctgraph.spreadsheets.code_cells import Notation
from ctgraph.spreadsheets.columns import Column
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.separators import VALUES, split
from ctgraph.spreadsheets.template import PLACEHOLDERS, columns_of


def leftovers(line: Line) -> Iterator[SheetProblem]:
    """Yield an error for each sample that is nobody's value, and a warning for those of codes."""
    samples = _samples(line.type.name)
    for heading, column, text in line.told:
        sample = samples.get(heading)
        if not sample or sample not in text:
            continue
        severity = _severity(column, sample)
        if severity and sample in (text, *split(text, VALUES)):
            message = "The cell still holds the sample of the template."
            place = line.at(heading)
            yield SheetProblem(place, message, _REMEDIES[severity], text, severity)


_REMEDIES = {
    Severity.VIOLATION: "Write your own value, or empty the cell.",
    Severity.WARNING: "Write your own value, unless it is the same.",
}


def _severity(column: Column, sample: str) -> Severity | None:
    """Return how bad the sample of a column is among values; None where it may be one."""
    if sample in PLACEHOLDERS:
        return Severity.VIOLATION
    is_code = isinstance(column.reader, Notation | Charge)
    return Severity.WARNING if is_code else None


@cache
def _samples(name: str) -> dict[str, str]:
    """Return the samples of a template that are no choice of a list, by their headings."""
    return {one.heading: one.example for one in columns_of(record_types()[name]) if not one.choices}
