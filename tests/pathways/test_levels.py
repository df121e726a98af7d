"""The order of progression levels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.pathway_documents import (
    EARLIER,
    LATER,
    OTHER,
    component,
    document,
    resource,
    structure,
)
from tests.support.registry import ctid_number


def level(number: int, **more: Any) -> dict[str, Any]:
    return {
        "@type": "asn:ProgressionLevel",
        "ceterms:ctid": ctid_number(number),
        "skos:prefLabel": {"en-US": str(number)},
        **more,
    }


def ordered(*levels: dict[str, Any], **model: Any) -> list[str]:
    """Return the names of a model's levels in their order."""
    found = structure(
        document(component(EARLIER, **{"asn:hasProgressionLevel": [resource(ctid_number(20))]})),
        document(*levels, **{"@type": "asn:ProgressionModel", "ceterms:ctid": OTHER, **model}),
    )
    assert [level["order"] for level in found["levels"]] == [*range(len(found["levels"]))]
    return [level["name"] for level in found["levels"]]


@pytest.mark.parametrize("curie", ["ceterms:precedes", "ceterms:preceeds"])
def test_levels_stand_in_the_order_that_they_tell(curie: str) -> None:
    last, middle = resource(ctid_number(20)), resource(ctid_number(21))
    assert ordered(level(20), level(21, **{curie: [last]}), level(22, **{curie: [middle]})) == [
        "22",
        "21",
        "20",
    ]


def test_levels_tell_their_order_backwards() -> None:
    assert ordered(
        level(20, **{"ceterms:precededBy": [resource(ctid_number(22))]}), level(21), level(22)
    ) == ["21", "22", "20"]


def test_levels_stand_as_the_model_lists_them_where_they_tell_nothing() -> None:
    tops = [resource(ctid_number(number)) for number in (22, 20)]
    below = {"skos:narrower": [resource(ctid_number(21))]}
    assert ordered(
        level(20), level(21), level(22, **below), level(23), **{"skos:hasTopConcept": tops}
    ) == ["22", "21", "20", "23"]


def test_levels_in_a_circle_stand_as_they_are_listed() -> None:
    assert ordered(
        level(20, **{"ceterms:precedes": [resource(ctid_number(21))]}),
        level(21, **{"ceterms:precedes": [resource(ctid_number(20)), resource(EARLIER)]}),
    ) == ["20", "21"]


def test_a_level_of_a_model_that_is_not_held_is_a_level() -> None:
    found = structure(
        document(
            component(EARLIER, **{"asn:hasProgressionLevel": ["https://example.org/levels/1"]}),
            component(LATER, **{"asn:hasProgressionLevel": [resource(ctid_number(20))]}),
        )
    )
    assert found["levels"] == [
        {"iri": "https://example.org/levels/1", "name": "", "order": 0},
        {"iri": resource(ctid_number(20)), "name": "", "order": 1},
    ]
    assert found["components"][1]["levels"] == [resource(ctid_number(20))]
