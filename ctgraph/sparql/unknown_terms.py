"""Terms in a query that no vocabulary here has: a misspelt one finds nothing, and nothing fails."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from ctgraph.rdf.namespaces import CTG, Curie, Iri
from ctgraph.sparql.mistakes import MAX_WRITTEN_CHARACTERS
from ctgraph.sparql.query import usual_prefixes
from ctgraph.sparql.query_tokens import tokens_of
from ctgraph.vocab import vocabulary
from ctgraph.vocab.former_names import FORMER_CLASSES, FORMER_PROPERTIES
from ctgraph.vocab.own_terms import own_terms

HEADER = "Ctgraph-Unknown-Terms"
"""The header of answers that names them."""
NAMESPACES = ("https://purl.org/ctdl/", "https://purl.org/ctdlasn/", CTG)
"""The beginnings of the IRIs of those vocabularies that are known in full."""
MAX_TERM_CHARACTERS = 100
"""The longest IRI of a term that is named: that of every term is shorter."""
MAX_TERMS = 3
"""How many terms are named: the first ones say enough, and looking for similar ones takes time."""
MIN_LIKENESS = 0.75
"""How much alike (`difflib.SequenceMatcher.ratio`) a term is that may be meant. Below that, terms
of other meanings are alike, such as `hasTask` and `hasSkill`."""


class Unknown(NamedTuple):
    """A term that its vocabulary does not have, and the one that may be meant, or ''."""

    term: Curie
    meant: Curie

    def __str__(self) -> str:
        return f"{self.term} (did you mean {self.meant}?)" if self.meant else self.term


def unknown_terms(text: str) -> tuple[Unknown, ...]:
    """Return the terms of CTDL, CTDL-ASN and this registry in a query that do not exist.

    Former names, which records of other registries still have, are none of them.

    >>> [str(one) for one in unknown_terms("SELECT * { ?s ceterms:ownedByy ?o }")]
    ['ceterms:ownedByy (did you mean ceterms:ownedBy?)']
    """
    is_looked_through = len(text) <= MAX_WRITTEN_CHARACTERS and any(s in text for s in _signs())
    return _unknown(text) if is_looked_through else ()


@lru_cache(maxsize=100)
def _unknown(text: str) -> tuple[Unknown, ...]:
    used = dict.fromkeys(token.iri for token in tokens_of(text, usual_prefixes()))
    unknown = (Iri(iri) for iri in used if iri.startswith(NAMESPACES) and iri not in _known())
    return tuple(map(_told, islice(filter(_may_be_term, unknown), MAX_TERMS)))


def _may_be_term(iri: Iri) -> bool:
    """Tell whether an IRI is no namespace, no former name, and not too long."""
    is_former = _compact(iri) in FORMER_CLASSES.keys() | FORMER_PROPERTIES.keys()
    return not is_former and not iri.endswith(("/", "#")) and len(iri) <= MAX_TERM_CHARACTERS


@cache
def _known() -> dict[Iri, Curie]:
    """Return the terms of all these vocabularies."""
    ours = {term.iri: own_terms().compact(term.iri) for term in own_terms()}
    return {term.iri: term.curie for term in vocabulary()} | ours


@cache
def _signs() -> tuple[str, ...]:
    """Return what stands in each query that has a term of these vocabularies."""
    names = [prefix for prefix, iri in usual_prefixes().items() if iri.startswith(NAMESPACES)]
    return (*(f"{prefix}:" for prefix in names), *NAMESPACES)


def _told(iri: Iri) -> Unknown:
    """Return an unknown term with the one of the same vocabulary that is written most like it."""
    known, begin = _known(), iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
    others = {one.removeprefix(begin).lower(): one for one in known if one.startswith(begin)}
    near = get_close_matches(iri.removeprefix(begin).lower(), others, 1, MIN_LIKENESS)
    return Unknown(_compact(iri), known[others[near[0]]] if near else Curie(""))


def _compact(iri: Iri) -> Curie:
    return own_terms().compact(iri) if iri.startswith(CTG) else vocabulary().compact(iri)
