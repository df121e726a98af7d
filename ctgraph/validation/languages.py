"""The language tags of a document, held against the registry of language subtags (BCP 47).

The shapes judge how a tag is written; whether there is such a language only the registry knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import langcodes
import pyoxigraph as ox

from ctgraph.rdf.namespaces import CEASN, CETERMS, Iri
from ctgraph.rdf.terms import Value

MAX_KEPT_TAGS = 1000
"""Tags whose judgement is kept: documents have few of them."""
_OF_LANGUAGES = (f"{CETERMS}inLanguage", f"{CEASN}inLanguage")


def unregistered_tags(path: Iri, values: Sequence[Value]) -> Iterator[tuple[str, Value]]:
    """Yield the tags among the values of a property that name no language, each with a value.

    A tag stands on a text, or is itself the value of a property of languages.
    """
    seen: set[str] = set()
    for value in values:
        if isinstance(value, ox.Literal):
            tag = value.value if path in _OF_LANGUAGES else value.language
            if tag and tag not in seen and not _is_registered(tag):
                seen.add(tag)
                yield tag, value


@lru_cache(maxsize=MAX_KEPT_TAGS)
def _is_registered(tag: str) -> bool:
    return langcodes.tag_is_valid(tag)
