"""Questions about pathways: their answers, their pages, and the bounds that they cannot pass."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ctgraph.errors import BadParameter, MalformedCtid, NotFound
from ctgraph.links.node_facts import duration_days
from ctgraph.pathways import Asked
from ctgraph.pathways.learner_check import Prospect
from ctgraph.pathways.model import Graph
from tests.support.links import (
    ORGANIZATIONS,
    World,
    condition,
    framework,
    iri,
    needs,
    number_of,
    pairs,
    record,
)
from tests.support.registry import ctid_number

CREDENTIALS = Asked(kinds=frozenset(["credential"]))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def depths(graph: Graph) -> dict[int, int]:
    """Return how far each record is."""
    return {number_of(node.id): node.depth for node in graph.nodes}


def course(number: int, **says: Any) -> dict[str, Any]:
    return record(number, "Course", **says)


def chain(world: World, *numbers: int) -> None:
    """Publish certificates of which each needs the one before it."""
    for earlier, later in pairwise(numbers):
        world.publish(record(later, requires=[needs(earlier)]))


# What precedes and what succeeds.


def test_what_an_answer_says_about_a_node(world: World) -> None:
    price = {"@type": "ceterms:CostProfile", "ceterms:currency": "USD"}
    takes = {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "P1W"}
    says = {
        "subjectWebpage": "https://a.example/",
        "estimatedDuration": [takes],
        "estimatedCost": [{**price, "ceterms:price": cost} for cost in (99, 40.5)],
    }
    world.publish(course(1, **says), owner=1)
    world.publish(record(2, requires=[needs(1)]))
    node = world.pathways.preceding(ctid_number(2)).nodes[1]
    assert (node.iri, node.type, node.family) == (iri(1), "ceterms:Course", "learning")
    assert (node.name, node.owner, node.owner_name) == ("Course 1", ORGANIZATIONS[1], "College 1")
    assert (node.status, node.webpage) == ("current", "https://a.example/")
    assert (node.cost, node.currency, node.days) == (40.5, "USD", 7)


def test_costs_and_durations_that_are_none(world: World) -> None:
    for number, (cost, takes) in enumerate([(-5, "P"), ("1e999", f"P{'9' * 400}D"), ("NaN", "1")]):
        price = {"@type": "ceterms:CostProfile", "ceterms:price": {"@value": cost}}
        world.publish(
            record(
                number,
                isRequiredFor=[iri(9)],
                estimatedCost=[price],
                estimatedDuration=[{"ceterms:exactDuration": takes}],
            )
        )
    world.publish(record(9))
    nodes = world.pathways.preceding(ctid_number(9)).nodes[1:]
    assert [(node.cost, node.days) for node in nodes] == [(None, None)] * 3
    assert duration_days("P1Y2M3W4DT5H6M7.5S") == pytest.approx(
        365.25 + 365.25 / 6 + 21 + 4 + 5 / 24 + 6 / 1440 + 7.5 / 86400
    )


def test_how_far_a_question_reaches(world: World) -> None:
    chain(world, *range(1, 8))
    assert depths(world.pathways.preceding(ctid_number(7))) == {7: 0, 6: 1, 5: 2, 4: 3}
    assert depths(world.pathways.succeeding(ctid_number(2).upper(), Asked(depth=1))) == {2: 0, 3: 1}
    around = world.pathways.neighbourhood(ctid_number(3))
    assert depths(around) == {3: 0, 2: -1, 4: 1}
    assert pairs(around).keys() == {(2, 3), (3, 4)}


def test_circles_end(world: World) -> None:
    chain(world, 1, 2, 3, 1)
    circle = {(1, 2), (2, 3), (3, 1)}
    for ask in (world.pathways.preceding, world.pathways.succeeding, world.pathways.neighbourhood):
        answer = ask(ctid_number(1), Asked(depth=10))
        assert pairs(answer).keys() == circle
        assert not answer.cut
    assert depths(answer) == {1: 0, 2: 1, 3: -1}  # the shorter way counts


def test_only_the_strengths_asked_for_are_followed(world: World) -> None:
    world.publish(
        record(1),
        record(2, requires=[needs(1)], recommends=[iri(1)]),
        record(3, recommends=[iri(2)]),
        record(4, requires=[iri(3)], coPrerequisite=[iri(1)]),
        record(5, requires=[iri(4)]),
        record(6, recommends=[iri(5)]),
    )
    asked = Asked(strengths=frozenset(["recommended", "weak"]))
    answer = world.pathways.succeeding(ctid_number(1), asked)
    assert depths(answer) == {1: 0, 2: 1, 3: 2, 4: 1}
    assert pairs(answer) == {(1, 2): "recommended", (2, 3): "recommended", (1, 4): "weak"}
    assert {a.strength for e in answer.edges for a in e.assertions} == {"recommended", "weak"}


def test_a_view_of_credentials_collapses_what_lies_between(world: World) -> None:
    world.publish(
        record(1, isPreparationFor=[iri(2)]), course(2), course(3, recommends=[iri(2)]), record(8)
    )
    world.publish(
        record(
            4, requires=[condition(targetLearningOpportunity=[iri(3)])], recommends=[iri(5), iri(1)]
        ),
        owner=1,
    )
    answer = world.pathways.preceding(ctid_number(4), CREDENTIALS)
    assert depths(answer) == {4: 0, 1: 1, 5: 1}  # nobody knows what kind of thing 5 is
    edges = {number_of(edge.source): edge for edge in answer.edges}
    # The direct link is the shorter way; without it, what lies between is named.
    assert edges[1].through == ()
    world.publish(record(4, requires=[condition(targetLearningOpportunity=[iri(3)])]), owner=1)
    for answer in (
        world.pathways.preceding(ctid_number(4), CREDENTIALS),
        world.pathways.succeeding(ctid_number(1), CREDENTIALS),
    ):
        (edge,) = answer.edges
        assert (edge.source, edge.target) == (ctid_number(1), ctid_number(4))
        assert edge.through == (ctid_number(2), ctid_number(3))
        assert (edge.strength, edge.agreed, len(edge.assertions)) == ("recommended", "mixed", 3)


def test_a_view_of_one_provider(world: World) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]))
    leaf = {"@type": "ceterms:Certificate", "ceterms:name": {"en": "Of somebody else"}}
    world.publish(record(2, isPreparationFor=[iri(3), leaf]), owner=1)
    world.publish(record(3, isPreparationFor=[leaf]))
    asked = Asked(providers=frozenset([ORGANIZATIONS[0]]))
    answer = world.pathways.succeeding(ctid_number(1), asked)
    assert depths(answer) == {1: 0, 3: 1}
    assert answer.edges[0].through == (ctid_number(2),)


def test_pages(world: World) -> None:
    world.publish(record(0), *(record(n, requires=[needs(0, n - 1)]) for n in range(1, 7)))
    whole = world.pathways.succeeding(ctid_number(0))
    assert len(whole.nodes) == 7
    assert len(whole.edges) == 11
    assert whole.next is None
    first = world.pathways.succeeding(ctid_number(0), Asked(limit=3))
    assert [number_of(n.id) for n in first.nodes] == [0, 1, 2]
    assert len(first.edges) == 3
    assert first.next
    second = world.pathways.succeeding(ctid_number(0), Asked(limit=3, cursor=first.next))
    assert [number_of(n.id) for n in second.nodes] == [3, 4, 5]
    assert len(second.edges) == 6
    for cursor in ("x", "1", "--1.x", "1234.x"):
        with pytest.raises(BadParameter):
            world.pathways.succeeding(ctid_number(0), Asked(cursor=cursor))


def test_wrong_questions(world: World) -> None:
    world.publish(record(1))
    for wrong in (
        {"depth": 0},
        {"depth": 11},
        {"limit": 0},
        {"limit": 1001},
        {"strengths": frozenset(["huge"])},
        {"kinds": frozenset(["thing"])},
    ):
        with pytest.raises(BadParameter):
            Asked(**wrong)
    with pytest.raises(NotFound):
        world.pathways.preceding(ctid_number(2))
    with pytest.raises(MalformedCtid):
        world.pathways.preceding("ce-1")
    one = ctid_number(1)
    for records in ([one], [one, one.upper()], [*map(ctid_number, range(11))]):
        world.publish(*map(record, range(11)))
        with pytest.raises(BadParameter):
            world.pathways.common(records)
    for k, by in ((0, "steps"), (11, "steps"), (3, "beauty")):
        with pytest.raises(BadParameter):
            world.pathways.route(one, one, k, by)
    for held in ([], [ctid_number(n) for n in range(300)]):
        with pytest.raises((BadParameter, NotFound)):
            world.pathways.prospects(held)


# Stacks, versions, common goals.


def test_stacks_and_versions(world: World) -> None:
    world.publish(
        record(1, hasPart=[iri(2), iri(3)], nextVersion=[iri(5)]),
        record(4, isPartOf=[iri(2)]),
        record(5, previousVersion=[iri(1)]),
        record(2, requires=[needs(5)]),
    )
    assert depths(world.pathways.stack(ctid_number(2))) == {2: 0, 4: -1, 1: 1}
    versions = world.pathways.versions(ctid_number(1))
    assert depths(versions) == {1: 0, 5: 1}
    assert versions.edges[0].agreed == "both"


def test_what_several_records_lead_to(world: World) -> None:
    chain(world, 1, 3, 4, 5)
    chain(world, 2, 4)
    world.publish(record(4, requires=[needs(3), needs(2)]), record(1), record(2))
    answer = world.pathways.common([ctid_number(1), ctid_number(2)])
    assert depths(answer) == {1: 0, 2: 0, 4: 2, 5: 3}
    through = {
        (number_of(e.source), number_of(e.target)): [*map(number_of, e.through)]
        for e in answer.edges
    }
    assert through == {(1, 4): [3], (2, 4): [], (1, 5): [3, 4], (2, 5): [4]}


# Routes.


def priced(number: int, cost: float, *earlier: int, **says: Any) -> dict[str, Any]:
    """Return a certificate that costs something, needs others, and takes as many days."""
    price = {"@type": "ceterms:CostProfile", "ceterms:price": cost, "ceterms:currency": "USD"}
    takes = {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": f"P{int(cost)}D"}
    return record(
        number,
        requires=[*map(needs, earlier)],
        estimatedCost=[price],
        estimatedDuration=[takes],
        **says,
    )


def routes(world: World, start: int, goal: int, by: str, k: int = 3) -> list[list[int]]:
    found = world.pathways.route(ctid_number(start), ctid_number(goal), k, by).routes
    return [[number_of(id) for id in route.nodes] for route in found]


def test_the_best_routes_by_each_measure(world: World) -> None:
    world.publish(
        record(1),
        priced(2, 5, 1),
        priced(3, 100, 1),
        priced(4, 5, 2, recommends=[iri(2)]),
        priced(9, 7, 4, recommends=[iri(3)], coPrerequisite=[iri(1)]),
    )
    direct, short, long = [1, 9], [1, 3, 9], [1, 2, 4, 9]
    assert routes(world, 1, 9, "steps") == [direct, short, long]
    assert routes(world, 1, 9, "strength") == [long, direct, short]
    assert routes(world, 1, 9, "strength", 1) == [long]
    assert routes(world, 1, 9, "cost") == routes(world, 1, 9, "duration") == [direct, long, short]
    found = world.pathways.route(ctid_number(1), ctid_number(9), 3, "cost")
    assert [(r.strength, r.steps, r.cost, r.days, r.unstated) for r in found.routes] == [
        ("weak", 1, {"USD": 7}, 7, 0),
        ("required", 3, {"USD": 17}, 17, 0),
        ("recommended", 2, {"USD": 107}, 107, 0),
    ]
    assert depths(found.graph) == {1: 0, 2: 1, 3: 1, 4: 2, 9: 1}
    assert pairs(found.graph)[(1, 9)] == "weak"
    assert len(found.graph.edges) == 6
    assert routes(world, 9, 1, "steps") == routes(world, 1, 1, "steps") == []


@pytest.mark.parametrize("by", ["cost", "duration"])
def test_a_better_route_may_be_much_longer(world: World, by: str) -> None:
    world.publish(
        record(1),
        priced(2, 500, 1),
        *(priced(n, 1, n - 1 if n > 11 else 1) for n in range(11, 19)),
        priced(9, 0, 2, 18),
    )
    assert routes(world, 1, 9, by, 1) == [[1, *range(11, 19), 9]]
    assert len(routes(world, 1, 9, "steps", 3)) == 2
    world.publish(record(4, requires=[needs(18)]), record(9, requires=[needs(4), needs(18)]))
    assert routes(world, 1, 9, by)[0][-2:] == [18, 9]  # at the same price, without a detour


# What is open to somebody.


def standing(found: tuple[Prospect, ...]) -> dict[int, tuple[Any, ...]]:
    """Return what is missing for each record, and the words."""
    return {
        number_of(p.record): (*([*map(number_of, m.any_of)] for m in p.missing), *p.words)
        for p in found
    }


def check(world: World, *numbers: int) -> tuple[dict[int, Any], dict[int, Any]]:
    found = world.pathways.prospects([*map(ctid_number, numbers)])
    return standing(found.open), standing(found.one_step)


def test_what_is_open_and_what_is_one_step_away(world: World) -> None:
    either = needs(1, alternativeCondition=[needs(2), condition(alternativeCondition=[needs(3)])])
    words = {"condition": {"en": ["A letter"]}, "yearsOfExperience": 2}
    world.publish(
        *map(record, range(1, 6)),
        record(6, requires=[needs(1, 2)], recommends=[iri(3)]),
        record(7, requires=[either]),
        record(8, requires=[needs(1, **words)]),
        record(9, preparationFrom=[iri(1)], corequisite=[iri(4)]),
        record(10, requires=[iri(7)]),
        record(11, requires=[needs(1, 2, 3)]),
        record(12, isPreparationFor=[iri(7)]),
    )
    assert check(world, 1) == (
        {7: (), 8: ("A letter", "Years of Experience: 2"), 9: ()},
        {6: ([2],), 10: ([7],)},
    )
    assert check(world, 3) == ({7: ()}, {10: ([7],)})
    assert check(world, 1, 2)[1] == {10: ([7],), 11: ([3],)}
    assert check(world, 12) == ({}, {7: ([1, 2, 3],), 10: ([7],)})


def test_an_experience_may_do_instead(world: World) -> None:
    world.publish(
        *map(record, range(1, 4)),
        record(
            9,
            recommends=[iri(3)],
            requires=[
                condition(experience={"en": "Two years"}, alternativeCondition=[needs(1), needs(2)])
            ],
        ),
    )
    assert check(world, 3)[0] == {9: ("Experience: Two years",)}
    assert check(world, 1)[0] == {9: ()}


def test_one_of_several_things_is_missing(world: World) -> None:
    either = needs(1, 3, alternativeCondition=[needs(2, 3), needs(4)])
    world.publish(*map(record, range(1, 5)), record(9, requires=[either]))
    assert check(world, 3)[1] == {9: ([1, 2, 4],)}


def test_others_say_that_they_are_required(world: World) -> None:
    world.publish(
        record(1, isRequiredFor=[iri(9)]),
        record(2),
        framework(5, 6),
        record(
            9,
            requires=[
                iri(2),
                iri(6),
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNodeName": {"en": "Care"},
                },
            ],
        ),
    )
    # A competency is nothing that somebody holds, but words.
    words = {"Competency: ceasn:Competency 6", "Competency: Care"}
    for held, missing in ((2,), [[1]]), ((1, 2), []):
        open_, one_step = check(world, *held)
        found = [*(one_step if missing else open_)[9]]
        assert found[: len(missing)] == missing
        assert set(found[len(missing) :]) == words
        assert not (open_ if missing else one_step)
