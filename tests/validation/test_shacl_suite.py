"""The W3C's tests of SHACL Core: both engines, behind their one face, report what they say."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import SH

from ctgraph.validation.engines import Result, _graph, _path, _term, compile_shapes
from tests.support.paths import shared

# Reading the suite is how the tests come to be, so its absence skips all of them at once.
try:
    SUITE = shared("w3c/shacl")
except pytest.skip.Exception as absent:
    pytest.skip(str(absent), allow_module_level=True)

ENGINES = ("shacl", "pyshacl")
BASE = f"{SUITE.as_uri()}/"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

# What an engine itself gets wrong, by engine and test, and why.
EXPECTED_FAILURES = {
    ("pyshacl", "core/property/uniqueLang-002"): 'takes "1"^^xsd:boolean for true, though only '
    "the literal true itself turns sh:uniqueLang on"
}


@dataclass(frozen=True)
class Case:
    """One test: files in the suite, and what their validation reports."""

    name: str
    data: str
    shapes: str
    conforms: bool
    results: list[Result]


@cache
def read(file: str) -> str:
    """Return a file of the suite as N-Triples, which have no relative IRIs left to resolve."""
    quads = ox.parse(
        (SUITE / file).read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=f"{BASE}{file}"
    )
    return "".join(f"{quad.triple} .\n" for quad in quads)


def in_suite(iri: object) -> str:
    return str(iri).removeprefix(BASE)


def expected_result(graph: rdflib.Graph, node: rdflib.term.Node) -> Result:
    return Result(
        _term(graph.value(node, SH.focusNode)),
        _path(graph, graph.value(node, SH.resultPath)),
        _term(graph.value(node, SH.value)),
        _term(graph.value(node, SH.sourceShape)),
        str(graph.value(node, SH.sourceConstraintComponent)),
        str(graph.value(node, SH.resultSeverity)),
    )


def cases(manifest: str) -> Iterator[Case]:
    """Return the tests of a manifest and of those it includes."""
    graph, this = _graph(read(manifest), "ntriples"), rdflib.URIRef(f"{BASE}{manifest}")
    for included in sorted(graph.objects(this, MF.include)):
        yield from cases(in_suite(included))
    for entry in graph.items(graph.value(this, MF.entries)):
        action, report = graph.value(entry, MF.action), graph.value(entry, MF.result)
        # SHACL Core has no test that expects a failure (sht:Failure) in place of a report.
        assert (report, rdflib.RDF.type, SH.ValidationReport) in graph, entry
        yield Case(
            in_suite(entry),
            in_suite(graph.value(action, SHT.dataGraph)),
            in_suite(graph.value(action, SHT.shapesGraph)),
            bool(graph.value(report, SH.conforms).toPython()),
            [expected_result(graph, node) for node in graph.objects(report, SH.result)],
        )


# Some tests are about ill-formed literals, of which rdflib warns.
with warnings.catch_warnings(action="ignore", category=UserWarning):
    CASES = list(cases("core/manifest.ttl"))


def parameter(engine: str, case: Case) -> object:
    reason = EXPECTED_FAILURES.get((engine, case.name))
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(engine, case, id=f"{engine}-{case.name}", marks=marks)


def comparable(results: list[Result]) -> list[Result]:
    """Sort results, and leave out what may differ: blank nodes' labels, language tags' case."""

    def term(text: str) -> str:
        if text.startswith("_:"):
            return "_:"
        return re.sub(r'"@[A-Za-z0-9-]+$', lambda tag: tag[0].lower(), text)

    return sorted(
        replace(r, focus=term(r.focus), value=term(r.value), shape=term(r.shape)) for r in results
    )


def test_the_suite_is_whole() -> None:
    names = {case.name for case in CASES}
    assert len(names) == len(CASES) == 98
    assert {name for _, name in EXPECTED_FAILURES} <= names


@pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")
@pytest.mark.parametrize(
    ("engine", "case"), [parameter(engine, case) for engine in ENGINES for case in CASES]
)
def test_an_engine_reports_as_the_suite_says(engine: str, case: Case) -> None:
    results = compile_shapes(engine, read(case.shapes), "ntriples")(read(case.data), "ntriples")
    assert comparable(results) == comparable(case.results)
    assert (not results) == case.conforms
