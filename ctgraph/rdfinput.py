"""Graph documents that come as RDF: turned into JSON-LD, to be read like all others."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from ctgraph.entities import PARTS
from ctgraph.errors import InvalidDocument, Problem
from ctgraph.exports.rdf import FORMATS, Format
from ctgraph.identity import Identity
from ctgraph.jsonld import IRI_COERCIONS
from ctgraph.settings import Settings
from ctgraph.vocab import CONTEXT_URLS, vocabulary

RDF_INPUTS: tuple[Format, ...] = tuple(format for format in FORMATS if format.writer)
"""The formats that are read beside JSON-LD."""

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_STRING = "http://www.w3.org/2001/XMLSchema#string"


def from_rdf(data: bytes, format: Format, settings: Settings) -> dict[str, Any]:
    """Turn an RDF graph, or a dataset that holds one, into a JSON-LD document.

    :raises InvalidDocument: when it does not parse, or holds several graphs.
    """
    try:
        quads = list(ox.parse(data, format=format.writer, base_iri=f"{settings.base_url}/"))
    except (SyntaxError, ValueError) as error:
        message = f"The document is not {format.media_type}: {error}."
        raise InvalidDocument(message, [Problem(message, "Mend it there.", None)]) from error
    graphs = {q.graph_name for q in quads}
    if len(graphs) > 1:
        message = f"The document holds {len(graphs)} graphs; a record is one."
        raise InvalidDocument(message, [Problem(message, "Send one graph at a time.", None)])
    nodes: dict[str, dict[str, Any]] = {}
    subjects = {quad.subject for quad in quads}
    for quad in quads:
        label = _label(quad.subject)
        known = quad.object in subjects or not isinstance(quad.object, ox.BlankNode)
        value = quad.object if known else None
        _add(nodes.setdefault(label, {"@id": label}), quad.predicate.value, value)
    document: dict[str, Any] = {"@context": list(CONTEXT_URLS.values())}
    graph = next(iter(graphs), None)
    if isinstance(graph, ox.NamedNode) and Identity.of(settings).ctid_of(graph.value):
        document["@id"] = graph.value
    return document | {"@graph": sorted(nodes.values(), key=_rank)}


def _rank(node: dict[str, Any]) -> tuple[bool, bool]:
    """Put what has a CTID first, and of that what is no part of another."""
    kinds = node.get("@type", ())
    return "ceterms:ctid" not in node, any(vocabulary().is_a(kind, *PARTS) for kind in kinds)


def _add(node: dict[str, Any], predicate: str, value: Any) -> None:
    """Add one triple to its subject's node; no value is a blank node of which nothing is said."""
    vocab = vocabulary()
    if predicate == _TYPE:
        node.setdefault("@type", []).append(vocab.compact(_label(value)))
        return
    key = vocab.compact(predicate)
    term = vocab.context.get(key)
    term = term if isinstance(term, dict) else {}
    if value is None:
        node.setdefault(key, []).append({})
    elif not isinstance(value, ox.Literal):
        label = _label(value)
        plain = term.get("@type") in IRI_COERCIONS
        node.setdefault(key, []).append(label if plain else {"@id": label})
    elif term.get("@container") == "@language" and value.datatype.value != _STRING:
        node.setdefault(key, {}).setdefault(value.language, []).append(value.value)
    elif term.get("@container") == "@language":
        node.setdefault(key, {}).setdefault("@none", []).append(value.value)
    elif key == "ceterms:ctid":
        node[key] = value.value if key not in node else [node[key], value.value]
    else:
        node.setdefault(key, []).append(_literal(value, term))


def _literal(value: ox.Literal, term: dict[str, Any]) -> Any:
    vocab = vocabulary()
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = vocab.compact(value.datatype.value)
    if datatype == term.get("@type", "xsd:string"):
        return value.value
    # A string where the context says another datatype would be given that datatype.
    return {"@value": value.value} if datatype == "xsd:string" else {
        "@value": value.value, "@type": datatype,
    }  # fmt: skip


def _label(term: Any) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)
