"""The files of an upload given back with their problems in them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from ctgraph.errors import Unreadable
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.headings import heading_row
from ctgraph.spreadsheets.problems import HEADINGS
from ctgraph.spreadsheets.record_types import simple
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
    headings = heading_row(sheet)
    columns = _columns(sheet, headings)
    comments = columns.index(None)
    page.set_column(0, len(columns), _WIDTH, formats[False])
    page.freeze_panes(headings.number, comments + 1)
    page.write_string(headings.number - 1, comments, COMMENTS, formats[False])
    for row in sheet.rows:
        wrong = problems.get(row.number, [])
        red = {_place(one[_COLUMN], headings, columns) for one in wrong} - {None}
        for place, column in enumerate(columns):
            cell = row.cells[column] if column is not None and column < len(row.cells) else ""
            if cell:
                page.write_string(row.number - 1, place, cell, formats[column in red])
            elif column in red:
                page.write_blank(row.number - 1, place, None, formats[True])
        told = "\n".join(_told(one) for one in wrong)
        if wrong and row is headings:
            page.write_comment(row.number - 1, comments, told)
        elif wrong:
            page.write_string(row.number - 1, comments, told, formats[True])


def _columns(sheet: Sheet, headings: Row) -> list[int | None]:
    """Return the numbers of the columns that are given back, and None for that of the comments.

    It stands beside the first one, which tells what a row is. That of an earlier attempt goes.
    """
    earlier = {number for number, text in enumerate(headings.cells) if text == COMMENTS}
    kept = [n for n in range(max(len(row.cells) for row in sheet.rows)) if n not in earlier]
    return [*kept[:1], None, *kept[1:]]


def _told(problem: Sequence[str]) -> str:
    column = f"{problem[_COLUMN]}: " if problem[_COLUMN] else ""
    return f"{column}{problem[_MESSAGE]} {problem[_REMEDY]}".strip()


def _place(column: str, headings: Row, columns: Sequence[int | None]) -> int | None:
    """Return the number of a column, which is named by its heading or its letters."""
    wanted = simple(column)
    for number, text in enumerate(headings.cells):
        if wanted and simple(text) == wanted:
            return number
    return next((one for one in columns if one is not None and letters(one) == column), None)


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
