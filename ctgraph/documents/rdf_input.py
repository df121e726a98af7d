"""Graph documents sent as RDF: they become JSON-LD, which is read like any other document."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import defaultdict
from typing import Any

import pyoxigraph as ox

from ctgraph.documents.context import IRI_COERCIONS
from ctgraph.documents.entities import PARTS
from ctgraph.documents.json_text import where_not_utf8
from ctgraph.documents.recognition import recognised
from ctgraph.errors import InvalidDocument
from ctgraph.identity import Identity
from ctgraph.problem import Problem
from ctgraph.rdf.formats import FORMATS, Format
from ctgraph.rdf.namespaces import TYPE, XSD
from ctgraph.settings import Settings
from ctgraph.vocab import CONTEXT_URLS, vocabulary
from ctgraph.vocab.canonical_terms import canonical_term

RDF_INPUTS: tuple[Format, ...] = tuple(format for format in FORMATS if format.writer)
"""The RDF formats that are read, besides JSON-LD."""

# Entities that refer to entities can grow a few bytes to gigabytes.
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def from_rdf(data: bytes, format: Format, settings: Settings) -> dict[str, Any]:
    """Turn an RDF graph, or a dataset that holds one, into a JSON-LD document.

    :raises InvalidDocument: when it does not parse, holds several graphs, or says what a document
        cannot: a statement about a statement, or a class without a name.
    """
    # UTF-16 puts a zero byte beside each letter.
    if format.writer == ox.RdfFormat.RDF_XML and _DECLARATION.search(data.replace(b"\0", b"")):
        raise _refused(
            "RDF/XML with a document type declaration is not read.",
            "Leave the declaration out, and write the namespaces in full.",
        )
    if format.writer != ox.RdfFormat.RDF_XML and (at := where_not_utf8(data)) is not None:
        raise _refused(f"The document is not UTF-8 at byte {at}.", "Save it as UTF-8.")
    data = data.removeprefix(BOM_UTF8)
    try:
        quads = list(ox.parse(data, format=format.writer, base_iri=f"{settings.base_url}/"))
    except (SyntaxError, ValueError) as error:
        found = recognised(data.decode("utf-8", "replace"), format.name)
        if found and found[1]:
            raise _refused(
                f"The document is {found[0]}, not {format.media_type}.",
                f"Send it as {found[1]}.",
            ) from error
        raise _refused(
            f"The document is not {format.media_type}: {error}.", "Mend it there."
        ) from error
    graphs = {q.graph_name for q in quads}
    if len(graphs) > 1:
        raise _refused(
            f"The document holds {len(graphs)} graphs; a record is one.",
            "Send one graph at a time.",
        )
    document: dict[str, Any] = {"@context": list(CONTEXT_URLS.values())}
    graph = next(iter(graphs), None)
    if isinstance(graph, ox.NamedNode) and Identity.of(settings).ctid_of(graph.value):
        document["@id"] = graph.value
    nodes = _nodes(quads)
    # What is said of the document itself stands beside @graph.
    about = next((node for node in nodes if node["@id"] == document.get("@id")), {})
    others = (node for node in nodes if node is not about)
    return document | about | {"@graph": sorted(others, key=_rank)}


def _refused(message: str, remedy: str) -> InvalidDocument:
    return InvalidDocument(message, [Problem(message, remedy, None)])


def _nodes(quads: list[ox.Quad]) -> list[dict[str, Any]]:
    """Return a node for each subject."""
    said: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.object, ox.Triple) or isinstance(quad.subject, ox.Triple):
            raise _refused("A statement about a statement is not read.", "Leave it out.")
        said[quad.subject][quad.predicate.value].append(quad.object)
    return [
        {"@id": _label(subject)} | dict(_property(p, values, said) for p, values in found.items())
        for subject, found in said.items()
    ]


def _rank(node: dict[str, Any]) -> tuple[bool, bool]:
    """Rank nodes with a CTID first, and among these the ones that are no part of another entity."""
    kinds = node.get("@type", ())
    return "ceterms:ctid" not in node, any(vocabulary().is_a(kind, *PARTS) for kind in kinds)


def _property(predicate: str, values: list[Any], known: Any) -> tuple[str, Any]:
    """Return the key and the value for all objects of one predicate of a subject."""
    vocab = vocabulary()
    if predicate == TYPE.value:
        if not all(isinstance(value, ox.NamedNode) for value in values):
            raise _refused("A class has no name.", "Name the class by its IRI.")
        return "@type", [vocab.compact(canonical_term(value.value)) for value in values]
    key = vocab.compact(canonical_term(predicate))
    term = vocab.context.get(key)
    term = term if isinstance(term, dict) else {}
    if key == "ceterms:ctid" and len(values) == 1 and isinstance(values[0], ox.Literal):
        return key, values[0].value
    if term.get("@container") == "@language" and all(map(_is_text, values)):
        texts: dict[str, list[str]] = defaultdict(list)
        for value in values:
            texts[value.language or "@none"].append(value.value)
        return key, texts
    return key, [_value(value, term, known) for value in values]


def _is_text(value: Any) -> bool:
    return isinstance(value, ox.Literal) and (
        value.language is not None or value.datatype.value == f"{XSD}string"
    )


def _value(value: Any, term: dict[str, Any], known: Any) -> Any:
    vocab = vocabulary()
    if isinstance(value, ox.BlankNode) and value not in known:
        return {}  # nothing is said of it
    if not isinstance(value, ox.Literal):
        return _label(value) if term.get("@type") in IRI_COERCIONS else {"@id": _label(value)}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = vocab.compact(value.datatype.value)
    if datatype == term.get("@type", "xsd:string"):
        return value.value
    # A string where the context says another datatype would be given that datatype.
    return (
        {"@value": value.value}
        if datatype == "xsd:string"
        else {"@value": value.value, "@type": datatype}
    )


def _label(term: Any) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)
