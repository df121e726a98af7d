"""The syntax of IRIs, blank node labels and names of properties in a document."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, TypeGuard

import pyoxigraph as ox

from ctgraph.rdf.namespaces import Iri

IRI = re.compile('[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\\\ud800-\udfff]+')
BLANK = re.compile(r"_:[A-Za-z0-9][A-Za-z0-9._-]*(?<!\.)")
"""The labels of blank nodes that a document may use. None begins with an underscore, so the labels
that :mod:`ctgraph.documents.places` gives cannot be among them."""
MAX_IRI_CHARS = 2_000
"""The longest name of a node: RDF repeats it in every statement about the node, so a longer one
could make very much RDF of a short document."""
MAX_KEPT_ANSWERS = 4096
"""Answers about IRIs that are kept in memory: enough for the terms and hosts of a bulk load."""


def is_iri(value: Any) -> TypeGuard[Iri]:
    """Tell whether a value is an absolute IRI (RFC 3987, section 2.2)."""
    if not isinstance(value, str) or not IRI.fullmatch(value):
        return False
    # Senders choose these texts: what is long, or no IRI at all, is not kept.
    return _parses(value) if len(value) <= MAX_IRI_CHARS else _parse(value)


def _parse(iri: str) -> bool:
    try:
        ox.NamedNode(iri)
    except ValueError:
        return False
    return True


_parses = lru_cache(maxsize=MAX_KEPT_ANSWERS)(_parse)
