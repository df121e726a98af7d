"""External identifiers: what can be none, and those that only look like one another."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.model import Effect
from tests.support.registry import Registry, ctid_number, publish
from tests.support.rows import COURSE, entity, file, look, publish_organization, upload

CTID = ctid_number(7)


@pytest.mark.parametrize(
    ("identifier", "message", "remedy"),
    [
        (CTID, "This is a CTID", "into the column CTID"),
        (CTID.upper(), "This is a CTID", "into the column CTID"),
        ("ALL", "means something else", "another identifier"),
        ("Same as Owner", "means something else", "another identifier"),
        ("#delete", "means something else", "another identifier"),
        ("A|B", "| in an identifier", "without it"),
        ("A~B", "~ in an identifier", "without it"),
    ],
)
@pytest.mark.parametrize("sheet", ["courses", "locations"])
def test_what_cells_could_not_refer_to_is_no_identifier(
    registry: Registry, sheet: str, identifier: str, message: str, remedy: str
) -> None:
    row = COURSE if sheet == "courses" else {"City": "Springfield", "Country": "US"}
    found = look(registry, file(f"{sheet}.csv", row | {"External Identifier": identifier}))
    problem = found.problems[0]
    assert message in problem.message
    assert remedy in problem.remedy
    assert (problem.severity, problem.place.column) == ("violation", "External Identifier")


def test_a_ctid_means_its_record_whatever_is_remembered(registry: Registry) -> None:
    publish(registry, range(7, 8), "x")
    upload(registry, file("courses.csv", COURSE))
    record = registry.ledger.identifiers.of(registry.organization.ctid)["weld-101"]
    with registry.ledger.database.writing() as connection:
        registry.ledger.identifiers.note(connection, registry.organization.ctid, {CTID: record})
    row = COURSE | {"External Identifier": "weld-2", "Name": "Gas Welding"}
    row |= {
        "ConditionProfile: Condition Type": "requires",
        "ConditionProfile: Description": "A certificate.",
        "ConditionProfile: Target Credential": CTID,
    }
    found = upload(registry, file("courses.csv", row))
    (condition,) = entity(registry, found.records[0].ctid)["ceterms:requires"]
    assert CTID in str(condition["ceterms:targetCredential"])
    assert found.counts == {Effect.ADDED: 1}


ALIKE = [("DU1", "du1"), ("DU1", "DU1\u200b"), ("Caf\u00e9", "Cafe\u0301"), ("A  1", "A\u00a01")]


def warned(registry: Registry, name: str, *rows: dict[str, str]) -> list[tuple[int, str]]:
    found = look(registry, file(name, *rows))
    assert {one.severity for one in found.problems} <= {"warning"}
    return [(one.place.row, one.message) for one in found.problems if "looks like" in one.message]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_identifiers_that_look_the_same_are_told(registry: Registry, one: str, other: str) -> None:
    first, second = (
        COURSE | {"External Identifier": name, "Name": f"Course {number}"}
        for number, name in enumerate((one, other))
    )
    (told,) = warned(registry, "courses.csv", first, second)
    assert told == (
        3,
        f"{other!a} looks like {one!a}, the identifier of row 2 of courses.csv.",
    )
    upload(registry, file("courses.csv", first))
    (told,) = warned(registry, "courses.csv", second)
    assert told == (
        2,
        f"{other!a} looks like {one!a}, the identifier of one in the registry.",
    )
    upload(registry, file("courses.csv", second))
    assert warned(registry, "courses.csv", first, second) == []


def test_locations_that_look_the_same_are_told(registry: Registry) -> None:
    publish_organization(registry)
    first, second = (
        {"External Identifier": name, "City": "Springfield", "Country": "US", "Region": "Ohio"}
        for name in ("MAIN", "main")
    )
    assert [row for row, _ in warned(registry, "locations.csv", first, second)] == [3]
    upload(registry, file("locations.csv", first))
    assert [row for row, _ in warned(registry, "locations.csv", second)] == [2]
