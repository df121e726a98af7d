"""Graph documents as values: read, canonicalised, serialised."""

from ctgraph.documents.document import Document, from_json, parse
from ctgraph.documents.places import PLACE, PlacedNode, Places, Value, placed_name

__all__ = [
    "PLACE",
    "Document",
    "PlacedNode",
    "Places",
    "Value",
    "from_json",
    "parse",
    "placed_name",
]
