"""Reads the W3C's SPARQL 1.1 test suite: its manifests, its data, and the results it expects."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, RDFS

BASE = "http://w3c.example/sparql11/"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
BOOLEAN, INDEX, VARIABLE = (
    ox.NamedNode(f"{RS}{name}") for name in ("boolean", "index", "resultVariable")
)
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {f"{XSD}{name}" for name in ("decimal", "double", "float", "integer")}
RESULTS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}
SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nt": ox.RdfFormat.N_TRIPLES,
}


@dataclass(frozen=True)
class Case:
    """One test of a query. Files are named by their paths in the suite.

    :param name: the folder and the name of the test's entry in the manifest.
    :param kind: the class of the test, such as QueryEvaluationTest.
    """

    name: str
    kind: str
    query: str
    data: tuple[str, ...]
    graphs: tuple[str, ...]
    result: str


@dataclass(frozen=True)
class Exchange:
    """One request of a test of the protocol, and what the suite says of its response.

    :param query: the query part of the address.
    :param statuses: the first digits that the status may have.
    :param format: `boolean`, `tabular` or `RDF`; empty where the suite says nothing.
    :param boolean: `true` or `false`; empty where the suite says nothing.
    """

    method: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    statuses: set[str]
    format: str
    boolean: str


class Suite:
    """The suite in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cases(self, folder: str) -> Iterator[Case]:
        """Yield the tests of queries in a folder."""
        graph, entries = self._manifest(folder)
        for entry in entries:
            action = graph.value(entry, MF.action)
            described = isinstance(action, rdflib.BNode)
            yield Case(
                name=f"{folder}/{fragment(entry)}",
                kind=fragment(graph.value(entry, RDF.type)),
                query=_path(graph.value(action, QT.query) if described else action),
                data=tuple(sorted(map(_path, graph.objects(action, QT.data)))),
                graphs=tuple(sorted(map(_path, graph.objects(action, QT.graphData)))),
                result=_path(graph.value(entry, MF.result, default=rdflib.Literal(""))),
            )

    def exchanges(self) -> dict[str, list[Exchange]]:
        """Return the requests of every test of the protocol."""
        graph, entries = self._manifest("protocol")

        def text(subject: Any, predicate: Any, default: str = "") -> str:
            value = graph.value(subject, predicate)
            return default if value is None else str(value)

        def read(request: Any) -> Exchange:
            body, response = graph.value(request, HT.body), graph.value(request, HT.resp)
            headers = graph.items(graph.value(request, HT.headers))
            return Exchange(
                method=text(request, HT.methodName),
                query=text(request, HT.absolutePath).partition("?")[2],
                headers=[(text(h, HT.fieldName), text(h, HT.fieldValue)) for h in headers],
                body=text(body, CNT.chars).encode(text(body, CNT.characterEncoding, "UTF-8")),
                statuses={
                    fragment(status).removeprefix("StatusCode")[0]
                    for status in graph.objects(response, MF.expectedStatus)
                },
                format=text(response, MF.expectedFormat),
                boolean=text(response, MF.expectedBoolean),
            )

        return {
            fragment(entry): [
                read(request)
                for request in graph.items(graph.value(graph.value(entry, MF.action), HT.requests))
            ]
            for entry in entries
        }

    def entries(self, folder: str) -> set[str]:
        """Return the names of the tests in a folder."""
        return {fragment(entry) for entry in self._manifest(folder)[1]}

    def data(self, cases: Iterable[Case]) -> Iterator[ox.Quad]:
        """Yield the data of tests, and of those of the protocol, each file as a named graph."""
        files = {file: f"{BASE}{file}" for case in cases for file in (*case.data, *case.graphs)}
        protocol, _ = self._manifest("protocol")
        for node, file in protocol.subject_objects(UT.graph):
            files[_path(file)] = str(protocol.value(node, RDFS.label))
        for path, graph in files.items():
            for quad in self._parse(path):
                said = quad.subject, quad.predicate, quad.object
                yield ox.Quad(*said, ox.NamedNode(graph))

    def query(self, case: Case) -> str:
        """Return the text of a query, with its file as its base."""
        # A BASE of its own comes later and so is the one that counts.
        return f"BASE <{BASE}{case.query}>\n{(self.root / case.query).read_bytes().decode()}"

    def expected(self, case: Case, ordered: bool) -> list[ox.Triple]:
        """Return the expected result of a test."""
        suffix = Path(case.result).suffix
        if suffix in (".ttl", ".rdf"):
            triples = [quad.triple for quad in self._parse(case.result)]
            return _result_set(triples) or triples
        return read_result((self.root / case.result).read_bytes(), suffix, ordered)

    def _manifest(self, folder: str) -> tuple[rdflib.Graph, list[Any]]:
        file = f"{folder}/manifest.ttl"
        graph = rdflib.Graph().parse(self.root / file, format="turtle", publicID=f"{BASE}{file}")
        entries = graph.value(rdflib.URIRef(f"{BASE}{file}"), MF.entries)
        assert entries
        return graph, list(graph.items(entries))

    def _parse(self, file: str) -> Iterator[ox.Quad]:
        # Blank nodes get names of their own, for files are free to use the same ones.
        return ox.parse(
            (self.root / file).read_bytes(),
            format=SYNTAXES[Path(file).suffix],
            base_iri=f"{BASE}{file}",
            rename_blank_nodes=True,
        )


