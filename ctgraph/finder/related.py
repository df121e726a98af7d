"""The records that are related to one: by competencies, by their words, by their provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote_plus

from ctgraph.finder.found import Card, Hit
from ctgraph.finder.question import Facet, Order, Question
from ctgraph.finder.search import Search
from ctgraph.identity.ctid import Ctid

MAX_RELATED = 4
"""Records of each kind of relation that a page proposes."""
MAX_SHARED = 50
"""Competencies of one record by which others are found."""
MAX_ADDRESS_CHARS = 1_500
"""Characters that the competencies of a record take in the address of a search for them."""


class Relation(StrEnum):
    """Why a record is related to another one."""

    COMPETENCIES = "competencies"
    TEXT = "text"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Related:
    """Records that are related to one for the same reason.

    :param hits: the records. Where competencies are the reason, the score of each is how many of
        them it has.
    :param search: the parameters of the search for more of them; empty where none finds them.
    """

    relation: Relation
    hits: tuple[Hit, ...]
    search: tuple[tuple[str, str], ...] = ()


def related(search: Search, record: Ctid) -> list[Related]:
    """Return what is related to a record, each record once; nothing for a part of a document.

    :raises StoreError: while the index is being built.
    """
    own = search.ask(
        Question(among=(frozenset([record]),), counted=(Facet.COMPETENCY,), size=1, is_strict=True)
    )
    if not own.hits:
        return []
    competencies = [one.value for one in own.facets[Facet.COMPETENCY]][:MAX_SHARED]
    known = {record, own.hits[0].card.provider}
    found = []
    for one in _relations(search, own.hits[0].card, competencies):
        fresh = [hit for hit in one.hits if hit.card.record not in known][:MAX_RELATED]
        known |= {hit.card.record for hit in fresh}
        if fresh:
            found.append(replace(one, hits=tuple(fresh)))
    return found


def _relations(search: Search, card: Card, competencies: list[str]) -> Iterator[Related]:
    """Yield the relations of a record, with more records than are shown: some may be known."""
    most = len(Relation) * MAX_RELATED + 1
    if competencies:
        hits = search.sharing(Facet.COMPETENCY, competencies, most)
        yield Related(Relation.COMPETENCIES, tuple(hits), _parameters(competencies))
    similar = search.similar(card.record, most)
    yield Related(Relation.TEXT, tuple(Hit(one, 0) for one in similar))
    if card.provider and card.provider != card.record:
        of_provider = search.ask(
            Question(filters={Facet.PROVIDER: (card.provider,)}, order=Order.DATE, size=most)
        )
        yield Related(Relation.PROVIDER, of_provider.hits, ((Facet.PROVIDER.value, card.provider),))


def _parameters(competencies: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a search for competencies: as many as an address holds."""
    found = []
    room = MAX_ADDRESS_CHARS
    for value in competencies:
        room -= len(quote_plus(value)) + len(Facet.COMPETENCY)
        if room < 0:
            break
        found.append((Facet.COMPETENCY.value, value))
    return tuple(found)
