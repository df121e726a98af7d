"""Files come back with their problems in them; mended, they are the next attempt."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import xlsxwriter

from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.marked import COMMENTS, marked
from ctgraph.spreadsheets.sheet import letters
from tests.support.registry import Registry
from tests.support.rows import COURSE, WELDING, file, look, upload


def given_back(registry: Registry, *files: File) -> bytes:
    found = look(registry, *files)
    return marked(files, [one.cells() for one in found.problems])


def red(book: bytes, sheet: int) -> set[str]:
    """Return the cells of a sheet that have another style than most."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        text = archive.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    styles = dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', text))
    usual = max(styles.values(), key=list(styles.values()).count)
    return {cell for cell, style in styles.items() if style != usual}


def test_files_come_back_with_their_problems(registry: Registry) -> None:
    wrong = WELDING | {"Language": "Klingon of the North", "Coded Notation": "=1+1"}
    course = COURSE | {"Colour": "red"}
    book = given_back(
        registry,
        file("credentials.csv", wrong),
        file("courses.csv", course),
        File("broken.xlsx", b"PK\x03\x04nothing"),
    )
    credentials, courses = read(File("problems.xlsx", book))
    assert (credentials.name, courses.name) == ("credentials", "courses")
    headings, row = (one.cells for one in credentials.rows)
    cells = dict(zip(headings, row, strict=True))
    assert cells["Coded Notation"] == "=1+1"
    assert "'Klingon of the North' is no language" in cells[COMMENTS]
    language, told = headings.index("Language"), headings.index(COMMENTS)
    assert {f"{letters(language)}2", f"{letters(told)}2"} <= red(book, 1)
    assert f"{letters(headings.index('Keywords'))}2" not in red(book, 1)
    assert red(book, 2) == {f"{letters(courses.rows[0].cells.index('Colour'))}1"}
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert "There is no column" in archive.read("xl/comments1.xml").decode()


def test_the_mended_workbook_is_the_next_attempt(registry: Registry) -> None:
    wrong = file("credentials.csv", WELDING | {"Language": "Klingon of the North"})
    book = given_back(registry, wrong, file("courses.csv", COURSE))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as mended:
        for sheet in read(File("problems.xlsx", book)):
            page = mended.add_worksheet(sheet.name)
            for row in sheet.rows:
                texts = (text.replace("Klingon of the North", "English") for text in row.cells)
                page.write_row(row.number - 1, 0, texts)
    assert upload(registry, File("problems.xlsx", out.getvalue())).counts == {"added": 2}


WRONG = {
    "Credential  Type *": "Spoon",
    "CTID": "ce-1",
    "Action": "Perhaps",
    "Language": "Klingon of the North",
    "ConditionProfile.Condition Type": "sometimes",
    "ConditionProfile.Credit Unit Type": "Bushels",
    "ConditionProfile.Description": "\x01 One course.",
    "Cost: Currency Type": "Shells",
    "Name": "x" * 40_000,
}
"""Cells that are wrong, each alone, by headings as people write them."""


@pytest.mark.parametrize("heading", WRONG)
def test_a_wrong_cell_is_named_by_its_column_and_is_red(registry: Registry, heading: str) -> None:
    row = {
        "External Identifier": "weld-1",
        "Name": "Basic Welding",
        "CTID": "",
        "Action": "",
        "Description": "A certificate for people who weld steel plates.",
        "Credential  Type *": "Certificate",
        "Subject Webpage": "https://w.example/1",
        "Language": "English",
        "ConditionProfile.Condition Type": "requires",
        "ConditionProfile.Description": "One course.",
        "ConditionProfile.Credit Unit Type": "",
        "Cost: Name": "Fees",
        "Cost: Description": "What residents pay.",
        "Cost: Details Url": "https://w.example/cost",
        "Cost: Currency Type": "",
    }
    wrong = file("credentials.csv", row | {heading: WRONG[heading]})
    found = look(registry, wrong)
    errors = [one for one in found.problems if one.severity == "violation"]
    assert {one.place.column for one in errors} == {heading.rstrip("* ")}
    book = marked([wrong], [one.cells() for one in found.problems])
    (sheet,) = read(File("problems.xlsx", book))
    number = sheet.rows[0].cells.index(heading)
    assert f"{letters(number)}2" in red(book, 1)


def test_a_column_that_the_row_above_leaves_blank_is_named_as_in_the_file(
    registry: Registry,
) -> None:
    second = {"External Identifier": "weld-2", "Subject Webpage": "https://w.example/2"}
    wrong = WELDING | second | {"ConditionProfile.Credit Unit Type": "Bushels"}
    found = look(registry, file("credentials.csv", WELDING, wrong))
    errors = [one.place for one in found.problems if "Bushels" in one.value]
    assert [(one.row, one.column) for one in errors] == [(3, "ConditionProfile.Credit Unit Type")]


def test_the_comments_stand_beside_the_first_column_and_do_not_scroll(registry: Registry) -> None:
    wrong = file("credentials.csv", WELDING | {"Language": "Klingon of the North"})
    first = given_back(registry, wrong)
    again = given_back(registry, File("problems.xlsx", first))
    (sheet,) = read(File("problems.xlsx", again))
    assert sheet.rows[0].cells.index(COMMENTS) == 1
    assert sheet.rows[0].cells.count(COMMENTS) == 1
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<pane xSplit="2" ySplit="1"' in text


def test_a_formula_without_a_result_is_red(registry: Registry) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Courses")
        page.write_row(0, 0, list(COURSE))
        page.write_row(1, 0, list(COURSE.values()))
        page.write_formula(1, 1, "=A9/0", None, "#DIV/0!")
    wrong = File("courses.xlsx", out.getvalue())
    fault = next(one for one in look(registry, wrong).problems if "formula" in one.message)
    assert (fault.place.sheet, fault.place.column) == ("Courses", "Name")
    assert "C2" in red(given_back(registry, wrong), 1)


def test_files_that_nobody_can_read_come_back_as_an_empty_workbook(registry: Registry) -> None:
    book = given_back(registry, File("broken.xlsx", b"PK\x03\x04nothing"))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert "Nothing could be read" in archive.read("xl/workbook.xml").decode()
