"""External things: what a document describes without a CTID and without an address of its own.

Such a thing is a blank node in the document, whose label nobody can ask for. In the triple store
and in the link index it has a skolem IRI instead (RDF 1.1 Concepts, section 3.5), at which the
registry serves what the document says of it. The parts of things, such as condition profiles and
places, stay blank nodes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import CETERMS, TYPE
from ctgraph.vocab import vocabulary

LEVELS = 4
"""Levels of nested blank nodes that make up the name of a thing. What lies deeper does not."""


def with_iris(quads: list[ox.Quad], record: Ctid, identity: Identity) -> list[ox.Quad]:
    """Return the quads of a document with IRIs in the place of its external things.

    :param record: the CTID of the document.
    """
    names = external_things(quads, record, identity)
    if not names:
        return quads
    return [
        ox.Quad(
            names.get(quad.subject, quad.subject),
            quad.predicate,
            names.get(quad.object, quad.object),
            quad.graph_name,
        )
        for quad in quads
    ]


def external_things(
    quads: list[ox.Quad], record: Ctid, identity: Identity
) -> dict[Any, ox.NamedNode]:
    """Map the blank nodes of external things to their IRIs.

    An IRI is made of the document's CTID and of what the document says of the thing, so it stays
    the same while that does. Of several things about which the same is said, the second ends in
    ``-2``.
    """
    said: dict[ox.BlankNode, list[ox.Quad]] = defaultdict(list)
    mentions: dict[ox.BlankNode, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode):
            said[quad.subject].append(quad)
        if isinstance(quad.object, ox.BlankNode):
            mentions[quad.object].append(quad)
    things = [node for node in said if _is_thing(said[node])]
    things += [node for node in mentions if node not in said]
    if not things:
        return {}
    digests = _digests(said, mentions)
    names: dict[Any, ox.NamedNode] = {}
    seen: dict[str, int] = defaultdict(int)
    for node in sorted(things, key=lambda node: (len(node.value), node.value)):
        digest = digests[node]
        seen[digest] += 1
        number = f"-{seen[digest]}" if seen[digest] > 1 else ""
        names[node] = ox.NamedNode(identity.external(record, digest + number))
    return names


def _is_thing(said: Iterable[ox.Quad]) -> bool:
    """Tell whether statements describe a thing that could be a record of its own."""
    return any(
        quad.predicate == TYPE
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value in _classes()
        for quad in said
    )


@cache
def _classes() -> frozenset[str]:
    """Return the classes of things that can have a CTID."""
    vocab = vocabulary()
    term = vocab.term(f"{CETERMS}ctid")
    assert term
    return frozenset[str]().union(*map(vocab.subclasses, term.domain_includes))


def _digests(
    said: dict[ox.BlankNode, list[ox.Quad]], mentions: dict[ox.BlankNode, list[ox.Quad]]
) -> dict[ox.BlankNode, str]:
    """Return a digest of what is said of each blank node, without the labels of blank nodes.

    The statements that mention a node stand for it where none describes it.
    """
    digests: dict[Any, str] = {}
    for _ in range(LEVELS):
        digests = {
            node: _digest(f"{q.predicate} {digests.get(q.object, _plain(q.object))}" for q in about)
            for node, about in said.items()
        }
    bare = {
        node: _digest(f"{digests.get(q.subject, _plain(q.subject))} {q.predicate} ^" for q in about)
        for node, about in mentions.items()
        if node not in said
    }
    return digests | bare


def _plain(term: object) -> str:
    return "_:" if isinstance(term, ox.BlankNode) else str(term)


def _digest(lines: Iterable[str]) -> str:
    text = "\n".join(sorted(lines))
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()
