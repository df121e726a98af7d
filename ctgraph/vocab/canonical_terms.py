"""The one spelling of each name of the vocabulary, of the many that documents use.

The same term appears with http and https, on purl.org and credreg.net, under ``/terms/`` and
``/vocabs/``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ctgraph.rdf.namespaces import Iri
from ctgraph.vocab.terms import vocabulary

_FAMILY = re.compile(
    r"https?://(?:www\.)?(?:purl\.org|credreg\.net)/(ctdl|ctdlasn|qdata)/(?:terms|vocabs)[/#]"
    r"((?:[A-Za-z]+/)?)(.*)",
    re.IGNORECASE,
)
MAX_KEPT_SPELLINGS = 4096
"""Canonical spellings that are kept in memory: documents repeat few terms very often."""


@cache
def _namespaces() -> dict[tuple[str, str], str]:
    """Return the namespaces of CTDL by their vocabulary and concept scheme, in lower case."""
    spaces = vocabulary().prefixes.values()
    matches = ((space, _FAMILY.fullmatch(space)) for space in spaces)
    return {(m[1].lower(), m[2].lower()): space for space, m in matches if m}


@lru_cache(maxsize=MAX_KEPT_SPELLINGS)
def canonical_term(iri: str) -> Iri:
    """Return the official spelling of an IRI in a namespace of CTDL; any other IRI unchanged."""
    match = _FAMILY.fullmatch(iri)
    if match is None:
        return Iri(iri)
    space = _namespaces().get((match[1].lower(), match[2].lower()))
    return Iri(space + match[3] if space else iri)


def is_same_namespace(one: object, other: object) -> bool:
    """Tell whether two IRIs of prefixes mean one namespace, whether by http or by https."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    return canonical_term(one) == canonical_term(other) or (
        re.sub("^http:", "https:", one) == re.sub("^http:", "https:", other)
    )
