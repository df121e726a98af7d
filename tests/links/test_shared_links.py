"""Links that several documents have a part in: who says it, manifests, what is not of here."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from ctgraph.pathways.model import Edge, Node
from tests.support.links import (
    ORGANIZATIONS,
    World,
    condition,
    document,
    entity,
    framework,
    iri,
    needs,
    number_of,
    pairs,
    record,
)
from tests.support.queries import solutions
from tests.support.registry import ctid_number


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def edge(world: World, earlier: int, later: int) -> Edge:
    """Return what is said about two records."""
    edges = world.pathways.preceding(ctid_number(later)).edges
    return next(e for e in edges if e.source == ctid_number(earlier))


def node(world: World, later: int) -> Node:
    """Return the only thing that precedes a record."""
    (found,) = (n for n in world.pathways.preceding(ctid_number(later)).nodes if n.depth == 1)
    return found


# Who says it.


def test_whether_both_sides_say_it(world: World) -> None:
    world.publish(record(1, isRequiredFor=[iri(2)], isPreparationFor=[iri(3)]))
    world.publish(
        record(2, requires=[needs(1)]), record(3), record(4, recommends=[iri(1)]), owner=1
    )
    assert [edge(world, 1, n).agreed for n in (2, 3, 4)] == ["both", "source", "target"]
    sides = {
        (a.by, a.owner, a.owner_name, a.document, a.side) for a in edge(world, 1, 2).assertions
    }
    assert sides == {
        (ctid_number(1), ORGANIZATIONS[0], "College 0", ctid_number(1), "source"),
        (ctid_number(2), ORGANIZATIONS[1], "College 1", ctid_number(2), "target"),
    }


def test_what_neither_side_says_is_told_apart(world: World) -> None:
    world.publish(record(1))
    world.publish(record(2), owner=1)
    for number, owner in ((9, 2), (8, 1), (7, 0)):
        value = record(
            number, "TransferValueProfile", transferValueFrom=[iri(1)], transferValueFor=[iri(2)]
        )
        world.publish(value, owner=owner)
        assert {a.side for a in edge(world, 1, 2).assertions if a.by == ctid_number(number)} == {
            {2: "other", 1: "target", 0: "source"}[owner]
        }
    world.withdraw(8, 7)
    assert edge(world, 1, 2).agreed == "other"


def test_what_a_harvest_says_about_another_record_counts_for_nothing(world: World) -> None:
    lies = {
        "@id": iri(1),
        "@type": "ceterms:Course",
        "ceterms:name": {"en": "Lies"},
        "ceterms:isRequiredFor": [iri(2)],
        "ceterms:requires": [iri(4)],
        "ceterms:commonConditions": [iri(5)],
    }
    manifest = {"@id": iri(5), "@type": "ceterms:ConditionManifest", "ceterms:requires": [iri(6)]}
    documents = [
        (record(1, requires=[iri(3)]), 0),
        (record(2, commonConditions=[iri(5)]), 1),
        (record(5, "ConditionManifest", requires=[iri(7)]), 1),
        (document(entity(9, recommends=[lies], commonConditions=[iri(5)]), manifest), 2),
    ]
    for order in (documents, documents[::-1]):
        for each, owner in (*order, (record(3), 0), (record(7), 0)):
            world.publish(each, owner=owner)
        found = world.pathways.preceding(ctid_number(9)).nodes[1]
        assert (found.name, found.owner) == ("Certificate 1", ORGANIZATIONS[0])
        assert world.edges().keys() == {(3, 1), (7, 2), (1, 9), (7, 9)}
        checked = world.pathways.prospects([ctid_number(3), ctid_number(7)])
        assert [number_of(found.record) for found in checked.open] == [1, 2, 9]
        world.withdraw(1, 2, 5, 9)
    assert world.differences() == []


def test_the_rdf_of_a_link(world: World) -> None:
    either = {**needs(1), "@id": "_:a", "ceterms:alternativeCondition": [needs(3)]}
    world.publish(record(2, requires=[either], recommends=[iri(4)]), owner=1)
    said = world.says(2)
    assert {(1, "precedes", 2), (2, "succeeds", 1), (3, "precedes", 2)} <= said
    subject = next(s for s, p, o in said if (p, o) == ("earlier", 1))
    facts = {p: o for s, p, o in said if s == subject}
    condition = facts.pop("condition")
    assert facts == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": "Link",
        "earlier": 1,
        "later": 2,
        "strength": "required",
        "via": "condition",
        "assertedBy": 2,
        "owner": 901,
        "assertedWith": "https://purl.org/ctdl/terms/requires",
        "alternativeOf": condition,
    }
    plain = next(s for s, p, o in said if (p, o) == ("earlier", 4))
    assert not {p for s, p, _ in said if s == plain} & {"condition", "alternativeOf"}


# What is not of here.


def test_a_reference_without_an_iri_is_an_external_leaf(world: World) -> None:
    page = "https://elsewhere.example/diploma"
    leaf = {
        "@type": "ceterms:HighSchoolDiploma",
        "ceterms:name": {"en": "Diploma"},
        "ceterms:subjectWebpage": page,
    }
    world.publish(record(2, requires=[condition(targetCredential=[leaf])]))
    found = node(world, 2)
    assert (found.name, found.webpage, found.status) == ("Diploma", page, "external")
    assert found.id.startswith("_:")
    assert found.owner == ""
    names = solutions(
        world.store(), f"SELECT ?name {{ ?a ctg:precedes <{iri(2)}> ; ceterms:name ?name }}"
    )
    assert [row["name"].value for row in names] == ["Diploma"]


def test_a_page_elsewhere_is_external(world: World) -> None:
    world.publish(record(2, requires=["https://elsewhere.example/diploma"]))
    found = node(world, 2)
    assert (found.status, found.webpage) == ("external", found.iri)


def test_a_thing_elsewhere_that_two_documents_describe(world: World) -> None:
    def described(number: int) -> dict[str, Any]:
        leaf = {
            "@id": "https://elsewhere.example/x",
            "@type": "ceterms:Certificate",
            "ceterms:name": {"en": f"As {number} says"},
        }
        return record(number, requires=[leaf])

    world.publish(described(1), described(2))
    assert node(world, 1).name == node(world, 2).name
    world.publish(described(1))
    world.withdraw(2)
    assert node(world, 1).name == "As 1 says"
    assert world.differences() == []
    # Nobody's word about it is its own.
    value = record(
        9,
        "TransferValueProfile",
        transferValueFor=[iri(1)],
        transferValueFrom=[{"@id": "https://elsewhere.example/x", "@type": "ceterms:Certificate"}],
    )
    world.publish(value, owner=1)
    edges = world.pathways.preceding(ctid_number(1)).edges[0].assertions
    assert {(number_of(a.by), a.side) for a in edges} == {(1, "target"), (9, "other")}


def test_unknown_and_withdrawn_records(world: World) -> None:
    world.publish(record(1), record(3, requires=[needs(2)]), record(4, requires=[needs(1)]))
    unknown = node(world, 3)
    assert (unknown.status, unknown.name, unknown.family) == ("unknown", "", "other")
    assert node(world, 4).status == "current"
    world.withdraw(1)
    gone = node(world, 4)
    assert (gone.status, gone.name, gone.iri) == ("withdrawn", "Certificate 1", iri(1))
    assert pairs(world.pathways.succeeding(ctid_number(1))) == {(1, 4): "required"}


def test_a_link_to_an_old_version_offers_the_latest(world: World) -> None:
    world.publish(
        record(1, nextVersion=[iri(2)]),
        record(3, previousVersion=[iri(2)]),
        record(2),
        record(4, requires=[needs(1)]),
    )
    assert node(world, 4).latest == ctid_number(3)
    world.withdraw(1)
    assert (node(world, 4).status, node(world, 4).latest) == ("withdrawn", "")
    world.publish(record(3, supersedes=[iri(1)]))
    assert node(world, 4).latest == ctid_number(3)
    world.publish(record(3, supersedes=[iri(1)], supersededBy=[iri(1)]))
    assert node(world, 4).latest in ("", ctid_number(3))


# Manifests: the conditions that many records share.

SHARED = {
    "requires": [needs(1, alternativeCondition=[needs(2)])],
    "recommends": [iri(3)],
    "entryCondition": [condition(targetLearningOpportunity=[iri(4)])],
}


def shared(*users: int) -> dict[tuple[int, int], str]:
    """Return the edges that a manifest with those conditions makes."""
    strengths = {1: "required", 2: "required", 3: "recommended", 4: "required"}
    return {(target, user): strength for user in users for target, strength in strengths.items()}


def manifest(**says: Any) -> dict[str, Any]:
    return record(5, "ConditionManifest", **says)


def user(number: int) -> dict[str, Any]:
    return record(number, commonConditions=[iri(5)], preparationFrom=[iri(9)])


@pytest.mark.parametrize("order", list(permutations(("manifest", "user", "other"))))
def test_the_conditions_of_a_manifest_in_any_order(world: World, order: list[str]) -> None:
    documents = {"manifest": manifest(**SHARED), "user": user(7), "other": user(8)}
    own = {(9, 7): "preparation", (9, 8): "preparation"}
    for name in order:
        world.publish(documents[name], owner=name == "manifest")
    assert world.edges() == shared(7, 8) | own
    found = {number_of(e.source): e for e in world.pathways.preceding(ctid_number(7)).edges}
    assert {n: e.alternative for n, e in found.items()} == {
        1: True,
        2: True,
        3: False,
        4: False,
        9: False,
    }
    (said,) = found[1].assertions
    assert (said.by, said.document, said.owner) == (*[ctid_number(7)] * 2, ORGANIZATIONS[0])
    assert (said.via, said.side) == ("manifest", "target")
    assert world.differences() == []


def test_a_changed_manifest_changes_what_it_says_and_nothing_of_others(world: World) -> None:
    own = {(9, 7): "preparation", (9, 8): "preparation"}
    others = record(6, requires=[needs(1)]), record(10, "ConditionManifest", requires=[iri(1)])
    world.publish(manifest(**SHARED), user(7), user(8), *others)
    kept = world.kept(6, 7, 8, 10)

    def holds(demands: dict[int, str], *users: int) -> None:
        expected = {
            (target, user): strength for target, strength in demands.items() for user in users
        }
        assert world.edges() == expected | own | {(1, 6): "required"}
        assert kept <= world.kept(6, 7, 8, 10)
        assert {
            (s, o) for number in (5, 7, 8) for s, p, o in world.says(number) if p == "precedes"
        } == {*((target, 5) for target in demands), *((5, user) for user in users), *own}
        assert world.differences() == []

    every = {target: strength for (target, _), strength in shared(7).items()}
    holds(every, 7, 8)
    world.publish(manifest(recommends=[iri(2)]))
    holds({2: "recommended"}, 7, 8)
    world.withdraw(5)
    holds({}, 7, 8)
    world.publish(manifest(**SHARED))
    holds(every, 7, 8)
    kept = world.kept(6, 7, 10)
    world.publish(record(8, preparationFrom=[iri(9)]))
    holds(every, 7)
    before = world.contents()
    world.rebuild()
    assert world.contents() == before


def test_the_rdf_of_a_manifest(world: World) -> None:
    world.publish(manifest(**SHARED), user(7), owner=1)
    world.publish(record(1, requires=[iri(20)]))
    (use,) = (s for s, p, o in world.says(7) if (p, o) == ("via", "manifest"))
    assert {(p, o) for s, p, o in world.says(7) if s == use} == {
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "Link"),
        ("earlier", 5),
        ("later", 7),
        ("via", "manifest"),
        ("assertedBy", 7),
        ("owner", 901),
        ("assertedWith", "https://purl.org/ctdl/terms/commonConditions"),
    }
    said = world.says(5)
    strengths = {
        o: strength
        for s, p, o in said
        if p == "earlier"
        for subject, q, strength in said
        if (subject, q) == (s, "strength")
    }
    assert strengths == {1: "required", 2: "required", 3: "recommended", 4: "required"}
    found = solutions(world.store(), f"SELECT ?a {{ ?a ctg:precedes+ <{iri(7)}> }}")
    assert {number_of(row["a"].value) for row in found} == {1, 2, 3, 4, 5, 9, 20}


def test_what_a_record_needs_by_a_manifest_counts_like_its_own(world: World) -> None:
    world.publish(user(7), manifest(requires=[needs(1)]), record(9), record(1))
    (found,) = world.pathways.prospects([ctid_number(9)]).one_step
    assert [m.any_of for m in found.missing] == [(ctid_number(1),)]
    world.publish(manifest(recommends=[needs(1)]))
    (found,) = world.pathways.prospects([ctid_number(9)]).open
    assert number_of(found.record) == 7


@pytest.mark.parametrize("order", list(permutations(("manifest", "user", "framework"))))
def test_a_competency_that_a_manifest_names(world: World, order: tuple[str, ...]) -> None:
    documents = {
        "manifest": manifest(requires=[iri(11)], recommends=[iri(1)]),
        "user": record(7, commonConditions=[iri(5)]),
        "framework": framework(10, 11),
    }
    for name in order:
        world.publish(documents[name])
    assert world.edges() == {(1, 7): "recommended"}
    assert world.differences() == []
    world.publish(framework(10, 12))
    assert world.edges() == {(1, 7): "recommended", (11, 7): "required"}
    assert (11, "precedes", 5) in world.says(5)
    assert world.differences() == []
    world.publish(framework(10, 11))
    assert (11, "precedes", 5) not in world.says(5)
    assert world.differences() == []


def test_a_condition_says_what_kind_of_thing_it_points_at(world: World) -> None:
    world.publish(user(7), record(8, requires=[needs(11)]), manifest(requires=[needs(11)]))
    world.publish(framework(10, 11))
    assert world.edges() == {(11, 7): "required", (11, 8): "required", (9, 7): "preparation"}
    assert world.differences() == []


def test_a_rebuild_that_meets_the_competency_later(world: World) -> None:
    world.publish(record(1, requires=[iri(11)]), *map(record, range(2, 6)), framework(10, 11))
    before = world.contents()
    world.rebuild()
    assert world.contents() == before
    assert world.differences() == []


def test_a_manifest_elsewhere_is_what_each_document_says(world: World) -> None:
    def described(number: int) -> dict[str, Any]:
        name = "https://elsewhere.example/manifest"
        inner = {
            "@id": name,
            "@type": "ceterms:ConditionManifest",
            "ceterms:requires": [iri(number + 10)],
        }
        return record(number, commonConditions=[inner])

    world.publish(described(1))
    world.publish(described(2))
    assert world.edges() == {(11, 1): "required", (12, 2): "required"}


def test_a_manifest_within_the_document(world: World) -> None:
    inner = {"@type": "ceterms:ConditionManifest", "ceterms:requires": [needs(1, 7)]}
    world.publish(record(7, commonConditions=[inner]))
    world.publish(record(7, commonConditions=[inner], recommends=[iri(2)]))
    assert world.edges() == {(1, 7): "required", (2, 7): "recommended"}
    assert world.differences() == []
