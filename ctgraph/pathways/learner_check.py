"""The learner's check: the records that are open to somebody who holds some others, or nearly so.

A condition is evaluated as far as it is data: targets that somebody holds or lacks, and
alternatives of which one is enough. Its text is passed on unchanged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from ctgraph.errors import BadParameter, QueryLimit
from ctgraph.identity.ctid import NodeId
from ctgraph.links.properties import NEEDED as NEEDED_IRIS
from ctgraph.links.properties import curie_of
from ctgraph.links.requirements import Need, Option
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.graph_json import to_json
from ctgraph.pathways.model import Cut, Graph, Node, Question
from ctgraph.pathways.traversal import Asked
from ctgraph.projections.link_reader import MAX_REQUIREMENT_BYTES, TOO_MUCH, Links, Needs, Statement
from ctgraph.rdf.namespaces import Curie

NEEDED = frozenset(map(curie_of, NEEDED_IRIS))
"""The properties whose conditions have to be met."""
MAX_HELD_RECORDS = 200
"""Records that a question may name as held. A person holds fewer."""
MAX_LEAD_LINKS = 5_000
"""Links followed from the held records, and again from the records that these lead to."""


@dataclass(frozen=True)
class Missing:
    """One thing that is missing.

    :param any_of: ids of the things that would meet the need. One of them is enough.
    :param property: the property that asks for it, as a CURIE; `condition` is the condition's name.
    """

    any_of: tuple[NodeId, ...]
    property: Curie
    condition: str = ""


@dataclass(frozen=True)
class Prospect:
    """A record, and what somebody still lacks for it.

    :param because: ids of the held records that lead to it.
    :param missing: the least that they lack, as far as it is data.
    :param words: further needs of the record in words, which a person has to judge.
    """

    record: NodeId
    because: tuple[NodeId, ...]
    missing: tuple[Missing, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Prospects:
    """A page of the records that are open to somebody and, behind them, of those one step away.

    :param nodes: the held records, and all that the page names.
    :param next: the cursor of the next page, if there is one.
    """

    held: tuple[NodeId, ...]
    open: tuple[Prospect, ...]
    one_step: tuple[Prospect, ...]
    nodes: dict[NodeId, Node]
    cut: tuple[Cut, ...]
    next: NodeId | None


def prospects_json(found: Prospects) -> dict[str, Any]:
    """Return the prospects of somebody as a JSON object."""
    graph = Graph(Question.CHECK, found.held, tuple(found.nodes.values()), ())

    def prospect(one: Prospect) -> dict[str, Any]:
        missing = [
            {"anyOf": m.any_of, "property": m.property, "condition": m.condition}
            for m in one.missing
        ]
        return {
            "record": one.record,
            "name": found.nodes[one.record].name,
            "because": one.because,
            "missing": missing,
            "words": one.words,
        }

    return {
        "question": graph.question,
        "held": found.held,
        "open": list(map(prospect, found.open)),
        "oneStepAway": list(map(prospect, found.one_step)),
        "nodes": to_json(graph)["nodes"],
        "cut": [asdict(cut) for cut in found.cut],
        "next": found.next,
    }


def require_some(held: Collection[str]) -> None:
    """Make sure that somebody holds as many records as a question is answered for.

    :raises BadParameter: without any record, or with more than MAX_HELD_RECORDS.
    """
    if not 1 <= len(held) <= MAX_HELD_RECORDS:
        raise BadParameter(
            f"Name from 1 to {MAX_HELD_RECORDS} records that somebody holds: ?held=CTID,CTID."
        )


def prospects_of(
    links: Links, describer: Describer, held: Collection[NodeId], asked: Asked
) -> Prospects:
    """Return the records that are open to somebody who holds some others, or one step away.

    Candidates are the records that the held ones lead to, and those that these lead to in turn.

    :param asked: its `limit` and `cursor` say which page; nothing else of it counts.
    :raises BadParameter: without any record, or with more than MAX_HELD_RECORDS, or for a cursor
        that no page gave.
    """
    require_some(held)
    first = links.steps(held, True, MAX_LEAD_LINKS)
    second = links.steps(sorted({step.later for step in first}), True, MAX_LEAD_LINKS)
    because: dict[NodeId, set[NodeId]] = {}
    for step in (*first, *second):
        if step.later not in held:
            because.setdefault(step.later, set()).update({step.earlier} & set(held))
    known = links.nodes(because)
    prospects = sorted(
        _prospects(links, because, set(held)),
        key=lambda p: (len(p.missing), known[p.record].name.lower(), p.record),
    )
    begin = _begin(asked.cursor, prospects)
    page = prospects[begin : begin + asked.limit]
    following = prospects[begin + asked.limit : begin + asked.limit + 1]
    named = {id for p in page for id in (p.record, *p.because)}
    named |= {id for p in page for missing in p.missing for id in missing.any_of}
    cut = (
        ()
        if max(len(first), len(second)) < MAX_LEAD_LINKS
        else (Cut(f"Only {MAX_LEAD_LINKS:,} links from the records held are followed."),)
    )
    return Prospects(
        tuple(held),
        tuple(found for found in page if not found.missing),
        tuple(found for found in page if found.missing),
        describer.nodes(dict.fromkeys([*held, *sorted(named)], 0)),
        cut,
        following[0].record if following else None,
    )


def _begin(cursor: str, prospects: Sequence[Prospect]) -> int:
    """Return the position of the record with which a page begins."""
    if not cursor:
        return 0
    for position, found in enumerate(prospects):
        if found.record == cursor:
            return position
    raise BadParameter(
        f"No page begins with {cursor[:60]!r} now. Use the value of 'next' from the previous page, "
        "or leave cursor out to begin again."
    )


class _Evaluation(NamedTuple):
    """The things that somebody lacks for some needs, and all the targets of these."""

    missing: tuple[Missing, ...]
    words: tuple[str, ...]
    named: frozenset[NodeId]


def _prospects(
    links: Links, because: Mapping[NodeId, Collection[NodeId]], held: set[NodeId]
) -> list[Prospect]:
    """Compare the needs of records with the held ones; drop those that lack more than one thing.

    A record that states no needs is open only to somebody who holds something that leads to it.

    :raises QueryLimit: when the words of the needs are too much for one answer.
    """
    known = links.nodes(because)
    needs = links.requirements(because)
    # A need that a manifest shares among many records is evaluated once.
    distinct = {id(some): some for found in needs.values() for some in found}
    options = (option for some in distinct.values() for need in some for option in need.options)
    competencies = links.competencies({target for option in options for target in option.targets})
    evaluations = {
        key: _evaluated(
            [_without_competencies(need, competencies) for need in some if need.property in NEEDED],
            held,
        )
        for key, some in distinct.items()
    }
    asked: dict[NodeId, list[Statement]] = {}
    for s in links.asked_for(because):
        asked.setdefault(s.later, []).append(s)
    prospects = []
    size = 0
    for record in because.keys() & known.keys():
        evaluated = [evaluations[id(some)] for some in needs.get(record, [])]
        others = _asked_by_others(evaluated, asked.get(record, []), held)
        # No list repeats a thing, so two of each show whether more than one thing is missing.
        missing = dict.fromkeys(chain(*(found.missing[:2] for found in evaluated), others))
        if len(missing) > 1 or not (because[record] or missing):
            continue
        words = dict.fromkeys(word for found in evaluated for word in found.words)
        size += sum(map(len, words))
        if size > MAX_REQUIREMENT_BYTES:
            raise QueryLimit(TOO_MUCH)
        prospects.append(
            Prospect(record, tuple(sorted(because[record])), tuple(missing), tuple(words))
        )
    return prospects


def _without_competencies(need: Need, names: Mapping[NodeId, str]) -> Need:
    """Turn the targets of a need that are competencies into words, because nobody holds one."""
    options = [
        Option(
            (*option.words, *(f"Competency: {names[t]}" for t in option.targets if t in names)),
            tuple(t for t in option.targets if t not in names),
        )
        for option in need.options
    ]
    return replace(need, options=tuple(options))


def _evaluated(needs: Needs, held: set[NodeId]) -> _Evaluation:
    lacking = [_lacking(need, held) for need in needs]
    return _Evaluation(
        tuple(dict.fromkeys(one for missing, _ in lacking for one in missing)),
        tuple(dict.fromkeys(word for _, words in lacking for word in words)),
        frozenset(t for need in needs for option in need.options for t in option.targets),
    )


def _lacking(need: Need, held: set[NodeId]) -> tuple[list[Missing], tuple[str, ...]]:
    """Return the least that is missing for a need, and its words.

    The option that lacks the least counts; among several of these, the one with most of its targets
    held. Where options lack one thing each, any of those things is enough.
    """
    # A target that is held is a better sign than words that a person has to judge.
    options = sorted(need.options, key=lambda option: -len(held & set(option.targets)))
    lacking = [[t for t in option.targets if t not in held] for option in options]
    least = min(map(len, lacking))
    best = [n for n, missing in enumerate(lacking) if len(missing) == least]
    words = options[best[0]].words
    if least == 1:
        ends = dict.fromkeys(lacking[n][0] for n in best)
        return [Missing(tuple(ends), need.property, need.name)], words
    return [Missing((end,), need.property, need.name) for end in lacking[best[0]]], words


def _asked_by_others(
    evaluated: Collection[_Evaluation], asked: Iterable[Statement], held: Collection[NodeId]
) -> list[Missing]:
    """Return the missing records that say themselves that they are required for this one."""
    groups: dict[NodeId, list[Statement]] = {}
    for s in asked:
        if s.asserter == s.earlier and not any(s.earlier in found.named for found in evaluated):
            groups.setdefault(s.alternative or s.earlier, []).append(s)
    return [
        Missing(tuple(dict.fromkeys(s.earlier for s in group)), group[0].property, group[0].name)
        for group in groups.values()
        if not any(s.earlier in held for s in group)
    ]
