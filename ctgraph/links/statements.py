"""Reading the links that a graph document asserts.

A link says that one thing comes before another. The properties that say so stand on either of the
two, on a condition manifest, on a transfer value profile, or between the components of a pathway;
through a condition profile or directly. Parts, versions and what is taken at the same time are
kept apart: none of them is a sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import pyoxigraph as ox

from ctgraph.documents.node_values import shortened
from ctgraph.identity import Identity
from ctgraph.identity.ctid import is_ctid
from ctgraph.links import properties as ctdl
from ctgraph.links.components import component_classes, order_of, proxies_of
from ctgraph.links.model import Condition, Link, Relation, Strength, Via
from ctgraph.links.node_facts import Fact, facts_of
from ctgraph.links.nodes import Nodes, nodes_of
from ctgraph.links.properties import CETERMS
from ctgraph.vocab import vocabulary

# A step that its pathway requires is not required for the credential: other ways may lead there.
IN_PATHWAY = Strength.RECOMMENDED
MOST_LINKS, FREE_LINKS = 20_000, 1_000
"""How many links of a document are kept: as many as it has statements, and so many more."""
# So many alternatives are looked at in a document, and so many options and targets are kept.
MOST_LOOKS, MOST_KEPT = 200_000, 20_000
MOST_TEXT, MOST_WORDS = 1_000, 100
"""How much of a text the index repeats, in characters, and how many texts; the record has all."""
TEXT_AS_ONE = 200
"""How many characters of text take as much room as one option or target."""


@dataclass(frozen=True)
class Requirement:
    """What a record needs, as far as it says so in one value of one property.

    :param tree: the property, the condition's id and name, and its options, of which one is
        enough: each with targets, which are all needed, and what it says in words.
    """

    record: str
    tree: dict[str, Any]


@dataclass
class Extract:
    """What the link index keeps of one document."""

    facts: list[Fact] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)


def extract(quads: Iterable[ox.Quad], record: str, identity: Identity) -> Extract:
    """Read the links of a document: of those beyond the first 1,000 not more than the document has
    statements, and 20,000 in all, for a few words can say very many of them.

    :param quads: its canonical quads.
    :param record: the CTID of its primary entity.
    """
    said = list(quads)
    most = min(MOST_LINKS, FREE_LINKS + len(said))
    nodes = nodes_of(said, identity)
    reader = _Reader(nodes, record)
    linking = [node for node in nodes if not ctdl.LINKING.isdisjoint(nodes[node])]
    stated = chain(chain.from_iterable(map(reader.links, linking)), reader.pathway(identity))
    links = dict.fromkeys(islice(stated, most))
    found = [link for link in links if link.earlier != link.later]
    named = {end for link in found for end in (link.earlier, link.later)}
    needed = [need for node in linking for need in reader.requirements(node)]
    return Extract(list(facts_of(nodes, named)), found, needed)


class _Reader:
    """Reads the nodes of one document."""

    def __init__(self, nodes: Nodes, record: str) -> None:
        self._nodes = nodes
        self._record = record
        kinds = {kind for node in nodes.values() for kind in node.get(ctdl.TYPE, ())}
        self._component = kinds & component_classes()
        self._looks, self._kept = 0, 0

    def links(self, node: str) -> Iterator[Link]:
        """Yield what one node says."""
        if self._is(node, ctdl.CONDITIONS | self._component):
            return
        here = self._nodes[node]
        by = node if ctdl.CTID in here else self._record
        common = self._is(node, {ctdl.MANIFEST})
        if common and self._is_foreign(node):
            return
        for property, strength in ctdl.REVERSE.items():
            for target, condition in self._targets(here.get(property, ())):
                yield Link(
                    Relation.COMMON if common else Relation.PRECEDES,
                    target,
                    node,
                    by,
                    _curie(property),
                    strength,
                    Via.CONDITION if condition else Via.DIRECT,
                    condition,
                )
        if common:
            return
        for property, strength in ctdl.FORWARD.items():
            for target, condition in self._targets(here.get(property, ())):
                yield Link(
                    Relation.PRECEDES,
                    node,
                    target,
                    by,
                    _curie(property),
                    strength,
                    Via.CONDITION if condition else Via.DIRECT,
                    condition,
                )
        for target, condition in self._targets(here.get(ctdl.COREQUISITE, ())):
            yield Link(
                Relation.CONCURRENT,
                node,
                target,
                by,
                _curie(ctdl.COREQUISITE),
                condition=condition,
            )
        if not self._is_foreign(node):
            for manifest in self._linked(here.get(ctdl.COMMON, ())):
                yield Link(Relation.USES, manifest, node, by, _curie(ctdl.COMMON), via=Via.MANIFEST)
        for earlier in self._linked(here.get(ctdl.FROM, ())):
            for later in self._linked(here.get(ctdl.FOR, ())):
                yield Link(
                    Relation.PRECEDES,
                    earlier,
                    later,
                    by,
                    _curie(ctdl.FROM),
                    Strength.ADVANCED,
                    Via.TRANSFER,
                )
        yield from self._kin(node, here, by)

    def _kin(self, node: str, here: Mapping[str, list[str]], by: str) -> Iterator[Link]:
        """Yield the parts and versions of a node."""
        for part in self._linked(here.get(ctdl.HAS_PART, ())):
            yield Link(Relation.PART, part, node, by, _curie(ctdl.HAS_PART))
        for whole in self._linked(here.get(ctdl.IS_PART_OF, ())):
            yield Link(Relation.PART, node, whole, by, _curie(ctdl.IS_PART_OF))
        for property in ctdl.OLDER:
            for older in self._linked(here.get(property, ())):
                yield Link(Relation.VERSION, older, node, by, _curie(property))
        for property in ctdl.NEWER:
            for newer in self._linked(here.get(property, ())):
                yield Link(Relation.VERSION, node, newer, by, _curie(property))

    def pathway(self, identity: Identity) -> Iterator[Link]:
        """Yield the order of a pathway's components, lifted to what they stand for."""
        if not self._component:
            return
        for step in order_of(self._nodes):
            condition = (
                self._condition(step.condition, step.group, step.required)
                if step.condition
                else None
            )
            for earlier in self._lifted(step.earlier, identity):
                for later in self._lifted(step.later, identity):
                    yield Link(
                        Relation.PRECEDES,
                        earlier,
                        later,
                        self._record,
                        step.property,
                        IN_PATHWAY,
                        Via.PATHWAY,
                        condition,
                    )

    def _lifted(self, component: str, identity: Identity) -> list[str]:
        """Return what a component stands for; itself for one that stands for competencies."""
        found = [] if self._is(component, {ctdl.SKILL}) else proxies_of(self._nodes, component)
        named = (identity.ctid_of(iri) or iri for iri in found)
        return list(filter(_is_name, named)) or [component]

    def requirements(self, node: str) -> Iterator[Requirement]:
        """Yield what a node needs before it can be had."""
        if self._is(node, ctdl.CONDITIONS | self._component) or self._is_foreign(node):
            return
        for property in ctdl.NEEDED:
            for value in self._nodes[node].get(property, ()):
                if self._kept > MOST_KEPT:
                    return
                if self._is_condition(value):
                    tree = self._tree(value)
                elif linked := list(self._linked([value])):
                    tree = {"id": "", "name": "", "options": [{"words": [], "targets": linked}]}
                else:
                    continue
                yield Requirement(node, {"property": _curie(property), **tree})

    def _tree(self, condition: str) -> dict[str, Any]:
        """Return a condition with its alternatives: options of which one is enough."""
        options = []
        for option in self._options(condition):
            options.append(self._option(option))
            words = sum(map(len, options[-1]["words"]))
            self._kept += 1 + len(options[-1]["targets"]) + words // TEXT_AS_ONE
            if self._kept > MOST_KEPT:
                break
        return {
            "id": condition,
            "name": shortened(self._text(condition, f"{CETERMS}name")),
            "options": options,
        }

    def _option(self, condition: str) -> dict[str, Any]:
        here = self._nodes[condition]
        words = [self._text(condition, f"{CETERMS}description")]
        for name in ctdl.WORDS:
            label = "" if name == "condition" else f"{vocabulary().label(f'ceterms:{name}')}: "
            words += [
                label + value[1:]
                for value in here.get(f"{CETERMS}{name}", ())
                if value.startswith('"')
            ]
        for value in here.get(f"{CETERMS}targetCompetency", ()):
            named = self._text(value, f"{CETERMS}targetNodeName") or value.removeprefix('"')
            words.append(f"Competency: {named}")
        targets = [t for p in ctdl.TARGETS for t in self._linked(here.get(p, ()))]
        return {
            "id": condition,
            "name": shortened(self._text(condition, f"{CETERMS}name")),
            "words": [text[:MOST_TEXT] for text in words[:MOST_WORDS] if text],
            "targets": targets[:MOST_KEPT],
        }

    def _options(self, condition: str) -> list[str]:
        """Return a condition and its alternatives, in any depth: any one of them is enough.

        One that only gathers alternatives is left out.
        """
        found = {condition: None}
        waiting = [condition]
        while waiting and self._looks < MOST_LOOKS:
            self._looks += 1
            for alternative in self._nodes[waiting.pop()].get(ctdl.ALTERNATIVE, ()):
                if alternative in self._nodes and alternative not in found:
                    found[alternative] = None
                    waiting.append(alternative)
        return [option for option in found if not self._gathers(option)] or [condition]

    def _gathers(self, condition: str) -> bool:
        """Tell whether a condition demands nothing but one of its alternatives."""
        here = self._nodes[condition]
        return ctdl.ALTERNATIVE in here and here.keys().isdisjoint(ctdl.DEMANDS)

    def _targets(self, values: Iterable[str]) -> Iterator[tuple[str, Condition | None]]:
        """Yield what values point at, directly or through condition profiles."""
        for value in values:
            if self._is_condition(value):
                yield from self._through(value)
            else:
                for target in self._linked([value]):
                    yield target, None

    def _through(self, condition: str) -> Iterator[tuple[str, Condition]]:
        group = condition if ctdl.ALTERNATIVE in self._nodes[condition] else ""
        for option in self._options(condition):
            found = self._condition(option, group)
            for property in ctdl.TARGETS:
                for target in self._linked(self._nodes[option].get(property, ())):
                    yield target, found

    def _condition(self, condition: str, group: str = "", required: int | None = None) -> Condition:
        name, about = (self._text(condition, f"{CETERMS}{p}") for p in ("name", "description"))
        return Condition(condition, name[:MOST_TEXT], about[:MOST_TEXT], group, required)

    def _text(self, node: str, property: str) -> str:
        values = self._nodes.get(node, {}).get(property, ())
        return next((v[1:] for v in values if v.startswith('"')), "")

    def _is_condition(self, value: str) -> bool:
        pointing = self._nodes.get(value, {}).keys() & {*ctdl.TARGETS, ctdl.ALTERNATIVE}
        return bool(pointing) or self._is(value, ctdl.CONDITIONS)

    def _is_foreign(self, node: str) -> bool:
        """Tell whether a node is a record of another document, of which this one only speaks."""
        return is_ctid(node) and ctdl.CTID not in self._nodes[node]

    def _is(self, node: str, kinds: set[str]) -> bool:
        return not kinds.isdisjoint(self._nodes.get(node, {}).get(ctdl.TYPE, ()))

    def _linked(self, values: Iterable[str]) -> Iterator[str]:
        """Yield the values that are ends of links: no texts or components."""
        for value in values:
            if value[:1] != '"' and not self._is(value, self._component):
                yield value


def _is_name(value: str) -> bool:
    """Tell whether something can be named so in RDF; what was sent as a text may be no IRI."""
    try:
        return is_ctid(value) or value.startswith("_:") or bool(ox.NamedNode(value))
    except ValueError:
        return False


def _curie(iri: str) -> str:
    return f"ceterms:{iri.removeprefix(CETERMS)}"
