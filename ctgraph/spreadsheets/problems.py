"""What is wrong with an upload: where it is, what it is, and what to do about it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, NoReturn

from ctgraph.documents.csv_cells import harmless
from ctgraph.errors import BadParameter
from ctgraph.problem import Detail, Problem, Severity, one_line

MAX_VALUE_CHARACTERS = 80
"""Characters of a value that a problem repeats: enough to find the cell by."""
HEADINGS = (
    "File",
    "Sheet",
    "Row",
    "Identifier",
    "Severity",
    "Column",
    "Problem",
    "Value",
    "What to do",
)
SEVERITIES = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
"""The words for severities that registrars read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is. What is empty or 0 does not apply.

    :param row: as the spreadsheet numbers it.
    :param identifier: of the record: its external identifier, or its CTID.
    """

    file: str = ""
    sheet: str = ""
    row: int = 0
    identifier: str = ""
    column: str = ""


@dataclass(frozen=True)
class SheetProblem:
    """One thing that is wrong with an upload."""

    place: Place
    message: str
    remedy: str = ""
    value: str = ""
    severity: Severity = Severity.VIOLATION

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", shortened(self.value))

    def cells(self) -> tuple[str, ...]:
        """Return the cells of its row in a list of problems."""
        at = self.place
        row, severity = str(at.row or ""), SEVERITIES[self.severity]
        where = (at.file, at.sheet, row, at.identifier)
        return (*where, severity, at.column, self.message, self.value, self.remedy)

    def __str__(self) -> str:
        at = self.place
        where = [at.file, at.sheet, f"row {at.row}" if at.row else "", at.column]
        said = f"{', '.join(filter(None, where))}: {SEVERITIES[self.severity]}: {self.message}"
        value = f" ({self.value!r})" if self.value and self.value not in said else ""
        return one_line(f"{said}{value} {self.remedy}".strip())


def refuse(message: str, remedy: str = "", column: str = "") -> NoReturn:
    """Refuse a value.

    :param column: the heading or the role of its column, where several may be meant.
    :raises BadParameter: always.
    """
    raise BadParameter(message, [Problem(message, remedy, detail=Detail(label=column))])


def column_of(error: BadParameter) -> str:
    """Return the column of a value that was refused; empty where nothing tells it."""
    return error.problems[0].detail.label


def remedy_of(error: BadParameter) -> str:
    """Return what to do about a value that was refused."""
    return error.problems[0].remedy


def shortened(value: str) -> str:
    """Return a value in one line, cut where it is long."""
    text = one_line(value)
    is_long = len(text) > MAX_VALUE_CHARACTERS
    return f"{text[: MAX_VALUE_CHARACTERS - 1]}…" if is_long else text


def write_problems(problems: Iterable[SheetProblem], file: IO[str]) -> None:
    """Write problems as CSV that a spreadsheet opens without harm."""
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    writer.writerows([harmless(cell) for cell in problem.cells()] for problem in problems)
