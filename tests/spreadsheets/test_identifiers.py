"""External identifiers: what can be none, and those that only look like one another."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.model import Effect
from tests.support.registry import Registry, ctid_number, publish
from tests.support.rows import COURSE, entity, file, look, upload

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
