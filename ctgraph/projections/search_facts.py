"""Reading the facts of an entity that the search index narrows, counts and sorts by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import isfinite

from ctgraph.documents.node_values import shortened
from ctgraph.identity.ctid import NodeId
from ctgraph.links.nodes import Node, Nodes, Text, Value, first_of, names_in, texts_in
from ctgraph.links.properties import ceterms
from ctgraph.projections.search_fields import CODED, Facet
from ctgraph.rdf.namespaces import CEASN, Iri
from ctgraph.vocab import vocabulary
from ctgraph.vocab.canonical_terms import canonical_term

MAX_VALUES = 200
"""Values of one facet that are indexed of one entity."""
MAX_VALUE_CHARS = 200
"""The longest value of a facet."""
MAX_PLACES = 50
"""Places of one entity that are indexed: a national provider may name thousands."""
_ALIGNED = ceterms("targetNode"), ceterms("targetNodeName"), ceterms("codedNotation")
_US = {"us", "usa", "u.s.", "u.s.a.", "united states", "united states of america"}

CONCEPTS = {
    Facet.LEVEL: (ceterms("audienceLevelType"), Iri(f"{CEASN}educationLevelType")),
    Facet.AUDIENCE: (ceterms("audienceType"),),
    Facet.DELIVERY: (ceterms("deliveryType"), ceterms("learningDeliveryType")),
    Facet.STATUS: (ceterms("credentialStatusType"), ceterms("lifeCycleStatusType")),
    Facet.ASSESSMENT_DELIVERY: (ceterms("assessmentDeliveryType"),),
    Facet.ORGANIZATION_TYPE: (ceterms("agentType"),),
    Facet.SERVICE: (ceterms("serviceType"), ceterms("agentPurposeType")),
    Facet.SECTOR: (ceterms("agentSectorType"),),
}
"""The facets whose values are concepts, and the properties that name them."""
WORDS = {
    Facet.INDUSTRY: (ceterms("industryType"),),
    Facet.OCCUPATION: (ceterms("occupationType"),),
    Facet.PROGRAM: (ceterms("instructionalProgramType"),),
    Facet.SUBJECT: (ceterms("subject"), Iri(f"{CEASN}subject")),
}
"""The facets whose values are people's words, perhaps with a code."""
TAUGHT = (ceterms("teaches"), ceterms("assesses"), ceterms("targetCompetency"))
ASSURING = {
    "accredited": (ceterms("accreditedBy"),),
    "approved": (ceterms("approvedBy"),),
    "recognized": (ceterms("recognizedBy"),),
    "regulated": (ceterms("regulatedBy"),),
}
CONNECTING = {
    name: ceterms(name)
    for name in (
        "requires",
        "recommends",
        "corequisite",
        "entryCondition",
        "isRequiredFor",
        "isRecommendedFor",
        "isPreparationFor",
        "isAdvancedStandingFor",
        "preparationFrom",
        "advancedStandingFrom",
    )
}
HAVING = {
    "costs": (ceterms("estimatedCost"), ceterms("commonCosts")),
    "outcomes": (
        ceterms("aggregateData"),
        ceterms("holders"),
        ceterms("earnings"),
        ceterms("employmentOutcome"),
        vocabulary().expand("qdata:relevantDataSet"),
    ),
    "transfer-value": (
        ceterms("providesTransferValueFor"),
        ceterms("receivesTransferValueFrom"),
        ceterms("transferValue"),
    ),
    "competencies": TAUGHT,
    "financial-aid": (ceterms("financialAssistance"),),
    "pathway": (
        ceterms("targetPathway"),
        ceterms("isPartOfPathway"),
        ceterms("hasDestinationComponent"),
    ),
}
"""What a record may have, and the properties that show it."""


_KEPT_CONCEPTS = 4096
"""Spellings of concepts that stay in memory."""


@dataclass(frozen=True)
class Place:
    """A place as a document states it.

    :param point: its latitude and longitude in degrees (WGS 84); None where they are not stated.
    """

    city: str
    region: str
    postal_code: str
    country: str
    point: tuple[float, float] | None


def facets_of(nodes: Nodes, name: NodeId) -> dict[Facet, list[str]]:
    """Return the values of the facets that an entity's own statements have."""
    node = nodes[name]
    found: dict[Facet, Iterable[str]] = {}
    for facet, properties in CONCEPTS.items():
        if not node.keys().isdisjoint(properties):
            found[facet] = map(concept_of, _targets(nodes, node, properties))
    for facet, properties in WORDS.items():
        if not node.keys().isdisjoint(properties):
            found[facet] = (words for words, _ in _worded(nodes, node, properties))
    if node.keys().isdisjoint(_LINKING):
        return _bounded(found, node)
    found[Facet.COMPETENCY] = (words for words, _ in _worded(nodes, node, TAUGHT))
    found[Facet.ASSURANCE] = (
        kind for kind, properties in ASSURING.items() if any(p in node for p in properties)
    )
    found[Facet.ASSURER] = (
        one for properties in ASSURING.values() for one in _referred(node, properties)
    )
    found[Facet.CONNECTION] = (one for one, property in CONNECTING.items() if property in node)
    found[Facet.HAS] = (
        one for one, properties in HAVING.items() if any(p in node for p in properties)
    )
    found[Facet.COLLECTION] = _referred(node, (_MEMBER_OF,))
    return _bounded(found, node)


