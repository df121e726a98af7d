"""What documents say, as sets of statements that can be compared: pyld is the reference."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox
from pyld import jsonld

from ctgraph.vocab import vocabulary

CTDL = "^https?://(purl.org|credreg.net)/ctdl/"
RECORD_IRI = re.compile(
    r"https?://(?:(?:sandbox\.)?credentialengineregistry\.org|localhost:8000)"
    r"/(?:graph|resources)/(ce-[0-9a-f-]{36})",
    re.IGNORECASE,
)
NUMBERS = {
    f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("decimal", "double", "float", "integer")
}


def canonical(quads: Any) -> set[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def reference_quads(document: dict[str, Any]) -> Iterator[ox.Quad]:
    """Return the quads that pyld finds in a document, by the official terms."""
    inlined = {**document, "@context": vocabulary().context}
    text = jsonld.to_rdf(inlined, {"format": "application/n-quads"})
    return ox.parse(text, format=ox.RdfFormat.N_QUADS)


def read_by_us(term: Any) -> Any:
    """Return a term as the registry reads it: records and CTDL by canonical IRI, numbers by value.

    External things are blank nodes again (RDF 1.1 Concepts, section 3.5).
    """
    if isinstance(term, ox.NamedNode) and "/.well-known/genid/" in term.value:
        return ox.BlankNode(f"genid{term.value.rpartition('/')[2]}")
    if isinstance(term, ox.NamedNode) and (found := RECORD_IRI.fullmatch(term.value)):
        return ox.NamedNode(f"http://localhost:8000/resources/{found[1].lower()}")
    if isinstance(term, ox.NamedNode):
        return ox.NamedNode(re.sub(CTDL, "https://purl.org/ctdl/", term.value))
    if isinstance(term, ox.Literal) and term.datatype.value in NUMBERS:
        number = float(term.value)
        if term.datatype.value.endswith("#float"):  # of single precision in SPARQL
            (number,) = struct.unpack("f", struct.pack("f", number))
        return ox.Literal(number)
    return term


def facts(quads: Iterable[ox.Quad]) -> set[str]:
    """Return what quads say, in whatever graph: the same for isomorphic graphs alone."""
    return canonical(
        ox.Quad(*map(read_by_us, (quad.subject, quad.predicate, quad.object))) for quad in quads
    )
