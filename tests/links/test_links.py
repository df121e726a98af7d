"""Links between records: what each property says, and that every projection of it agrees."""

from __future__ import annotations

from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from ctgraph.pathways import Asked
from ctgraph.pathways.model import Assertion, Edge, Graph
from tests.support.links import (
    World,
    condition,
    document,
    entity,
    framework,
    iri,
    needs,
    number_of,
    pairs,
    pathway,
    record,
)
from tests.support.registry import ctid_number

FORWARD = {
    "isRequiredFor": "required",
    "isAdvancedStandingFor": "advanced",
    "isPreparationFor": "preparation",
    "isRecommendedFor": "recommended",
}
BACKWARD = {
    "requires": "required",
    "entryCondition": "required",
    "prerequisite": "required",
    "advancedStandingFrom": "advanced",
    "preparationFrom": "preparation",
    "recommends": "recommended",
    "coPrerequisite": "weak",
}
TARGETS = ("targetCredential", "targetLearningOpportunity", "targetAssessment")
COURSES = Asked(depth=10)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def the(graph: Graph) -> Edge:
    """Return the only edge of an answer."""
    (edge,) = graph.edges
    return edge


def preceding(world: World, number: int) -> Graph:
    return world.pathways.preceding(ctid_number(number))


def assertion(world: World, later: int) -> Assertion:
    """Return the only statement that something precedes a record."""
    (found,) = the(preceding(world, later)).assertions
    return found


# Each property, in both directions, directly and through each kind of target.


@pytest.mark.parametrize(("properties", "side"), [(FORWARD, "source"), (BACKWARD, "target")])
def test_each_property_in_each_form(world: World, properties: dict[str, str], side: str) -> None:
    cases = list(zip(count(1, 2), product(properties, ("", *TARGETS))))
    for one, (property, target) in cases:
        says, other = (one, one + 1) if side == "source" else (one + 1, one)
        value = condition(**{target: [iri(other)]}) if target else iri(other)
        world.publish(record(says, **{property: [value]}), record(other, "Course"))
    for one, (property, target) in cases:
        expected = {(one, one + 1): properties[property]}
        assert pairs(preceding(world, one + 1)) == expected, (property, target)
        assert pairs(world.pathways.succeeding(ctid_number(one))) == expected
        said = assertion(world, one + 1)
        assert (said.side, said.via) == (side, "condition" if target else "direct")
        assert said.property == f"ceterms:{property}"
        assert said.by == ctid_number(one if side == "source" else one + 1)


def test_the_courses_1a_1b_1c(world: World) -> None:
    def course(number: int, *earlier: int) -> dict[str, Any]:
        entry = [condition(targetLearningOpportunity=[iri(each)]) for each in earlier]
        return record(number, "Course", entryCondition=entry, isPartOf=[iri(9)])

    program = record(9, "LearningProgram", hasPart=[iri(3), iri(1), iri(2)])
    world.publish(course(3, 2), program, course(1), course(2, 1))
    answer = world.pathways.preceding(ctid_number(3), COURSES)
    assert [(number_of(n.id), n.depth, n.family) for n in answer.nodes] == [
        (3, 0, "learning"),
        (2, 1, "learning"),
        (1, 2, "learning"),
    ]
    assert pairs(answer) == {(2, 3): "required", (1, 2): "required"}
    assert [number_of(n.id) for n in world.pathways.succeeding(ctid_number(1)).nodes] == [1, 2, 3]


# Conditions: what is enough, and what it is called.


def test_targets_of_one_condition_are_all_needed(world: World) -> None:
    world.publish(record(3, requires=[needs(1, 2, name={"en": "Entry"}, description={"en": "Go"})]))
    edges = preceding(world, 3).edges
    assert [edge.alternative for edge in edges] == [False, False]
    (one,), (other,) = (edge.assertions for edge in edges)
    assert one.condition == other.condition
    assert one.condition
    assert (one.condition.name, one.condition.description) == ("Entry", "Go")


def test_separate_conditions_are_all_needed(world: World) -> None:
    world.publish(record(3, requires=[needs(1), needs(2)]))
    edges = preceding(world, 3).edges
    assert [edge.alternative for edge in edges] == [False, False]
    assert len({said.condition for edge in edges for said in edge.assertions}) == 2


def test_alternatives_in_any_depth_are_one_group(world: World) -> None:
    deep = needs(3, name={"en": "C"}, alternativeCondition=[needs(4, name={"en": "D"})])
    other = needs(2, name={"en": "B"}, alternativeCondition=[deep])
    world.publish(record(5, requires=[needs(1, name={"en": "A"}, alternativeCondition=[other])]))
    edges = preceding(world, 5).edges
    assert {number_of(edge.source) for edge in edges} == {1, 2, 3, 4}
    assert all(edge.alternative for edge in edges)
    found = [said.condition for edge in edges for said in edge.assertions if said.condition]
    assert {each.name for each in found} == set("ABCD")
    assert {each.group for each in found} == {next(e.id for e in found if e.name == "A")}


