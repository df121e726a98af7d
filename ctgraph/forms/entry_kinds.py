"""The classes of records whose entries make an outline, and the terms by which they hold them."""

from __future__ import annotations

from typing import NamedTuple

from ctgraph.rdf.namespaces import Curie


class Kind(NamedTuple):
    """The terms by which a class of frameworks holds its entries.

    :param text: what an entry is known by.
    :param top: from the framework to its entries at the top; `top_of` leads back.
    :param below: from an entry to those below it; `above` leads back.
    :param whole: from an entry to the framework.
    """

    entry: Curie
    text: str
    code: str
    top: str
    top_of: str
    below: str
    above: str
    whole: str


KINDS = {
    "ceasn:CompetencyFramework": Kind(
        Curie("ceasn:Competency"),
        "ceasn:competencyText",
        "ceasn:codedNotation",
        "ceasn:hasTopChild",
        "ceasn:isTopChildOf",
        "ceasn:hasChild",
        "ceasn:isChildOf",
        "ceasn:isPartOf",
    ),
    "skos:ConceptScheme": Kind(
        Curie("skos:Concept"),
        "skos:prefLabel",
        "skos:notation",
        "skos:hasTopConcept",
        "skos:topConceptOf",
        "skos:narrower",
        "skos:broader",
        "skos:inScheme",
    ),
}
"""The classes of records whose outline is edited."""
