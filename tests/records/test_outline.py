"""The outline of a framework."""

from __future__ import annotations

from typing import Any

from ctgraph.identity import Identity
from ctgraph.records.outline import MAX_ITEMS, MAX_OPEN_ITEMS, Item, outline
from ctgraph.settings import load_settings
from tests.support.registry import ctid_number

IDENTITY = Identity.of(load_settings())


def iri(number: int) -> str:
    return IDENTITY.resource(ctid_number(number))


def part(number: int, *below: int, **more: Any) -> dict[str, Any]:
    return {
        "@id": iri(number),
        "ceterms:ctid": ctid_number(number),
        "ceasn:competencyText": {"en": f"Part {number}"},
        "ceasn:hasChild": [iri(one) for one in below],
        **more,
    }


def shape(items: list[Item]) -> list[Any]:
    return [(int(item.record[-6:]), shape(item.children)) for item in items]


def test_parts_stand_below_those_that_name_them_in_their_order() -> None:
    top = part(1, **{"ceasn:hasTopChild": [iri(2), iri(3)]})
    found = outline(
        {"@graph": [top, part(3, 5), part(2), part(5), part(9)]}, ctid_number(1), IDENTITY
    )
    assert found
    assert shape(found.items) == [(2, []), (3, [(5, [])])]
    assert found.more == 1


def test_circles_and_repetitions_stand_once() -> None:
    top = part(1, **{"ceasn:hasTopChild": [iri(2), iri(2), iri(404)]})
    found = outline({"@graph": [top, part(2, 3, 2), part(3, 2)]}, ctid_number(1), IDENTITY)
    assert found
    assert shape(found.items) == [(2, [(3, [])])]


def test_a_huge_framework_is_cut_and_says_so() -> None:
    numbers = range(2, 2002)
    top = part(1, **{"ceasn:hasTopChild": [iri(n) for n in numbers]})
    found = outline({"@graph": [top, *map(part, numbers)]}, ctid_number(1), IDENTITY)
    assert found
    assert (len(found.items), found.more) == (MAX_ITEMS, 2000 - MAX_ITEMS)


def test_other_documents_have_none() -> None:
    assert outline({"@graph": [part(1)]}, ctid_number(1), IDENTITY) is None


def test_a_long_outline_is_folded_and_says_how_much_is_below_each_part() -> None:
    def of(many: int) -> Any:
        inner = range(3, 3 + many)
        top = part(1, **{"ceasn:hasTopChild": [iri(2)]})
        return outline(
            {"@graph": [top, part(2, *inner), *map(part, inner)]}, ctid_number(1), IDENTITY
        )

    assert not of(MAX_OPEN_ITEMS - 1).is_long
    assert of(MAX_OPEN_ITEMS).is_long
    assert of(7).items[0].below == 7
