"""The namespaces of CTDL, and those of the registry's own statements, shapes and terms."""

from __future__ import annotations

from typing import NewType

import pyoxigraph as ox

Iri = NewType("Iri", str)
"""An absolute IRI (RFC 3987, section 2.2), such as ``https://purl.org/ctdl/terms/name``."""
Curie = NewType("Curie", str)
"""An IRI shortened by a prefix (CURIE Syntax 1.0), such as ``ceterms:name``.

An IRI that no known prefix fits is its own short form, as the note allows where both may stand.
"""
BlankLabel = NewType("BlankLabel", str)
"""The label of a blank node as N-Triples writes it (RDF 1.1 N-Triples), such as ``_:b0``."""

OWN = "https://w3id.org/ctgraph/"
"""The beginning of the IRIs of the registry's own terms and shapes."""
AS = "https://www.w3.org/ns/activitystreams#"
CETERMS = "https://purl.org/ctdl/terms/"
CEASN = "https://purl.org/ctdlasn/terms/"
CTG = f"{OWN}terms#"
CTGS = f"{OWN}shapes#"
DCT = "http://purl.org/dc/terms/"
LDES = "https://w3id.org/ldes#"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TREE = "https://w3id.org/tree#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = ox.NamedNode(f"{RDF}type")
SEQUENCE = ox.NamedNode(f"{CTG}sequence")
"""The property for a sequence number: that of a version, and that of the last change of a store."""
LEDGER = ox.NamedNode(f"{CTG}ledger")
"""The property for the mark of a store, which begins with the number of its last change."""
