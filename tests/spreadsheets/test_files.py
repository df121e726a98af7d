"""Files as people save them become sheets of text cells."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
import xlsxwriter

from ctgraph.errors import Unreadable
from ctgraph.spreadsheets.files import File, read

HEADINGS = ("External Identifier", "Name", "Description")
ROW = ("wld-1", "Soudure élémentaire", "Two lines,\nand a “quotation”; with 3’ of welds")


def text(delimiter: str = ",", encoding: str = "utf-8", mark: bytes = b"") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([HEADINGS, ROW])
    return mark + out.getvalue().encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8 with a byte order mark"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_encodings_and_delimiters_are_detected_and_told(
    encoding: str, mark: bytes, told: str, delimiter: str
) -> None:
    sheet = read(File("a.csv", text(delimiter, encoding, mark)))[0]
    assert [row.cells for row in sheet.rows] == [HEADINGS, ROW]
    names = {",": "commas", ";": "semicolons", "\t": "tabs"}
    assert sheet.told == f"{told}, {names[delimiter]}"


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_line_that_tells_excel_the_delimiter_is_no_row(line: str, mark: bytes) -> None:
    sheet = read(File("a.csv", mark + line.encode() + text(";")))[0]
    assert [(row.number, row.cells) for row in sheet.rows] == [(1, HEADINGS), (2, ROW)]
    assert sheet.told.endswith(", semicolons as the line sep= says")


def test_the_delimiter_that_the_line_tells_is_taken_even_where_others_are_more() -> None:
    sheet = read(File("a.csv", b"sep=;\nName;Description\na,b,c,d;e,f\n"))[0]
    assert sheet.rows[1].cells == ("a,b,c,d", "e,f")


def test_a_delimiter_that_is_not_read_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"says that : separates the columns\. Save it with"):
        read(File("a.csv", b"sep=:\nName:Description\na:b\n"))


def test_blank_rows_keep_the_numbers_of_the_others() -> None:
    sheet = read(File("a.csv", b"Name\n\n,,\nNursing\n\n\n"))[0]
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("Name",)),
        (2, ()),
        (3, ()),
        (4, ("Nursing",)),
    ]


def test_cells_of_a_workbook_become_the_text_that_a_person_would_type() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Courses")
        day = book.add_format({"num_format": "d mmm yy"})
        values = [11, 11.5, True, datetime.date(2026, 8, 15), "  spaced  ", "0113"]
        for number, value in enumerate(values):
            if isinstance(value, datetime.date):
                sheet.write_datetime(2, number + 1, value, day)
            else:
                sheet.write(2, number + 1, value)
        book.add_worksheet("Empty")
        book.add_worksheet("Notes").hide()
    (found,) = read(File("a.xlsx", out.getvalue()))
    assert found.name == "Courses"
    assert [(row.number, row.cells) for row in found.rows] == [
        (1, ()),
        (2, ()),
        (3, ("", "11", "11.5", "TRUE", "2026-08-15", "spaced", "0113")),
    ]
