"""A search in words, as the mails about it name it."""

from __future__ import annotations

from babel import Locale

from ctgraph.finder.address import Asked
from ctgraph.finder.labels import PARTS, label_of
from ctgraph.projections.search_fields import Facet
from ctgraph.translation import speaking

_FACETS = {facet.value: facet for facet in Facet}
_UNNAMED = {"sort", "size", "within"}
"""Parameters that do not say what is searched for."""


def in_words(asked: Asked, language: str) -> str:
    """Return what a search asks for; empty for a search without words and filters.

    >>> from ctgraph.finder.address import asked
    >>> in_words(asked([("q", "nursing"), ("level", "audLevel:AssociateDegreeLevel")]), "en")
    '“nursing”; Level: Associate Degree Level'
    """
    return "; ".join(
        _part(name, value, language) for name, value in asked.given if name not in _UNNAMED
    )


def _part(name: str, value: str, language: str) -> str:
    if name == "q":
        return f"“{value}”"
    title = speaking(language)(PARTS[name])
    if name == "box":  # its numbers tell nobody where it is
        return title
    facet = _FACETS.get(name)
    if facet is Facet.LANGUAGE:
        return f"{title}: {Locale(language).languages.get(value, value)}"
    return f"{title}: {speaking(language, 'vocab')(label_of(facet, value)) if facet else value}"
