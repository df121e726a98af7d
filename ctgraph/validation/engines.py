"""Two SHACL engines with one interface: the fast ``shacl``, and the reference ``pyshacl``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ctgraph.errors import SettingsError
from ctgraph.rdf.namespaces import SH


@dataclass(frozen=True, order=True)
class Result:
    """One validation result (SHACL, section 3.6.2), with terms in N-Triples syntax.

    :param path: the result path in SPARQL's property path syntax, or empty.
    :param value: the value node, or empty.
    :param shape: the shape that raised it.
    :param component: IRI of the constraint component.
    :param severity: IRI of the severity.
    """

    focus: str
    path: str
    value: str
    shape: str
    component: str
    severity: str


Run = Callable[[str], list[Result]]
"""Validates a data graph in N-Triples."""


def compile_shapes(engine: str, shapes: str, format: str = "ntriples") -> Run:
    """Prepare shapes for an engine.

    :param engine: ``shacl`` or ``pyshacl``.
    :param shapes: the shapes graph, as ``ntriples`` or ``turtle``.
    :raises SettingsError: when the engine does not take the shapes.
    """
    try:
        return {"shacl": _fast, "pyshacl": _reference}[engine](shapes, format)
    except (ValueError, SyntaxError) as error:
        raise SettingsError(f"The shapes do not load: {error}") from error


def _fast(text: str, format: str) -> Run:
    from shacl import Shapes

    shapes = Shapes.from_text(text, format=format)

    def run(data: str) -> list[Result]:
        return [
            Result(
                r.focus_node,
                r.path or "",
                r.value or "",
                r.source_shape or "",
                r.component_iri,
                r.severity_iri,
            )
            for r in shapes.validate_text(data, format="ntriples").results
        ]

    return run


def _reference(text: str, format: str) -> Run:
    import rdflib
    from pyshacl import validate

    shapes, sh = _graph(text, format), rdflib.Namespace(SH)

    def run(data: str) -> list[Result]:
        _, report, _ = validate(
            _graph(data, "ntriples"), shacl_graph=shapes, allow_infos=True, allow_warnings=True
        )
        return [
            Result(
                _term(report.value(result, sh.focusNode)),
                _path(report, report.value(result, sh.resultPath)),
                _term(report.value(result, sh.value)),
                _term(report.value(result, sh.sourceShape)),
                str(report.value(result, sh.sourceConstraintComponent)),
                str(report.value(result, sh.resultSeverity)),
            )
            # pyshacl also describes nested results, as details of the top-level ones.
            for result in report.objects(None, sh.result)
        ]

    return run


def _graph(text: str, format: str) -> Any:
    """Read a graph into rdflib. Its own parsers would change the labels of blank nodes."""
    import rdflib

    def convert(term: Any) -> Any:
        if isinstance(term, ox.NamedNode):
            return rdflib.URIRef(term.value)
        if isinstance(term, ox.BlankNode):
            return rdflib.BNode(term.value)
        if term.language:
            return rdflib.Literal(term.value, lang=term.language.lower())
        plain = term.datatype.value == str(rdflib.XSD.string)
        datatype = None if plain else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)

    parsed = {"ntriples": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE}[format]
    graph = rdflib.Graph()
    for quad in ox.parse(text.encode(), format=parsed, lenient=True):
        graph.add((convert(quad.subject), convert(quad.predicate), convert(quad.object)))
    return graph


def _term(term: Any) -> str:
    """Return an rdflib term in N-Triples syntax; an empty text for None."""
    import rdflib

    if term is None:
        return ""
    if isinstance(term, rdflib.URIRef):
        return f"<{term}>"
    if isinstance(term, rdflib.BNode):
        return f"_:{term}"
    if term.language:
        return str(ox.Literal(str(term), language=term.language))
    datatype = ox.NamedNode(str(term.datatype or rdflib.XSD.string))
    return str(ox.Literal(str(term), datatype=datatype))


def _path(graph: Any, path: Any) -> str:
    """Write a path (SHACL, section 2.3.1) in SPARQL's syntax."""
    import rdflib

    sh = rdflib.Namespace(SH)
    if path is None or isinstance(path, rdflib.URIRef):
        return _term(path)
    if inverse := graph.value(path, sh.inversePath):
        return f"^{_path(graph, inverse)}"
    for name, sign in (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?")):
        if inner := graph.value(path, sh[name]):
            return f"({_path(graph, inner)}){sign}"
    alternatives = graph.value(path, sh.alternativePath)
    steps = [_path(graph, step) for step in graph.items(alternatives or path)]
    return f"({('|' if alternatives else '/').join(steps)})"
