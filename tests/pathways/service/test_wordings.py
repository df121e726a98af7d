"""Conditions that name no record, but say in words what comes before or after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.links.properties import FORWARD, REVERSE, curie_of
from tests.support.links import condition, entity, iri, needs, pathway, record
from tests.support.pathway_service import answer, page
from tests.support.registry import ctid_number

Keep = Callable[..., FlaskClient]
NOTHING_BEFORE = "Nothing is known to precede it."
NOTHING_AFTER = "It is not known to lead to anything."
WORDS = {"en-US": "Any diploma of a partner college"}


def of_component(**says: Any) -> dict[str, Any]:
    return {**condition(**says), "@type": "ceterms:ComponentCondition"}


@pytest.mark.parametrize(
    ("property", "strength", "later"),
    [
        *((curie_of(iri), strength, False) for iri, strength in REVERSE.items()),
        *((curie_of(iri), strength, True) for iri, strength in FORWARD.items()),
    ],
)
def test_words_stand_in_place_of_nothing(
    keep: Keep, property: str, strength: str, later: bool
) -> None:
    says: dict[str, Any] = {property.removeprefix("ceterms:"): [condition(description=WORDS)]}
    client = keep(record(1, **says))
    shown = page(client, f"/pathways/{ctid_number(1)}")
    assert WORDS["en-US"] in shown
    assert (NOTHING_BEFORE in shown, NOTHING_AFTER in shown) == (later, not later)
    wanted, other = ("succeeding", "preceding") if later else ("preceding", "succeeding")
    found = answer(client, f"/pathways/{ctid_number(1)}/{wanted}")
    assert (found["nodes"][1:], found["words"]) == (
        [],
        [
            {
                "property": property,
                "strength": strength,
                "later": later,
                "name": "",
                "texts": [WORDS["en-US"]],
                "alternative": False,
            }
        ],
    )
    assert answer(client, f"/pathways/{ctid_number(1)}/{other}")["words"] == []
    narrowed = "weak" if strength != "weak" else "required"
    assert answer(client, f"/pathways/{ctid_number(1)}?strength={narrowed}")["words"] == []


def test_a_name_alone_is_shown(keep: Keep) -> None:
    client = keep(record(1, requires=[condition(name=WORDS)]))
    assert WORDS["en-US"] in page(client, f"/pathways/{ctid_number(1)}")


def test_a_condition_that_names_a_record_is_no_wording(keep: Keep) -> None:
    client = keep(record(1, recommends=[needs(2, description=WORDS)]), record(2))
    found = answer(client, f"/pathways/{ctid_number(1)}")
    assert (len(found["edges"]), found["words"]) == (1, [])


def test_an_alternative_in_words_is_one_of_several_ways(keep: Keep) -> None:
    ways = needs(2, alternativeCondition=[condition(description=WORDS)])
    client = keep(record(1, requires=[ways]), record(2))
    (one,) = answer(client, f"/pathways/{ctid_number(1)}")["words"]
    assert (one["texts"], one["alternative"]) == ([WORDS["en-US"]], True)


def test_a_manifest_says_it_for_its_records(keep: Keep) -> None:
    manifest = record(3, "ConditionManifest", entryCondition=[condition(description=WORDS)])
    client = keep(manifest, record(1, commonConditions=[iri(3)]))
    (one,) = answer(client, f"/pathways/{ctid_number(1)}/preceding")["words"]
    assert one["texts"] == [WORDS["en-US"]]


def test_a_step_says_it_in_its_conditions_and_in_those_within(keep: Keep) -> None:
    inner = of_component(description={"en-US": "Two years of work"})
    outer = of_component(hasCondition=[inner])
    named = of_component(description=WORDS, targetComponent=[iri(11)])
    first = entity(11, "BasicComponent")
    client = keep(pathway(1, first, entity(12, "BasicComponent", hasCondition=[outer, named])))
    found = answer(client, f"/pathways/{ctid_number(12)}")
    assert [one["texts"] for one in found["words"]] == [["Two years of work"]]


def test_a_learner_lacks_nothing_for_what_is_only_recommended_in_words(keep: Keep) -> None:
    client = keep(
        record(1, isPreparationFor=[iri(2)]),
        record(2, recommends=[condition(description=WORDS)]),
    )
    (found,) = answer(client, f"/pathways/check?held={ctid_number(1)}")["open"]
    assert (found["record"], found["words"]) == (ctid_number(2), [])
