"""The answer to a search: cards of records, and counts of facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ctgraph.identity.ctid import Ctid
from ctgraph.projections.search_fields import Facet
from ctgraph.rdf.namespaces import Curie


@dataclass(frozen=True)
class Place:
    """A place where something is offered, as far as it is stated."""

    city: str = ""
    region: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Card:
    """What a list of records shows of one: enough to choose it, without reading its document.

    :param record: its CTID; its page is ``/resources/{record}``.
    :param document: the CTID of the document that holds it; the same for a primary.
    :param provider: the CTID of the organization that owns or offers it; empty if none is named.
    :param status: `Active`, `Deprecated`…: a concept without its scheme; empty if none is stated.
    :param cost: the least price; None where none is stated. 0 is a price.
    :param currency: ISO 4217; empty if none is stated.
    :param duration: the shortest time to complete, as an ISO 8601 duration; empty if none is.
    :param updated: the day of its current version, ``2026-01-31``.
    :param confirmed: the day on which its owner last published or confirmed it.
    """

    record: Ctid
    document: Ctid
    name: str
    kind: Curie
    description: str
    language: str
    provider: Ctid | str
    provider_name: str
    places: tuple[Place, ...]
    level: tuple[Curie, ...]
    delivery: tuple[Curie, ...]
    status: str
    cost: float | None
    currency: str
    duration: str
    webpage: str
    image: str
    created: str
    updated: str
    confirmed: str
    completeness: float | None


@dataclass(frozen=True)
class Hit:
    """A record that a search found.

    :param snippet: the passage that fits best, in pieces; True where a word of the search stands.
    :param kilometres: how far its nearest place is; None where the search names no place.
    """

    card: Card
    score: float
    snippet: tuple[tuple[str, bool], ...] = ()
    kilometres: float | None = None


@dataclass(frozen=True)
class Count:
    """A value of a facet, its label in words, and how many records have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Found:
    """The answer to a question.

    :param total: how many records fit, on all pages.
    :param facets: the values of each counted facet, the most frequent first.
    :param sequence: the ledger's sequence number that the index holds.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[Facet, tuple[Count, ...]]
    sequence: int


@dataclass(frozen=True)
class Suggestion:
    """A completion of what somebody is typing: the name of a record."""

    record: Ctid
    name: str
    kind: Curie
