"""Answers as drawings: Graphviz DOT and Mermaid."""

from __future__ import annotations

import re

from ctgraph.documents.literals import UNUSABLE
from ctgraph.pathways.families import Family
from ctgraph.pathways.looks import (
    FAMILY_LOOKS,
    ONE_WAY,
    SIDE_LOOKS,
    STATUS_CAPTIONS,
    STRENGTH_LOOKS,
)
from ctgraph.pathways.model import Edge, Graph, Node
from ctgraph.vocab import vocabulary

_NO_SPACE = "#8203;"
"""The zero width space."""


def dot(graph: Graph) -> str:
    """Write a graph in the DOT language of Graphviz.

    The shape and colour of a node tell its family. The width of an arrow tells its strength, and a
    dashed arrow is one that not both sides state. The start of the question has a thick border.
    """
    lines = [
        "digraph pathways {",
        "  rankdir=LR;",
        '  node [style=filled, fontname="sans-serif"];',
        '  edge [fontname="sans-serif", fontsize=10];',
        f"  label={_shown(_left_out(graph))};",
    ]
    for node in _nodes(graph):
        look = FAMILY_LOOKS[_family(node)]
        lines.append(
            f"  {_quoted(node.id)} [label={_shown(_caption(node))}, shape={look.graphviz}, "
            f'fillcolor="{look.fill}", penwidth={3 if node.id in graph.start else 1}];'
        )
    lines += [
        f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_shown(_words(edge))}, "
        f"penwidth={STRENGTH_LOOKS[edge.strength].width}, "
        f"style={SIDE_LOOKS[edge.agreed].graphviz}];"
        for edge in graph.edges
    ]
    return "\n".join([*lines, "}", ""])


def _shown(text: str) -> str:
    # Graphviz reads HTML entities in labels, though not in identifiers.
    return _quoted(text.replace("&", "&amp;"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def mermaid(graph: Graph) -> str:
    """Write a graph as a Mermaid flowchart.

    The class of a node is its family. A thick arrow is a requirement. A dotted arrow is a
    recommendation or weak. The start of the question has a thick border.
    """
    nodes = _nodes(graph)
    names = {node.id: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    lines += [f"  {names[node.id]}[{_label(_caption(node))}]:::{_family(node)}" for node in nodes]
    for edge in graph.edges:
        words = _words(edge)
        arrow = STRENGTH_LOOKS[edge.strength].mermaid + (f"|{_label(words)}|" if words else "")
        lines.append(f"  {names[edge.source]} {arrow} {names[edge.target]}")
    if graph.cut:
        lines.append(f"  cut[{_label(_left_out(graph))}]")
    lines += [f"  class {names[id]} start" for id in graph.start if id in names]
    lines.append("  classDef start stroke-width:4px")
    lines += [
        f"  classDef {family} fill:{look.fill},stroke:#333,color:#000"
        for family, look in FAMILY_LOOKS.items()
    ]
    return "\n".join([*lines, ""])


def _label(text: str) -> str:
    # Mermaid finds comments, directives, styles, Markdown and formulas even in quoted texts. Some
    # versions also look for lists and headings at the start, after they have decoded the signs.
    start = "" if text[:1].isalpha() else _NO_SPACE
    escaped = re.sub(r"[!-&*+:-@\[-`{-~]", lambda sign: f"#{ord(sign[0])};", text)
    return f'"{start}{escaped}"'.replace("\n", "<br/>")


def _nodes(graph: Graph) -> list[Node]:
    """Return the nodes to draw, including those that edges lead to and another page describes."""
    nodes = {node.id: node for node in graph.nodes}
    for edge in graph.edges:
        for end in (edge.source, edge.target):
            nodes.setdefault(end, Node(end, ""))
    return list(nodes.values())


def _family(node: Node) -> Family:
    return node.family if node.family in FAMILY_LOOKS else Family.OTHER


def _caption(node: Node) -> str:
    """Return the lines of a node: name, type, provider, and its status unless it is current."""
    status = STATUS_CAPTIONS[node.status]
    label = vocabulary().label(node.type)
    parts = (_line(node.name) or node.id, label, _line(node.owner_name), status and f"({status})")
    return "\n".join(filter(None, parts))


def _words(edge: Edge) -> str:
    """Return the text at an arrow: the conditions, and how many of their targets are enough."""
    conditions = [
        said.condition
        for said in edge.assertions
        if said.condition and said.strength == edge.strength
    ]
    enough = max((condition.required or 1 for condition in conditions), default=1)
    choice = f"any {enough} of" if enough > 1 else ONE_WAY if edge.alternative else ""
    names = ", ".join(dict.fromkeys(condition.name for condition in conditions if condition.name))
    return _line(": ".join(filter(None, (choice, names))))


def _left_out(graph: Graph) -> str:
    """Return a line for each part that an answer leaves out."""
    return "\n".join(dict.fromkeys(_line(cut.reason) for cut in graph.cut))


def _line(text: str) -> str:
    return " ".join(UNUSABLE.sub("\ufffd", text).split())
