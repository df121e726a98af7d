"""Conditions, connections and costs that rows change, move and remove."""

from __future__ import annotations

from typing import Any

import pytest

from ctgraph.spreadsheets.model import Effect
from tests.support.registry import Registry
from tests.support.rows import WELDING, entity, file, look, upload

CERTIFICATE = {
    name: text
    for name, text in WELDING.items()
    if not name.startswith(("ConditionProfile", "Cost"))
}
ROW = {"External Identifier": "weld-1"}


def condition(kind: str, identifier: str = "", text: str = "Good eyes.") -> dict[str, str]:
    return {
        "ConditionProfile: External Identifier": identifier,
        "ConditionProfile: Condition Type": kind,
        "ConditionProfile: Description": text,
    }


def connection(kind: str, identifier: str = "") -> dict[str, str]:
    return {
        "ConnectionProfile: External Identifier": identifier,
        "ConnectionProfile: Connection Type": kind,
        "ConnectionProfile: Description": "It leads to more.",
    }


def after(registry: Registry, *rows: dict[str, str]) -> dict[str, Any]:
    found = upload(registry, file("credentials.csv", *rows))
    return entity(registry, found.records[0].ctid)


def problems(registry: Registry, *rows: dict[str, str]) -> list[str]:
    return [str(one) for one in look(registry, file("credentials.csv", *rows)).problems]


@pytest.mark.parametrize(
    ("make", "kinds"),
    [(condition, ("recommends", "requires")), (connection, ("preparationFrom", "isRequiredFor"))],
)
def test_a_profile_gets_another_type_and_stays_one(
    registry: Registry, make: Any, kinds: tuple[str, str]
) -> None:
    old, new = kinds
    before = after(registry, CERTIFICATE | make(old, "P1"))
    moved = after(registry, ROW | make(new, "P1"))
    assert f"ceterms:{old}" not in moved
    (profile,) = moved[f"ceterms:{new}"]
    assert {**profile, "@id": ""} == {**before[f"ceterms:{old}"][0], "@id": ""}
    assert look(registry, file("credentials.csv", ROW | make(new, "P1"))).counts == {
        Effect.UNCHANGED: 1
    }
    assert f"ceterms:{old}" in after(registry, ROW | make(old, "P1"))


def test_one_identifier_may_stand_for_profiles_of_two_types_that_rows_tell_apart(
    registry: Registry,
) -> None:
    both = after(
        registry, CERTIFICATE | condition("requires", "1"), ROW | condition("recommends", "1")
    )
    assert len(both["ceterms:requires"]) == len(both["ceterms:recommends"]) == 1
    (said,) = problems(registry, ROW | condition("", "1", "Another one."))
    assert "requires and recommends have the identifier '1'" in said
    (said,) = problems(registry, ROW | condition("renewal", "1"))
    assert "which one is meant into ConditionProfile: Condition Type" in said


COST = {
    "Cost: Name": "Fees",
    "Cost: Description": "What residents pay.",
    "Cost: Details Url": "https://w.example/cost",
    "Cost: Currency Type": "USD",
    "Cost: Types List": "Tuition~1200|Technology Fee~50",
}
CLEARED = dict.fromkeys(COST, "#DELETE")


@pytest.mark.parametrize("identifier", ["", "fees"])
def test_a_cost_is_removed_by_clearing_all_that_it_has(registry: Registry, identifier: str) -> None:
    named = {"Cost: External Identifier": identifier}
    assert "ceterms:estimatedCost" in after(registry, CERTIFICATE | COST | named)
    cleared = file("credentials.csv", ROW | CLEARED | named)
    (problem,) = look(
        registry, file("credentials.csv", ROW | CLEARED | {"Cost: Currency Type": ""})
    ).problems
    assert "write #DELETE into Cost: Currency Type too" in problem.remedy
    assert "ceterms:estimatedCost" not in after(registry, ROW | CLEARED | named)
    assert look(registry, cleared).counts == {Effect.UNCHANGED: 1}


def test_one_of_several_costs_is_removed_by_its_identifier(registry: Registry) -> None:
    costs = [
        ROW | COST | {"Cost: External Identifier": name, "Cost: Name": f"Fees {name}"}
        for name in ("in", "out")
    ]
    after(registry, CERTIFICATE, *costs)
    (said,) = problems(registry, ROW | CLEARED)
    assert "Write Cost: External Identifier" in said
    left = after(registry, ROW | CLEARED | {"Cost: External Identifier": "out"})
    assert {str(one["ceterms:name"]["en"]) for one in left["ceterms:estimatedCost"]} == {"Fees in"}


def test_a_condition_is_removed_by_its_type_or_by_all_its_cells(registry: Registry) -> None:
    with_two = CERTIFICATE | condition("requires", "1") | connection("isRequiredFor", "2")
    after(registry, with_two)
    left = after(
        registry,
        ROW
        | {"ConditionProfile: Condition Type": "#delete"}
        | {"ConnectionProfile: Description": "#Delete"},
    )
    assert not left.keys() & {"ceterms:requires", "ceterms:isRequiredFor"}


@pytest.mark.parametrize("word", ["#delete", "#Delete", " #DELETE "])
def test_the_word_that_clears_a_value_has_no_case(registry: Registry, word: str) -> None:
    after(registry, CERTIFICATE)
    assert "ceterms:keyword" not in after(registry, ROW | {"Keywords": word})


def test_the_word_that_clears_a_value_stands_alone(registry: Registry) -> None:
    (said,) = problems(registry, CERTIFICATE | {"Keywords": "arc|#delete"})
    assert "#DELETE stands among other values" in said
