"""A document says the same in every format, whichever official context it names."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld
from rdflib import Dataset

from ctgraph.documents import parse, serialize
from ctgraph.documents.document import Document
from ctgraph.rdf.formats import FORMATS, Format
from ctgraph.settings import load_settings
from ctgraph.vocab import CONTEXT_URLS, context_text, vocabulary
from tests.support.registry import Registry, certificate, ctid_number

OFFICIAL = CTDL, CTDL_ASN = [*CONTEXT_URLS.values()]
QDATA = "https://credreg.net/qdata/schema/context/json"
INLINE = {"ex": "https://x.example/terms#", "evalCat": vocabulary().prefixes["evalCat"]}
CONTEXTS: list[Any] = [
    *(CTDL, CTDL_ASN, QDATA, [CTDL], [CTDL, CTDL_ASN], [CTDL_ASN, CTDL], [QDATA, INLINE]),
    *(INLINE, [INLINE], [CTDL, INLINE], [CTDL_ASN, INLINE], [CTDL_ASN, INLINE, {"ey": "urn:y:"}]),
    dict(vocabulary().prefixes),
    {"ceterms": "http://purl.org/ctdl/terms/"},
]
PREFIXES = sorted(vocabulary().prefixes)
TERMS = sorted(set(vocabulary().context) - set(PREFIXES))
VALUES = {
    "xsd:boolean": "true",
    "xsd:date": "2024-02-29",
    "xsd:dateTime": "2024-02-29T12:00:00+00:00",
    "xsd:decimal": "1.5",
    "xsd:duration": "P1D",
    "xsd:float": "1.5",
    "xsd:integer": "1",
    "xsd:language": "en",
    "schema:Duration": "P1D",
}
"""A value of each datatype that the contexts name, as rdflib, too, spells it."""
LANGUAGE = re.compile(r'(?<=")@[A-Za-z0-9-]+')
RDF = [f for f in FORMATS if f.writer]
SETTINGS = load_settings()


def local(address: str, _: Any) -> dict[str, Any]:
    """Load a context that ships with ctgraph; there is no network."""
    [name] = (name for name, known in CONTEXT_URLS.items() if known == address)
    document = json.loads(context_text(name))
    return {
        "contentType": "application/ld+json",
        "documentUrl": address,
        "contextUrl": None,
        "document": document,
    }


def canonical(quads: Any, *, graphs: bool) -> set[str]:
    """Return quads in canonical form, with or without the names of their graphs."""
    named = (q if graphs else ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    dataset = ox.Dataset(named)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    # PyLD keeps the case of language tags.
    return {LANGUAGE.sub(lambda tag: tag[0].lower(), str(quad)) for quad in dataset}


def from_json_ld(served: bytes) -> list[ox.Quad]:
    options = {"documentLoader": local, "format": "application/n-quads"}
    text = jsonld.to_rdf(json.loads(served), options)
    return list(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def from_rdf(served: bytes, format: Format) -> list[ox.Quad]:
    """Read RDF with a parser that did not write it."""
    name = {"ntriples": "nt", "rdfxml": "xml"}.get(format.name, format.name)
    text = Dataset().parse(data=served, format=name).serialize(format="nquads")
    return list(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def using(prefixes: list[str], terms: list[str]) -> dict[str, Any]:
    """Return properties that use prefixes in every place where one can stand, and terms."""
    nested = [{"@type": f"{prefix}:Thing", f"{prefix}:said": "x"} for prefix in prefixes]
    found: dict[str, Any] = {f"{prefix}:said": "x" for prefix in prefixes}
    found["ceterms:hasPart"] = nested
    found["ceterms:sameAs"] = [{"@id": f"{prefix}:thing"} for prefix in prefixes]
    found["ceterms:alternateName"] = [
        {"@value": "x", "@type": f"{prefix}:Kind"} for prefix in prefixes
    ]
    for term in terms:
        found.setdefault(term, sample(vocabulary().context[term]))
    return found


def sample(definition: dict[str, str]) -> Any:
    """Return a value of the kind that the context defines for a term."""
    if definition.get("@type") == "@id":
        return ["https://x.example/1"]
    if definition.get("@container") == "@language":
        return {"en": ["x"]}
    return VALUES.get(definition["@type"], "x")


def document(context: Any, more: dict[str, Any]) -> dict[str, Any]:
    content = certificate(1)
    node = more | content["@graph"][0]
    return content | {"@context": context, "@graph": [node]}


def assert_same(found: Document) -> None:
    reference = from_json_ld(found.canonical)
    for format in RDF:
        written = from_rdf(serialize.document(found.quads, format), format)
        graphs = format.keeps_graphs
        assert canonical(written, graphs=graphs) == canonical(reference, graphs=graphs), format.name


@pytest.mark.parametrize("context", CONTEXTS, ids=range(len(CONTEXTS)))
def test_every_name_is_defined_where_the_document_is_served(context: Any) -> None:
    for name in (*PREFIXES, *TERMS):
        prefixes, terms = ([name], []) if name in PREFIXES else ([], [name])
        found = parse(json.dumps(document(context, using(prefixes, terms))).encode(), SETTINGS)
        named = json.loads(found.canonical)["@context"]
        defined: dict[str, Any] = {}
        for entry in named if isinstance(named, list) else [named]:
            defined |= local(entry, None)["document"]["@context"] if entry in OFFICIAL else entry
        assert defined[name] == vocabulary().context[name]


@settings(max_examples=20)
@given(
    st.sampled_from(CONTEXTS),
    st.lists(st.sampled_from(PREFIXES), max_size=3),
    st.lists(st.sampled_from(TERMS), max_size=6),
)
def test_a_document_says_the_same_in_every_format(
    context: Any, prefixes: list[str], terms: list[str]
) -> None:
    content = document(context, using(prefixes, terms))
    assert_same(parse(json.dumps(content).encode(), SETTINGS))


@pytest.mark.parametrize("context", [CTDL, CTDL_ASN, QDATA, INLINE])
def test_queries_see_what_the_record_says(
    registry: Registry, client: FlaskClient, context: Any
) -> None:
    used = ["evalCat", "ceds", "qdata", "schema", "asnscheme", "publicationStatus"]
    answer = client.post(
        registry.documents_url,
        json=document(context, using(used, ["ceasn:comment", "ceterms:subject"])),
        headers=registry.authorization,
    )
    assert answer.status_code == 201, answer.json
    registry.project()
    graph = f"http://localhost:8000/graph/{ctid_number(1)}"
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    asked = client.get(f"/sparql?format=nt&query={quote(query)}").data
    served = client.get(f"/graph/{ctid_number(1)}", headers={"Accept": "application/ld+json"}).data
    found = ox.parse(asked, format=ox.RdfFormat.N_TRIPLES)
    assert canonical(found, graphs=False) == canonical(from_json_ld(served), graphs=False)
