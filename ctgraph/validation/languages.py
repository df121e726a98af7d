"""The language tags of a document, held against the registry of language subtags (BCP 47).

The shapes judge how a tag is written; whether there is such a language only the registry knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import pyoxigraph as ox

from ctgraph.rdf.namespaces import CEASN, CETERMS, Iri
from ctgraph.rdf.terms import Value

MAX_KEPT_TAGS = 1000
"""Tags whose judgement is kept: documents have few of them."""
_OF_LANGUAGES = (f"{CETERMS}inLanguage", f"{CEASN}inLanguage")


def prepare() -> None:
    """Load the registry of subtags, which takes a while, and which most commands never need."""
    import langcodes

    langcodes.tag_is_valid("en")


def unregistered_tags(path: Iri, values: Sequence[Value]) -> Iterator[tuple[str, Value]]:
    """Yield the tags among the values of a property that are doubtful, each with a value.

    Such a tag names no language, or a region by a code that is not its own: see `likely_tag`. A
    tag stands on a text, or is itself the value of a property of languages.
    """
    seen: set[str] = set()
    for value in values:
        if isinstance(value, ox.Literal):
            tag = value.value if path in _OF_LANGUAGES else value.language
            if tag and tag not in seen and not _is_registered(tag):
                seen.add(tag)
                yield tag, value


@lru_cache(maxsize=MAX_KEPT_TAGS)
def likely_tag(tag: str) -> str:
    """Return the tag that was meant where only the region is wrong: `en-GB` for `en-UK`.

    An empty text stands for a tag with another fault, or with none.
    """
    import langcodes

    if not langcodes.tag_is_valid(tag):
        return ""
    written, meant = (langcodes.Language.get(tag, normalize=mended) for mended in (False, True))
    if written.territory == meant.territory or not meant.territory:
        return ""
    return langcodes.Language.make(
        written.language, written.extlangs, written.script, meant.territory, written.variants
    ).to_tag()


@lru_cache(maxsize=MAX_KEPT_TAGS)
def _is_registered(tag: str) -> bool:
    import langcodes

    return langcodes.tag_is_valid(tag) and not likely_tag(tag)
