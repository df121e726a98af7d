"""Canonical N-Quads (RDFC-1.0), and blank node labels that are unique in the registry."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import factorial, prod

import pyoxigraph as ox

from ctgraph.errors import InvalidDocument
from ctgraph.problem import Problem

MAX_CANONICAL_STEPS = 1_000_000
"""Steps of RDFC-1.0, about a tenth of a second. Its worst case is exponential."""
MAX_CROWD_SIZE = 20
"""The largest group of blank nodes that look alike whose size is counted: the number of orders of a
larger one is beyond any bound anyway."""
MAX_CROWDS = 40
"""Groups of blank nodes that are counted: the product of their orders is beyond any bound with
more."""
_SUBJECT = re.compile(r"^_:c14n", re.MULTILINE)
_OBJECT = re.compile(r"^(\S+ <[^>]*> )_:c14n", re.MULTILINE)
# Of any record: a pattern for each record would be compiled for each document.
_KEPT_SUBJECT = re.compile(rb"^()(_:b[0-9a-f]{32}n)", re.MULTILINE)
_KEPT_OBJECT = re.compile(rb"^(\S+ <[^>]*> )(_:b[0-9a-f]{32}n)", re.MULTILINE)
_ANY_SUBJECT = re.compile(rb"^()(_:b[0-9a-f]{32})n", re.MULTILINE)
_ANY_OBJECT = re.compile(rb"^(\S+ <[^>]*> )(_:b[0-9a-f]{32})n", re.MULTILINE)


def canonical_lines(quads: list[ox.Quad]) -> str:
    """Return the canonical N-Quads (RDFC-1.0) of a document.

    :raises InvalidDocument: when its blank nodes are too much alike to be told apart in
        reasonable time; the algorithm's worst case is exponential.
    """
    if _work(quads) > MAX_CANONICAL_STEPS:
        message = "The document holds too many blank nodes that look alike and refer to each other."
        remedy = "Remove repeated profiles, or let them differ in what they say."
        raise InvalidDocument(message, [Problem(message, remedy, "")])
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(f"{line}\n" for line in sorted(filter(None, str(dataset).split("\n"))))


def _work(quads: Iterable[ox.Quad]) -> int:
    """Bound the steps of RDFC-1.0 from above.

    Blank nodes with different statements cost nothing. From each of those that look alike, the
    algorithm walks through all alike ones it reaches, which hashes a path for each; and it tries
    every order where one of them refers to several others.
    """
    facts: dict[str, list[str]] = defaultdict(list)
    links: list[tuple[str, str, str]] = []
    for quad in quads:
        subject, value = quad.subject, quad.object
        blank = isinstance(value, ox.BlankNode)
        if isinstance(subject, ox.BlankNode):
            facts[str(subject)].append(f"{quad.predicate} {'_:' if blank else value}")
            if blank:
                links.append((str(subject), str(quad.predicate), str(value)))
        if blank:
            who = "_:" if isinstance(subject, ox.BlankNode) else subject
            facts[str(value)].append(f"{who} {quad.predicate} ^")
    looks = {label: "\n".join(sorted(said)) for label, said in facts.items()}
    alike = Counter(looks.values())
    ambiguous = [
        (parent, predicate, child)
        for parent, predicate, child in links
        if alike[looks[parent]] > 1 and alike[looks[child]] > 1
    ]
    groups: Counter[tuple[str, str, str]] = Counter()
    for parent, predicate, child in ambiguous:
        groups[parent, predicate, looks[child]] += 1
        groups[child, f"^{predicate}", looks[parent]] += 1
    crowded = [min(size, MAX_CROWD_SIZE) for size in groups.values() if size > 1]
    orders = prod(factorial(size) for size in crowded[:MAX_CROWDS])
    return orders * sum(nodes**2 * edges for nodes, edges in _components(ambiguous))


def _components(links: list[tuple[str, str, str]]) -> list[tuple[int, int]]:
    """Return the numbers of nodes and edges of each connected part of a graph."""
    root: dict[str, str] = {}

    def find(node: str) -> str:
        while root.setdefault(node, node) != node:
            root[node] = node = root[root[node]]
        return node

    for parent, _, child in links:
        root[find(parent)] = find(child)
    nodes = Counter(map(find, list(root)))
    edges = Counter(find(parent) for parent, _, _ in links)
    return [(nodes[part], edges[part]) for part in nodes]


def canonical_of(kept: bytes, record: str) -> bytes:
    """Undo :func:`label_blank_nodes`: return the canonical N-Quads of kept ones."""
    own = _label(record).encode()

    def plain(found: re.Match[bytes]) -> bytes:
        before, label = found.groups()
        return before + (b"_:c14n" if label == own else label)

    return _KEPT_OBJECT.sub(plain, _KEPT_SUBJECT.sub(plain, kept))


def label_blank_nodes(lines: str, record: str) -> str:
    """Make the blank node labels unique in the registry: the document's UUID goes in front."""
    label = _label(record)
    return _OBJECT.sub(rf"\g<1>{label}", _SUBJECT.sub(label, lines))


def as_version(kept: bytes, graph: str, number: int) -> bytes:
    """Return kept quads in the named graph of a version, with blank nodes that are its own.

    So the quads of several versions can stand together.

    :param graph: the name of the document's graph.
    """
    label = rb"\g<1>\g<2>v%dn" % number
    # At the place of a subject or an object alone: IRIs and literals may hold such a text, too.
    kept = _ANY_OBJECT.sub(label, _ANY_SUBJECT.sub(label, kept))
    # A line break ends a quad: one in a literal is escaped.
    return kept.replace(f" <{graph}> .\n".encode(), f" <{graph}/versions/{number}> .\n".encode())


def _label(record: str) -> str:
    return f"_:b{record.removeprefix('ce-').replace('-', '')}n"
