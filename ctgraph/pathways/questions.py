"""Pathways: what precedes and succeeds a credential, across providers.

Usable as a library on a local registry::

    from ctgraph.ledger import Ledger
    from ctgraph.pathways import Asked, Pathways
    from ctgraph.settings import load_settings

    settings = load_settings(home="home")
    pathways = Pathways(settings, Ledger.of(settings))
    aide = "ce-469f309a-709e-4f57-af8d-7ebacc94325c"
    for node in pathways.succeeding(aide, Asked(depth=2)).nodes:
        print(node.depth, node.name, node.owner_name)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from ctgraph.errors import BadParameter, RecordNotFound
from ctgraph.identity import Identity, ctid
from ctgraph.ledger import Ledger
from ctgraph.links.model import Graph, Node
from ctgraph.pathways.answers import Describer, classes_of
from ctgraph.pathways.common import common_of
from ctgraph.pathways.learner_check import Checked, check_held
from ctgraph.pathways.paging import page_of
from ctgraph.pathways.routes import Routes, find_routes
from ctgraph.pathways.structure import Structure, structure_of, with_names
from ctgraph.pathways.traversal import DEEPEST, Asked, both_ways, walk
from ctgraph.projections.link_reader import Links, reading
from ctgraph.records.read import held
from ctgraph.settings import Settings

__all__ = ["Asked", "Pathways"]

MOST_COMMON = 10
LONGEST_TEXT = 200
LINKED = ("credential", "learning", "assessment", "component", "work")
USUAL, NEAR, FAR = Asked(), Asked(depth=1), Asked(depth=DEEPEST)


class Pathways:
    """Questions about the links between the records of a registry.

    Records are named by their CTIDs, in any case. Every question is bounded in time, nodes and
    links; its answer says what it leaves out.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._identity = Identity.of(settings)

    def preceding(self, record: str, asked: Asked = USUAL) -> Graph:
        """Return what comes before a record.

        :raises MalformedCtid: when `record` is no CTID.
        :raises NotFound: when the registry never had it.
        """
        return self._one_way("preceding", record, asked)

    def succeeding(self, record: str, asked: Asked = USUAL) -> Graph:
        """Return what a record leads to; see :meth:`preceding`."""
        return self._one_way("succeeding", record, asked)

    def neighbourhood(self, record: str, asked: Asked = NEAR) -> Graph:
        """Return what is around a record: what precedes it has a negative depth."""
        return self._both_ways("neighbourhood", record, asked, "precedes")

    def stack(self, record: str, asked: Asked = USUAL) -> Graph:
        """Return what a record is made of (negative depths), and what it is a part of."""
        return self._both_ways("stack", record, asked, "part")

    def versions(self, record: str, asked: Asked = FAR) -> Graph:
        """Return what a record replaced (negative depths), and what has replaced it."""
        return self._both_ways("versions", record, asked, "version")

    def common(self, records: Collection[str], asked: Asked = USUAL) -> Graph:
        """Return what all of some records lead to; an edge for each, by a shortest way.

        :raises BadParameter: for less than two records, or more than ten.
        """
        with self._asking(records) as (links, describer, start):
            if not 2 <= len(set(start)) <= MOST_COMMON:
                raise BadParameter(f"Name from 2 to {MOST_COMMON} different records.")
            return common_of(links, describer, start, asked)

    def route(self, start: str, goal: str, k: int = 3, by: str = "steps") -> Routes:
        """Return the `k` best routes from a record to another; see `find_routes`."""
        with self._asking([start, goal]) as (links, describer, (first, last)):
            return find_routes(links, describer, first, last, k, by)

    def check(self, records: Collection[str]) -> Checked:
        """Return what is open to who holds some records, and what is one step away."""
        with self._asking(records) as (links, describer, start):
            return check_held(links, describer, list(dict.fromkeys(start)))

    def search(self, text: str, kinds: Collection[str] = (), limit: int = 30) -> list[Node]:
        """Return current records whose names contain all words of a text, the shortest names first.

        :param kinds: the families to look in; empty for all that links can have as ends.
        :raises BadParameter: when the text is longer than 200 characters.
        """
        if len(text) > LONGEST_TEXT:
            raise BadParameter(f"Search for at most {LONGEST_TEXT} characters.")
        with reading(self._settings) as links:
            found = links.named(text.split(), classes_of(frozenset(kinds or LINKED)), limit)
            describer = Describer(links, self._ledger, self._identity)
            return list(describer.nodes({row.id: 0 for row in found}).values())

    def structure(self, record: str) -> Structure:
        """Return the structure of a published pathway: components, conditions, levels.

        :raises NotFound: when there is no such record, or it is no pathway.
        :raises Gone: when it is withdrawn.
        """
        found = held(self._ledger, ctid.canonical(record), None)
        content: dict[str, Any] = orjson.loads(found.canonical)
        read = structure_of(content, self._identity, self._progression(content))
        return with_names(read, self._ledger.records.names)

    def _progression(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """Return the document of the progression model that a pathway has, where it is held."""
        model = content["@graph"][0].get("asn:hasProgressionModel")
        for value in model if isinstance(model, list) else [model]:
            iri = value.get("@id") if isinstance(value, dict) else value
            record = self._identity.ctid_of(iri) if isinstance(iri, str) else None
            if record is None or self._ledger.records.find(record) is None:
                continue
            canonical = self._ledger.records.read(record).canonical
            if canonical:
                document: dict[str, Any] = orjson.loads(canonical)
                return document
        return None

    def _one_way(self, question: str, record: str, asked: Asked) -> Graph:
        with self._asking([record]) as (links, describer, start):
            found = walk(links, start, question == "succeeding", asked)
            return page_of(question, start, found, asked, describer)

    def _both_ways(self, question: str, record: str, asked: Asked, relation: str) -> Graph:
        with self._asking([record]) as (links, describer, start):
            found = both_ways(links, start[0], asked, relation)
            return page_of(question, start, found, asked, describer)

    @contextmanager
    def _asking(
        self, records: Collection[str]
    ) -> Iterator[tuple[Links, Describer, tuple[str, ...]]]:
        """Give the links as they are now, and the records that a question starts from."""
        start = tuple(map(ctid.canonical, records))
        with reading(self._settings) as links:
            unknown = set(start) - links.nodes(start).keys()
            for record in sorted(unknown - self._ledger.records.standing(unknown).keys()):
                raise RecordNotFound(record)
            yield links, Describer(links, self._ledger, self._identity), start
