"""Files as colleges and states send them: from LibreOffice, Excel, scripts and old systems."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from ctgraph.spreadsheets.files import File, read
from tests.support.registry import Registry
from tests.support.rows import COURSE, look
from tests.support.workbooks import office_workbook, open_document

HEADINGS = ",".join(COURSE)
ROW = ",".join(COURSE.values())
PLAIN = f"{HEADINGS}\r\n{ROW}\r\n"
SPOILED = COURSE | {"Subject Webpage": "https://w.example/101"}


def semicolons(text: str) -> str:
    return text.replace(",", ";")


TEXTS = {
    "the line of Excel that names the delimiter": "sep=;\r\n" + semicolons(PLAIN),
    "tabs": PLAIN.replace(",", "\t"),
    "line ends of an old Mac": PLAIN.replace("\r\n", "\r"),
    "mixed line ends": PLAIN.replace("\r\n", "\n", 1),
    "a line break in a heading": PLAIN.replace("Subject Webpage", '"Subject\nWebpage"'),
    "blanks that do not break in headings": PLAIN.replace(
        "Subject Webpage", "Subject\u00a0Webpage"
    ),
    "signs without a width in headings": PLAIN.replace("Name", "\u200bName"),
    "quotation marks of a word processor in headings": PLAIN.replace("Name", "“Name”"),
    "asterisks and colons": PLAIN.replace("Name", "NAME *"),
    "columns and rows that are empty": PLAIN.replace("\r\n", ",,,,\r\n") + ",,,,,,,,,\r\n" * 3,
    "titles above the headings": f"State College,,,\r\n,,,\r\nSpring 2026,,,\r\n{PLAIN}",
    "two marks of UTF-8": "\ufeff" + PLAIN,
}


def is_the_course(registry: Registry, file: File) -> None:
    found = look(registry, file)
    assert [str(one) for one in found.problems if one.severity == "violation"] == []
    assert [(one.identifier, one.name) for one in found.records] == [("weld-101", "Arc Welding")]
    assert found.can_be_saved


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_as_programs_write_it(registry: Registry, text: str, encoding: str) -> None:
    is_the_course(registry, File("courses.csv", text.encode(encoding)))


def test_words_of_a_word_processor_in_windows_1252(registry: Registry) -> None:
    text = PLAIN.replace("Arc Welding", "“Arc” Welding – Niño’s").encode("cp1252")
    found = look(registry, File("courses.csv", text))
    assert found.sheets[0].told == "Windows-1252, commas"
    assert found.records[0].name == "“Arc” Welding – Niño’s"


def cells(number: int, kinds: list[str]) -> str:
    """Return a row as LibreOffice writes it."""
    made = "".join(
        kind.replace("@", f'r="{chr(65 + place)}{number}"') for place, kind in enumerate(kinds)
    )
    return f'<row r="{number}" customFormat="false" ht="12.8" hidden="false">{made}</row>'


def text(value: str) -> str:
    return f'<c @ s="2" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def office_rows() -> str:
    more = ["Date Effective", "Is Non-Credit", "Credit Unit Value", "Coded Notation"]
    headings = cells(1, [text(one) for one in [*COURSE, *more]])
    shared = '<c @ s="0" t="s"><v>0</v></c>'
    values = [shared if one == "Arc Welding" else text(one) for one in COURSE.values()]
    values += ['<c @ s="1"><v>46249</v></c>', '<c @ s="0" t="b"><v>1</v></c>']
    values += ['<c @ s="0" t="n"><v>3.5</v></c>', text("0113")]
    return headings + cells(2, values) + cells(9, ['<c @ s="0"/>'] * 10)


SHARED = '<si><r><t xml:space="preserve">Arc </t></r><r><rPr><b/></rPr><t>Welding</t></r></si>'


def test_a_workbook_that_libreoffice_saved(registry: Registry) -> None:
    notes = cells(1, [text("Nobody reads this")])
    data = office_workbook({"Courses": office_rows(), "Notes": notes}, SHARED, hidden="Notes")
    (sheet,) = read(File("any.xlsx", data))
    assert sheet.name == "Courses"
    assert sheet.rows[1].cells[-4:] == ("2026-08-15", "TRUE", "3.5", "0113")
    is_the_course(registry, File("any.xlsx", data))


def test_the_faults_of_a_workbook_that_libreoffice_saved(registry: Registry) -> None:
    fault = '<c @ s="0" t="e"><f aca="false">1/0</f><v>#DIV/0!</v></c>'
    rows = office_rows() + cells(3, [text("weld-102"), fault])
    found = look(registry, File("any.xlsx", office_workbook({"Courses": rows}, SHARED)))
    (fault_found,) = [one for one in found.problems if "no result" in one.message]
    assert (fault_found.place.row, fault_found.place.column) == (3, "Name")


def test_a_workbook_of_excel_97(registry: Registry) -> None:
    data = Path(__file__).with_name("courses.xls").read_bytes()  # BIFF8, as xlwt 1.3 writes it
    (sheet,) = read(File("courses.xls", data))
    assert sheet.name == "Courses", "the other one is hidden"
    assert sheet.rows[1].cells[-4:] == ("2026-08-15", "TRUE", "3.5", "0101")
    found = look(registry, File("courses.xls", data))
    assert [one.name for one in found.records] == ["Arc Welding"]
    assert found.can_be_saved


def test_a_workbook_of_open_document(registry: Registry) -> None:
    def line(values: list[str]) -> str:
        made = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{one}</text:p>'
            "</table:table-cell>"
            for one in values
        )
        return f"<table:table-row>{made}</table:table-row>"

    more = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    rows = line(list(COURSE)) + line(list(COURSE.values())) + more
    is_the_course(registry, File("courses.ods", open_document(rows)))


def test_headings_that_are_merged_and_stand_below_a_title(registry: Registry) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Courses")
        page.merge_range(0, 0, 0, 5, "State College: courses of spring", book.add_format())
        for place, heading in enumerate(COURSE):
            page.merge_range(2, place, 3, place, heading, book.add_format())
        page.write_row(4, 0, list(COURSE.values()))
        page.write_row(9, 12, [" "])
    is_the_course(registry, File("any.xlsx", out.getvalue()))


def test_a_workbook_with_headings_data_and_notes_of_publishers(registry: Registry) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Credential Data - MAKE UPDATES")
        page.write_row(
            0,
            0,
            [
                "External Identifier*",
                "Credential Name*",
                "Description*",
                "Credential Type*",
                "Subject Webpage*",
                "Language*",
            ],
        )
        page.write_row(1, 0, ["Instructions: of your choice", "Its name", "In words"])
        page.write_row(2, 0, ["Sample Data: c-1", "SAMPLE: Welding"])
        page.write_row(
            3,
            0,
            [
                "c-1",
                "Welding",
                "A certificate for people who weld steel plates.",
                "Certificate",
                "https://w.example/1",
                "English",
            ],
        )
        page.write_row(4, 0, ["ADD NEW CREDENTIAL HERE"])
    found = look(registry, File("any.xlsx", out.getvalue()))
    assert [str(one) for one in found.problems if one.severity == "violation"] == []
    assert [one.name for one in found.records] == ["Welding"]
