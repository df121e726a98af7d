"""The registry described for machines: SPARQL service description, VoID, DCAT.

SPARQL 1.1 Service Description (W3C, 2013), VoID (W3C Interest Group Note, 2011), DCAT 3.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, VOID, XSD
from rdflib.term import Node

from ctgraph.identity import Identity
from ctgraph.projections.statistics_graph import Described, Part, node_of
from ctgraph.projections.tallies import Measure, Tally
from ctgraph.rdf import writing
from ctgraph.rdf.formats import GRAPHS, Format
from ctgraph.rdf.namespaces import CTG
from ctgraph.settings import Settings
from ctgraph.sparql.formats import CSV, RESULTS
from ctgraph.sparql.query import Query

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
OWN = Namespace(CTG)
SPDX = Namespace("http://spdx.org/rdf/terms#")
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_PREFIXES = {
    "sd": SD,
    "void": VOID,
    "dcat": DCAT,
    "dct": DCTERMS,
    "ctg": OWN,
    "formats": FORMATS,
    "xsd": XSD,
    "foaf": FOAF,
    "spdx": SPDX,
}
_RESULT_FORMATS = (
    *(URIRef(f.writer.iri) for f in RESULTS),
    # W3C names these by their titles. Oxigraph has another name for JSON-LD.
    *(FORMATS[f.title.replace("/", "_")] for f in GRAPHS),
)
ABOUT = (
    "Credentials, programs, assessments, competencies and pathways described in CTDL, "
    "published by the organizations that own them."
)
"""What the dataset is."""
COUNTED = (Measure.DOCUMENTS, Measure.ENTITIES, Measure.TRIPLES)
"""The counts that describe the dataset."""

RunCsv = Callable[[Query], bytes]
"""Runs a query and returns its whole result, as CSV."""


@dataclass(frozen=True)
class Statistics:
    """Counts of the dataset.

    A triple is counted once. The vocabulary and the statistics, which are graphs of the dataset,
    too, are not counted.

    :param triples: how many triples there are.
    :param classes: how many things there are of each class, the most first.
    :param properties: how many triples there are of each property.
    :param documents: how many current records there are.
    :param modified: when the newest of them was published, ISO 8601.
    """

    triples: int
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    documents: int
    modified: str


def statistics(counted: Tally, modified: str) -> Statistics:
    """Return the statistics of the dataset.

    :param counted: the counts, of the measures :data:`COUNTED`.
    """

    def of(wanted: Measure) -> tuple[tuple[str, int], ...]:
        found = ((key, number) for (measure, key), number in counted.items() if measure is wanted)
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    properties = of(Measure.TRIPLES)
    return Statistics(
        sum(number for _, number in properties),
        of(Measure.ENTITIES),
        properties,
        counted[Measure.DOCUMENTS, ""],
        modified,
    )


def rows(run: RunCsv, query: str, timeout: float | None = None) -> list[list[str]]:
    """Run a query and return its rows.

    :param timeout: its deadline in seconds; None is the longest that the settings allow.
    :raises QueryLimit: as the query does.
    """
    result = run(Query(query, result_type=CSV.media_type, timeout=timeout)).decode()
    return list(csv.reader(io.StringIO(result, newline="")))[1:]


def service_description(settings: Settings) -> Graph:
    """Return the description of the SPARQL endpoint (section 3)."""
    description = _Description()
    add = description.add_all
    service, dataset, graph = (
        URIRef(f"{settings.base_url}/sparql"),
        BNode("dataset"),
        BNode("graph"),
    )
    add(service, RDF.type, SD.Service, DCAT.DataService)
    add(service, SD.endpoint, service)
    add(service, SD.supportedLanguage, SD.SPARQL11Query)
    add(service, SD.feature, SD.UnionDefaultGraph)
    for term in (OWN.matches, OWN.score, OWN.snippet):
        add(service, SD.propertyFeature, term)
        add(term, RDF.type, SD.Feature)
    add(service, SD.resultFormat, *_RESULT_FORMATS)
    add(service, SD.defaultDataset, dataset)
    add(dataset, RDF.type, SD.Dataset)
    add(dataset, SD.defaultGraph, graph)
    add(graph, RDF.type, SD.Graph)
    add(service, OWN.queryTimeout, _decimal(settings.query_timeout))
    add(service, OWN.rowLimit, Literal(settings.query_rows))
    add(service, OWN.queriesAtOnce, Literal(settings.query_per_client))
    add(service, DCAT.servesDataset, _registry(settings))
    return description


def dataset_description(
    settings: Settings, found: Statistics, dumped: Sequence[Mapping[str, Any]] = ()
) -> Graph:
    """Return the description of the dataset in VoID and DCAT.

    :param dumped: the files of its newest dump, as the manifest lists them.
    """
    description = _Description()
    add = description.add_all
    page, registry = URIRef(f"{settings.base_url}/void"), _registry(settings)
    endpoint, distribution = URIRef(f"{settings.base_url}/sparql"), BNode("distribution")
    add(page, RDF.type, VOID.DatasetDescription)
    add(page, FOAF.primaryTopic, registry)
    add(registry, RDF.type, VOID.Dataset, DCAT.Dataset)
    add(registry, DCTERMS.title, Literal("ctgraph credential registry", lang="en"))
    add(registry, DCTERMS.description, Literal(ABOUT, lang="en"))
    if found.modified:
        add(
            registry,
            DCTERMS.modified,
            Literal(found.modified, datatype=XSD.dateTime, normalize=False),
        )
    add(registry, VOID.sparqlEndpoint, endpoint)
    add(registry, VOID.uriSpace, Literal(f"{settings.base_url}/resources/"))
    ctdl = (URIRef(f"https://purl.org/{name}/terms/") for name in ("ctdl", "ctdlasn"))
    add(registry, VOID.vocabulary, *ctdl, URIRef(CTG))
    add(registry, VOID.documents, Literal(found.documents))
    add(registry, VOID.classes, Literal(len(found.classes)))
    add(registry, VOID.properties, Literal(len(found.properties)))
    add(registry, VOID.triples, Literal(found.triples))
    identity = Identity.of(settings)
    for iri, count in found.classes:
        part = _part(identity, Part.CLASS, iri)
        add(registry, VOID.classPartition, part)
        add(part, VOID["class"], URIRef(iri))
        add(part, VOID.entities, Literal(count))
    for iri, count in found.properties:
        part = _part(identity, Part.PROPERTY, iri)
        add(registry, VOID.propertyPartition, part)
        add(part, VOID.property, URIRef(iri))
        add(part, VOID.triples, Literal(count))
    add(registry, DCAT.distribution, distribution)
    add(distribution, RDF.type, DCAT.Distribution)
    add(distribution, DCAT.accessURL, endpoint)
    add(distribution, DCAT.accessService, endpoint)
    for file in dumped:
        _add_file(add, registry, file)
    return description


def _add_file(add: Callable[..., None], registry: URIRef, listed: Mapping[str, Any]) -> None:
    """Add a file of a dump: as a distribution (DCAT 3, section 6.8), and as an RDF dump (VoID)."""
    address = URIRef(listed["url"])
    file, checksum = URIRef(f"{address}#distribution"), URIRef(f"{address}#sha256")
    add(registry, DCAT.distribution, file)
    add(file, RDF.type, DCAT.Distribution)
    add(file, DCTERMS.title, Literal(listed["name"]))
    add(file, DCTERMS.description, Literal(listed["description"], lang="en"))
    add(file, DCAT.downloadURL, address)
    add(file, DCAT.mediaType, URIRef(f"{_MEDIA_TYPES}{listed['mediaType']}"))
    add(file, DCAT.compressFormat, URIRef(f"{_MEDIA_TYPES}{listed['compression']}"))
    add(file, DCAT.byteSize, Literal(listed["bytes"], datatype=XSD.nonNegativeInteger))
    add(file, SPDX.checksum, checksum)
    add(checksum, RDF.type, SPDX.Checksum)
    add(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
    add(checksum, SPDX.checksumValue, Literal(listed["sha256"], datatype=XSD.hexBinary))
    if listed["quads"] is not None and listed["name"].startswith("current"):
        add(registry, VOID.dataDump, address)


def write(description: Graph, format: Format) -> bytes:
    """Write a description in an RDF format: the same bytes for the same facts in every process."""
    if format.writer == ox.RdfFormat.TURTLE:  # rdflib nests the parts and sorts them
        return description.serialize(format="turtle", encoding="utf-8")
    lines = sorted(description.serialize(format="ntriples").splitlines())
    quads = ox.parse("\n".join(lines), format=ox.RdfFormat.N_TRIPLES)
    writer = format.writer or ox.RdfFormat.JSON_LD
    triples = (quad.triple for quad in quads)
    prefixes = {prefix: str(namespace) for prefix, namespace in _PREFIXES.items()}
    return writing.write(triples, writer, prefixes)


def _decimal(number: float) -> Literal:
    """Return a number as it is written in every format; a double has several spellings."""
    text = format(Decimal(str(number)), "f")
    return Literal(text, datatype=XSD.decimal, normalize=False)


def _part(identity: Identity, kind: Part, iri: str) -> URIRef:
    """Return the IRI of a part of the dataset: the one that it has in the graph of statistics."""
    return URIRef(node_of(identity, Described(kind, iri)).value)


def _registry(settings: Settings) -> URIRef:
    """Return the IRI of the dataset that the registry is."""
    return URIRef(f"{settings.base_url}/void#registry")


class _Description(Graph):
    """A graph that is written with the prefixes of descriptions."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        for prefix, namespace in _PREFIXES.items():
            self.bind(prefix, namespace)

    def add_all(self, subject: Node, predicate: URIRef, *values: Node) -> None:
        """Add a triple for each value."""
        for value in values:
            self.add((subject, predicate, value))
