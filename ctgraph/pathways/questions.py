"""The questions about pathways: the things that precede and succeed a record at any provider.

They can be asked from Python about a local registry::

    from ctgraph.ledger import Ledger, settled
    from ctgraph.pathways import Asked, Pathways
    from ctgraph.settings import load_settings

    settings = settled(load_settings(home="home"))
    pathways = Pathways(settings, Ledger.of(settings))
    aide = "ce-469f309a-709e-4f57-af8d-7ebacc94325c"
    for node in pathways.succeeding(aide, Asked(depth=2)).nodes:
        print(node.depth, node.name, node.owner_name)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson

from ctgraph.errors import BadParameter, RecordNotFound
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.links.model import Relation
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.common import common_of
from ctgraph.pathways.families import LINKED, classes_of
from ctgraph.pathways.learner_check import Prospects, prospects_of
from ctgraph.pathways.model import Graph, Node, Question
from ctgraph.pathways.paging import page_of
from ctgraph.pathways.routes import Routes, find_routes
from ctgraph.pathways.structure import Structure, with_names
from ctgraph.pathways.structure_reader import structure_of
from ctgraph.pathways.traversal import MAX_DEPTH_STEPS, Asked, both_ways, walk
from ctgraph.pathways.wordings import wordings_of
from ctgraph.projections.link_reader import Links, reading
from ctgraph.records.read import held
from ctgraph.settings import Settings

__all__ = ["Asked", "Pathways"]

MAX_COMMON_RECORDS = 10
"""Records whose common successors can be asked for. Each takes a traversal of its own."""
MAX_SEARCH_CHARACTERS = 200
"""Characters of a search: as many as a long name has."""
USUAL, NEAR, FAR = Asked(), Asked(depth=1), Asked(depth=MAX_DEPTH_STEPS)


class Pathways:
    """Questions about the links between the records of a registry.

    Records are named by their CTIDs, in any case. Every question is bounded in time, nodes and
    links, and its answer says what it leaves out.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._identity = Identity.of(settings)

    def preceding(self, record: str, asked: Asked = USUAL) -> Graph:
        """Return the things that precede a record.

        :raises MalformedCtid: when `record` is not a CTID.
        :raises NotFound: when the registry never held it.
        """
        return self._one_way(Question.PRECEDING, record, asked)

    def succeeding(self, record: str, asked: Asked = USUAL) -> Graph:
        """Return the things that succeed a record; see :meth:`preceding`."""
        return self._one_way(Question.SUCCEEDING, record, asked)

    def neighbourhood(self, record: str, asked: Asked = NEAR) -> Graph:
        """Return the neighbourhood of a record. Things that precede it have negative depths."""
        return self._both_ways(Question.NEIGHBOURHOOD, record, asked, Relation.PRECEDES)

    def stack(self, record: str, asked: Asked = USUAL) -> Graph:
        """Return the parts of a record (negative depths), and the wholes that it is a part of."""
        return self._both_ways(Question.STACK, record, asked, Relation.PART)

    def versions(self, record: str, asked: Asked = FAR) -> Graph:
        """Return the older versions of a record (negative depths) and the newer ones."""
        return self._both_ways(Question.VERSIONS, record, asked, Relation.VERSION)

    def common(self, records: Collection[str], asked: Asked = USUAL) -> Graph:
        """Return the records that all of some records lead to, by shortest ways.

        :raises BadParameter: for fewer than two records, or more than MAX_COMMON_RECORDS.
        """
        with self._asking(records) as (links, describer, start):
            if not 2 <= len(set(start)) <= MAX_COMMON_RECORDS:
                raise BadParameter(f"Name from 2 to {MAX_COMMON_RECORDS} different records.")
            return common_of(links, describer, start, asked)

    def route(self, start: str, goal: str, count: int = 3, by: str = "steps") -> Routes:
        """Return the `count` best routes from one record to another; see `find_routes`."""
        with self._asking([start, goal]) as (links, describer, (first, last)):
            return find_routes(links, describer, first, last, count, by)

    def prospects(self, records: Collection[str], asked: Asked = USUAL) -> Prospects:
        """Return the records that are open to somebody who holds some others, or one step away.

        :param asked: its `limit` and `cursor` say which page; nothing else of it counts.
        """
        with self._asking(records) as (links, describer, start):
            return prospects_of(links, describer, list(dict.fromkeys(start)), asked)

    def search(self, text: str, kinds: Collection[str] = (), limit: int = 30) -> list[Node]:
        """Return current records whose names contain all words of a text, the shortest names first.

        Competencies are not found: nobody holds one, so it is never an end of a link.

        :param kinds: the families and classes to search; empty for all that links can have as ends.
        :raises BadParameter: when the text is longer than MAX_SEARCH_CHARACTERS.
        """
        if len(text) > MAX_SEARCH_CHARACTERS:
            raise BadParameter(f"Search for a text of at most {MAX_SEARCH_CHARACTERS} characters.")
        with reading(self._settings) as links:
            found = links.named(
                text.replace("\0", " ").split(), classes_of(frozenset(kinds or LINKED)), limit
            )
            describer = Describer(links, self._ledger, self._identity)
            return list(describer.nodes({row.id: 0 for row in found}).values())

    def described(self, records: Collection[Ctid]) -> dict[Ctid, Node]:
        """Return records by their CTIDs; one that the registry does not hold has no name."""
        with reading(self._settings) as links:
            describer = Describer(links, self._ledger, self._identity)
            nodes = describer.nodes(dict.fromkeys(records, 0))
            return {record: nodes[record] for record in records}

    def structure(self, record: str) -> Structure:
        """Return the structure of a published pathway: components, conditions, levels.

        :raises NotFound: when there is no such record, or it is not a pathway.
        :raises Gone: when it is withdrawn.
        """
        found = held(self._ledger, ctid.canonical(record), None)
        content: dict[str, Any] = orjson.loads(found.canonical)
        read = structure_of(content, self._identity, self._progression(content))
        return with_names(read, self._ledger.records.names)

    def _progression(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """Return the document of a pathway's progression model, if the registry holds it."""
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

    def _one_way(self, question: Question, record: str, asked: Asked) -> Graph:
        with self._asking([record]) as (links, describer, start):
            later = question == Question.SUCCEEDING
            found = walk(links, start, later, asked)
            page = page_of(question, start, found, asked, describer)
            return replace(page, words=wordings_of(links, start[0], asked.strengths, later))

    def _both_ways(
        self, question: Question, record: str, asked: Asked, relation: Relation
    ) -> Graph:
        with self._asking([record]) as (links, describer, start):
            found = both_ways(links, start[0], asked, relation)
            page = page_of(question, start, found, asked, describer)
            if relation != Relation.PRECEDES:
                return page
            return replace(page, words=wordings_of(links, start[0], asked.strengths))

    @contextmanager
    def _asking(
        self, records: Collection[str]
    ) -> Iterator[tuple[Links, Describer, tuple[Ctid, ...]]]:
        """Open the link index for one question, with the records that it starts from."""
        start = tuple(map(ctid.canonical, records))
        with reading(self._settings) as links:
            unknown = set(start) - links.nodes(start).keys()
            for record in sorted(unknown - self._ledger.records.withdrawn_at(unknown).keys()):
                raise RecordNotFound(record)
            yield links, Describer(links, self._ledger, self._identity), start
