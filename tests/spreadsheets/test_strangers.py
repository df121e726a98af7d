"""What strangers found: files that bring a process down, and rows that mean too much."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from ctgraph.errors import Conflict, Unreadable
from ctgraph.ledger.values import OPERATOR
from ctgraph.spreadsheets import apart, sheet
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.model import Effect
from ctgraph.spreadsheets.plain import duration_of
from ctgraph.spreadsheets.save import save
from ctgraph.spreadsheets.separators import joined, split
from ctgraph.spreadsheets.things import MAX_RECORD_ROWS
from tests.support.registry import Registry, ctid_number, publish
from tests.support.rows import COURSE, WELDING, entity, file, look, publish_organization, upload


def workbook(*rows: list[str]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Credentials")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def renamed_part(data: bytes, old: str, new: str, replaced: tuple[bytes, bytes]) -> bytes:
    """Return a workbook whose part has another name and other content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            text = source.read(info)
            if info.filename == old:
                text = text.replace(*replaced)
            name = new if info.filename == old else info.filename
            target.writestr(name, text.replace(b"worksheets/sheet1.xml", b"odd/sheet1.xml"))
    return out.getvalue()


def test_a_crafted_workbook_ends_no_process_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    # The part stands where nobody looks for cells that are far out, and spans all rows and columns.
    far = (b'<c r="B1"', b'<c r="XFD1048576"')
    data = renamed_part(
        workbook(["a", "b"]), "xl/worksheets/sheet1.xml", "xl/odd/sheet1.xml", replaced=far
    )
    monkeypatch.setattr(apart, "MAX_READING_BYTES", 300_000_000)
    with pytest.raises(Unreadable) as found:
        read(File("odd.xlsx", data))
    assert "odd.xlsx" in found.value.message
    assert found.value.problems[0].remedy
    assert read(File("good.xlsx", workbook(["a", "b"])))[0].rows[0].cells == ("a", "b")


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "READING_SECONDS", -1.0)
    with pytest.raises(Unreadable, match=r"slow\.xlsx takes longer"):
        read(File("slow.xlsx", workbook(*[["a", "b"]] * 20_000)))


def test_the_cells_of_an_upload_are_counted(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sheet, "ctgraph.spreadsheets.tables"):
        name = f"{module}.MAX_CELLS" if isinstance(module, str) else f"{module.__name__}.MAX_CELLS"
        monkeypatch.setattr(name, 30)
    found = look(registry, file("a.csv", COURSE), file("b.csv", COURSE), file("c.csv", COURSE))
    assert [one.place.file for one in found.problems if "cells with a text" in one.message] == [
        "c.csv"
    ]
    found = look(registry, file("courses.csv", *[COURSE] * 6))
    assert "cells with a text" in found.problems[0].message


def test_long_texts_are_taken_apart_at_once() -> None:
    backslashes = "\\" * 30_000
    assert split(f"{backslashes}a", "|") == [f"{backslashes}a"]
    assert split(joined([f"{backslashes}a", "b"], "|"), "|") == [f"{backslashes}a", "b"]
    with pytest.raises(Exception, match="too long for a duration"):
        duration_of("1" + " " * 30_000 + "x")


def test_a_record_has_a_bounded_number_of_rows(registry: Registry) -> None:
    row = {"External Identifier": "weld-101", "ConditionProfile: Condition Type": "requires"}
    found = look(registry, file("courses.csv", COURSE, *[row] * MAX_RECORD_ROWS))
    (problem,) = [one for one in found.problems if "more than" in one.message]
    assert problem.place.row == MAX_RECORD_ROWS + 2


def test_an_id_of_another_registry_is_no_external_identifier(registry: Registry) -> None:
    framework = {
        "@id": "https://elsewhere.example/frameworks/" + "x" * 60,
        "@type": "ceasn:CompetencyFramework",
        "ceasn:name": "Welding",
    }
    found = look(registry, file("frameworks.csv", framework))
    (problem,) = [one for one in found.problems if "too long" in one.message]
    assert problem.place.column == "@id"


