"""Names in several languages are found and shown in each; how words were met is told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.finder.found import Fit
from ctgraph.finder.question import Question
from ctgraph.finder.search import Search
from ctgraph.web import create_app
from tests.support.finding import WELDING, Finding, cost
from tests.support.registry import ctid_number

LEADER, GOAL, OTHER = ctid_number(401), ctid_number(402), ctid_number(403)
ENGLISH, SPANISH = "From Caregiver to Nurse Leader", "De cuidador a líder de enfermería"
BASE = "http://localhost:8000/resources/"
Page = Callable[..., str]


@pytest.fixture(scope="module")
def visitor(finding: Finding) -> FlaskClient:
    """A client of a registry with a record that has two names, and links that others state."""
    finding.publish(401, **{"ceterms:name": {"en-US": ENGLISH, "es": SPANISH}})
    finding.publish(
        402,
        **{
            "ceterms:name": {"en-US": "Head Nurse License"},
            "ceterms:estimatedCost": [cost(5)],
            "ceterms:requires": [
                {
                    "@type": "ceterms:ConditionProfile",
                    "ceterms:description": {"en": "One of two."},
                    "ceterms:alternativeCondition": [
                        {
                            "@type": "ceterms:ConditionProfile",
                            "ceterms:targetCredential": [f"{BASE}{one}"],
                        }
                        for one in (LEADER, OTHER)
                    ],
                }
            ],
        },
    )
    finding.publish(403, **{"ceterms:name": {"en-US": "Ward Certificate"}})
    finding.registry.project()
    return create_app(finding.registry.settings).test_client()


@pytest.mark.parametrize("words", ["líder", "lider", "cuidadores", "nurse leader", "de cuidador"])
def test_each_name_is_found(visitor: FlaskClient, words: str) -> None:
    found = visitor.get("/search", query_string={"q": words, "format": "json"}).json
    assert found
    assert found["records"][0]["ctid"] == LEADER
    assert found["fit"] == "all"
    assert found["records"][0]["names"] == {"en": ENGLISH, "es": SPANISH}


def test_what_is_typed_is_completed_in_each_language(visitor: FlaskClient) -> None:
    found = visitor.get("/search/suggest?q=enfermer").json
    assert found
    assert LEADER in [one["ctid"] for one in found["suggestions"]]


@pytest.mark.parametrize(("path", "name"), [("/en", ENGLISH), ("/es", SPANISH)])
def test_lists_show_the_name_in_the_language_of_the_page(page: Page, path: str, name: str) -> None:
    for address in ("/search?q=nurse+leader", f"/leads?to={GOAL}"):
        assert f'dir="auto">{name}</a>' in page(f"{path}{address}"), address


@pytest.mark.parametrize(
    ("words", "fit"),
    [
        ("", Fit.ALL),
        ("welding", Fit.ALL),
        (WELDING, Fit.ALL),
        ("wleding", Fit.ALMOST),
        ("welding zzqqxx", Fit.ANY),
        ("😀", Fit.NONE),
        ("%", Fit.NONE),
        ("a" * 500, Fit.NONE),
    ],
)
def test_a_search_tells_how_its_words_were_met(
    visitor: FlaskClient, finding: Finding, words: str, fit: Fit
) -> None:
    assert Search(finding.registry.settings).ask(Question(words)).fit is fit
    text = visitor.get("/search", query_string={"q": words}).text
    assert ('<p class="notice" role="status">' in text) == (fit is not Fit.ALL)


def test_a_comparison_knows_what_others_say_that_a_record_leads_to(visitor: FlaskClient) -> None:
    text = visitor.get(f"/compare?record={OTHER}&record={WELDING}&format=csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Leads to"] for row in rows[:2]] == ["Head Nurse License", "not stated"]


def test_a_way_tells_that_one_of_several_is_enough(visitor: FlaskClient, page: Page) -> None:
    found: Any = visitor.get(f"/leads?to={GOAL}&format=json").json
    ways = {one["ctid"]: one["way"] for one in found["records"]}
    assert ways.keys() == {LEADER, OTHER}
    assert [one["alternative"] for one in ways[OTHER]] == [True, False]
    assert "one of several ways" in page(f"/en/leads?to={GOAL}")


@pytest.mark.parametrize(
    ("number", "more", "words"),
    [
        (411, {"estimatedCost": [cost(0)]}, "free"),
        (412, {"estimatedCost": [cost(0), cost(14380)]}, "free for some"),
        (413, {"estimatedCost": [cost(0)], "commonCosts": [f"{BASE}{OTHER}"]}, "free for some"),
        (414, {"estimatedCost": [cost(50), cost(50)]}, "$50"),
        (415, {"estimatedCost": [cost(50), cost(90)]}, "from $50"),
        (417, {"estimatedCost": [cost(50), cost(50) | {"ceterms:price": "50.00"}]}, "$50"),
    ],
)
def test_a_cost_that_not_everybody_pays_is_told_as_such(
    finding: Finding, page: Page, number: int, more: dict[str, Any], words: str
) -> None:
    record = finding.publish(number, **{f"ceterms:{name}": value for name, value in more.items()})
    finding.registry.project()
    assert f'<span class="quiet">Cost</span> {words}</li>' in page(f"/en/search?q={record}")
    assert f'<dt>Cost</dt><dd dir="auto">{words}</dd>' in page(f"/en/resources/{record}")


def test_a_record_without_a_name_is_listed_by_what_its_description_begins_with(
    finding: Finding, page: Page
) -> None:
    text = "Whoever has it may lead a ward. " * 9
    record = finding.publish(
        416, **{"ceterms:name": {"en": ""}, "ceterms:description": {"en": text}}
    )
    finding.registry.project()
    assert re.search(r'dir="auto">Whoever has it [^<]{50,66}…</a>', page(f"/en/search?q={record}"))
