"""Sheets as files: CSV, and workbooks with lists of values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from ctgraph.spreadsheets.export import Sheet, rows_by_heading
from ctgraph.spreadsheets.separators import neutral
from ctgraph.spreadsheets.template import columns_of

MAX_LISTED_ROWS = 5_000
"""Rows below the headings whose cells offer a list of values."""
_WIDTH = 24


def as_csv(sheet: Sheet) -> bytes:
    """Return a sheet as CSV in UTF-8, with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows_by_heading(sheet))
    return out.getvalue().encode("utf-8-sig")


def as_workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return sheets as a workbook (XLSX). All cells are texts, so codes keep their zeros."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        bold = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        pages = [(sheet, book.add_worksheet(sheet.type.title[:31])) for sheet in sheets]
        lists = book.add_worksheet("Lists")
        lists.hide()
        listed: dict[tuple[str, ...], str] = {}
        for sheet, page in pages:
            page.set_column(0, max(0, len(sheet.headings) - 1), _WIDTH, text)
            for number, row in enumerate(rows_by_heading(sheet)):
                for place, cell in enumerate(row):
                    if cell:
                        page.write_string(number, place, neutral(cell), text if number else bold)
            page.freeze_panes(1, 1)
            _offer(sheet, page, lists, listed)
    return out.getvalue()


def _offer(sheet: Sheet, page: Any, lists: Any, listed: dict[tuple[str, ...], str]) -> None:
    """Offer the values of columns in their cells. Other texts may be typed, such as several."""
    choices = {one.title: one.choices for one in columns_of(sheet.type)}
    choices |= {one.heading: one.choices for one in columns_of(sheet.type)}
    for place, heading in enumerate(sheet.headings):
        values = choices.get(heading, ())
        if not values:
            continue
        if values not in listed:
            column = len(listed)
            lists.write_column(0, column, values)
            last = xlsxwriter.utility.xl_rowcol_to_cell(len(values) - 1, column, True, True)
            first = xlsxwriter.utility.xl_rowcol_to_cell(0, column, True, True)
            listed[values] = f"=Lists!{first}:{last}"
        page.data_validation(
            1,
            place,
            MAX_LISTED_ROWS,
            place,
            {"validate": "list", "source": listed[values], "show_error": False},
        )
