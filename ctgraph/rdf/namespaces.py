"""The IRIs that the registry's own statements are made of."""

from __future__ import annotations

import pyoxigraph as ox

OWN = "https://w3id.org/ctgraph/"
"""The beginning of the IRIs of the registry's own terms and shapes."""
CTG = f"{OWN}terms#"
DCT = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