def _bounded(found: dict[Facet, Iterable[str]], node: Node) -> dict[Facet, list[str]]:
    languages = texts_in(value for name in _LANGUAGES for value in node.get(name, ()))
    found[Facet.LANGUAGE] = (text.partition("-")[0].lower() for text in languages)
    return {facet: bounded(values) for facet, values in found.items()}


_LANGUAGES = (ceterms("inLanguage"), Iri(f"{CEASN}inLanguage"))
_MEMBER_OF = ceterms("isMemberOf")
_LINKING = frozenset(
    [
        *TAUGHT,
        *(one for many in ASSURING.values() for one in many),
        *CONNECTING.values(),
        *(one for many in HAVING.values() for one in many),
        _MEMBER_OF,
    ]
)
"""The properties that the facets of links are read from. Most parts of documents have none."""


def codes_of(nodes: Nodes, name: NodeId) -> dict[Facet, list[str]]:
    """Return the codes of an entity's industries, occupations and instructional programs."""
    node = nodes[name]
    return {
        facet: bounded(code for _, code in _worded(nodes, node, WORDS[facet]) if code)
        for facet in CODED
        if not node.keys().isdisjoint(WORDS[facet])
    }


def places_of(nodes: Nodes, name: NodeId) -> list[Place]:
    """Return where an entity is offered, or where an organization is."""
    node = nodes[name]
    properties = (ceterms("availableAt"), ceterms("address"))
    places = names_in(value for property in properties for value in node.get(property, ()))
    found = (_place(nodes.get(place, {})) for place in islice(places, MAX_PLACES))
    return [place for place in dict.fromkeys(found) if place != _NOWHERE]


_NOWHERE = Place("", "", "", "", None)


def _place(node: Node) -> Place:
    latitude = _degrees(node, ceterms("latitude"), 90)
    longitude = _degrees(node, ceterms("longitude"), 180)
    point = None
    if latitude is not None and longitude is not None and (latitude, longitude) != (0, 0):
        point = (latitude, longitude)
    country = _short(node, "addressCountry")
    return Place(
        _short(node, "addressLocality"),
        _short(node, "addressRegion"),
        _short(node, "postalCode"),
        "US" if country.lower() in _US else country,
        point,
    )


def may_cost_more(nodes: Nodes, name: NodeId) -> bool:
    """Tell whether the stated cost, the lowest of each kind, is not what everybody pays.

    A kind of cost has several prices, or there are costs that several records have in common.
    """
    node = nodes[name]
    prices: dict[str, set[float]] = {}
    for profile in names_in(node.get(ceterms("estimatedCost"), ())):
        stated = nodes.get(profile, {})
        kinds = _targets(nodes, stated, (ceterms("directCostType"),))
        prices.setdefault(next(kinds, ""), set()).update(_amounts(stated))
    return _COMMON_COSTS in node or any(len(one) > 1 for one in prices.values())


_PRICE, _COMMON_COSTS = ceterms("price"), ceterms("commonCosts")


def _amounts(profile: Node) -> Iterator[float]:
    for text in texts_in(profile.get(_PRICE, ())):
        with suppress(ValueError):
            yield float(text)


def _degrees(node: Node, property: Iri, most: float) -> float | None:
    try:
        found = float(first_of(node, property))
    except ValueError:
        return None
    return found if isfinite(found) and abs(found) <= most else None


def _short(node: Node, name: str) -> str:
    return shortened(first_of(node, ceterms(name)).strip(), MAX_VALUE_CHARS)


@lru_cache(maxsize=_KEPT_CONCEPTS)
def concept_of(value: str) -> str:
    """Return a concept in the form that facets have: its CURIE where the vocabulary knows it."""
    if "://" not in value and ":" not in value:
        return value
    vocab = vocabulary()
    return vocab.concept_like(vocab.compact(canonical_term(vocab.expand(value))))


def bounded(values: Iterable[str]) -> list[str]:
    """Return the first values, each once and shortened; empty ones are left out."""
    short = (shortened(" ".join(value.split()), MAX_VALUE_CHARS) for value in values)
    return list(islice(dict.fromkeys(value for value in short if value), MAX_VALUES))


def _targets(nodes: Nodes, node: Node, properties: Iterable[Iri]) -> Iterator[str]:
    """Yield what values mean: the target of an alignment object, else its name, else the value."""
    for value in _values(node, properties):
        target, words, _ = (first_of(_node(nodes, value), p) for p in _ALIGNED)
        yield target or words or _unless_blank(value)


def _worded(nodes: Nodes, node: Node, properties: Iterable[Iri]) -> Iterator[tuple[str, str]]:
    """Yield the words and the code of each value."""
    for value in _values(node, properties):
        target, words, code = (first_of(_node(nodes, value), p) for p in _ALIGNED)
        if isinstance(value, Text):
            words = value.lexical
        yield words or code or target or _unless_blank(value), code


def _values(node: Node, properties: Iterable[Iri]) -> Iterator[Value]:
    values = (value for property in properties for value in node.get(property, ()))
    return islice(values, MAX_VALUES)


def _node(nodes: Nodes, value: Value) -> Node:
    return {} if isinstance(value, Text) else nodes.get(value, {})


def _unless_blank(value: Value) -> str:
    return "" if isinstance(value, Text) or value.startswith("_:") else value


def _referred(node: Node, properties: Iterable[Iri]) -> Iterator[str]:
    """Yield the names of things that are referred to, those without any left out."""
    for value in names_in(_values(node, properties)):
        if not value.startswith("_:"):
            yield value
