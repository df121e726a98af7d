"""Graph documents as values: read, canonicalised, serialised."""

from ctgraph.documents.document import PLACE, Document, Located, from_json, locate, parse, placed

__all__ = ["PLACE", "Document", "Located", "from_json", "locate", "parse", "placed"]