def fragment(iri: object) -> str:
    return str(iri).rpartition("#")[2]


def _path(iri: object) -> str:
    return str(iri).removeprefix(BASE)


def ordered(query: str) -> bool:
    """Tell whether a query of the suite orders its result: nothing nested follows ORDER BY."""
    return bool(re.search(r"ORDER\s+BY[^{}]*$", query, re.IGNORECASE))


def read_result(data: bytes, suffix: str, ordered: bool) -> list[ox.Triple]:
    """Return a result of SELECT or ASK as a graph.

    :param suffix: what a file in the result's syntax ends in.
    :param ordered: whether the order of the solutions counts.
    """
    if suffix == ".csv":
        names, *lines = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        cells = [map(_cell, line) for line in lines]
        return _table(names, [dict(zip(names, line, strict=True)) for line in cells], ordered)
    results = ox.parse_query_results(data, format=RESULTS[suffix])
    if isinstance(results, ox.QueryBoolean):
        return [ox.Triple(ox.BlankNode(), BOOLEAN, ox.Literal(bool(results)))]
    names = [variable.value for variable in results.variables]
    return _table(names, [{name: row[name] for name in names} for row in results], ordered)


def comparable(triples: Iterable[ox.Triple]) -> list[str]:
    """Return triples as lines that are the same for the same graph, whatever its blank nodes."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def by_value(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return triples with one way to write each number and boolean of a type."""

    def plain(term: Any) -> Any:
        if not isinstance(term, ox.Literal):
            return term
        text, kind = term.value, term.datatype.value
        if kind == f"{XSD}boolean":
            text = {"0": "false", "1": "true"}.get(text, text)
        elif kind in NUMBERS:
            text = f"{Decimal(text).normalize()}"
        return ox.Literal(text, datatype=term.datatype, language=term.language)

    return [ox.Triple(s, p, plain(o)) for s, p, o in triples]


def _cell(text: str) -> Any:
    """Return a cell of CSV, which has no types: nothing tells 1 from 1.0, or unbound from empty."""
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return ox.Literal(f"{Decimal(text).normalize()}")
    return ox.Literal(text)


def _table(names: Iterable[str], rows: list[dict[str, Any]], ordered: bool) -> list[ox.Triple]:
    """Return solutions as a graph.

    Each is a blank node: so those alike stay apart, and a blank node in several solutions is the
    same in each.
    """
    triples = [ox.Triple(ox.BlankNode(), VARIABLE, ox.Literal(name)) for name in names]
    for index, row in enumerate(rows):
        node = ox.BlankNode()
        triples.append(ox.Triple(node, INDEX, ox.Literal(index if ordered else "any")))
        triples += [
            ox.Triple(node, ox.NamedNode(f"{RS}value/{name}"), value)
            for name, value in row.items()
            if value is not None
        ]
    return triples


def _result_set(triples: list[ox.Triple]) -> list[ox.Triple] | None:
    """Read a result that is described in the suite's vocabulary; None for any other graph."""

    def objects(subject: Any, name: str) -> list[Any]:
        return [o for s, p, o in triples if s == subject and p.value == f"{RS}{name}"]

    def one(subject: Any, name: str) -> Any:
        return next(iter(objects(subject, name)), None)

    root = next((s for s, _, o in triples if o == ox.NamedNode(f"{RS}ResultSet")), None)
    if root is None:
        return None
    solutions = objects(root, "solution")
    ordered = all(one(node, "index") for node in solutions)
    if ordered:
        solutions.sort(key=lambda node: int(one(node, "index").value))
    rows = [
        {one(b, "variable").value: one(b, "value") for b in objects(node, "binding")}
        for node in solutions
    ]
    return _table([name.value for name in objects(root, "resultVariable")], rows, ordered)
