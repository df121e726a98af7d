"""The terms of CTDL, the terms that each is linked with, and the number of its uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox
from flask import Blueprint, Response
from flask_babel import gettext as _

from ctgraph.errors import NotFound
from ctgraph.projections.tallies import Measure
from ctgraph.projections.tally_table import tally_now
from ctgraph.rdf.namespaces import CTG, Iri
from ctgraph.records.statements import write
from ctgraph.shapes import shapes
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.validation.severity_words import WORDS
from ctgraph.vocab import Term, load_definitions, vocabulary
from ctgraph.vocab.own_terms import own_terms
from ctgraph.vocab.statements import all_statements, statements
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("vocabulary", __name__)
OFFERS = respond.JSON_OR_PAGE | GRAPH_TYPES


@dataclass(frozen=True)
class Kind:
    """A kind of terms.

    :param key: its member in the JSON of ``/vocab``.
    :param caption: its heading on the page.
    :param measure: the count of the uses of its terms; that of a scheme is the one of its concepts.
    """

    key: str
    caption: str
    measure: Measure


KINDS = {
    "class": Kind("classes", "Classes", Measure.ENTITIES),
    "property": Kind("properties", "Properties", Measure.TRIPLES),
    "scheme": Kind("schemes", "Concept schemes", Measure.USES),
    "concept": Kind("concepts", "Concepts", Measure.USES),
}


class Relation(NamedTuple):
    """The other terms that a term is linked with in one way.

    :param key: the member in the JSON of ``/vocab/{term}``.
    :param caption: the caption on the page.
    :param iris: the other terms.
    """

    key: str
    caption: str
    iris: tuple[Iri, ...]


@blueprint.get("/vocab")
@reads("format")
def terms() -> Response:
    """Return the list of all terms of the vocabulary."""
    groups: dict[Kind, list[Term]] = {kind: [] for kind in KINDS.values()}
    for term in vocabulary():
        groups[KINDS[term.kind]].append(term)
    name = choose(OFFERS)
    if name in GRAPH_TYPES:
        found = all_statements(load_definitions(state().settings.vocab_path))
        return respond.content(write(found, name), GRAPH_TYPES[name])
    if name == "html":
        return respond.page("reference/terms.html", groups=groups)
    return respond.json({kind.key: [t.curie for t in found] for kind, found in groups.items()})


@blueprint.get("/vocab/<path:name>")
@reads("format")
def term(name: str) -> Response:
    """Return one term: its description, its place in the minimum data, the number of its uses."""
    # A proxy may join the two slashes of an IRI's scheme.
    iri = vocabulary().expand(re.sub(r"^(https?):/(?!/)", r"\1://", name))
    found = vocabulary().term(iri)
    own = iri.removeprefix("ctg:").removeprefix(CTG)
    if own != iri and own_terms().term(own):
        return respond.lead(f"/terms/{own}", 303)
    if found is None:
        raise NotFound(f"The vocabulary has no term {name[:200]!r}. See /vocab for all terms.")
    chosen = choose(OFFERS)
    if chosen in GRAPH_TYPES:
        return respond.content(write(_statements(found), chosen), GRAPH_TYPES[chosen])
    relations, count = _relations(found), _count(found)
    uses = [
        (one, shape)
        for one in shapes().classes
        for shape in one.shapes
        if found.iri in shape.properties
    ]
    requires = shapes().of_class(found.iri) if found.kind == "class" else ()
    definition = load_definitions(state().settings.vocab_path).get(found.iri)
    if chosen == "html":
        return respond.page(
            "reference/term.html",
            term=found,
            relations=[relation for relation in relations if relation.iris],
            uses=uses,
            requires=requires,
            count=count,
            definition=definition,
            severities=WORDS,
        )
    compact = vocabulary().compact
    return respond.json(
        {
            "iri": found.iri,
            "curie": found.curie,
            "kind": found.kind,
            "label": found.label,
            "status": found.status,
            "definition": definition,
            "count": count,
            "minimumData": [one.name for one, _ in uses] or [one.name for one in requires],
        }
        | {relation.key: list(map(compact, relation.iris)) for relation in relations}
    )


def _statements(term: Term) -> Iterator[ox.Triple]:
    """Yield the statements about a term; a scheme comes with its concepts."""
    definitions = load_definitions(state().settings.vocab_path)
    for one in (term, *vocabulary().concepts_of(term.iri)):
        yield from statements(one, definitions.get(one.iri))


def _relations(term: Term) -> tuple[Relation, ...]:
    vocab = vocabulary()
    is_class, is_scheme = term.kind == "class", term.kind == "scheme"
    properties = _iris(vocab.properties_of(term.iri)) if is_class else ()
    concepts = _iris(vocab.concepts_of(term.iri)) if is_scheme else ()
    return (
        Relation("subClassOf", _("Broader class"), term.sub_class_of),
        Relation("subClasses", _("Narrower classes"), tuple(vocab.children(term.iri))),
        Relation("properties", _("Its properties"), properties),
        Relation("subPropertyOf", _("Broader property"), term.sub_property_of),
        Relation("domainIncludes", _("Used on"), term.domain_includes),
        Relation("rangeIncludes", _("Takes"), term.range_includes),
        Relation("inverseOf", _("Inverse of"), term.inverse_of),
        Relation("targetScheme", _("Values from"), term.target_scheme),
        Relation("inScheme", _("In the scheme"), term.in_scheme),
        Relation("broader", _("Broader concept"), term.broader),
        Relation("concepts", _("Its concepts"), concepts),
    )


def _iris(terms: Iterable[Term]) -> tuple[Iri, ...]:
    return tuple(term.iri for term in terms)


def _count(term: Term) -> int | None:
    """Return how often this registry uses a term; None before anything was counted."""
    measure = KINDS[term.kind].measure
    if term.kind == "scheme":
        counted = tally_now(state().settings, measure)
        concepts = vocabulary().concepts_of(term.iri)
        if counted is None:
            return None
        return sum(counted[measure, concept.iri] for concept in concepts)
    counted = tally_now(state().settings, measure, key=term.iri)
    return None if counted is None else counted[measure, term.iri]
