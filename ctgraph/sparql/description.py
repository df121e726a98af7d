"""The registry described for machines: SPARQL service description, VoID, DCAT.

SPARQL 1.1 Service Description (W3C, 2013), VoID (W3C Interest Group Note, 2011), DCAT 3.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ctgraph.errors import QueryLimit
from ctgraph.rdf.namespaces import CTG
from ctgraph.settings import Settings
from ctgraph.sparql.query import Query

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
PREFIXES = {
    "sd": SD,
    "void": VOID,
    "dcat": DCAT,
    "dct": DCT,
    "ctg": CTG,
    "formats": "http://www.w3.org/ns/formats/",
}
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
_COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
_CLASSES = """SELECT ?class (COUNT(DISTINCT ?s) AS ?n) { ?s a ?class }
GROUP BY ?class ORDER BY DESC(?n) ?class"""
_PROPERTIES = """SELECT ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }
GROUP BY ?p ORDER BY DESC(?n) ?p"""

RunCsv = Callable[[Query], bytes]
"""Runs a query and returns its whole result, as CSV."""


@dataclass(frozen=True)
class Statistics:
    """What the dataset holds; a part that took too long to count is empty.

    :param triples: in all named graphs; None when not counted.
    :param classes: how many things there are of each class.
    :param properties: how many triples there are of each property.
    :param documents: how many current records there are.
    :param modified: when the newest of them was published, ISO 8601.
    """

    triples: int | None
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    documents: int
    modified: str


def statistics(run: RunCsv, documents: int, modified: str) -> Statistics:
    """Count what the dataset holds."""
    return Statistics(
        count_triples(run),
        tuple((iri, int(n)) for iri, n in _counted(run, _CLASSES)),
        tuple((iri, int(n)) for iri, n in _counted(run, _PROPERTIES)),
        documents,
        modified,
    )


def count_triples(run: RunCsv) -> int | None:
    """Count the triples of all named graphs; None where that takes too long."""
    found = _counted(run, _COUNT)
    return int(found[0][0]) if found else None


def rows(run: RunCsv, query: str, timeout: float | None = None) -> list[list[str]]:
    """Run a query and return its rows.

    :param timeout: its deadline in seconds; None is the longest that the settings allow.
    :raises QueryLimit: as the query does.
    """
    result = run(Query(query, result_type="text/csv", timeout=timeout)).decode()
    return list(csv.reader(io.StringIO(result, newline="")))[1:]


def _counted(run: RunCsv, query: str) -> list[list[str]]:
    try:
        return rows(run, query)
    except QueryLimit:
        return []


def service_description(settings: Settings, triples: int | None) -> list[ox.Triple]:
    """Return the description of the SPARQL endpoint (section 3)."""
    describe = _Describer()
    service = ox.NamedNode(f"{settings.base_url}/sparql")
    dataset, graph = ox.BlankNode("dataset"), ox.BlankNode("graph")
    describe(service, _TYPE, ox.NamedNode(f"{SD}Service"), ox.NamedNode(f"{DCAT}DataService"))
    describe(service, f"{SD}endpoint", service)
    describe(service, f"{SD}supportedLanguage", ox.NamedNode(f"{SD}SPARQL11Query"))
    describe(service, f"{SD}feature", ox.NamedNode(f"{SD}UnionDefaultGraph"))
    describe(
        service,
        f"{SD}resultFormat",
        *(ox.NamedNode(f"{PREFIXES['formats']}{name}") for name in _FORMATS),
    )
    describe(service, f"{SD}defaultDataset", dataset)
    describe(dataset, _TYPE, ox.NamedNode(f"{SD}Dataset"))
    describe(dataset, f"{SD}defaultGraph", graph)
    describe(graph, _TYPE, ox.NamedNode(f"{SD}Graph"))
    if triples is not None:
        describe(graph, f"{VOID}triples", ox.Literal(triples))
    describe(service, f"{CTG}queryTimeout", ox.Literal(settings.query_timeout))
    describe(service, f"{CTG}rowLimit", ox.Literal(settings.query_rows))
    describe(service, f"{CTG}queriesAtOnce", ox.Literal(settings.query_per_client))
    describe(service, f"{DCAT}servesDataset", ox.NamedNode(f"{settings.base_url}/void#registry"))
    return describe.triples


def dataset_description(settings: Settings, found: Statistics) -> list[ox.Triple]:
    """Return the description of the dataset in VoID and DCAT."""
    base = settings.base_url
    describe = _Describer()
    about = ox.NamedNode(f"{base}/void#registry")
    describe(ox.NamedNode(f"{base}/void"), _TYPE, ox.NamedNode(f"{VOID}DatasetDescription"))
    describe(ox.NamedNode(f"{base}/void"), "http://xmlns.com/foaf/0.1/primaryTopic", about)
    describe(about, _TYPE, ox.NamedNode(f"{VOID}Dataset"), ox.NamedNode(f"{DCAT}Dataset"))
    describe(about, f"{DCT}title", ox.Literal("ctgraph credential registry", language="en"))
    describe(
        about,
        f"{DCT}description",
        ox.Literal(
            "Credentials, programs, assessments, competencies and pathways described in CTDL, "
            "published by the organizations that own them.",
            language="en",
        ),
    )
    if found.modified:
        describe(
            about,
            f"{DCT}modified",
            ox.Literal(found.modified, datatype=ox.NamedNode(f"{_XSD}dateTime")),
        )
    describe(about, f"{VOID}sparqlEndpoint", ox.NamedNode(f"{base}/sparql"))
    describe(about, f"{VOID}uriSpace", ox.Literal(f"{base}/resources/"))
    describe(
        about,
        f"{VOID}vocabulary",
        ox.NamedNode("https://purl.org/ctdl/terms/"),
        ox.NamedNode("https://purl.org/ctdlasn/terms/"),
        ox.NamedNode(CTG),
    )
    describe(about, f"{VOID}documents", ox.Literal(found.documents))
    for name, counts in (("classes", found.classes), ("properties", found.properties)):
        if counts or not found.documents:  # else they were not counted
            describe(about, f"{VOID}{name}", ox.Literal(len(counts)))
    if found.triples is not None:
        describe(about, f"{VOID}triples", ox.Literal(found.triples))
    describe.partition(about, "class", "entities", found.classes)
    describe.partition(about, "property", "triples", found.properties)
    access = ox.BlankNode("distribution")
    describe(about, f"{DCAT}distribution", access)
    describe(access, _TYPE, ox.NamedNode(f"{DCAT}Distribution"))
    describe(access, f"{DCAT}accessURL", ox.NamedNode(f"{base}/sparql"))
    describe(access, f"{DCAT}accessService", ox.NamedNode(f"{base}/sparql"))
    return describe.triples


class _Describer:
    """Collects triples."""

    def __init__(self) -> None:
        self.triples: list[ox.Triple] = []

    def __call__(self, subject: Any, predicate: str, *values: Any) -> None:
        self.triples += [ox.Triple(subject, ox.NamedNode(predicate), value) for value in values]

    def partition(
        self, whole: Any, name: str, counted: str, counts: tuple[tuple[str, int], ...]
    ) -> None:
        """Describe the parts of a dataset, each with its count (VoID, section 4)."""
        for number, (iri, count) in enumerate(counts):
            part = ox.BlankNode(f"{name}{number}")
            self(whole, f"{VOID}{name}Partition", part)
            self(part, f"{VOID}{name}", ox.NamedNode(iri))
            self(part, f"{VOID}{counted}", ox.Literal(count))


def serialize(triples: list[ox.Triple], format: ox.RdfFormat) -> bytes:
    """Write a description in an RDF format."""
    return ox.serialize(triples, format=format, prefixes=PREFIXES) or b""
