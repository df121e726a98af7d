"""Answers about what precedes what as drawings: Graphviz DOT and Mermaid."""

from __future__ import annotations

import re

from ctgraph.documents.literals import UNUSABLE
from ctgraph.links.model import STRENGTHS, Edge, Graph, Node
from ctgraph.vocab import vocabulary

_LOOKS = {
    "credential": ("box", "#cfe8f8"),
    "learning": ("ellipse", "#fbe3b3"),
    "assessment": ("hexagon", "#bfe6d8"),
    "component": ("component", "#f9f5c0"),
    "work": ("house", "#f0d7e4"),
    "other": ("note", "#e8e8e8"),
}
"""Shape and colour by family."""
_WIDTHS = dict(zip(STRENGTHS, (3.0, 2.25, 1.5, 1.0, 0.5), strict=True))
_ARROWS = {"required": "==>", "recommended": "-.->", "weak": "-.->"}
_NO_SPACE = "#8203;"  # the zero width space


def dot(graph: Graph) -> str:
    """Write a graph in the DOT language of Graphviz.

    The shape and colour of a node is that of its family; the width of an arrow is how strong it
    is, and a dashed one is not said by both sides. Where the question starts has a thick border.
    """
    lines = [
        "digraph pathways {",
        "  rankdir=LR;",
        '  node [style=filled, fontname="sans-serif"];',
        '  edge [fontname="sans-serif", fontsize=10];',
        f"  label={_shown(_left_out(graph))};",
    ]
    for node in _nodes(graph):
        shape, colour = _LOOKS[_family(node)]
        lines.append(
            f"  {_quoted(node.id)} [label={_shown(_caption(node))}, shape={shape}, "
            f'fillcolor="{colour}", penwidth={3 if node.id in graph.start else 1}];'
        )
    lines += [
        f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_shown(_words(edge))}, "
        f"penwidth={_WIDTHS.get(edge.strength, 1.5)}, "
        f"style={'solid' if edge.agreed == 'both' else 'dashed'}];"
        for edge in graph.edges
    ]
    return "\n".join([*lines, "}", ""])


def _shown(text: str) -> str:
    # Graphviz reads HTML entities in what it shows, though not in identifiers.
    return _quoted(text.replace("&", "&amp;"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def mermaid(graph: Graph) -> str:
    """Write a graph as a Mermaid flowchart.

    The class of a node is its family. A thick arrow is a requirement; a dotted one a
    recommendation, or weak. Where the question starts has a thick border.
    """
    nodes = _nodes(graph)
    names = {node.id: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    lines += [f"  {names[node.id]}[{_label(_caption(node))}]:::{_family(node)}" for node in nodes]
    for edge in graph.edges:
        words = _words(edge)
        arrow = _ARROWS.get(edge.strength, "-->") + (f"|{_label(words)}|" if words else "")
        lines.append(f"  {names[edge.source]} {arrow} {names[edge.target]}")
    if graph.cut:
        lines.append(f"  cut[{_label(_left_out(graph))}]")
    lines += [f"  class {names[id]} start" for id in graph.start if id in names]
    lines.append("  classDef start stroke-width:4px")
    lines += [
        f"  classDef {family} fill:{colour},stroke:#333,color:#000"
        for family, (_, colour) in _LOOKS.items()
    ]
    return "\n".join([*lines, ""])


def _label(text: str) -> str:
    # Mermaid finds comments, directives, styles, Markdown and formulas even in a quoted text; some
    # versions look for lists and headings at its start after they have put the signs back.
    start = "" if text[:1].isalpha() else _NO_SPACE
    escaped = re.sub(r"[!-&*+:-@\[-`{-~]", lambda sign: f"#{ord(sign[0])};", text)
    return f'"{start}{escaped}"'.replace("\n", "<br/>")


def _nodes(graph: Graph) -> list[Node]:
    """Return the nodes to draw: also those that edges lead to and another page describes."""
    nodes = {node.id: node for node in graph.nodes}
    for edge in graph.edges:
        for end in (edge.source, edge.target):
            nodes.setdefault(end, Node(end, end))
    return list(nodes.values())


def _family(node: Node) -> str:
    return node.family if node.family in _LOOKS else "other"


def _caption(node: Node) -> str:
    """Return the lines that stand in a node: name, type, provider, and what is special of it."""
    special = "" if node.status == "current" else f"({node.status})"
    label = vocabulary().label(node.type)
    parts = (_line(node.name) or node.id, label, _line(node.owner_name), special)
    return "\n".join(filter(None, parts))


def _words(edge: Edge) -> str:
    """Return what stands at an arrow: the conditions, and how many of them are enough."""
    conditions = [
        said.condition
        for said in edge.assertions
        if said.condition and said.strength == edge.strength
    ]
    enough = max((condition.required or 1 for condition in conditions), default=1)
    choice = f"any {enough} of" if enough > 1 else "one way" if edge.alternative else ""
    names = ", ".join(dict.fromkeys(condition.name for condition in conditions if condition.name))
    return _line(": ".join(filter(None, (choice, names))))


def _left_out(graph: Graph) -> str:
    """Return the reasons why an answer is no whole one, each on a line."""
    return "\n".join(dict.fromkeys(_line(cut.reason) for cut in graph.cut))


def _line(text: str) -> str:
    return " ".join(UNUSABLE.sub("\ufffd", text).split())
