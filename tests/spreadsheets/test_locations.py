"""Addresses of the organization that rows change and remove, and the records that show them."""

from __future__ import annotations

from typing import Any

import pytest

from ctgraph.spreadsheets.export import export, rows_by_heading
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Effect
from tests.support.registry import Registry
from tests.support.rows import COURSE, entity, file, look, publish_organization, upload

MAIN = {
    "External Identifier": "MAIN",
    "Name": "Main Campus",
    "Address1": "1 Oak Street",
    "City": "Springfield",
    "Region": "Illinois",
    "Postal Code": "62701",
    "Country": "US",
}
NORTH = MAIN | {"External Identifier": "NORTH", "Name": "North Campus", "Address1": "9 Elm Street"}
MOVED = {"External Identifier": "MAIN", "Address1": "200 River Road"}
CLEARED = dict.fromkeys(NORTH, "#DELETE") | {"External Identifier": "NORTH"}
SECOND = COURSE | {"External Identifier": "weld-102", "Name": "Gas Welding"}


@pytest.fixture
def college(registry: Registry) -> Registry:
    publish_organization(registry)
    courses = [COURSE | {"Available At": "MAIN"}, SECOND | {"Available At": "MAIN|NORTH"}]
    upload(registry, file("locations.csv", MAIN, NORTH), file("courses.csv", *courses))
    return registry


def streets(registry: Registry, identifier: str = "weld-101") -> list[str]:
    record = registry.ledger.identifiers.of(registry.organization.ctid)[identifier]
    held = entity(registry, record).get("ceterms:availableAt", [])
    places = held if isinstance(held, list) else [held]
    return [next(iter(one["ceterms:streetAddress"].values())) for one in places]


def addresses(registry: Registry) -> list[dict[str, Any]]:
    return list(entity(registry, registry.organization.ctid)["ceterms:address"])


def exported(registry: Registry, title: str) -> File:
    sheets = export(registry.settings, registry.ledger, registry.organization).sheets
    sheet = next(one for one in sheets if one.type.title == title)
    headings, *rows = rows_by_heading(sheet)
    return file("courses.csv", *(dict(zip(headings, row, strict=True)) for row in rows))


def test_records_that_keep_an_address_as_it_was_are_told_and_renewed_by_an_export(
    college: Registry,
) -> None:
    found = upload(college, file("locations.csv", MOVED))
    (problem,) = found.problems
    assert (problem.place.row, problem.severity) == (2, "warning")
    assert problem.message == "2 records keep this address as it was: 'Arc Welding', 'Gas Welding'."
    assert streets(college) == ["1 Oak Street"]
    again = upload(college, exported(college, "Learning opportunities"))
    assert again.counts == {Effect.UPDATED: 2}
    assert streets(college) == ["200 River Road"]
    assert streets(college, "weld-102") == ["200 River Road", "9 Elm Street"]


def test_records_of_the_same_upload_take_over_the_new_address(college: Registry) -> None:
    row = {"External Identifier": "weld-101", "Available At": "NORTH|MAIN"}
    found = upload(college, file("locations.csv", MOVED), file("courses.csv", row))
    (problem,) = found.problems
    assert problem.message == "1 record keeps this address as it was: 'Gas Welding'."
    assert streets(college) == ["9 Elm Street", "200 River Road"]
    coded = {"External Identifier": "weld-102", "Available At Codes": "MAIN"}
    upload(college, file("courses.csv", coded))
    assert streets(college, "weld-102") == ["200 River Road"]


def test_a_location_of_which_all_is_cleared_is_removed(college: Registry) -> None:
    found = upload(college, file("locations.csv", CLEARED))
    (problem,) = found.problems
    assert "'Gas Welding'" in problem.message
    assert "#DELETE" in problem.remedy
    assert len(addresses(college)) == 2
    assert "NORTH" not in str(addresses(college))
    assert look(college, file("locations.csv", CLEARED)).counts == {Effect.UNCHANGED: 1}
    assert look(college, exported(college, "Learning opportunities")).counts == {
        Effect.UNCHANGED: 2
    }
    upload(
        college, file("courses.csv", {"External Identifier": "weld-102", "Available At": "MAIN"})
    )
    assert streets(college, "weld-102") == ["1 Oak Street"]


def test_a_location_keeps_what_is_not_cleared(college: Registry) -> None:
    upload(college, file("locations.csv", CLEARED | {"Country": ""}))
    assert addresses(college)[-1]["ceterms:addressCountry"] == {"en-US": "US"}


def test_an_address_without_an_identifier_gets_the_one_that_its_row_has(
    registry: Registry,
) -> None:
    publish_organization(registry)
    upload(registry, file("courses.csv", COURSE | {"Available At": "all"}))
    sheets = export(registry.settings, registry.ledger, registry.organization).sheets
    row = next(one for one in sheets if one.type.name == "locations").rows[0]
    upload(registry, file("locations.csv", row | {"Address1": "5 New Street"}))
    upload(registry, exported(registry, "Learning opportunities"))
    assert streets(registry) == ["5 New Street"]


def test_a_new_location_says_where_it_is(college: Registry) -> None:
    found = look(college, file("locations.csv", {"External Identifier": "EAST", "Postal Code": ""}))
    assert "the row says nothing of it" in found.problems[0].message
