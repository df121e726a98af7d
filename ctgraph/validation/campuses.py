"""The rule that no two places of an organization have the same identifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ctgraph.documents import Places, Purpose
from ctgraph.documents.campuses import repeats
from ctgraph.problem import Rule, Severity
from ctgraph.rdf.namespaces import CETERMS, Iri
from ctgraph.validation.doubt import Advice

_ORGANIZATION, _ADDRESS = Iri(f"{CETERMS}Organization"), Iri(f"{CETERMS}address")
_IDENTIFIER, _CODE = Iri(f"{CETERMS}identifier"), Iri(f"{CETERMS}identifierValueCode")


def repeated_codes(
    places: Places, classes: Mapping[Iri, frozenset[Iri]], purpose: Purpose
) -> Iterator[tuple[Iri, Iri, Advice]]:
    """Yield the advice on campuses with the identifier of another one, each with its place.

    :param purpose: a document that is harvested stays as it is.
    :returns: the node and the property that each is about.
    """
    severity = Severity.VIOLATION if purpose is Purpose.PUBLISH else Severity.WARNING
    for node, properties in places.statements.items():
        if _ORGANIZATION not in classes[node]:
            continue
        nodes = [Iri(one.value) for one in properties.get(_ADDRESS, ())]
        for number, code in repeats(_code(places, one) for one in nodes):
            message = f"Two addresses have the identifier {code}."
            remedy = "Give each its own: rows of spreadsheets name a campus by it."
            advice = Advice(Rule.CONTRADICTION, message, remedy, severity=severity)
            yield nodes[number], _IDENTIFIER, advice


def _code(places: Places, place: Iri) -> str:
    """Return the first identifier of a place, as :func:`ctgraph.documents.campuses.campus_code`."""
    for identifier in places.statements.get(place, {}).get(_IDENTIFIER, ())[:1]:
        for code in places.statements.get(Iri(identifier.value), {}).get(_CODE, ())[:1]:
            return code.value
    return ""
