"""What is in a template for which no columns were chosen."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.record_types import RecordType, record_types
from ctgraph.spreadsheets.template import chosen_of, columns_of

NEEDED = {
    "credentials": {"Cost: Currency Type", "ConditionProfile: Target Credential"},
    "learning-opportunities": {"Life Cycle Status Type", "Credit Unit Value", "CIP List"},
    "locations": {"Name", "Address1", "City", "Region", "Postal Code", "Country"},
    "frameworks": {"Competency Text", "Is Part Of", "Is Top Child Of", "Is Child Of"},
    "pathways": {"Is Part Of", "Is Destination Component Of", "Precedes", "Proxy For"},
    "data-sets": {"Observation: Metric", "Observation: Value", "Observation: Percentage"},
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_template_has_what_its_type_needs(name: str) -> None:
    assert {one.heading for one in chosen_of(record_types()[name], None)} >= NEEDED[name]


@pytest.mark.parametrize("kind", record_types().values(), ids=record_types())
def test_every_usual_column_exists(kind: RecordType) -> None:
    offered = {one.heading for one in columns_of(kind)}
    assert offered >= kind.usual
    for group in kind.groups:
        headings = {one.heading for one in group.columns}
        assert headings >= group.usual


@pytest.mark.parametrize(
    ("name", "heading"),
    [("pathways", "Credential Type"), ("frameworks", "Competency Text"), ("frameworks", "CTID")],
)
def test_what_only_some_rows_need_is_not_marked_as_required(name: str, heading: str) -> None:
    (column,) = [one for one in columns_of(record_types()[name]) if one.heading == heading]
    assert column.title == heading


def test_either_of_two_columns_is_offered_and_only_one_is_usual() -> None:
    columns = {one.heading: one for one in columns_of(record_types()["credentials"])}
    assert columns["Available At"].is_usual
    assert not columns["Available At Codes"].is_usual
    assert not [one for one in columns if one.startswith("ceterms:")]
