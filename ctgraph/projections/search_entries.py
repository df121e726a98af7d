"""What the search index holds of each entity of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ctgraph.documents.node_values import shortened
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger.values import Change
from ctgraph.links.node_facts import duration_days, facts_of
from ctgraph.links.nodes import (
    Node,
    Nodes,
    Text,
    first_of,
    names_in,
    spelling_of,
    texts_in,
    types_of,
)
from ctgraph.links.properties import CTID, ceterms
from ctgraph.projections.search_facts import (
    Place,
    bounded,
    codes_of,
    facets_of,
    may_cost_more,
    places_of,
)
from ctgraph.projections.search_families import family_of
from ctgraph.projections.search_fields import CODED, Facet, Measure
from ctgraph.rdf.namespaces import CEASN, SKOS, Curie, Iri
from ctgraph.validation.completeness import completeness
from ctgraph.vocab import vocabulary

MAX_BODY_CHARS = 20_000
"""Characters of an entity's long texts that are indexed."""
MAX_DESCRIPTION_CHARS = 600
"""Characters of a description that lists of records repeat."""
MAX_KEPT_CLASSES = 1_000
"""Classes whose superclasses stay in memory: more than the vocabulary has."""
MAX_ENTITIES = 20_000
"""Entities of one document that are indexed: the largest frameworks have some thousands."""
_NAMES = (
    ceterms("name"),
    Iri(f"{CEASN}name"),
    Iri(f"{SKOS}prefLabel"),
    Iri(f"{CEASN}competencyText"),
)
_DESCRIPTIONS = (
    ceterms("description"),
    Iri(f"{CEASN}description"),
    Iri(f"{SKOS}definition"),
    Iri(f"{CEASN}comment"),
)
_EXTRA = (
    ceterms("alternateName"),
    Iri(f"{SKOS}altLabel"),
    ceterms("keyword"),
    Iri(f"{CEASN}conceptKeyword"),
    ceterms("codedNotation"),
    Iri(f"{CEASN}codedNotation"),
    ceterms("credentialId"),
    ceterms("alternativeIdentifier"),
)
_PROVIDERS = (
    ceterms("offeredBy"),
    ceterms("ownedBy"),
    Iri(f"{CEASN}publisher"),
    Iri(f"{CEASN}creator"),
    vocabulary().expand("qdata:dataProvider"),
)


@dataclass
class Entry:
    """One entity as the search index holds it.

    :param is_part: whether it is a part of its document, such as a competency of a framework.
    :param names: its name in each language that is told, by the primary tag.
    :param may_cost_more: whether its cost is not what everybody pays.
    :param providers: CTIDs or IRIs; the owner of the record where the document names nobody.
    :param provider_names: as the document gives them, by provider.
    :param place_names: one text for each place, for people to search.
    """

    record: Ctid
    document: Ctid
    is_part: bool
    name: str
    names: dict[str, str]
    kind: Curie
    description: str
    language: str
    extra: str
    body: str
    providers: list[str]
    provider_names: dict[str, str]
    places: list[Place]
    facets: dict[Facet, list[str]]
    codes: dict[Facet, list[str]]
    webpage: str
    image: str
    currency: str
    may_cost_more: bool
    duration: str
    created: str
    updated: str
    confirmed: str
    measures: dict[Measure, float] = field(default_factory=dict)


def entries_of(change: Change, nodes: Nodes, language: str) -> list[Entry]:
    """Return what the index holds of a version: one entry for each entity with a CTID.

    A tombstone, which has no nodes, has none.

    :param language: the primary tag of the language in which most of its texts are.
    """
    named = [name for name, node in nodes.items() if CTID in node and is_ctid(name)]
    facts = {fact.id: fact for fact in facts_of(nodes, ())}
    reader = _Reader(change, nodes, language)
    return [
        reader.entry(Ctid(name), facts[name].cost, facts[name].currency)
        for name in named[:MAX_ENTITIES]
    ]


