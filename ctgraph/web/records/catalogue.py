"""What the page of a record has beside its properties: key facts, related records, its data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from ctgraph.documents.node_values import each, name_of, shortened, type_of
from ctgraph.errors import CtgraphError
from ctgraph.finder.provider import Offer, offer
from ctgraph.finder.related import Related, related
from ctgraph.finder.schema_org import Reading, in_schema_org
from ctgraph.identity.ctid import Ctid
from ctgraph.ler.open_badge import snippet
from ctgraph.pathways import Asked, Pathways
from ctgraph.pathways.model import Node
from ctgraph.records.data_sets import DataSet, data_sets
from ctgraph.records.highlights import costs, highlights, status_of
from ctgraph.records.plain_words import plain_label
from ctgraph.records.results import results
from ctgraph.records.wordings import term_label
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.languages import preferred_languages
from ctgraph.web.http.questions import pathways
from ctgraph.web.http.registry import State

MAX_STEPS = 6
"""Things that the picture of a record's place in pathways shows on each side."""
MAX_NEAR = 40
"""Things one step away that are asked for, to choose from."""
MAX_PROVIDERS = 5
"""Organizations that the head of a page names."""
_OFFERING = ("ceterms:offeredBy", "ceterms:ownedBy", "ceasn:publisher", "ceasn:creator")


class Provider(NamedTuple):
    """An organization as the head of a page names it."""

    name: str
    href: str


def catalogue(
    node: dict[str, Any], record: Ctid, names: Mapping[Ctid, str], state: State
) -> dict[str, Any]:
    """Return the values of the template that make the page of an entity read like a catalogue.

    :param names: the names of the records that it refers to.
    """
    reading = Reading(state.identity, names, preferred_languages(), term_label)
    kind = type_of(node)
    webpage = node.get("ceterms:subjectWebpage")
    return {
        "highlights": highlights(node),
        "status": status_of(node),
        "costs": costs(node),
        "results": results(node, lambda iri: _name(iri, names, state)),
        "providers": list(_providers(node, state)),
        "webpage": webpage if isinstance(webpage, str) and webpage.startswith("http") else "",
        "markup": [in_schema_org(reading, node, record)],
        "between": [(plain_label(vocabulary().label(kind)), f"/search?type={quote(kind)}")],
        "alignment": json.dumps(_alignment(node, state.identity.resource(record)), indent=2),
        "badge_alignment": json.dumps(
            snippet(state.identity.resource(record), record, kind, shortened(name_of(node))),
            indent=2,
            ensure_ascii=False,
        ),
        "query": _query(state.identity.resource(record)),
    }


def offered(record: Ctid, state: State) -> Offer | None:
    """Return what an organization offers; None where that is nothing, or the index is not there."""
    try:
        return offer(state.finder, record, datetime.now(UTC).date())
    except CtgraphError:
        respond.lacks_a_part()
        return None


class Steps(NamedTuple):
    """The things one step before a record, and one step after it."""

    before: list[Node]
    after: list[Node]
    more: bool


def steps(record: Ctid, state: State) -> Steps | None:
    """Return what stands one step from a record; None where nothing does, or it takes too long."""
    try:
        graph = state.ask(pathways, Pathways.neighbourhood, record, Asked(depth=1, limit=MAX_NEAR))
    except CtgraphError:
        respond.lacks_a_part()
        return None
    before = [node for node in graph.nodes if node.depth < 0]
    after = [node for node in graph.nodes if node.depth > 0]
    if not before and not after:
        return None
    more = len(before) > MAX_STEPS or len(after) > MAX_STEPS or bool(graph.next)
    return Steps(before[:MAX_STEPS], after[:MAX_STEPS], more)


def relations(record: Ctid, state: State) -> list[Related]:
    """Return what is related to a record; nothing while the index is not there."""
    try:
        return related(state.finder, record)
    except CtgraphError:
        respond.lacks_a_part()
        return []


def figures(node: dict[str, Any], record: Ctid, state: State) -> list[DataSet]:
    """Return the data sets about a record; nothing if the store does not answer in time."""
    try:
        return data_sets(state.whole, state.ledger, state.identity, record, node)
    except CtgraphError:
        respond.lacks_a_part()
        return []


def _name(iri: str, names: Mapping[Ctid, str], state: State) -> str:
    """Return the name of the record with an IRI; empty where it is not known."""
    record = state.identity.ctid_of(iri)
    return names.get(record, "") if record else ""


def _providers(node: dict[str, Any], state: State) -> Iterator[Provider]:
    values = next((each(node[key]) for key in _OFFERING if node.get(key)), [])[:MAX_PROVIDERS]
    iris = [value.get("@id", "") if isinstance(value, dict) else str(value) for value in values]
    records = [state.identity.ctid_of(iri) for iri in iris]
    names = state.ledger.records.names({one for one in records if one})
    for value, iri, held in zip(values, iris, records, strict=True):
        own = name_of(value) if isinstance(value, dict) else ""
        name = (names.get(held) if held else "") or own or iri
        href = f"/resources/{held}" if held else ""
        if name and not name.startswith("_:"):
            yield Provider(shortened(name), href)


def _alignment(node: dict[str, Any], iri: str) -> dict[str, str]:
    """Return the object by which another document points to a record (CTDL)."""
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": iri,
        "ceterms:targetNodeName": shortened(name_of(node)),
    }


def _query(iri: str) -> str:
    """Return the query for the statements of a record."""
    return f"SELECT ?property ?value WHERE {{\n  <{iri}> ?property ?value\n}}"
