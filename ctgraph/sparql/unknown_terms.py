"""Terms in a query that no vocabulary here has: a misspelt one finds nothing, and nothing fails."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from ctgraph.rdf.namespaces import CTG, Curie, Iri
from ctgraph.sparql.query_tokens import tokens_of
from ctgraph.vocab import vocabulary
from ctgraph.vocab.own_terms import own_terms

NAMESPACES = ("https://purl.org/ctdl/", "https://purl.org/ctdlasn/", CTG)
"""The beginnings of the IRIs of those vocabularies that are known in full."""
MAX_CHARACTERS = 10_000
"""The longest query that is looked through: nobody writes a longer one by hand."""
MAX_TERM_CHARACTERS = 100
"""The longest IRI of a term that is named: that of every term is shorter."""
MAX_TERMS = 3
"""How many terms are named: the first ones say enough, and looking for similar ones takes time."""


class Unknown(NamedTuple):
    """A term that its vocabulary does not have, and the one that may be meant, or ''."""

    term: Curie
    meant: Curie

    def __str__(self) -> str:
        return f"{self.term} (did you mean {self.meant}?)" if self.meant else self.term


@lru_cache(maxsize=100)
def unknown_terms(text: str) -> tuple[Unknown, ...]:
    """Return the terms of CTDL, CTDL-ASN and this registry in a query that do not exist.

    >>> [str(one) for one in unknown_terms("SELECT * { ?s ceterms:ownedByy ?o }")]
    ['ceterms:ownedByy (did you mean ceterms:ownedBy?)']
    """
    if len(text) > MAX_CHARACTERS or not any(sign in text for sign in _signs()):
        return ()
    prefixes = vocabulary().prefixes | {"ctg": CTG}
    used = dict.fromkeys(token.iri for token in tokens_of(text, prefixes))
    unknown = (Iri(iri) for iri in used if iri.startswith(NAMESPACES) and iri not in _known())
    named = (iri for iri in unknown if _may_be_term(iri))
    return tuple(map(_told, islice(named, MAX_TERMS)))


def _may_be_term(iri: Iri) -> bool:
    """Tell whether an IRI is no namespace, and not too long."""
    return not iri.endswith(("/", "#")) and len(iri) <= MAX_TERM_CHARACTERS


@cache
def _known() -> dict[Iri, Curie]:
    """Return the terms of all these vocabularies."""
    ours = {term.iri: own_terms().compact(term.iri) for term in own_terms()}
    return {term.iri: term.curie for term in vocabulary()} | ours


@cache
def _signs() -> tuple[str, ...]:
    """Return what stands in each query that has a term of these vocabularies."""
    prefixes = vocabulary().prefixes | {"ctg": CTG}
    names = [prefix for prefix, iri in prefixes.items() if iri.startswith(NAMESPACES)]
    return (*(f"{prefix}:" for prefix in names), *NAMESPACES)


def _told(iri: Iri) -> Unknown:
    """Return an unknown term with the one of the same vocabulary that is written most like it."""
    known = _known()
    namespace = _namespace(iri)
    others = {
        other[len(namespace) :].lower(): other for other in known if _namespace(other) == namespace
    }
    near = get_close_matches(iri[len(namespace) :].lower(), others, 1)
    return Unknown(_compact(iri), known[others[near[0]]] if near else Curie(""))


def _compact(iri: Iri) -> Curie:
    return own_terms().compact(iri) if iri.startswith(CTG) else vocabulary().compact(iri)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