class _Reader:
    """Reads the entries of one version."""

    def __init__(self, change: Change, nodes: Nodes, language: str) -> None:
        self._change = change
        self._confirmed = max(change.modified, change.confirmed_at or "")
        self._nodes = nodes
        self._language = language

    def entry(self, record: Ctid, cost: float | None, currency: str) -> Entry:
        """Return the entry of an entity."""
        node = self._nodes[record]
        kind = Curie(vocabulary().compact(next(types_of(node), Iri(""))))
        facets = facets_of(self._nodes, record)
        facets[Facet.FAMILY] = [family_of(kind)]
        facets[Facet.KIND] = _kinds(node)
        # Active is one word, whether of a credential or of a course.
        facets[Facet.STATUS] = bounded(v.rpartition(":")[2] for v in facets.get(Facet.STATUS, ()))
        providers = self._providers(node)
        # An organization is none of its own records.
        facets[Facet.PROVIDER] = [one for one in providers if one != record]
        places = places_of(self._nodes, record)
        facets |= _place_facets(places)
        codes = codes_of(self._nodes, record)
        description = _first(node, _DESCRIPTIONS)
        names = self._names_of(providers)
        duration, days = self._duration(node)
        return Entry(
            record=record,
            document=self._change.ctid,
            is_part=record != self._change.ctid,
            name=shortened(_first(node, _NAMES)),
            names=_by_language(node),
            kind=kind,
            description=shortened(description, MAX_DESCRIPTION_CHARS),
            language=self._language,
            extra=" . ".join(
                [
                    *_texts(node, _EXTRA),
                    *(v for f in (*CODED, Facet.SUBJECT) for v in facets.get(f, ())),
                    *(code for values in codes.values() for code in values),
                    *names.values(),
                    *(" ".join((p.city, p.region, p.postal_code)) for p in places),
                    *self._identifiers(node),
                    vocabulary().label(kind),
                ]
            )[:MAX_BODY_CHARS],
            body=" . ".join([*_texts(node, _DESCRIPTIONS), *facets.get(Facet.COMPETENCY, ())])[
                :MAX_BODY_CHARS
            ],
            providers=providers,
            provider_names=names,
            places=places,
            facets=facets,
            codes=codes,
            webpage=first_of(node, ceterms("subjectWebpage")),
            image=first_of(node, ceterms("image")),
            currency=currency,
            may_cost_more=may_cost_more(self._nodes, record),
            duration=duration,
            created=self._change.issued[:10],
            updated=self._change.modified[:10],
            confirmed=self._confirmed[:10],
            measures=self._measures(node, cost, days),
        )

    def _measures(self, node: Node, cost: float | None, days: float | None) -> dict[Measure, float]:
        found = completeness(list(types_of(node)), set(node))
        given = {
            Measure.COST: cost,
            Measure.DAYS: days,
            Measure.COMPLETENESS: found.score if found else None,
            Measure.CREATED: day_number(self._change.issued),
            Measure.UPDATED: day_number(self._change.modified),
            Measure.CONFIRMED: day_number(self._confirmed),
        }
        return {measure: value for measure, value in given.items() if value is not None}

    def _providers(self, node: Node) -> list[str]:
        """Return the organizations that offer or own an entity; the owner where it names none."""
        stated = names_in(value for property in _PROVIDERS for value in node.get(property, ()))
        found = bounded(one for one in stated if not one.startswith("_:"))
        return found or [self._change.owner]

    def _names_of(self, things: Iterable[str]) -> dict[str, str]:
        """Return the names that the document itself gives to other things."""
        names = ((one, _first(self._nodes.get(Iri(one), {}), _NAMES)) for one in things)
        return {one: shortened(name) for one, name in names if name}

    def _identifiers(self, node: Node) -> Iterator[str]:
        for value in names_in(node.get(ceterms("identifier"), ())):
            yield first_of(self._nodes.get(value, {}), ceterms("identifierValueCode"))

    def _duration(self, node: Node) -> tuple[str, float | None]:
        """Return the shortest duration that an entity states, as written and in days."""
        found = [
            (days, text)
            for profile in names_in(node.get(ceterms("estimatedDuration"), ()))
            for key in ("exactDuration", "minimumDuration", "maximumDuration")
            for value in self._nodes.get(profile, {}).get(ceterms(key), ())
            if (days := duration_days(text := spelling_of(value))) is not None
        ]
        days, text = min(found, default=(None, ""))
        return text, days


def day_number(moment: str) -> float:
    """Return the day of a moment of the ledger as a number that sorts: 20260131."""
    return float(moment[:10].replace("-", ""))


def _kinds(node: Node) -> list[str]:
    """Return the classes of an entity with all their superclasses."""
    return bounded(one for kind in types_of(node) for one in _superclasses(kind))


@lru_cache(maxsize=MAX_KEPT_CLASSES)
def _superclasses(kind: Iri) -> tuple[str, ...]:
    """Return the CURIEs of a class and its superclasses, without those of other vocabularies."""
    vocab = vocabulary()
    curies = (vocab.compact(one) for one in sorted(vocab.superclasses(kind)))
    return tuple(curie for curie in curies if not curie.startswith(("schema:", "dct:")))


def _place_facets(places: Iterable[Place]) -> Mapping[Facet, list[str]]:
    return {
        Facet.COUNTRY: bounded(place.country for place in places),
        Facet.REGION: bounded(place.region for place in places),
        Facet.CITY: bounded(
            ", ".join(filter(None, (place.city, place.region))) for place in places if place.city
        ),
    }


def _first(node: Node, properties: Iterable[Iri]) -> str:
    return next(_texts(node, properties), "")


def _texts(node: Node, properties: Iterable[Iri]) -> Iterator[str]:
    for property in properties:
        yield from texts_in(node.get(property, ()))


def _by_language(node: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in (value for property in _NAMES for value in node.get(property, ())):
        if isinstance(value, Text) and value.language:
            found.setdefault(value.language, shortened(value.lexical))
    return found