def test_alternatives_in_a_circle_end(world: World) -> None:
    first = {**needs(1), "@id": "_:a", "ceterms:alternativeCondition": ["_:b"]}
    second = {**needs(2), "@id": "_:b", "ceterms:alternativeCondition": ["_:a"]}
    world.publish(document(entity(3, requires=["_:a"]), first, second))
    assert [edge.alternative for edge in preceding(world, 3).edges] == [True, True]


@pytest.mark.parametrize(
    "says",
    [
        {"experience": {"en": "Two years"}},
        {"yearsOfExperience": 2},
        {"minimumAge": "18"},
        {"condition": {"en": ["A letter"]}},
        {"description": {"en": "Two years, or:"}},
        {},
        {"targetCompetency": [{"@type": "ceterms:CredentialAlignmentObject"}]},
    ],
)
def test_an_alternative_to_words_is_not_needed_in_any_case(
    world: World, says: dict[str, Any]
) -> None:
    world.publish(record(2, requires=[condition(alternativeCondition=[needs(1)], **says)]))
    assert the(preceding(world, 2)).alternative


def test_what_is_needed_besides_alternatives_is_told_apart(world: World) -> None:
    either = needs(1, alternativeCondition=[needs(2)])
    world.publish(record(3, requires=[either, needs(2)], recommends=[iri(1)]))
    alternative = {number_of(e.source): e.alternative for e in preceding(world, 3).edges}
    assert alternative == {1: True, 2: False}


# What is no sequence.


def test_what_is_taken_at_the_same_time_is_no_sequence(world: World) -> None:
    world.publish(record(1, corequisite=[needs(2)]), record(2), record(3, corequisite=[iri(2)]))
    assert world.edges() == {}
    assert world.says(1) == {(1, "concurrentWith", 2), (2, "concurrentWith", 1)}
    assert world.says(3) == {(3, "concurrentWith", 2), (2, "concurrentWith", 3)}


def test_parts_are_no_sequence(world: World) -> None:
    world.publish(record(1, hasPart=[iri(2)]), record(3, isPartOf=[iri(1)]))
    assert world.edges() == {}
    assert not world.says(1)
    assert pairs(world.pathways.stack(ctid_number(1))) == {(2, 1): "", (3, 1): ""}


def test_versions_are_no_sequence(world: World) -> None:
    older = {"previousVersion": [iri(1)], "supersedes": [iri(2)]}
    newer = {"nextVersion": [iri(4)], "latestVersion": [iri(5)], "supersededBy": [iri(6)]}
    world.publish(record(3, **older, **newer))
    assert world.edges() == {}
    assert pairs(world.pathways.versions(ctid_number(3))) == {
        (1, 3): "",
        (2, 3): "",
        (3, 4): "",
        (3, 5): "",
        (3, 6): "",
    }
    assert world.says(3) == {
        *((older, "replacedBy", 3) for older in (1, 2)),
        *((3, "replacedBy", newer) for newer in (4, 5, 6)),
    }


def test_renewal_is_no_link(world: World) -> None:
    world.publish(record(1), record(2, renewal=[needs(1), needs(2)]))
    assert world.kept(2) == set()
    assert not world.says(2)


def test_nothing_precedes_itself(world: World) -> None:
    world.publish(record(1, requires=[needs(1), iri(1)], isRequiredFor=[iri(1)], hasPart=[iri(1)]))
    assert world.kept(1) == set()


# Competencies are no ends of links, wherever they stand.


def test_a_competency_in_the_same_document_is_no_end(world: World) -> None:
    aligned = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": iri(1)}
    skill = entity(3, "ceasn:Competency", requires=[iri(1)], isRequiredFor=[iri(2)])
    says = {
        "requires": [aligned, iri(3), condition(targetCompetency=[aligned])],
        "recommends": [iri(3)],
        "isRequiredFor": [aligned],
    }
    world.publish(document(entity(2, **says), skill))
    assert world.edges() == {}
    assert not world.says(2)


@pytest.mark.parametrize("first", [2, 5])
def test_a_competency_in_another_document_is_no_end(world: World, first: int) -> None:
    says = {
        "requires": [iri(6), iri(1)],
        "recommends": [condition(targetCompetency=[iri(6)])],
        "isPreparationFor": [iri(6)],
    }
    documents = {
        2: record(2, **says),
        5: framework(5, 6),
        3: record(
            3, "TransferValueProfile", transferValueFrom=[iri(6), iri(1)], transferValueFor=[iri(2)]
        ),
    }
    for number in sorted(documents, key=lambda number: number != first):
        world.publish(documents[number])
    assert world.edges() == {(1, 2): "required"}
    assert {s for s in world.says(2) if s[1] == "precedes"} == {(1, "precedes", 2)}
    assert not [n for n in world.pathways.succeeding(ctid_number(6)).nodes if n.depth]
    assert not world.pathways.route(ctid_number(6), ctid_number(2)).routes
    assert world.differences() == []
    # Once nobody knows any more that it is a competency, what is said about it counts.
    world.withdraw(5)
    assert world.edges().keys() == {(1, 2), (6, 2), (2, 6)}
    assert (6, "precedes", 2) in world.says(2) | world.says(3)
    assert world.differences() == []


