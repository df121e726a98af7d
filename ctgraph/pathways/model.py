"""An answer as a value: a graph of nodes and of edges with the statements that make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ctgraph.identity.ctid import Ctid, NodeId, NoId
from ctgraph.ledger.values import Status
from ctgraph.links.model import Condition, Strength, Via
from ctgraph.pathways.families import Family
from ctgraph.pathways.wordings import Wording
from ctgraph.rdf.namespaces import BlankLabel, Curie, Iri


class Question(StrEnum):
    """The question that a graph answers."""

    PRECEDING = "preceding"
    SUCCEEDING = "succeeding"
    NEIGHBOURHOOD = "neighbourhood"
    STACK = "stack"
    VERSIONS = "versions"
    COMMON = "common"
    ROUTE = "route"
    CHECK = "check"
    SEARCH = "search"


class Side(StrEnum):
    """Who says that one thing precedes another."""

    SOURCE = "source"
    """The earlier one, or its owner."""
    TARGET = "target"
    """The later one, or its owner."""
    BOTH = "both"
    OTHER = "other"
    """Neither of them, but somebody else."""
    MIXED = "mixed"
    """Of an edge that goes through others: its steps differ in the sides that state them."""


class Assertion(NamedTuple):
    """One statement that makes a link.

    :param by: CTID of the resource that says it; `owner` is the CTID of its publisher.
    :param document: CTID of the document it stands in, which names the named graph.
    :param property: the property that says it, as a CURIE.
    """

    by: NodeId
    owner: Ctid
    document: Ctid
    property: Curie
    strength: Strength
    via: Via
    side: Side
    condition: Condition | None = None
    owner_name: str = ""


class Edge(NamedTuple):
    """All statements that one thing precedes another, is its part or is its older version.

    :param strength: the strongest of the assertions.
    :param agreed: the sides that say it.
    :param alternative: it belongs to one of several ways, of which one is enough. That way may ask
        for other things too.
    :param through: nodes between the two that a view leaves out.
    """

    source: NodeId
    target: NodeId
    strength: Strength
    agreed: Side
    alternative: bool
    assertions: tuple[Assertion, ...]
    through: tuple[NodeId, ...] = ()


@dataclass(frozen=True)
class Node:
    """One thing in an answer.

    :param id: its CTID, its IRI if it lies outside of the registry, or the blank node label of a
        reference that has neither.
    :param type: its class as a CURIE, empty where unknown; `family` is the kind of class.
    :param depth: steps from where the question starts. Steps backward are negative in answers that
        go both ways.
    :param latest: CTID of the version that has replaced it, if any.
    :param cost: the stated cost in `currency`; `days` the stated duration; None where unstated.
    """

    id: NodeId
    iri: Iri | BlankLabel | NoId
    type: Curie | NoId = ""
    family: Family = Family.OTHER
    name: str = ""
    owner: Ctid | NoId = ""
    owner_name: str = ""
    status: Status = Status.CURRENT
    webpage: str = ""
    depth: int = 0
    latest: NodeId | NoId = ""
    cost: float | None = None
    currency: str = ""
    days: float | None = None


@dataclass(frozen=True)
class Cut:
    """A part that an answer leaves out: a sentence about it, and the node where it is missing."""

    reason: str
    at: NodeId | NoId = ""


@dataclass(frozen=True)
class Graph:
    """An answer: nodes and the edges between them.

    :param start: the nodes that the question starts from.
    :param cut: the parts that the bounds leave out; empty for a whole answer.
    :param next: the cursor of the next page, if there is one.
    :param words: what the start says only in words about things before and after it.
    """

    question: Question
    start: tuple[NodeId, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: tuple[Cut, ...] = ()
    next: str | None = None
    words: tuple[Wording, ...] = ()
