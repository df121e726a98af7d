"""The answer to a search: cards of records, and counts of facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ctgraph.documents.node_values import shortened
from ctgraph.identity.ctid import Ctid
from ctgraph.projections.search_fields import Facet
from ctgraph.rdf.namespaces import Curie

MAX_TITLE_CHARS = 80
"""Characters of a description that stands for a name."""


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
    :param names: its name in each language, by the primary tag, where it has several.
    :param provider: the CTID of the organization that owns or offers it; empty if none is named.
    :param status: `Active`, `Deprecated`…: a concept without its scheme; empty if none is stated.
    :param cost: the least price; None where none is stated. 0 is a price.
    :param currency: ISO 4217; empty if none is stated.
    :param may_cost_more: whether the cost is not what everybody pays.
    :param duration: the shortest time to complete, as an ISO 8601 duration; empty if none is.
    :param updated: the day of its current version, ``2026-01-31``.
    :param confirmed: the day on which its owner last published or confirmed it.
    """

    record: Ctid
    document: Ctid
    name: str
    names: Mapping[str, str]
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
    may_cost_more: bool
    duration: str
    webpage: str
    image: str
    created: str
    updated: str
    confirmed: str
    completeness: float | None

    def called(self, language: str) -> str:
        """Return its name in a language if it has one, else its name.

        Without any, the beginning of its description stands for it, or its CTID.
        """
        named = self.names.get(language) or self.name
        return named or shortened(self.description, MAX_TITLE_CHARS) or self.record


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


class Fit(StrEnum):
    """How the records that a search found fit its words."""

    ALL = "all"
    """They have all of them, or the search has none."""
    ALMOST = "almost"
    """They have words that are spelt almost like them; none has all as they are spelt."""
    ANY = "any"
    """They have some of them, or words that are spelt almost like some; none has all."""
    NONE = "none"
    """Nothing that was typed can be looked for, so that all records were found."""


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
    fit: Fit = Fit.ALL


@dataclass(frozen=True)
class Suggestion:
    """A completion of what somebody is typing: the name of a record."""

    record: Ctid
    name: str
    kind: Curie
