"""The files of an upload given back with their problems in them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from ctgraph.errors import Unreadable
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.headings import MAX_TITLE_ROWS
from ctgraph.spreadsheets.problems import HEADINGS
from ctgraph.spreadsheets.sheet import Row, Sheet, letters

COMMENTS = "UploadComments"
"""The heading of the column that names the problems of each row. An upload does not read it."""
MAX_NAME_CHARACTERS = 31
"""Characters of the name of a sheet (Excel specifications and limits)."""
_WIDTH = 24
_FILE, _SHEET, _ROW, _COLUMN, _MESSAGE, _REMEDY = (
    HEADINGS.index(one) for one in ("File", "Sheet", "Row", "Column", "Problem", "What to do")
)
Problems = dict[int, list[Sequence[str]]]


def marked(files: Iterable[File], problems: Iterable[Sequence[str]]) -> bytes:
    """Return files as one workbook (XLSX): cells with a problem are red, and a column tells it.

    The texts of the cells stay as they are. Mended and uploaded, the workbook is the next attempt.

    :param problems: the rows of a list of problems, see
        :data:`ctgraph.spreadsheets.problems.HEADINGS`.
    """
    found: dict[tuple[str, str], Problems] = {}
    for one in problems:
        where = found.setdefault((one[_FILE], one[_SHEET]), {})
        where.setdefault(int(one[_ROW] or 0), []).append(one)
    out = io.BytesIO()
    names: set[str] = set()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        formats = {
            False: book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            True: book.add_format(
                {"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#F8C9C4"}
            ),
        }
        for sheet in _readable(files):
            page = book.add_worksheet(_named(sheet, names))
            _write(page, sheet, found.get((sheet.file, sheet.name), {}), formats)
        if not names:
            book.add_worksheet("Nothing could be read")
    return out.getvalue()


def _readable(files: Iterable[File]) -> Iterable[Sheet]:
    for file in files:
        try:
            yield from read(file)
        except Unreadable:
            continue  # the list of problems says so


def _write(page: Any, sheet: Sheet, problems: Problems, formats: dict[bool, Any]) -> None:
    last = max(len(row.cells) for row in sheet.rows)
    page.set_column(0, last, _WIDTH, formats[False])
    headings = next(row for row in sheet.rows if not row.is_blank)
    page.write_string(headings.number - 1, last, COMMENTS, formats[False])
    for row in sheet.rows:
        wrong = problems.get(row.number, [])
        places = (_place(one[_COLUMN], sheet.rows) for one in wrong)
        columns = {place for place in places if place is not None}
        for place, cell in enumerate(row.cells):
            if cell or place in columns:
                page.write_string(row.number - 1, place, cell, formats[place in columns])
        for place in columns - set(range(len(row.cells))):
            page.write_blank(row.number - 1, place, None, formats[True])
        told = "\n".join(_told(one) for one in wrong)
        if wrong and row is headings:
            page.write_comment(row.number - 1, last, told)
        elif wrong:
            page.write_string(row.number - 1, last, told, formats[True])


def _told(problem: Sequence[str]) -> str:
    column = f"{problem[_COLUMN]}: " if problem[_COLUMN] else ""
    return f"{column}{problem[_MESSAGE]} {problem[_REMEDY]}".strip()


def _place(column: str, rows: Sequence[Row]) -> int | None:
    """Return the number of a column, which is named by its heading or its letters."""
    for row in rows[:MAX_TITLE_ROWS]:
        if column and column in row.cells:
            return row.cells.index(column)
    widest = max(len(row.cells) for row in rows)
    return next((number for number in range(widest) if letters(number) == column), None)


def _named(sheet: Sheet, taken: set[str]) -> str:
    """Return a name for a sheet that a workbook takes and no other sheet has."""
    text = sheet.name or sheet.file.rpartition(".")[0] or sheet.file
    plain = "".join(" " if ch in "[]:*?/\\'" else ch for ch in text).strip() or "Sheet"
    name, number = plain[:MAX_NAME_CHARACTERS], 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: MAX_NAME_CHARACTERS - 4]} {number}"
    taken.add(name.casefold())
    return name
