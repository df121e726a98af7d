"""Random records in a random history: every answer is what a plain computation comes to.

What is expected is worked out from the statements that were made, by other means than ctgraph's:
sets of pairs, closed step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, count, pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctgraph.pathways import Asked
from ctgraph.pathways.model import Graph
from ctgraph.projections import triples
from tests.support.links import World, condition, framework, iri, number_of, record
from tests.support.queries import solutions
from tests.support.registry import ctid_number

# Who comes first, and how strongly: what a record says of itself, what it says of another one.
FIRST = {
    "isRequiredFor": "required",
    "isAdvancedStandingFor": "advanced",
    "isPreparationFor": "preparation",
    "isRecommendedFor": "recommended",
}
SECOND = {
    "requires": "required",
    "entryCondition": "required",
    "prerequisite": "required",
    "advancedStandingFrom": "advanced",
    "preparationFrom": "preparation",
    "recommends": "recommended",
    "coPrerequisite": "weak",
}
NEITHER = ("corequisite", "hasPart", "isPartOf", "nextVersion", "supersedes", "renewal")
ORDER = ("required", "advanced", "preparation", "recommended", "weak")
WEIGHTS = dict(zip(ORDER, (1, 1.5, 2, 3, 4), strict=True))
RECORDS = {1, 2, 3, 4, 5, 6, 7}
MANIFEST, FRAMEWORK, SKILL = 8, 9, 10
KINDS = ("Certificate", "Course", "AssessmentProfile")

Pair = tuple[int, int]
Statement = tuple[str, str, tuple[int, ...]]
"""A property, how it points at its targets, and these."""


@dataclass(frozen=True)
class Said:
    """What a document says: the class of its record, and statements."""

    kind: str
    cost: int
    statements: tuple[Statement, ...]
    uses: bool = False


targets = st.lists(st.sampled_from([*RECORDS, SKILL]), min_size=1, max_size=2, unique=True)
statements = st.lists(
    st.tuples(
        st.sampled_from([*FIRST, *SECOND, *NEITHER]),
        st.sampled_from(["direct", "condition", "alternatives"]),
        targets.map(tuple),
    ),
    max_size=3,
).map(tuple)
said = st.builds(Said, st.sampled_from(KINDS), st.integers(0, 3), statements, st.booleans())
changes = st.tuples(st.sampled_from([*RECORDS, MANIFEST, FRAMEWORK]), st.none() | said | said)
histories = st.lists(changes, min_size=4, max_size=16)


class Registry:
    """A world and what stands in it, in records of numbers that no example before has used."""

    def __init__(self, world: World, base: int, history: list[tuple[int, Said | None]]) -> None:
        self.world = world
        self.base = base
        self.current: dict[int, Said] = {}
        batch: dict[int, Said | None] = {}
        for number, change in history:
            if number in batch:  # the projector sees one change of a record after the other
                self._apply(batch)
                batch = {}
            batch[number] = change
        self._apply(batch)
        missing = RECORDS - self.current.keys()  # or one could not ask about them
        self._apply(dict.fromkeys(missing, Said("Certificate", 0, ())))

    def _apply(self, batch: dict[int, Said | None]) -> None:
        changes: list[tuple[dict[str, Any] | int, int]] = []
        for number, change in batch.items():
            if change:
                self.current[number] = change
                changes.append((self._document(number, change), number % 3))
            elif self.current.pop(number, None):
                changes.append((self.base + number, 0))
        self.world.change(*changes)

    def _document(self, number: int, change: Said) -> dict[str, Any]:
        if number == FRAMEWORK:  # sometimes it has lost its competency
            skills = [self.base + SKILL] if change.uses else []
            return framework(self.base + number, *skills)
        says: dict[str, list[Any]] = {}
        for property, form, ends in change.statements:
            says.setdefault(property, []).extend(self._values(form, ends))
        if change.uses and number != MANIFEST:
            says["commonConditions"] = [iri(self.base + MANIFEST)]
        price = {"@type": "ceterms:CostProfile", "ceterms:price": change.cost}
        kind = "ConditionManifest" if number == MANIFEST else change.kind
        return record(self.base + number, kind, estimatedCost=[price], **says)

    def _values(self, form: str, ends: tuple[int, ...]) -> list[Any]:
        iris = [iri(self.base + end) for end in ends]
        if form == "direct":
            return iris
        if form == "condition":
            return [condition(targetLearningOpportunity=iris)]
        one, *others = ([condition(targetAssessment=[each])] for each in iris)
        return [{**one[0], "ceterms:alternativeCondition": [*chain(*others)]}]

    def links(self) -> dict[Pair, set[str]]:
        """Return which number precedes which, with all strengths that are said."""
        found: dict[Pair, set[str]] = {}
        shared = self.current[MANIFEST].statements if MANIFEST in self.current else ()
        skilled = FRAMEWORK in self.current and self.current[FRAMEWORK].uses
        for number in self.current.keys() - {MANIFEST, FRAMEWORK}:
            change = self.current[number]
            common = [s for s in shared if change.uses and s[0] in SECOND]
            for property, form, ends in (*change.statements, *common):
                for end in ends:
                    pair = (number, end) if property in FIRST else (end, number)
                    is_none = property in NEITHER or end == number
                    if is_none or (end == SKILL and skilled and form == "direct"):
                        continue
                    found.setdefault(pair, set()).add((FIRST | SECOND)[property])
        return found

    def demands_itself(self, number: int) -> bool:
        """Tell whether a record has the conditions of a manifest that demands this very record."""
        shared = self.current[MANIFEST].statements if MANIFEST in self.current else ()
        return (
            number in self.current
            and self.current[number].uses
            and any(property in SECOND and number in ends for property, _, ends in shared)
        )

    def ask(self, question: str, number: int, **asked: Any) -> Graph:
        ask: Callable[..., Graph] = getattr(self.world.pathways, question)
        return ask(ctid_number(self.base + number), Asked(depth=10, **asked))

    def numbers(self, graph: Graph) -> dict[int, int]:
        return {number_of(node.id) - self.base: node.depth for node in graph.nodes}

    def pairs(self, graph: Graph) -> dict[Pair, str]:
        return {
            (number_of(e.source) - self.base, number_of(e.target) - self.base): e.strength
            for e in graph.edges
        }


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Iterator[int]]:
    return World(tmp_path_factory.mktemp("random") / "home"), count(1_000, 100)


Worlds = tuple[World, Iterator[int]]
History = list[tuple[int, Said | None]]


def distances(links: set[Pair], start: int) -> dict[int, int]:
    """Return in how many steps each number is reached."""
    found = {start: 0}
    for depth in range(1, 20):
        ahead = {b for a, b in links if found.get(a) == depth - 1} - found.keys()
        found |= dict.fromkeys(ahead, depth)
    return found


def ways(
    links: set[Pair], start: int, goal: int, seen: tuple[int, ...] = ()
) -> Iterator[list[int]]:
    """Yield every way without circles."""
    if start == goal:
        yield [*seen, goal]
        return
    for a, b in links:
        if a == start and b not in seen:
            yield from ways(links, b, goal, (*seen, start))


@settings(max_examples=40)
@given(histories, st.sampled_from(sorted(RECORDS)))
def test_preceding_and_succeeding_are_each_others_mirror(
    worlds: Worlds, history: History, goal: int
) -> None:
    registry = Registry(worlds[0], next(worlds[1]), history)
    before = registry.numbers(registry.ask("preceding", goal))
    for start in RECORDS:
        after = registry.numbers(registry.ask("succeeding", start))
        assert after.get(goal) == before.get(start)


@settings(max_examples=60)
@given(histories, st.sampled_from(sorted(RECORDS)), st.sets(st.sampled_from(ORDER)))
def test_answers_are_the_transitive_closure(
    worlds: Worlds, history: History, start: int, strengths: set[str]
) -> None:
    registry = Registry(worlds[0], next(worlds[1]), history)
    links = {pair: said & (strengths or set(ORDER)) for pair, said in registry.links().items()}
    strongest = {pair: min(said, key=ORDER.index) for pair, said in links.items() if said}
    reached = distances(set(strongest), start)
    after = registry.ask("succeeding", start, strengths=frozenset(strengths))
    assert registry.numbers(after) == reached
    assert registry.pairs(after) == {p: s for p, s in strongest.items() if p[0] in reached}
    reached = distances({(b, a) for a, b in strongest}, start)
    before = registry.ask("preceding", start, strengths=frozenset(strengths))
    assert registry.numbers(before) == reached
    assert registry.pairs(before) == {p: s for p, s in strongest.items() if p[1] in reached}


@settings(max_examples=60)
@given(histories, st.sampled_from(sorted(RECORDS)))
def test_the_view_of_credentials_is_the_closure_over_what_lies_between(
    worlds: Worlds, history: History, start: int
) -> None:
    registry = Registry(worlds[0], next(worlds[1]), history)
    links = set(registry.links())
    kinds = {number: change.kind for number, change in registry.current.items()}
    skilled = FRAMEWORK in kinds and registry.current[FRAMEWORK].uses
    left_out = {n for n in RECORDS if kinds[n] != "Certificate"} | ({SKILL} if skilled else set())
    left_out -= {start}
    collapsed = {(a, b) for a, b in links}
    for between in left_out:
        collapsed |= {
            (a, d) for a, b in collapsed if b == between for c, d in collapsed if c == between
        }
    collapsed = {(a, b) for a, b in collapsed if a != b and not {a, b} & left_out}
    reached = distances(collapsed, start)
    answer = registry.ask("succeeding", start, kinds=frozenset(["credential"]))
    assert registry.numbers(answer) == reached
    assert set(registry.pairs(answer)) == {(a, b) for a, b in collapsed if a in reached}
    for edge in answer.edges:
        way = [number_of(id) - registry.base for id in (edge.source, *edge.through, edge.target)]
        assert set(pairwise(way)) <= links
        assert set(way[1:-1]) <= left_out


@settings(max_examples=30)
@given(
    histories,
    st.sampled_from(sorted(RECORDS)),
    st.integers(1, 4),
    st.sampled_from(["preceding", "succeeding", "neighbourhood", "stack", "versions"]),
)
def test_pages_are_the_whole_answer_each_thing_once(
    worlds: Worlds, history: History, start: int, limit: int, question: str
) -> None:
    registry = Registry(worlds[0], next(worlds[1]), history)
    whole = registry.ask(question, start)
    pages: list[Graph] = []
    cursor: str | None = ""
    while cursor is not None:
        pages.append(registry.ask(question, start, limit=limit, cursor=cursor))
        cursor = pages[-1].next
    assert [node for page in pages for node in page.nodes] == [*whole.nodes]
    edges = [edge for page in pages for edge in page.edges]
    assert len(edges) == len(whole.edges)
    assert set(edges) == set(whole.edges)
    shown: set[str] = set()
    for page in pages:  # an edge comes when both its ends are there
        shown |= {node.id for node in page.nodes}
        assert all({edge.source, edge.target} <= shown for edge in page.edges)


@settings(max_examples=60)
@given(
    histories,
    st.tuples(st.sampled_from(sorted(RECORDS)), st.sampled_from(sorted(RECORDS))),
    st.sampled_from(["steps", "strength", "cost"]),
    st.integers(1, 10),
)
def test_routes_are_the_best_of_all_ways(
    worlds: Worlds, history: History, ends: Pair, by: str, k: int
) -> None:
    registry = Registry(worlds[0], next(worlds[1]), history)
    links = {pair: min(said, key=ORDER.index) for pair, said in registry.links().items()}
    cost = {number: change.cost for number, change in registry.current.items()}

    def weight(way: list[int]) -> float:
        if by == "cost":
            return sum(cost.get(number, 0) + 1e-3 for number in way[1:])
        return sum(WEIGHTS[links[step]] if by == "strength" else 1 for step in pairwise(way))

    start, goal = ends
    every = [*ways(set(links), start, goal)] if start != goal else []
    found = worlds[0].pathways.route(
        ctid_number(registry.base + start), ctid_number(registry.base + goal), k, by
    )
    best = [[number_of(id) - registry.base for id in route.nodes] for route in found.routes]
    assert len({*map(tuple, best)}) == len(best)
    assert all(way in every for way in best)
    assert [weight(way) for way in best] == pytest.approx(sorted(map(weight, every))[:k])
    assert not found.graph.cut


@settings(max_examples=15)
@given(histories, st.sampled_from(sorted(RECORDS)))
def test_sparql_says_the_same(worlds: Worlds, history: History, start: int) -> None:
    registry = Registry(worlds[0], next(worlds[1]), history)
    answer = registry.numbers(registry.ask("succeeding", start))
    rows = solutions(
        worlds[0].store(),
        f"SELECT DISTINCT ?b {{ <{iri(registry.base + start)}> ctg:precedes+ ?b }}",
    )
    reached = {number_of(row["b"].value) - registry.base for row in rows}
    # In RDF the manifest stands between what it demands and the records that have its conditions.
    assert reached - {start, MANIFEST} == answer.keys() - {start}
    circles = any(b == start and a in answer for a, b in registry.links())
    assert (start in reached) == (circles or registry.demands_itself(start))


@settings(max_examples=16)
@given(histories, st.booleans())
def test_what_a_history_leaves_is_what_a_rebuild_makes(
    tmp_path_factory: pytest.TempPathFactory, history: History, in_pieces: bool
) -> None:
    world = World(tmp_path_factory.mktemp("history") / "home")
    with ExitStack() as patched:
        for bound in ("MAX_AMENDED_LINKS", "MAX_BATCH_QUADS") if in_pieces else ():
            patched.enter_context(patch.object(triples, bound, 1))
        Registry(world, 100, history)
    assert world.differences() == []
    before = world.contents()
    world.rebuild()
    assert world.contents() == before
    assert world.differences() == []
