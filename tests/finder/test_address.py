"""The addresses of searches."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.errors import BadParameter
from ctgraph.finder.address import PARAMETERS, asked
from ctgraph.finder.question import Facet, Measure, Order


def test_an_address_says_what_is_asked() -> None:
    found = asked(
        [
            ("q", " welding "),
            ("family", "credential"),
            ("family", "learning"),
            ("near", "50309"),
            ("cost-max", "500"),
            ("updated-since", "2026-01-31"),
            ("sort", "distance"),
            ("page", "2"),
        ]
    )
    question = found.question
    assert question.words == "welding"
    assert question.filters == {Facet.FAMILY: ("credential", "learning")}
    assert question.ranges == {Measure.COST: (None, 500.0), Measure.UPDATED: (20260131.0, None)}
    assert (question.order, question.page) == (Order.DISTANCE, 2)
    assert ("page", "2") not in found.given


def test_parameters_come_and_go() -> None:
    found = asked([("q", "a"), ("region", "IA"), ("region", "IL")])
    assert found.without("region", value="IA") == [("q", "a"), ("region", "IL")]
    assert found.with_("region", "MO")[-1] == ("region", "MO")
    assert found.with_("q", "b") == [("region", "IA"), ("region", "IL"), ("q", "b")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "99999999999999999999"),
        ("size", "101"),
        ("cost-min", "x"),
        ("cost-max", "nan"),
        ("cost-max", "-3"),
        ("updated-since", "yesterday"),
        ("sort", "best"),
        ("near", "Atlantis"),
        ("q", "x" * 501),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadParameter):
        asked([(name, value)])


def test_too_many_values_are_refused() -> None:
    with pytest.raises(BadParameter, match="at most 100"):
        asked([("region", str(number)) for number in range(101)])


words = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.lists(st.tuples(st.sampled_from(["q", *(f.value for f in Facet)]), words), max_size=12))
def test_the_address_of_a_search_asks_the_same(items: list[tuple[str, str]]) -> None:
    found = asked(items)
    assert asked(found.given) == found


@given(st.lists(st.tuples(st.sampled_from(PARAMETERS), words), max_size=6))
def test_any_address_is_a_search_or_is_refused(items: list[tuple[str, str]]) -> None:
    with suppress(BadParameter):
        asked(items)
