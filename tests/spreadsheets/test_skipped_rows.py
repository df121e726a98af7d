"""Rows for the readers of a template are skipped, and no others without a word."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Effect, Mode, Preview
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.template import columns_of, template
from tests.support.registry import Registry
from tests.support.rows import COURSE, file, look, upload


def warned(found: Preview) -> list[int]:
    return [one.place.row for one in found.problems if "was skipped" in one.message]


@pytest.mark.parametrize("begin", ["Sample Data Analysis", "Instructions for Welders"])
@pytest.mark.parametrize("first", ["Name", "UploadComments", "Description"])
def test_a_name_or_a_comment_marks_no_row(registry: Registry, first: str, begin: str) -> None:
    row = COURSE | {first: begin}
    found = look(registry, file("courses.csv", {first: begin} | row))
    assert [one.identifier for one in found.records] == ["weld-101"]
    assert warned(found) == []


@pytest.mark.parametrize("type", ["credentials", "locations", "frameworks", "assurances"])
def test_the_rows_of_a_template_are_skipped_without_a_word(registry: Registry, type: str) -> None:
    sheet = template(record_types()[type], None, instructions=True, samples=True)
    lines = [sheet.headings, *([row.get(one, "") for one in sheet.headings] for row in sheet.rows)]
    data = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    found = look(registry, File(f"{type}.csv", data.encode()))
    assert [one.message for one in found.problems] == ["No row is about a record."]


def test_a_sample_that_was_filled_in_is_named(registry: Registry) -> None:
    row = COURSE | {"External Identifier": "Sample Data: weld-101"}
    found = look(registry, file("courses.csv", row, COURSE | {"External Identifier": "weld-2"}))
    (problem,) = [one for one in found.problems if "was skipped" in one.message]
    assert (problem.place.row, problem.severity, problem.value) == (
        2,
        "warning",
        "Sample Data: weld-101",
    )
    assert "delete the words" in problem.remedy


def test_a_whole_list_names_the_record_behind_the_mark(registry: Registry) -> None:
    upload(registry, file("courses.csv", COURSE, COURSE | {"External Identifier": "weld-2"}))
    rows = [{"External Identifier": one} for one in ("weld-101", "Sample Data: weld-2")]
    found = look(
        registry,
        file("courses.csv", *rows),
        mode=Mode.WHOLE,
        types={"courses.csv": "learning-opportunities"},
    )
    assert found.counts[Effect.WITHDRAWN] == 1
    (problem,) = [one for one in found.problems if "would be withdrawn" in one.message]
    assert problem.place.row == 3


def sample(type: str, heading: str) -> str:
    columns = columns_of(record_types()[type])
    return next(one.example for one in columns if one.heading == heading)


@pytest.mark.parametrize(
    "heading", ["Keywords", "Subject Webpage", "Subjects", "ConditionProfile: Description"]
)
def test_the_sample_of_a_template_is_no_value(registry: Registry, heading: str) -> None:
    text = sample("learning-opportunities", heading)
    row = COURSE | {heading: f"welding|{text}" if heading == "Subjects" else text}
    if ":" in heading:
        row |= {"ConditionProfile: Condition Type": "requires"}
    found = look(registry, file("courses.csv", row))
    (problem,) = found.problems
    assert problem.message == "The cell still holds the sample of the template."
    assert (problem.severity, problem.place.row) == ("violation", 2)
    assert problem.place.column == heading
    assert found.counts == {Effect.FAILED: 1}


def test_the_sample_of_a_code_is_told(registry: Registry) -> None:
    row = COURSE | {"Coded Notation": sample("learning-opportunities", "Coded Notation")}
    (problem,) = look(registry, file("courses.csv", row)).problems
    assert (problem.severity, problem.place.column) == ("warning", "Coded Notation")


@pytest.mark.parametrize("type", ["credentials", "learning-opportunities", "assessments"])
def test_a_sample_row_of_which_only_the_mark_is_taken_away_is_refused(
    registry: Registry, type: str
) -> None:
    sheet = template(record_types()[type], None, samples=True)
    (row,) = sheet.rows
    mine = {heading: text.removeprefix("Sample Data: ") for heading, text in row.items()}
    found = look(registry, file(f"{type}.csv", mine))
    told = [one for one in found.problems if "still holds the sample" in one.message]
    assert len(told) > 5
    assert not found.can_be_saved
