"""Files come back with their problems in them; mended, they are the next attempt."""

from __future__ import annotations

import io
import re
import zipfile

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
    assert red(book, 2) == {f"{letters(list(course).index('Colour'))}1"}
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


def test_files_that_nobody_can_read_come_back_as_an_empty_workbook(registry: Registry) -> None:
    book = given_back(registry, File("broken.xlsx", b"PK\x03\x04nothing"))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert "Nothing could be read" in archive.read("xl/workbook.xml").decode()
