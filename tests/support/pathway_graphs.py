"""Answers to write: a small one, and any that hypothesis can think of."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from ctgraph.identity import Identity
from ctgraph.identity.ctid import NodeId
from ctgraph.ledger.values import Status
from ctgraph.links.model import STRENGTHS, Condition, Strength, Via
from ctgraph.pathways.families import Family
from ctgraph.pathways.model import Assertion, Cut, Edge, Graph, Node, Question, Side
from ctgraph.rdf.namespaces import BlankLabel, Curie, Iri
from tests.support.registry import ctid_number

IDENTITY = Identity("https://registry.example")
CETERMS = "https://purl.org/ctdl/terms/"
OWNER, HEARSAY = ctid_number(90), ctid_number(91)
EXAM = Iri("https://exams.example/entry?a=1&b=2")
VIAS = tuple(via for via in Via if via)
WEIRD = (
    'say "hi"',
    'a"]-->b["',
    "x --> y",
    "<b>&amp;</b> & c",
    "line\r\nbreak\ttab",
    "nul\0\x1b",
    "🎓👩‍🚀",
    "شهادة (CCNA)",
    "\u202eevil",
    "C#; C++",
    "%% {init}",
    "style a:#b;",
    "1. First",
    "- item",
    "\\",
    '\\"',
    "back\\slash\\n",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "a|b",
    "end",
    " ",
    "#quot;",
    "a\u2028b",
    "\ufffe",
)


def course(number: int, **more: Any) -> Node:
    """Return the node of a course of the one provider."""
    return replace(
        Node(
            ctid_number(number),
            IDENTITY.resource(ctid_number(number)),
            Curie("ceterms:Course"),
            Family.LEARNING,
            f"Course {number}",
            OWNER,
            "College",
        ),
        **more,
    )


def said(number: int, **more: Any) -> Assertion:
    """Return a statement of a course."""
    by = ctid_number(number)
    return Assertion(
        by,
        OWNER,
        by,
        Curie("ceterms:requires"),
        Strength.REQUIRED,
        Via.DIRECT,
        Side.TARGET,
        owner_name="College",
    )._replace(**more)


ENTRY = Condition(BlankLabel("_:c1"), "Entry", "One is enough.", BlankLabel("_:c0"))
SMALL = Graph(
    question=Question.PRECEDING,
    start=(ctid_number(3),),
    nodes=(
        course(1, name="Anatomy", depth=-1, cost=450.5, currency="USD", days=112.0),
        Node(
            EXAM,
            EXAM,
            Curie("ceterms:Assessment"),
            Family.ASSESSMENT,
            "Exam",
            status=Status.EXTERNAL,
            depth=-1,
        ),
        course(3, name="Nursing", webpage="https://college.example/nursing"),
        course(4, name="Alone", status=Status.WITHDRAWN, latest=ctid_number(3)),
    ),
    edges=(
        Edge(
            ctid_number(1),
            ctid_number(3),
            Strength.REQUIRED,
            Side.BOTH,
            True,
            (
                said(3, condition=ENTRY, via=Via.CONDITION),
                said(
                    1,
                    property="ceterms:isPreparationFor",
                    strength=Strength.PREPARATION,
                    side=Side.SOURCE,
                ),
            ),
        ),
        Edge(
            EXAM,
            ctid_number(3),
            Strength.RECOMMENDED,
            Side.OTHER,
            False,
            (
                said(
                    91,
                    strength=Strength.RECOMMENDED,
                    side=Side.OTHER,
                    condition=Condition(BlankLabel("_:c2"), "Scores", required=2),
                ),
            ),
        ),
        Edge(
            ctid_number(1),
            EXAM,
            Strength.WEAK,
            Side.TARGET,
            False,
            (),
            (ctid_number(7), ctid_number(8)),
        ),
    ),
    cut=(Cut("Only 4 nodes are shown.", ctid_number(1)),),
    next="cursor",
)
texts = st.sampled_from(WEIRD) | st.text(st.characters(codec="utf-8"), max_size=20)
ids: st.SearchStrategy[NodeId] = st.sampled_from(
    [*map(ctid_number, range(4)), EXAM, BlankLabel("_:b7"), Iri("https://x.example/é#f")]
)
conditions = st.builds(
    Condition,
    st.sampled_from(["_:c1", "_:c2", "https://x.example/c"]),
    texts,
    texts,
    st.sampled_from(["", "_:c0"]),
    st.none() | st.integers(1, 9),
)
assertions = st.builds(
    Assertion,
    ids,
    ids,
    st.sampled_from([ctid_number(1), ctid_number(2)]),
    st.just("ceterms:requires"),
    st.sampled_from(STRENGTHS),
    st.sampled_from(VIAS),
    st.sampled_from([Side.SOURCE, Side.TARGET, Side.OTHER]),
    st.none() | conditions,
    texts,
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return a graph of any names; its edges may reach nodes of another page."""
    amount = st.none() | st.floats(0, 1e9)
    nodes = st.builds(
        Node,
        ids,
        st.just(""),
        st.sampled_from(["", "ceterms:Course", "ceterms:License"]),
        st.sampled_from([*Family]),
        texts,
        ids,
        texts,
        st.sampled_from([Status.CURRENT, Status.UNKNOWN]),
        depth=st.integers(-9, 9),
        cost=amount,
        currency=st.sampled_from(["", "USD"]),
        days=amount,
    )
    edges = st.builds(
        Edge,
        ids,
        ids,
        st.sampled_from([*Strength]),
        st.sampled_from([Side.BOTH, Side.OTHER]),
        st.booleans(),
        st.lists(assertions, max_size=3).map(tuple),
        st.lists(ids, max_size=2).map(tuple),
    )
    found = draw(st.lists(nodes, max_size=5, unique_by=lambda node: node.id))
    return Graph(
        draw(st.sampled_from([Question.PRECEDING, Question.STACK, Question.VERSIONS])),
        tuple(draw(st.lists(ids, max_size=2))),
        tuple(replace(node, iri=IDENTITY.node(node.id)) for node in found),
        tuple(draw(st.lists(edges, max_size=5, unique_by=lambda e: (e.source, e.target)))),
        tuple(draw(st.lists(st.builds(Cut, texts, ids), max_size=2))),
        draw(st.none() | texts),
    )


def full(id: NodeId) -> str:
    return IDENTITY.node(id)


def legible(text: str) -> str:
    """Return a text as XML 1.0 can carry it."""
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


def line(text: str) -> str:
    """Return a text as it stands on one line of a drawing."""
    return " ".join(legible(text).split())


def statements(graph: Graph) -> list[tuple[Edge, Assertion | None]]:
    return [(edge, said) for edge in graph.edges for said in edge.assertions or (None,)]