# Transfer values and pathways.


def test_a_transfer_value_gives_credit_toward_each(world: World) -> None:
    world.publish(
        record(
            9,
            "TransferValueProfile",
            transferValueFrom=[iri(1), iri(2)],
            transferValueFor=[iri(3), iri(4)],
        ),
        record(3),
    )
    assert world.edges() == dict.fromkeys(product((1, 2), (3, 4)), "advanced")
    said = preceding(world, 3).edges[0].assertions[0]
    assert (said.by, said.via) == (ctid_number(9), "transfer")


@pytest.mark.parametrize(
    ("side", "edge"), [("transferValueFrom", (1, 9)), ("transferValueFor", (9, 1))]
)
def test_a_transfer_value_with_one_side_stands_at_the_other_end(
    world: World, side: str, edge: tuple[int, int]
) -> None:
    world.publish(record(9, "TransferValueProfile", **{side: [iri(1)]}), record(1))
    assert world.edges() == {edge: "advanced"}
    world.publish(record(9, "TransferValueProfile"))
    assert world.edges() == {}


def component(number: int, kind: str = "CourseComponent", **says: Any) -> dict[str, Any]:
    return entity(number, kind, isPartOf=[iri(90)], **says)


def test_components_are_lifted_to_what_they_stand_for(world: World) -> None:
    world.publish(
        pathway(
            90,
            component(11, proxyFor=[iri(1)], precedes=[iri(12)]),
            component(12, "CredentialComponent", sourceData=iri(2).upper()),
            component(13, "JobComponent", precededBy=[iri(12)]),
            component(14, "MultiComponent", **{"ceasn:hasChild": [iri(13)]}),
            component(
                15,
                "CollectionComponent",
                proxyFor=[iri(5)],
                hasCondition=[
                    {
                        "@type": "ceterms:ComponentCondition",
                        "ceterms:targetComponent": [iri(14), iri(13)],
                        "ceterms:requiredNumber": 1,
                        "ceterms:name": {"en": "One of two"},
                    }
                ],
            ),
            hasPart=[iri(11), iri(12)],
        ),
        record(5),
    )
    assert world.edges() == dict.fromkeys(
        [(1, 2), (2, 13), (13, 14), (14, 5), (13, 5)], "recommended"
    )
    edges = {number_of(e.source): e for e in preceding(world, 5).edges if e.target[-1] == "5"}
    assert edges[13].alternative
    assert edges[14].alternative
    found = edges[14].assertions[0]
    assert found.condition
    assert found.condition.required == 1
    assert (found.by, found.via, found.condition.name) == (ctid_number(90), "pathway", "One of two")
    assert pairs(world.pathways.stack(ctid_number(90))) == {}


def test_a_component_that_stands_for_a_competency_is_not_lifted(world: World) -> None:
    skill = component(12, "CompetencyComponent", proxyFor=[iri(6)], precedes=[iri(13)])
    world.publish(
        framework(5, 6),
        pathway(90, component(11, precedes=[iri(12)]), skill, component(13, proxyFor=[iri(3)])),
    )
    assert world.edges().keys() == {(11, 12), (12, 3)}


# Spellings.


def test_messy_iris_join(world: World) -> None:
    hosts = (
        "localhost:8000",
        "credentialengineregistry.org",
        "sandbox.credentialengineregistry.org/ce-registry",
    )
    kinds, cases = ("resources", "graph", "envelopes"), (str.upper, str.lower)
    spellings = list(zip(count(1, 2), product(("http", "https"), hosts, kinds, cases)))
    for one, (scheme, host, kind, case) in spellings:
        old, new = (f"{scheme}://{host}/{kind}/{case(ctid_number(n))}" for n in (one, one + 1))
        requires = [condition(targetCredential=[old])]
        world.publish(record(one, isPreparationFor=[new]), record(one + 1, requires=requires))
    for one, spelling in spellings:
        edge = the(preceding(world, one + 1))
        assert (edge.source, edge.agreed) == (ctid_number(one), "both"), spelling


def test_terms_join_under_all_their_names(world: World) -> None:
    one = entity(
        2,
        **{
            "old:requires": [{"@id": iri(1)}],
            "plain:recommends": [
                {"@type": "old:ConditionProfile", "old:targetCredential": [{"@id": iri(3)}]}
            ],
        },
    )
    prefixes = {"old": "https://credreg.net/ctdl/terms/", "plain": "http://purl.org/ctdl/terms/"}
    world.publish({**document(one), "@context": [document(one)["@context"], prefixes]})
    assert world.edges() == {(1, 2): "required", (3, 2): "recommended"}
