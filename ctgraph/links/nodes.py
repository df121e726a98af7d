"""The nodes of a document as links are read from them: what each says, by property."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pyoxigraph as ox

from ctgraph.documents.iris import MAX_IRI_CHARS
from ctgraph.identity import Identity
from ctgraph.identity.ctid import is_ctid
from ctgraph.links.properties import TYPE

Nodes = Mapping[str, Mapping[str, list[str]]]
# The names that the terms of CTDL and CTDL-ASN have beside their official ones.
_ALIAS = re.compile("https?://(?:credreg[.]net|purl[.]org)/(ctdl|ctdlasn)/terms/")


def nodes_of(quads: Iterable[ox.Quad], identity: Identity) -> dict[str, dict[str, list[str]]]:
    """Group quads by subject and property.

    Entities of the registry are named by their CTIDs, blank nodes by their labels with ``_:``,
    literals begin with a quotation mark; English ones come first. Terms have their official names.
    What refers to an IRI that no node can have, as it is too long, is left out.
    """
    nodes: dict[str, dict[str, list[str]]] = {}
    prefix = identity.resource("")

    def named(iri: str) -> str:
        record = iri[len(prefix) :] if iri.startswith(prefix) else ""
        return record if is_ctid(record) else iri

    for quad in quads:
        subject, value = quad.subject, quad.object
        name = named(subject.value) if isinstance(subject, ox.NamedNode) else str(subject)
        property = _term(quad.predicate.value)
        values = nodes.setdefault(name, {}).setdefault(property, [])
        if isinstance(value, ox.NamedNode):
            if len(value.value) > MAX_IRI_CHARS:
                continue
            values.append(_term(value.value) if property == TYPE else named(value.value))
        elif isinstance(value, ox.Literal):
            english = (value.language or "").startswith("en")
            values.insert(0 if english else len(values), f'"{value.value}')
        else:
            values.append(str(value))
    return nodes


@lru_cache(maxsize=4096)
def _term(iri: str) -> str:
    return _ALIAS.sub(r"https://purl.org/\1/terms/", iri)
