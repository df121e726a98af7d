"""Rows for the readers of a template are skipped, and no others without a word."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Effect, Mode, Preview
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.template import template
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
