"""Graph documents as values: read, canonicalised, serialised."""

from ctgraph.documents.document import Document, from_json, parse, read
from ctgraph.documents.places import PLACE, PlacedNode, Places, placed_name
from ctgraph.documents.purpose import Purpose

__all__ = [
    "PLACE",
    "Document",
    "PlacedNode",
    "Places",
    "Purpose",
    "from_json",
    "parse",
    "placed_name",
    "read",
]
