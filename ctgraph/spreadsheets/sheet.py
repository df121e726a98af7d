"""A sheet of text cells, and the bounds of what is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from ctgraph.errors import Unreadable
from ctgraph.problem import Problem
from ctgraph.spreadsheets.problems import Place, SheetProblem

MAX_FILE_BYTES = 50_000_000
"""Bytes of one file: 20,000 full rows take about 20 million as text."""
MAX_ROWS = 100_000
"""Rows of one sheet. Whoever has more sends several files."""
MAX_COLUMNS = 500
"""Columns of one sheet: the largest template has fewer than 300."""
MAX_CELL_CHARACTERS = 32_767
"""Characters of one cell: a spreadsheet holds no more."""
MAX_SHEETS = 50
"""Sheets of one workbook: a template of all types has about 20."""
MAX_CELLS = 5_000_000
"""Cells of one upload that hold something: 20,000 rows of 250 columns."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of text cells, without blanks around the texts and without blank cells at its end.

    :param number: as the spreadsheet numbers it, from 1.
    """

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no cell has a text."""
        return not any(self.cells)

    def cell(self, number: int) -> str:
        """Return the text in a column; empty behind the last cell."""
        return self.cells[number] if number < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a file.

    :param name: its name in a workbook; empty for a file of text.
    :param told: what was detected, for people: the encoding and delimiter, or the format.
    :param rows: the rows that are not blank at the end, the headings among them.
    :param problems: of its cells, which stand in no column yet.
    :param merged: the numbers of the first and the last row, and the column, of each cell with a
        text that is merged over several rows.
    """

    file: str
    name: str
    told: str
    rows: tuple[Row, ...]
    problems: tuple[SheetProblem, ...] = field(default=())
    merged: tuple[tuple[int, int, int], ...] = ()
    is_hidden: bool = False

    @property
    def filled(self) -> int:
        """How many cells hold a text."""
        return sum(len(row.cells) - row.cells.count("") for row in self.rows)


def rows_of(lines: Iterable[list[str]], file: str, sheet: str) -> Iterator[Row]:
    """Yield the rows of a sheet within the bounds; blank ones only between others.

    :raises Unreadable: when it is beyond a bound.
    """
    blank = filled = 0
    above: list[str] = []
    for number, line in enumerate(lines, 1):
        # Columns repeat themselves: equal texts below each other are in memory once.
        given = (text.strip() for text in line)
        cells = [
            one if one == text else text for text, one in zip_longest(given, above[: len(line)])
        ]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            blank += 1
            continue
        if number > MAX_ROWS:
            raise unreadable(
                f"{_called(file, sheet)} has more than {MAX_ROWS:,} rows.",
                "Split it into several files.",
            )
        if len(cells) > MAX_COLUMNS:
            raise unreadable(
                f"{_called(file, sheet)} has {len(cells):,} columns in row {number}, and may have "
                f"{MAX_COLUMNS}.",
                "Delete the columns without a heading, or split the file.",
            )
        filled += len(cells) - cells.count("")
        if filled > MAX_CELLS:
            raise too_many_cells(_called(file, sheet))
        above = cells
        yield from (Row(number - back, ()) for back in range(blank, 0, -1))
        blank = 0
        yield Row(number, tuple(cells))


def cell_problems(rows: Iterable[Row], file: str, sheet: str) -> Iterator[SheetProblem]:
    """Yield a problem for each cell that holds what no record can."""
    for row in rows:
        whole = "".join(row.cells)  # looked at once: a row that holds such a cell is rare
        if len(whole) <= MAX_CELL_CHARACTERS and not _CONTROL.search(whole):
            continue
        for number, text in enumerate(row.cells):
            place = Place(file, sheet, row.number, column=letters(number))
            if len(text) > MAX_CELL_CHARACTERS:
                yield SheetProblem(
                    place,
                    f"The cell has {len(text):,} characters, and may have {MAX_CELL_CHARACTERS:,}.",
                    "Shorten the text.",
                    text,
                )
            elif _CONTROL.search(text):
                yield SheetProblem(
                    place,
                    "The cell holds a control character that cannot be seen.",
                    "Type the text of the cell anew.",
                    text,
                )


def letters(number: int) -> str:
    """Return the name that a spreadsheet gives a column, from 0."""
    name = ""
    number += 1
    while number:
        number, place = divmod(number - 1, 26)
        name = chr(65 + place) + name
    return name


def unreadable(message: str, remedy: str) -> Unreadable:
    """Return the error of a file that cannot be read."""
    return Unreadable(f"{message} {remedy}", [Problem(message, remedy)])


def too_many_cells(called: str) -> Unreadable:
    """Return the error of what has too many cells for one upload."""
    return unreadable(
        f"{called} has more than {MAX_CELLS:,} cells with a text, the most of one upload.",
        "Split it, and upload the parts one after the other.",
    )


def _called(file: str, sheet: str) -> str:
    return f"The sheet {sheet!r} of {file}" if sheet else file
