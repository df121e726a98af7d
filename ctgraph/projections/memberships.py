"""Members of collections in the search index.

A collection names its members (``ceterms:hasMember``), whose documents seldom name the collection.
So the index learns of it when either document changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from contextlib import contextmanager
from itertools import chain, islice

import orjson
import pyoxigraph as ox
import tantivy

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.links.properties import CTID, ceterms
from ctgraph.projections.search_entries import Entry
from ctgraph.projections.search_facts import bounded
from ctgraph.projections.search_fields import Facet, schema

MAX_COLLECTIONS = 100_000
"""Collections whose members are compared when a store is opened."""
_HAS_MEMBER = ox.NamedNode(ceterms("hasMember"))
_IS_MEMBER = ox.NamedNode(ceterms("isMemberOf"))
_CTID = ox.NamedNode(CTID)
_DEFAULT = ox.DefaultGraph()

Pair = tuple[str, str]
"""A member and its collection, each a CTID or an IRI."""


class Memberships:
    """Tells the entries of a search index which collections name them.

    :ivar waiting: entities whose entries do not know all their collections yet.
    """

    def __init__(self, identity: Identity) -> None:
        self.waiting: set[Ctid] = set()
        self._identity = identity

    def told(self, store: ox.Store, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield entries with the collections that name them."""
        for entry in entries:
            member = ox.NamedNode(self._identity.resource(entry.record))
            stated = self._stated(store.quads_for_pattern(None, _HAS_MEMBER, member, _DEFAULT))
            if stated:
                own = entry.facets.get(Facet.COLLECTION, ())
                named = sorted(collection for _, collection in stated)
                entry.facets[Facet.COLLECTION] = bounded([*own, *named])
            yield entry

    @contextmanager
    def changing(
        self, store: ox.Store, replaced: Collection[Ctid], documents: Collection[Ctid]
    ) -> Iterator[None]:
        """Note whose collections change while documents are written to a store.

        :param replaced: those of the documents that the store may hold already.
        """
        before = self._stated_in(store, replaced)
        yield
        self._wait(before ^ self._stated_in(store, documents), set(documents))

    def compare(self, store: ox.Store, index: tantivy.Searcher) -> None:
        """Note the members whose committed entries say something else than the store.

        They are what was left when a process ended, and all members where the store is new.
        """
        stated = self._stated(store.quads_for_pattern(None, _HAS_MEMBER, None, _DEFAULT))
        own = map(self._ends, store.quads_for_pattern(None, _IS_MEMBER, None, _DEFAULT))
        indexed = set(_indexed(index))
        unlike = (stated - indexed) | (indexed - stated - set(own))
        self._wait((pair for pair in unlike if self._is_held(store, pair[0])), set())

    def some(self, most: int) -> list[Ctid]:
        """Take some of the entities that wait."""
        found = list(islice(self.waiting, most))
        self.waiting.difference_update(found)
        return found

    def _wait(self, changed: Iterable[Pair], told: Set[str]) -> None:
        members = {member for member, _ in changed} - told
        self.waiting.update(Ctid(member) for member in members if is_ctid(member))

    def _is_held(self, store: ox.Store, member: str) -> bool:
        """Tell whether a member is an entity of this registry, or only named by one."""
        name = ox.NamedNode(f"{self._identity.resources}{member}")
        return next(store.quads_for_pattern(name, _CTID, None, _DEFAULT), None) is not None

    def _stated_in(self, store: ox.Store, documents: Iterable[Ctid]) -> set[Pair]:
        graphs = (ox.NamedNode(self._identity.graph(one)) for one in documents)
        found = (store.quads_for_pattern(None, _HAS_MEMBER, None, graph) for graph in graphs)
        return self._stated(chain.from_iterable(found))

    def _stated(self, quads: Iterable[ox.Quad]) -> set[Pair]:
        """Return what statements of collections say; those without an IRI have no name."""
        ends = map(self._ends, quads)
        return {(member, collection) for collection, member in ends if collection and member}

    def _ends(self, quad: ox.Quad) -> tuple[str, str]:
        return self._name(quad.subject), self._name(quad.object)

    def _name(self, term: object) -> str:
        if not isinstance(term, ox.NamedNode):
            return ""
        record = term.value.removeprefix(self._identity.resources)
        return record if is_ctid(record) else term.value


def _indexed(index: tantivy.Searcher) -> Iterator[Pair]:
    """Yield the members that an index holds, with their collections."""
    for name, number in index.terms_with_prefix(Facet.COLLECTION, "", limit=MAX_COLLECTIONS):
        query = tantivy.Query.term_query(schema(), Facet.COLLECTION, name)
        for _, address in index.search(query, limit=number, count=False).hits:
            yield orjson.loads(bytes(index.doc(address)["card"][0]))["record"], name
