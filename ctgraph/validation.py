"""Validation of graph documents against the SHACL shapes of the CTDL minimum data.

SHACL Core (W3C Recommendation, 2017) only. Two engines say the same: ``shacl``, which is fast,
and ``pyshacl``, the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files

from ctgraph.documents import Document
from ctgraph.errors import InvalidDocument, Problem, SettingsError
from ctgraph.identity import Identity
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary

SH = "http://www.w3.org/ns/shacl#"
Finding = tuple[str, str, str, str]
"""Focus node IRI, property IRI (or empty), message, severity."""
Engine = Callable[[str], list[Finding]]


def validate(document: Document, settings: Settings) -> list[Problem]:
    """Return everything that the shapes find wrong in a document, worst first."""
    identity = Identity.of(settings)
    triples = document.quads.decode().replace(f" <{identity.graph(document.ctid)}> .\n", " .\n")
    places = {identity.resource(entity.ctid): entity.pointer for entity in document.entities}
    problems = [
        Problem(
            message,
            pointer=_pointer(places.get(focus), path),
            severity=severity,
            detail={"focusNode": focus} | ({"property": path} if path else {}),
        )
        for focus, path, message, severity in _engine(settings.validation_engine)(triples)
    ]
    order = {"violation": 0, "warning": 1, "info": 2}
    return sorted(problems, key=lambda p: (order[p.severity], p.pointer or "", p.message))


def check(document: Document, settings: Settings) -> list[Problem]:
    """Return the warnings about a document.

    :raises InvalidDocument: listing every finding, when one of them is a violation.
    """
    problems = [*document.warnings, *validate(document, settings)]
    violations = sum(problem.severity == "violation" for problem in problems)
    if violations:
        count = "1 violation" if violations == 1 else f"{violations} violations"
        raise InvalidDocument(f"{document.ctid} breaks the minimum data: {count}.", problems)
    return problems


def _pointer(place: str | None, path: str) -> str | None:
    if place is None or not path:
        return place
    key = "@type" if path.endswith("#type") else vocabulary().compact(path)
    return f"{place}/{key}"


def _shape_texts() -> Iterator[str]:
    for file in sorted(files("ctgraph.shapes").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".ttl"):
            yield file.read_text("utf-8")


@cache
def _engine(name: str) -> Engine:
    texts = list(_shape_texts())
    try:
        return {"shacl": _fast, "pyshacl": _reference}[name]("\n".join(texts))
    except (ValueError, SyntaxError) as error:
        raise SettingsError(f"The shapes do not load: {error}") from error


def _fast(turtle: str) -> Engine:
    from shacl import Shapes

    shapes = Shapes.from_turtle(turtle)

    def run(triples: str) -> list[Finding]:
        report = shapes.validate_text(triples, format="ntriples")
        return [
            (_bare(result.focus_node), _bare(result.path or ""), result.message or
             f"breaks {result.component}", result.severity.lower())
            for result in report.results
        ]  # fmt: skip

    return run


def _reference(turtle: str) -> Engine:
    import rdflib
    from pyshacl import validate as run_pyshacl

    shapes = rdflib.Graph().parse(data=turtle, format="turtle")
    sh = rdflib.Namespace(SH)

    def run(triples: str) -> list[Finding]:
        data = rdflib.Graph().parse(data=triples, format="nt")
        _, report, _ = run_pyshacl(data, shacl_graph=shapes, allow_infos=True, allow_warnings=True)
        findings = []
        for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
            message = report.value(result, sh.resultMessage)
            severity = str(report.value(result, sh.resultSeverity)).removeprefix(SH).lower()
            path = str(report.value(result, sh.resultPath) or "")
            focus = str(report.value(result, sh.focusNode))
            findings.append((focus, path, str(message), severity))
        return findings

    return run


def _bare(term: str) -> str:
    """Return the IRI of a term in N-Triples syntax."""
    return term[1:-1] if term.startswith("<") else term
