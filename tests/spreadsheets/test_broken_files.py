"""Each kind of broken file gets a message that a registrar can act on, and saves nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Preview
from ctgraph.spreadsheets.preview import preview
from tests.support.registry import Registry, ctid_number, publish

HEADINGS = "External Identifier,Name,Learning Type,Description,Language,Subject Webpage"
ROW = "c-1,Arc Welding,Course,A first course in arc welding for everybody.,English,https://w.example/1"
GOOD = f"{HEADINGS}\n{ROW}\n"


def workbook(fill: Callable[[Any, Any], None], name: str = "Courses") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADINGS.split(","))
        fill(book, sheet)
    return out.getvalue()


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def far_cell() -> bytes:
    return packed(**{"xl__worksheets__sheet1.xml": b'<sheetData><row><c r="XFD1048576"><v>1</v>'})


def far_repeat() -> bytes:
    cell = b'<c table:number-columns-repeated="16384" office:value-type="string">'
    return packed(**{"content.xml": cell})


def row_of(*cells: object) -> bytes:
    return workbook(lambda book, sheet: sheet.write_row(1, 0, cells))


def formula() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, ROW.split(","))
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")

    return workbook(fill)


def changed(number: int, cell: str) -> bytes:
    cells = ROW.split(",")
    cells[number] = cell
    return f"{HEADINGS}\n{','.join(cells)}\n".encode()


def further(heading: str, cell: str) -> bytes:
    return f'{HEADINGS},{heading}\n{ROW},"{cell}"\n'.encode()


def framework(*rows: str) -> bytes:
    headings = "@id,@type,ceasn:name,ceasn:description,ceasn:competencyText,ceasn:isChildOf"
    return "\n".join((headings, *rows)).encode()


FILES: list[tuple[str, bytes, str, str]] = [
    # what it is, the file, the message, the remedy
    ("nothing", b"", "courses.csv is empty", "Fill in the template"),
    ("blanks", b"\n\n , ,\n", "courses.csv is empty", "Fill in the template"),
    (
        "a picture",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 3,
        "neither a spreadsheet nor text",
        "XLSX",
    ),
    ("half an archive", row_of("a")[:900], "is damaged", "save it as XLSX"),
    ("an archive of other things", packed(**{"a.txt": b"x"}), "no workbook that is known", "XLSX"),
    (
        "an old file cut off",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
        "no workbook",
        "XLSX",
    ),
    ("a zip bomb", packed(**{"xl__a.xml": b"0" * 300_000_001}), "unpacks to more than", "Split it"),
    ("a cell far out", far_cell(), "has a cell at XFD1048576", "Delete the rows below"),
    ("repeats far out", far_repeat(), "has a cell at the end of a row", "Delete the rows"),
    ("a large file", b"x" * 50_000_001, "may have 50,000,000", "Split it"),
    ("many rows", b"Name\n" + b"x\n" * 100_001, "more than 100,000 rows", "Split it"),
    ("many columns", b",".join([b"x"] * 501), "501 columns in row 1", "Delete the columns"),
    ("an endless cell", HEADINGS.encode() + b'\n"' + b"x" * 200_000, "never ends", "not closed"),
    ("an open quotation", f'{GOOD}c-2,"open'.encode(), "quotation marks in row", "close each"),
    ("a stray quotation", f'{GOOD}c-2,"a"b,x'.encode(), "quotation marks in row 3", "twice"),
    ("a long cell", changed(3, "x" * 32_768), "32,768 characters", "Shorten"),
    (
        "a control character",
        changed(3, "A course\x07 in arc welding for all."),
        "control character",
        "anew",
    ),
    ("broken UTF-8", b"\xef\xbb\xbfName\n\xff", "a character in line 2 does not belong", "UTF-8"),
    ("half a UTF-16", b"\xff\xfeN\0a\0m", "looks like UTF-16", "UTF-8"),
    ("an undefined byte", GOOD.encode() + b"\x81\xe9", "looks like Windows-1252", "UTF-8"),
    ("an unknown heading", further("Flavour", "x"), "no column 'Flavour'", "template"),
    (
        "a mistyped heading",
        further("Subject Webpag", "x"),
        "no column 'Subject Webpag'",
        "Did you mean",
    ),
    (
        "a heading of others",
        further("Is Proctored", "x"),
        "no column 'Is Proctored'",
        "Assessments",
    ),
    ("a heading twice", further("Name", "x"), "'Name' stands twice", "Delete one"),
    ("two of one meaning", further("Course Name", "x"), "mean the same", "Delete one"),
    (
        "a value without a heading",
        f"{GOOD}{ROW},beside\n".encode(),
        "no heading",
        "Write a heading",
    ),
    ("no identifier", changed(0, ""), "names no record", "External Identifier"),
    ("a long identifier", changed(0, "x" * 51), "51 characters, and may have 50", "Shorten"),
    ("a sample left in", changed(1, "SAMPLE: Welding"), "still holds the sample", "your own"),
    ("an unknown type", changed(2, "Spoon"), "'Spoon' is no type of learning", "Course"),
    (
        "an unknown action",
        further("Action", "Remove"),
        "no action 'remove'",
        "New, Update or Append",
    ),
    ("an update of nothing", further("Action", "Update"), "no such record to update", "Write New"),
    (
        "an append to nothing",
        further("Action", "Append"),
        "Append needs a row above",
        "New or Update",
    ),
    ("a malformed CTID", further("CTID", "ce-12"), "This is no CTID", "Copy it anew"),
    (
        "a CTID of others",
        further("CTID", ctid_number(5)),
        "belongs to another organization",
        "empty",
    ),
    (
        "another name",
        f"{GOOD}c-1,MIG Welding\n".encode(),
        "The identifier is used twice",
        "same name",
    ),
    (
        "another type",
        f"{GOOD}c-1,,Learning Program\n".encode(),
        "another one than in a row above",
        "same type",
    ),
    (
        "New twice",
        (further("Action", "New") + ROW.encode() + b",New\n"),
        "stands in a row above",
        "Append",
    ),
    ("no name", changed(1, ""), "name", ""),
    ("no description", changed(3, ""), "description", ""),
    ("a short description", changed(3, "Short."), "description", ""),
    ("an unknown language", changed(4, "Klingonese"), "no language", "en-US"),
    ("an address without http", changed(5, "w.example"), "no address on the web", "https://"),
    ("a long address", changed(5, "https://w.example/" + "x" * 600), "may have 600", "shorter"),
    ("a wrong date", further("Date Effective", "soon"), "no date", "2026-08-15"),
    ("a wrong duration", further("Estimated Duration", "long"), "no duration", "2 years"),
    ("a wrong number", further("Credit Unit Value", "three"), "no number", "12.5"),
    (
        "a wrong unit",
        further("Credit Unit Type", "Bananas"),
        "no value of Credit Unit Type",
        "Academic Year",
    ),
    (
        "units and hours",
        f"{HEADINGS},Credit Unit Value,Credit Hour Value\n{ROW},3,3\n".encode(),
        "both filled in",
        "one of them",
    ),
    ("a wrong boolean", further("Is Non-Credit", "perhaps"), "neither true nor false", "TRUE"),
    ("a wrong concept", further("Delivery Type", "By owl"), "no value of Delivery type", "Blended"),
    (
        "an unknown target",
        further("Prerequisites", "c-99"),
        "No record has the external identifier 'c-99'",
        "CTID",
    ),
    (
        "a target of no type",
        further("Is Part Of", "A~Spoon~https://a.example"),
        "no type",
        "such as",
    ),
    (
        "an unknown place",
        further("Available At Codes", "NORTH"),
        "has no address 'NORTH'",
        "locations",
    ),
    ("a lost zero", further("CIP List", "1.0101"), "lost its zeros", "01.0101"),
    ("a code as a date", further("SOC List", "2026-11-01"), "for a date", "as text"),
    ("a code as a number", further("Coded Notation", "1.2E+11"), "for a number", "as text"),
    ("a rounded number", row_of(12345678901234567890, "x"), "rounded it", "as text"),
    ("a formula without a result", formula(), "formula of the cell has no result", "Mend"),
    (
        "an identifier of no type",
        further("Identifier", "0113"),
        "no identifier with its type",
        "TypeName~Value",
    ),
    (
        "a cost without a price page",
        further("Cost: Name", "Fees"),
        "Cost: Details Url missing",
        "Fill in",
    ),
    (
        "a cost type of no list",
        further("Cost: Types List", "Gift~5"),
        "no value of Direct Cost Type",
        "Write one of",
    ),
    (
        "a condition of no type",
        further("ConditionProfile: Description", "x"),
        "type is missing",
        "requires",
    ),
    (
        "a condition of an unknown type",
        further("Condition Type", "hopes"),
        "'hopes' is no type here",
        "requires",
    ),
    (
        "a condition without words",
        further("Condition Type", "requires"),
        "ConditionProfile: Description missing",
        "Fill in",
    ),
    ("a required value deleted", changed(1, "#DELETE"), "Name is required", "Write a value"),
]


@pytest.mark.parametrize(
    ("data", "message", "remedy"),
    [pytest.param(*rest, id=name) for name, *rest in FILES],
)
def test_what_is_wrong_is_said_with_a_remedy(
    registry: Registry, data: bytes, message: str, remedy: str
) -> None:
    other = registry.ledger.organizations.add("Other", ctid_number(900))
    publish(registry, range(5, 6), "x")
    found = preview(registry.settings, registry.ledger, other, [File("courses.csv", data)])
    said = [(one.message, one.remedy) for one in found.problems if one.severity == "violation"]
    assert [one for one in said if message in one[0] and remedy in one[1]], said
    assert not found.can_be_saved
    assert all(one.place.file for one in found.problems)


def looked_at(registry: Registry, *files: File) -> Preview:
    return preview(registry.settings, registry.ledger, registry.organization, files)


def test_a_sheet_that_nothing_tells_is_named(registry: Registry) -> None:
    found = looked_at(registry, File("upload.csv", b"Name,Description\na,b"))
    (problem,) = found.problems
    assert problem.message == "Nothing tells which records the sheet holds."
    assert "Credentials" in problem.remedy


def test_a_part_of_nothing_is_named(registry: Registry) -> None:
    data = framework("c-1,Competency,,,Weld,")
    (problem, *_) = looked_at(registry, File("frameworks.csv", data)).problems
    assert "does not say what it is a part of" in problem.message


def test_a_part_of_what_is_not_here_is_named(registry: Registry) -> None:
    data = framework(f"c-1,Competency,,,Weld,{ctid_number(44)}")
    (problem, *_) = looked_at(registry, File("frameworks.csv", data)).problems
    assert "which is not in the registry" in problem.message


def test_parts_of_each_other_are_named(registry: Registry) -> None:
    data = framework("c-1,Competency,,,Weld,c-2", "c-2,Competency,,,Saw,c-1")
    found = looked_at(registry, File("frameworks.csv", data))
    assert "The row is a part of itself." in {one.message for one in found.problems}
    assert not found.can_be_saved


def test_too_many_files_are_refused(registry: Registry) -> None:
    found = looked_at(registry, *(File(f"courses{n}.csv", GOOD.encode()) for n in range(21)))
    assert [one.message for one in found.problems] == ["There are 21 files, and there may be 20."]


def test_an_empty_row_and_a_webpage_twice_are_warnings(registry: Registry) -> None:
    data = f"{GOOD}\n{ROW.replace('c-1', 'c-2')}\n".encode()
    found = looked_at(registry, File("courses.csv", data))
    said = [(one.place.row, one.severity, one.message) for one in found.problems]
    assert said == [
        (3, "warning", "The row is empty."),
        (4, "warning", "Row 2 of courses.csv has the same webpage."),
    ]
    assert found.can_be_saved


def test_all_problems_are_listed_at_once(registry: Registry) -> None:
    rows = [changed(n, "") for n in (1, 3)] + [changed(5, "w.example")]
    body = b"".join(
        one.split(b"\n")[1].replace(b"c-1", f"c-{n}".encode()) + b"\n" for n, one in enumerate(rows)
    )
    found = looked_at(registry, File("courses.csv", HEADINGS.encode() + b"\n" + body))
    wrong = {one.place.row for one in found.problems if one.severity == "violation"}
    assert wrong == {2, 3, 4}
