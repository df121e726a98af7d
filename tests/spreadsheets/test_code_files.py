"""Files of code lists are read as their publishers offer them; what cannot be right is named."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import PUBLISHED, Code
from ctgraph.spreadsheets.code_files import CodeFile, read_codes
from ctgraph.spreadsheets.files import File
from tests.support.codes import CIP, FILES, NAICS, ONET, SOC, as_file


def found(key: str) -> CodeFile:
    return read_codes(as_file(FILES[key]), PUBLISHED[key])


def codes(of: CodeFile) -> dict[str, Code]:
    return {one.code: one for one in of.codes}


def test_direct_match_titles_are_further_titles_of_one_code() -> None:
    read = found("soc")
    nurses = codes(read)["29-1141"]
    assert nurses.name == "Registered Nurses"
    assert nurses.others == ("Coronary Care Nurse", "Psychiatric Nurse")
    assert read.passed_over == ["Illustrative Example"]
    assert len(read.codes) == 8


def test_occupations_have_definitions() -> None:
    nurses = codes(found("onet"))["29-1141.00"]
    assert (nurses.name, nurses.definition[:14]) == ("Registered Nurses", "Assess patient")


def test_industries_lose_the_mark_of_comparable_titles() -> None:
    read = found("naics")
    assert codes(read)["622"].name == "Hospitals"
    assert codes(read)["31-33"].name == "Manufacturing"
    assert read.passed_over == ["Seq. No."]
    assert read.skipped == 0


def test_programs_keep_their_zeros_and_those_that_ended_are_left_out() -> None:
    read = found("cip")
    assert codes(read)["01.0000"].name == "Agriculture, General"
    assert {"01", "51.38", "51.3801"} <= codes(read).keys()
    assert {"21.0101", "52.9999"}.isdisjoint(codes(read))
    assert read.skipped == 2


def test_bare_formulas_and_tabs_are_read() -> None:
    raw = (
        b'"CIPFamily","CIPCode","Action","TextChange","CIPTitle","CIPDefinition"\n'
        b'="01",="01.0000","No substantive changes",no,"Agriculture, General.","A ""field"", x."\n'
    )
    read = read_codes(File("CIPCode2020.csv", raw), PUBLISHED["cip"])
    assert read.codes == [Code("01.0000", "Agriculture, General", 'A "field", x.')]
    raw = b"O*NET-SOC Code\tTitle\tDescription\n29-1141.00\tRegistered Nurses\tAssess, plan.\n"
    read = read_codes(File("Occupation Data.txt", raw), PUBLISHED["onet"])
    assert read.codes == [Code("29-1141.00", "Registered Nurses", "Assess, plan.")]


def test_a_workbook_says_the_same() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(NAICS):
            sheet.write_row(number, 0, [int(x) if x.isdecimal() else x for x in row])
    read = read_codes(File("2-6 digit_2022_Codes.xlsx", data.getvalue()), PUBLISHED["naics"])
    assert read.codes == found("naics").codes


def test_another_list_has_parents() -> None:
    rows = [["Code", "Title", "Definition", "Parent Code"], ["A1", "Weld", "", "A"], ["A", "Metal"]]
    assert read_codes(as_file(rows)).codes == [Code("A1", "Weld", "", "A"), Code("A", "Metal")]


@pytest.mark.parametrize(
    ("key", "rows", "told"),
    [
        ("cip", [*CIP, ["1", "1.01", "", "", "Farming"]], "Row 9: The code 1.01 lost its zeros"),
        ("soc", [*SOC, ["29-1141", "Nurses"]], "'Nurses' here, and 'Registered Nurses' further up"),
        ("soc", NAICS, "Row 3: '11' is no such code. Write a code such as 29-1141."),
        (
            "soc",
            ONET,
            "Row 2: '29-1141.00' is a code of O*NET-SOC Taxonomy. Import the file as onet.",
        ),
        ("onet", SOC, "Row 7: '29-1141' is a code of Standard Occupational Classification."),
        ("soc", [["Name", "Age"], ["Ann", "3"]], "no columns with codes and their names"),
        ("soc", [["Code", "Title"]], "has no codes below its headings"),
        ("soc", [["2018 Code", "2022 Code", "Title"], ["29-1141", "", "x"]], "several columns"),
        ("own", [["Code", "Title"], ["x" * 41, "Long"]], "The code has 41 characters"),
        ("own", [["Code", "Title"], ["x", "y\x01"]], "control character"),
    ],
)
def test_what_cannot_be_right_is_named(key: str, rows: list[list[str]], told: str) -> None:
    with pytest.raises(BadParameter) as error:
        read_codes(as_file(rows), PUBLISHED.get(key))
    said = [error.value.message, *(str(one) for one in error.value.problems)]
    assert told in " ".join(said)


def test_a_list_has_bounds() -> None:
    rows = [["Code", "Title"], *([f"c{number}", "Name"] for number in range(20_001))]
    with pytest.raises(BadParameter, match="20,001 codes, and a list may have 20,000"):
        read_codes(as_file(rows))