def test_the_second_line_of_an_address_stands_after_the_first(
    registry: Registry,
) -> None:
    publish_organization(registry)
    place = {
        "External Identifier": "main",
        "Address2": "Suite 2",
        "Address1": "1 Main Street",
        "City": "Pine",
        "Region": "Ohio",
        "Country": "US",
    }
    upload(registry, file("locations.csv", place))
    address = entity(registry, registry.organization.ctid)["ceterms:address"][-1]
    assert address["ceterms:streetAddress"] == {"en-US": "1 Main Street, Suite 2"}
    upload(registry, file("locations.csv", place | {"Address2": "#DELETE"}))
    address = entity(registry, registry.organization.ctid)["ceterms:address"][-1]
    assert address["ceterms:streetAddress"] == {"en-US": "1 Main Street"}
    found = look(registry, file("locations.csv", place | {"Address1": ""}))
    assert "continues Address1, which is empty" in found.problems[0].message


def test_the_identifiers_of_records_that_stay_are_remembered(registry: Registry) -> None:
    publish(registry, range(1, 2), "first")
    found = upload(
        registry,
        file("credentials.csv", {"CTID": ctid_number(1), "External Identifier": "c-1"}),
    )
    assert found.counts == {Effect.UNCHANGED: 1}
    change = {"External Identifier": "c-1", "Description": "Another text about the certificate."}
    found = upload(registry, file("credentials.csv", change))
    assert found.counts == {Effect.UPDATED: 1}
    assert found.records[0].ctid == ctid_number(1)


def test_an_identifier_that_came_to_mean_another_record_is_a_conflict(registry: Registry) -> None:
    files = file("credentials.csv", WELDING), file("courses.csv", COURSE)
    early, late = look(registry, *files), look(registry, *files)
    save(registry.settings, registry.ledger, registry.organization, early.plan, OPERATOR)
    with pytest.raises(Conflict, match="'weld-1"):
        save(registry.settings, registry.ledger, registry.organization, late.plan, OPERATOR)


def test_the_name_of_a_file_does_not_retype_a_record(registry: Registry) -> None:
    found = upload(registry, file("learning.csv", COURSE | {"Learning Type": "Learning Program"}))
    (program,) = found.records
    row = {"CTID": program.ctid, "Description": "Another text about a program of welding."}
    upload(registry, file("courses.csv", row))
    assert entity(registry, program.ctid)["@type"] == "ceterms:LearningProgram"


def test_a_row_describes_what_it_requires_beside_it(registry: Registry) -> None:
    row = {name: text for name, text in WELDING.items() if "ConditionProfile" not in name}
    beside = {
        "Assessment: External Identifier": "exam",
        "Assessment: Name": "Welding Examination",
        "Assessment: Description": "An examination of three welds by two inspectors.",
        "Assessment: Subject Webpage": "https://w.example/exam",
        "Assessment: Language": "English",
        "LearningOpp: External Identifier": "weld-102",
        "LearningOpp: Name": "Pipe Welding",
        "LearningOpp: Description": "A course in the welding of pipes for everybody.",
        "LearningOpp: Subject Webpage": "https://w.example/102",
        "LearningOpp: Language": "English",
    }
    rows = file("credentials.csv", row | beside, row | {"External Identifier": "weld-2"})
    found = upload(registry, rows)
    by_name = {one.identifier: one.ctid for one in found.records}
    assert set(by_name) == {"weld-1", "exam", "weld-102", "weld-2"}
    exam, course = entity(registry, by_name["exam"]), entity(registry, by_name["weld-102"])
    assert exam["@type"] == "ceterms:AssessmentProfile"
    assert course["ceterms:name"] == {"en": "Pipe Welding"}
    conditions = entity(registry, by_name["weld-1"])["ceterms:requires"]
    assert len(conditions) == 2
    assert by_name["exam"] in str(conditions)
    assert by_name["weld-102"] in str(conditions)
    assert "ceterms:requires" not in entity(registry, by_name["weld-2"])
    assert look(registry, rows).counts == {Effect.UNCHANGED: 4}
    lacking = row | beside | {"Assessment: External Identifier": ""}
    problems = look(registry, file("credentials.csv", lacking)).problems
    assert [one.place.column for one in problems] == ["Assessment: External Identifier"]
