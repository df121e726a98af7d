"""The ledger's sequence as a Linked Data Event Stream (LDES 1.0) in search trees (TREE).

The members are the versions. What the registry says of a version stands in the default graph, and
its document in the named graph of the version. So a client that replaces the graph of a record by
that of its newest version has what the registry serves.

A tree has three levels: the root, nodes of :data:`NODE_CHANGES` changes each, and pages of
:data:`PAGE_CHANGES`. They are cut at fixed sequence numbers, so none of them changes once it is
full. One tree is by time, and one by sequence number; they share the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import NamedTuple

import pyoxigraph as ox

from ctgraph.errors import NotFound
from ctgraph.harvest.stream_terms import (
    CREATED,
    Term,
    described,
    fact,
    member_quads,
    nquads,
)
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Change
from ctgraph.rdf.canonical import as_version
from ctgraph.rdf.namespaces import LDES, SEQUENCE, TREE, TYPE, XSD

PAGE_CHANGES = 100
"""Members of a page: as many as a client reads at once without noticing."""
NODE_CHANGES = 10_000
"""Changes below one node of a tree, that is, in a hundred pages."""
MAX_PAGE_BYTES = 2_000_000
"""Bytes of documents after which a page ends before it has all of its members, and is continued on
another one. A page has one member at least, however large that is."""


class View(StrEnum):
    """What the relations of a tree compare. The value ends the address of its root."""

    TIME = ""
    SEQUENCE = "/by-sequence"

    @property
    def path(self) -> ox.NamedNode:
        """The property of members that is compared."""
        return CREATED if self is View.TIME else SEQUENCE


class Content(NamedTuple):
    """What a node says, as N-Quads.

    :param complete: whether it will never have another member or relation.
    """

    quads: bytes
    complete: bool


class Node(NamedTuple):
    """A node of a tree, or a page.

    :param stamp: differs whenever the content does.
    :param complete: whether it is known, without reading it, that its content will never differ.
    """

    stamp: int
    complete: bool
    read: Callable[[], Content]


class _Branch(NamedTuple):
    """A relation: to a node with the changes from one on, up to those before another one."""

    address: str
    first: int
    following: int | None


@dataclass(frozen=True)
class EventStream:
    """The event stream of one registry, up to one of its changes.

    :param last: the number of the newest change.
    :param license: the IRI of the licence of its members.
    """

    ledger: Ledger
    identity: Identity
    license: str
    last: int

    @property
    def address(self) -> str:
        """The address of its description, which is the root of the tree by time."""
        return f"{self.identity.base}/ldes"

    def root(self, view: View) -> Node:
        """Return the root of a tree, which describes the stream."""
        return Node(-(-self.last // NODE_CHANGES), False, partial(self._root, view))

    def node(self, view: View, first: int) -> Node:
        """Return the node of a tree that begins with a change.

        :raises NotFound: when there is none.
        """
        self._require(first)
        if first % NODE_CHANGES != 1:
            raise _no_node(first)
        until = first + NODE_CHANGES  # when that is there, the end of the last page is known
        stamp = -(-min(self.last, until) // PAGE_CHANGES)
        return Node(stamp, self.last >= until, partial(self._node, view, first))

    def page(self, first: int) -> Node:
        """Return the page that begins with a change.

        :raises NotFound: when there is no such change. The first page is there before any change.
        """
        self._require(first)
        end = first + PAGE_CHANGES - 1 - (first - 1) % PAGE_CHANGES
        return Node(min(self.last, end), self.last >= end, partial(self._page, first, end))

    def _root(self, view: View) -> Content:
        views = [f"{self.address}{one}" for one in dict.fromkeys((view, *View))]
        root = ox.NamedNode(views[0])
        branches = self._branches(f"{root.value}/nodes", 1, self.last, NODE_CHANGES)
        said = described(self.address, views, self.license)
        return Content(nquads([*said, *self._relations(root, view, branches)]), False)

    def _node(self, view: View, first: int) -> Content:
        end = min(self.last, first + NODE_CHANGES - 1)
        node = ox.NamedNode(f"{self.address}{view}/nodes/{first}")
        branches = self._branches(f"{self.address}/pages", first, end, PAGE_CHANGES)
        complete = self.last >= first + NODE_CHANGES
        relations = self._relations(node, view, branches)
        return Content(nquads([*_of_node(node, complete), *relations]), complete)

    def _page(self, first: int, end: int) -> Content:
        room = min(end, self.last) - first + 1
        found = self.ledger.changes.after(first - 1, room, size=MAX_PAGE_BYTES)
        reached = found[-1].seq if found else first - 1
        page = ox.NamedNode(f"{self.address}/pages/{first}")
        goes_on = reached < min(end, self.last)
        complete = goes_on or reached == end
        quads = _of_node(page, complete)
        if goes_on:
            rest = _Branch(f"{self.address}/pages/{reached + 1}", reached + 1, None)
            quads += self._relations(page, View.TIME, [rest])
        revived = self.ledger.changes.revivals(first, reached)
        documents = []
        for change in found:
            version = self._version(change)
            quads.append(fact(self._stream, f"{TREE}member", ox.NamedNode(version)))
            created = change.number == 1 or change.seq in revived
            quads += member_quads(change, self.identity, created)
            graph = self.identity.graph(change.ctid)
            documents.append(as_version(change.quads, graph, change.number))
        return Content(nquads(quads) + b"".join(documents), complete)

    @property
    def _stream(self) -> ox.NamedNode:
        return ox.NamedNode(f"{self.address}#stream")

    def _version(self, change: Change) -> str:
        return f"{self.identity.graph(change.ctid)}/versions/{change.number}"

    def _require(self, first: int) -> None:
        if not 0 < first <= max(self.last, 1):
            raise _no_node(first)

    def _branches(self, start: str, first: int, end: int, size: int) -> list[_Branch]:
        """Return relations to nodes of a size with the changes from one to another."""
        return [
            _Branch(f"{start}/{number}", number, number + size)
            for number in range(first, max(end, first) + 1, size)
        ]

    def _relations(
        self, node: ox.NamedNode, view: View, branches: list[_Branch]
    ) -> Iterator[ox.Quad]:
        """Yield the relations of a node. One with a bound that is not known yet lacks it."""
        ends = {b.first for b in branches} | {b.following for b in branches if b.following}
        moments = self.ledger.changes.moments({end for end in ends if end <= self.last})
        for branch in branches:
            bounds = [
                ("GreaterThanOrEqualToRelation", branch.first),
                ("LessThanRelation", branch.following),
            ]
            known = [(kind, end) for kind, end in bounds if end in moments]
            for kind, end in known or [("Relation", 0)]:
                relation = ox.BlankNode(f"r{branch.first}{kind[0].lower()}")
                yield fact(node, f"{TREE}relation", relation)
                yield fact(relation, TYPE.value, ox.NamedNode(f"{TREE}{kind}"))
                yield fact(relation, f"{TREE}node", ox.NamedNode(branch.address))
                if end:
                    yield fact(relation, f"{TREE}path", view.path)
                    yield fact(relation, f"{TREE}value", _value(view, end, moments[end]))


def _value(view: View, number: int, moment: str) -> Term:
    if view is View.SEQUENCE:
        return ox.Literal(number)
    return ox.Literal(moment, datatype=ox.NamedNode(f"{XSD}dateTime"))


def _of_node(node: ox.NamedNode, complete: bool) -> list[ox.Quad]:
    said = [fact(node, TYPE.value, ox.NamedNode(f"{TREE}Node"))]
    if complete:
        said.append(fact(node, f"{LDES}immutable", ox.Literal(True)))
    return said


def _no_node(first: int) -> NotFound:
    return NotFound(f"The event stream has no such page as that of change {first}. Start at /ldes.")
