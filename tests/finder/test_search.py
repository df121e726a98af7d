"""Questions to the search index."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctgraph.errors import BadParameter
from ctgraph.finder.places import near
from ctgraph.finder.question import Facet, Measure, Near, Order, Question
from ctgraph.finder.search import Search
from tests.support.finding import ENFERMERIA, EVIL, FREE, NURSING, WELDING, Finding


def records(search: Search, words: str, **more: object) -> list[str]:
    return [hit.card.record for hit in search.ask(Question(words, **more)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "record"),
    [
        ("welding", WELDING),
        ("weld*", WELDING),
        ("WELDING  certificate", WELDING),
        ("join metals", WELDING),
        ("brazers", WELDING),
        ("51-4121", WELDING),
        ("wleding", WELDING),
        ('"practical nurse"', NURSING),
        ("lpn", NURSING),
        ("enfermeria", ENFERMERIA),
        ("enfermera", ENFERMERIA),
        (NURSING, NURSING),
        (f"http://localhost:8000/resources/{NURSING}", NURSING),
        (NURSING.upper(), NURSING),
    ],
)
def test_words_find_a_record(search: Search, words: str, record: str) -> None:
    assert records(search, words)[0] == record


def test_names_stand_above_descriptions(search: Search) -> None:
    assert records(search, "nurse") == [NURSING, FREE]


def test_a_phrase_needs_its_words_side_by_side(search: Search) -> None:
    assert NURSING not in records(search, '"nurse practical"')


def test_unwanted_words_leave_records_out(search: Search) -> None:
    assert records(search, "nurse -license") == [FREE]


def test_words_of_which_no_record_has_all_find_those_with_any(search: Search) -> None:
    assert set(records(search, "welding enfermeria")) == {WELDING, ENFERMERIA}


def test_nothing_is_found_for_words_that_no_record_resembles(search: Search) -> None:
    found = search.ask(Question("qqqqqqqqqqq"))
    assert (found.total, found.hits) == (0, ())


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_whatever_is_typed_is_searched(search: Search, typed: str) -> None:
    found = search.ask(Question(typed, size=3))
    assert len(found.hits) <= 3
    search.suggest(typed)


def test_counts_of_a_facet_leave_its_own_filter_out(search: Search) -> None:
    found = search.ask(
        Question(
            filters={Facet.REGION: ("IA",)}, counted=(Facet.REGION, Facet.CITY, Facet.LANGUAGE)
        )
    )
    assert {one.value: one.count for one in found.facets[Facet.REGION]} == {"IA": 2, "IL": 2}
    assert {one.value for one in found.facets[Facet.CITY]} == {
        "Des Moines, IA",
        "Ames, IA",
        "Chicago, IL",
    }
    assert [(o.label, o.count) for o in found.facets[Facet.LANGUAGE]] == [("English", 2)]


def test_values_of_one_facet_are_alternatives_and_facets_are_all_needed(search: Search) -> None:
    both = {Facet.REGION: ("IA", "IL")}
    assert set(records(search, "", filters=both)) == {WELDING, NURSING, ENFERMERIA}
    spanish = both | {Facet.LANGUAGE: ("es",)}
    assert records(search, "", filters=spanish) == [ENFERMERIA]


def test_a_superclass_finds_its_subclasses(search: Search) -> None:
    found = search.ask(
        Question(filters={Facet.KIND: ("ceterms:Credential",)}, counted=(Facet.KIND,))
    )
    assert found.total == 5
    kinds = {one.value: one.count for one in found.facets[Facet.KIND]}
    assert kinds["ceterms:Certificate"] == kinds["ceterms:Credential"] == 5


def test_a_code_finds_what_its_words_find(search: Search) -> None:
    words = ("Welders, Cutters, Solderers, and Brazers",)
    for chosen in (("51-4121",), words):
        assert records(search, "", filters={Facet.OCCUPATION: chosen}) == [WELDING]


def test_ranges_bound_numbers(search: Search) -> None:
    assert records(search, "", ranges={Measure.COST: (None, 100)}) == [FREE]
    assert set(records(search, "", ranges={Measure.COST: (1, None)})) == {WELDING, NURSING}
    assert set(records(search, "", ranges={Measure.DAYS: (None, 200)})) == {WELDING, FREE}


def test_the_cheapest_come_first_and_those_without_a_price_last(search: Search) -> None:
    found = records(search, "", order=Order.COST)
    assert found[:3] == [FREE, WELDING, NURSING]
    assert set(found[3:]) == {ENFERMERIA, EVIL}


def test_names_are_in_the_order_of_the_alphabet(search: Search) -> None:
    found = search.ask(Question(order=Order.NAME))
    names = [hit.card.name.casefold() for hit in found.hits]
    assert names == sorted(names)


def test_a_circle_finds_what_lies_in_it_the_nearest_first(search: Search) -> None:
    here = near("50309", 50)
    found = search.ask(Question(near=here, order=Order.DISTANCE))
    assert [hit.card.record for hit in found.hits] == [WELDING, NURSING]
    assert found.hits[0].kilometres == pytest.approx(0, abs=2)
    assert found.hits[1].kilometres == pytest.approx(47, abs=8)  # Ames, not Chicago
    far = search.ask(Question(near=Near(0.0, 0.0, 100.0)))
    assert far.total == 0


def test_pages_do_not_overlap(search: Search) -> None:
    pages = [records(search, "", order=Order.NAME, size=2, page=number) for number in (1, 2, 3)]
    assert sorted(map(len, pages)) == [1, 2, 2]
    assert len({record for page in pages for record in page}) == 5


@pytest.mark.parametrize("wrong", [{"page": 0}, {"size": 101}, {"page": 501, "size": 20}])
def test_pages_have_bounds(search: Search, wrong: dict[str, int]) -> None:
    with pytest.raises(BadParameter):
        search.ask(Question(**wrong))  # type: ignore[arg-type]


def test_snippets_mark_the_words(search: Search) -> None:
    hit = search.ask(Question("metal")).hits[0]
    assert ("metal", True) in hit.snippet
    assert "".join(text for text, _ in hit.snippet) in hit.card.description


def test_suggestions_complete_names(search: Search) -> None:
    assert [one.record for one in search.suggest("weld")] == [WELDING]
    assert [one.record for one in search.suggest("practical nur")] == [NURSING]
    assert search.suggest("w") == search.suggest("") == []
    assert search.suggest("patients") == []  # a word of descriptions
    assert search.suggest("join met") == []


def test_cards_leave_out_what_is_not_held(search: Search) -> None:
    card = search.cards([WELDING, EVIL[:-3] + "999"])  # type: ignore[list-item]
    assert list(card) == [WELDING]
    held = card[WELDING]
    assert (held.cost, held.currency, held.duration) == (2350, "USD", "P16W")
    assert held.provider_name == "Test College"
    assert held.places[0].city == "Des Moines"
    assert held.places[0].latitude == pytest.approx(41.59, abs=0.1)


def test_an_update_is_seen(finding: Finding, search: Search) -> None:
    later = finding.publish(120, **{"ceterms:name": {"en": "Glassblowing"}})
    finding.registry.project()
    assert records(search, "glassblowing") == [later]
    finding.publish(120, **{"ceterms:name": {"en": "Pottery"}})
    finding.registry.project()
    assert records(search, "glassblowing") == []
    assert records(search, "pottery") == [later]
