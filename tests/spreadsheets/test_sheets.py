"""What a sheet of a workbook hides or merges is told, with its place."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pytest
import xlsxwriter

from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.marked import marked
from tests.support.registry import Registry
from tests.support.rows import COURSE, look

SECOND = COURSE | {"External Identifier": "weld-102", "Subject Webpage": "https://w.example/102"}
Rows = Sequence[Sequence[str]]


def rows(*courses: Mapping[str, str]) -> Rows:
    return [list(COURSE), *(list(one.values()) for one in courses)]


def workbook(
    sheets: Mapping[str, Rows], hidden: Sequence[str] = (), merged: Sequence[str] = ()
) -> File:
    """Return a workbook of some sheets; a merged range keeps the text of its first cell."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Cover").activate()
        for name, lines in sheets.items():
            page = book.add_worksheet(name)
            for number, line in enumerate(lines):
                page.write_row(number, 0, line)
            for span in merged:
                row, column = xlsxwriter.utility.xl_cell_to_rowcol(span.split(":")[0])
                page.merge_range(span, lines[row][column])
            if name in hidden:
                page.hide()
    return File("book.xlsx", out.getvalue())


def test_a_hidden_sheet_with_records_is_left_out_and_told(registry: Registry) -> None:
    sheets = {"Old courses": rows(SECOND), "Courses": rows(COURSE)}
    file = workbook(sheets, hidden=["Old courses"])
    found = look(registry, file)
    assert [one.identifier for one in found.records] == ["weld-101"]
    (told,) = found.problems
    assert (told.place.file, told.place.sheet) == ("book.xlsx", "Old courses")
    assert told.message == "The sheet is hidden."
    assert "left out. Unhide it" in told.remedy
    assert told.severity == "warning"
    assert found.can_be_saved
    back = marked([file], [told.cells()])
    assert [sheet.name for sheet in read(File("back.xlsx", back))] == ["Courses"]


def test_hidden_sheets_that_alone_hold_records_are_read_and_told(registry: Registry) -> None:
    found = look(registry, workbook({"Courses": rows(COURSE)}, hidden=["Courses"]))
    assert [one.identifier for one in found.records] == ["weld-101"]
    (told,) = found.problems
    assert "It was read, since no other sheet" in told.remedy


def test_a_hidden_sheet_without_records_is_not_mentioned(registry: Registry) -> None:
    sheets = {"Courses": rows(COURSE), "Lists": [["TRUE"], ["FALSE"]]}
    assert look(registry, workbook(sheets, hidden=["Lists"])).problems == []


def test_a_cell_that_is_merged_over_rows_of_records_is_told(registry: Registry) -> None:
    lines = rows(COURSE, SECOND | {"Description": "", "Language": ""})
    found = look(registry, workbook({"Courses": lines}, merged=["D2:D3", "E2:E3"]))
    told = [one for one in found.problems if "merged" in one.message]
    assert [(one.place.sheet, one.place.row, one.place.column) for one in told] == [
        ("Courses", 2, "Description"),
        ("Courses", 2, "Language"),
    ]
    assert (
        told[0].message == "The cell is merged with those down to row 3, which are blank thereby."
    )
    assert told[0].remedy.startswith("Unmerge the cells")


@pytest.mark.parametrize("span", ["A1:C1", "A1:A2"])
def test_titles_that_are_merged_are_no_problem(registry: Registry, span: str) -> None:
    lines = [["Courses of the year", "", ""], ["", "", ""], *rows(COURSE)]
    assert look(registry, workbook({"Courses": lines}, merged=[span])).problems == []
