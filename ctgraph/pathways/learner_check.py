"""A learner's question: with what somebody holds, what is open, and what is one step away?

A condition is evaluated as far as it is data: targets that are held or not, alternatives of which
one is enough. What it says in words is handed over as it stands, never guessed at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from ctgraph.errors import BadParameter, QueryLimit
from ctgraph.links.model import Cut, Node
from ctgraph.pathways.answers import Describer, family_of
from ctgraph.projections.link_reader import MAX_REQUIREMENT_BYTES, TOO_MUCH, Links, Needs, Statement

MOST_HELD = 200
MOST_LEADS = 5_000


@dataclass(frozen=True)
class Missing:
    """One thing that is missing.

    :param any_of: what would do, by id; one of them is enough.
    :param property: the property that asks for it, as a CURIE; `condition` the condition's name.
    """

    any_of: tuple[str, ...]
    property: str
    condition: str = ""


@dataclass(frozen=True)
class Prospect:
    """How somebody stands before a record.

    :param because: what they hold that leads to it.
    :param missing: the least they lack, as far as it is data.
    :param words: what else it asks for in words, which a person has to judge.
    """

    record: str
    because: tuple[str, ...]
    missing: tuple[Missing, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What is open to somebody, what is one step away, and the nodes that are named."""

    held: tuple[str, ...]
    open: tuple[Prospect, ...]
    one_step: tuple[Prospect, ...]
    nodes: dict[str, Node]
    cut: tuple[Cut, ...]


def check_held(links: Links, describer: Describer, held: Collection[str]) -> Checked:
    """Answer what is open to who holds some records, and what is one step away.

    Looked at is what these lead to, and what that leads to in turn.

    :raises BadParameter: without any record, or with more than 200.
    """
    if not 1 <= len(held) <= MOST_HELD:
        raise BadParameter(f"Name from 1 to {MOST_HELD} records that are held.")
    first = links.steps(held, True, MOST_LEADS)
    second = links.steps({step.later for step in first}, True, MOST_LEADS)
    because: dict[str, set[str]] = {}
    for step in (*first, *second):
        if step.later not in held:
            because.setdefault(step.later, set()).update({step.earlier} & set(held))
    prospects = _prospects(links, because, set(held))
    open_ = [found for found in prospects if not found.missing]
    one_step = [found for found in prospects if len(found.missing) == 1]
    named = {id for p in (*open_, *one_step) for id in (p.record, *p.because)}
    named |= {id for p in one_step for missing in p.missing for id in missing.any_of}
    nodes = describer.nodes(dict.fromkeys([*held, *named], 0))

    def in_order(found: list[Prospect]) -> tuple[Prospect, ...]:
        return tuple(sorted(found, key=lambda p: (nodes[p.record].name.lower(), p.record)))

    cut = (
        ()
        if max(len(first), len(second)) < MOST_LEADS
        else (Cut(f"Only {MOST_LEADS:,} links from what is held are looked at."),)
    )
    return Checked(tuple(held), in_order(open_), in_order(one_step), nodes, cut)


class _Standing(NamedTuple):
    """How somebody stands before some needs, and all the targets that these name."""

    missing: tuple[Missing, ...]
    words: tuple[str, ...]
    named: frozenset[str]


def _prospects(
    links: Links, because: Mapping[str, Collection[str]], held: set[str]
) -> list[Prospect]:
    """Hold the needs of records against what is held; leave out what lacks more than one thing.

    What states no needs at all is open only to who holds something that leads to it.

    :raises QueryLimit: when what they ask for in words is too much for one answer.
    """
    known = links.nodes(because)
    needs = links.requirements(because)
    # What a manifest demands of many is looked at once.
    distinct = {id(some): some for found in needs.values() for some in found}
    _without_competencies(links, distinct.values())
    standing = {key: _standing(some, held) for key, some in distinct.items()}
    asked: dict[str, list[Statement]] = {}
    for s in links.asked_for(because):
        asked.setdefault(s.later, []).append(s)
    prospects = []
    size = 0
    for record in because.keys() & known.keys():
        stands = [standing[id(some)] for some in needs.get(record, [])]
        others = _asked_by_others(stands, asked.get(record, []), held)
        # Two of each are enough to see whether there is more than one: none of them names it twice.
        missing = dict.fromkeys(chain(*(found.missing[:2] for found in stands), others))
        if len(missing) > 1 or not (because[record] or missing):
            continue
        words = dict.fromkeys(word for found in stands for word in found.words)
        size += sum(map(len, words))
        if size > MAX_REQUIREMENT_BYTES:
            raise QueryLimit(TOO_MUCH)
        prospects.append(
            Prospect(record, tuple(sorted(because[record])), tuple(missing), tuple(words))
        )
    return prospects


def _without_competencies(links: Links, needs: Collection[Needs]) -> None:
    """Turn targets that are competencies into words: nobody holds one."""
    options = [option for some in needs for need in some for option in need["options"]]
    known = links.nodes({target for option in options for target in option["targets"]})
    names = {id: row.name for id, row in known.items() if family_of(row.type) == "competency"}
    for option in options:
        option["words"] += [f"Competency: {names[t]}" for t in option["targets"] if t in names]
        option["targets"] = [t for t in option["targets"] if t not in names]


def _standing(needs: Needs, held: set[str]) -> _Standing:
    lacking = [_lacking(need, held) for need in needs]
    return _Standing(
        tuple(dict.fromkeys(one for missing, _ in lacking for one in missing)),
        tuple(dict.fromkeys(word for _, words in lacking for word in words)),
        frozenset(t for need in needs for option in need["options"] for t in option["targets"]),
    )


def _lacking(need: Mapping[str, Any], held: set[str]) -> tuple[list[Missing], list[str]]:
    """Return the least that is missing for a condition, and what it says in words.

    Of its options, the one counts that lacks the least, and of these the one that most is held of;
    of those that lack one thing, any will do.
    """
    # What is held says more than words that somebody has to judge.
    options = sorted(need["options"], key=lambda option: -len(held & set(option["targets"])))
    lacking = [[t for t in option["targets"] if t not in held] for option in options]
    least = min(map(len, lacking))
    best = [n for n, missing in enumerate(lacking) if len(missing) == least]
    name, words = need["name"], options[best[0]]["words"]
    if least == 1:
        ends = dict.fromkeys(lacking[n][0] for n in best)
        return [Missing(tuple(ends), need["property"], name)], words
    return [Missing((end,), need["property"], name) for end in lacking[best[0]]], words


def _asked_by_others(
    stands: Collection[_Standing], asked: Iterable[Statement], held: Collection[str]
) -> list[Missing]:
    """Return what is missing by what other records say that they are required for this one."""
    groups: dict[str, list[Statement]] = {}
    for s in asked:
        if s.asserter == s.earlier and not any(s.earlier in found.named for found in stands):
            groups.setdefault(s.alternative or s.earlier, []).append(s)
    return [
        Missing(tuple(dict.fromkeys(s.earlier for s in group)), group[0].property, group[0].name)
        for group in groups.values()
        if not any(s.earlier in held for s in group)
    ]
