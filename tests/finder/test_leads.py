"""What leads to a record, and what it leads to, as a search of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.ledger.append import Submission, append
from ctgraph.web import create_app
from tests.support.axe import faults
from tests.support.finding import AMES, CHICAGO, DES_MOINES, Finding, cost, place
from tests.support.registry import ctid_number

AIDE, COURSE, PROGRAM, LICENSE, OTHER, GONE = map(ctid_number, range(201, 207))
BASE = "http://localhost:8000/resources/"
JSON = {"Accept": "application/json"}
Page = Callable[..., str]


@pytest.fixture(scope="module")
def visitor(finding: Finding) -> FlaskClient:
    """A client of a registry in which an aide becomes a nurse by a course or a program."""

    def publish(number: int, name: str, at: dict[str, str], price: float, **more: Any) -> None:
        finding.publish(
            number,
            **{
                "ceterms:name": {"en-US": name},
                "ceterms:availableAt": [place(**at)],
                "ceterms:estimatedCost": [cost(price)],
            },
            **more,
        )

    def before(*numbers: int) -> dict[str, Any]:
        return {"ceterms:isPreparationFor": [f"{BASE}{ctid_number(number)}" for number in numbers]}

    publish(201, "Nurse Aide Certificate", AMES, 900, **before(202, 203))
    publish(202, "Bridge Certificate", CHICAGO, 300, **before(204))
    publish(203, "Nursing Certificate", DES_MOINES, 8000, **before(204, 206))
    publish(204, "Ward Nurse License", DES_MOINES, 100)
    publish(205, "Unlinked Certificate", AMES, 5)
    publish(206, "Withdrawn License", AMES, 5)
    registry = finding.registry
    list(append(registry.ledger, [Submission(registry.organization, GONE)], "test"))
    registry.project()
    return create_app(registry.settings).test_client()


@pytest.fixture
def asked(visitor: FlaskClient) -> Callable[..., dict[str, Any]]:
    """Return a function that asks, and returns the answer in JSON."""

    def ask(**parameters: object) -> dict[str, Any]:
        answer = visitor.get(f"/leads?{urlencode(parameters, doseq=True)}", headers=JSON)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = orjson.loads(answer.data)
        return found

    return ask


def records(found: dict[str, Any]) -> list[str]:
    return [one["ctid"] for one in found["records"]]


def test_what_leads_to_a_goal_comes_with_the_fewest_steps_first(asked: Callable[..., Any]) -> None:
    found = asked(to=LICENSE)
    assert found["to"]["name"] == "Ward Nurse License"
    assert set(records(found)[:2]) == {COURSE, PROGRAM}
    assert records(found)[2:] == [AIDE]
    assert [one["steps"] for one in found["records"]] == [1, 1, 2]
    way = found["records"][2]["way"]
    assert [way[0]["id"], way[2]["id"]] == [AIDE, LICENSE]
    assert [one["strength"] for one in way] == ["preparation", "preparation", None]


def test_what_a_record_leads_to_is_the_other_direction(asked: Callable[..., Any]) -> None:
    found = asked(**{"from": AIDE})
    assert records(found)[2:] == [LICENSE]
    assert [one["id"] for one in found["records"][2]["way"]][::2] == [AIDE, LICENSE]
    assert GONE not in records(found)


def test_a_way_leads_to_its_routes(asked: Callable[..., Any], visitor: FlaskClient) -> None:
    listed = asked(to=LICENSE)["records"][-1]
    routes = visitor.get(listed["routes"], headers=JSON).json
    assert routes
    assert routes["routes"][0]["steps"] == listed["steps"]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"depth": 1}, {COURSE, PROGRAM}),
        ({"strength": "required"}, set()),
        ({"near": "50309", "within": 10}, {PROGRAM}),
        ({"near": "50309", "within": 50}, {PROGRAM, AIDE}),
        ({"cost-max": 1000}, {AIDE, COURSE}),
        ({"region": "IL"}, {COURSE}),
        ({"q": "bridge"}, {COURSE}),
        ({"family": "learning"}, set()),
    ],
)
def test_what_is_reached_is_narrowed_like_a_search(
    asked: Callable[..., Any], parameters: dict[str, object], found: set[str]
) -> None:
    answer = asked(to=LICENSE, **parameters)
    assert set(records(answer)) == found
    assert answer["total"] == len(found)


@pytest.mark.parametrize(
    ("order", "first"),
    [("cost", [COURSE, AIDE, PROGRAM]), ("name", [COURSE, AIDE, PROGRAM])],
)
def test_what_is_reached_is_sorted(asked: Callable[..., Any], order: str, first: list[str]) -> None:
    assert records(asked(to=LICENSE, sort=order)) == first
    assert asked(to=LICENSE, sort="steps") == asked(to=LICENSE)


def test_the_nearest_come_first(asked: Callable[..., Any]) -> None:
    found = asked(to=LICENSE, near="50010", within=1000, sort="distance")
    assert records(found) == [AIDE, PROGRAM, COURSE]
    far = [one["kilometres"] for one in found["records"]]
    assert far == sorted(far)


def test_pages_have_each_record_once(visitor: FlaskClient) -> None:
    first = visitor.get(f"/leads?to={LICENSE}&size=2", headers=JSON)
    following = first.headers["Link"].partition("<")[2].partition(">")[0]
    second = visitor.get(following, headers=JSON)
    assert first.json
    assert second.json
    assert set(records(first.json) + records(second.json)) == {AIDE, COURSE, PROGRAM}
    assert "Link" not in second.headers


@pytest.mark.parametrize("text", ["ward nurse license", LICENSE.upper(), f"{BASE}{LICENSE}"])
def test_a_goal_is_named_by_words_or_by_its_ctid(asked: Callable[..., Any], text: str) -> None:
    assert asked(to=text)["to"]["ctid"] == LICENSE


def test_words_for_several_records_let_people_choose(page: Page, visitor: FlaskClient) -> None:
    text = page("/leads?to=nurse&near=50309")
    for record in (AIDE, LICENSE):
        assert f'type="radio" name="to" value="{record}"' in text
    assert 'value="50309"' in text  # the other fields are kept
    refused = visitor.get("/leads?to=nurse", headers=JSON)
    assert refused.status_code == 400
    assert LICENSE in refused.text


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 400, "?to=CTID"),
        (f"to={LICENSE}&from={AIDE}", 400, "/pathways/route"),
        ("to=qqqqqqqq", 400, "No record"),
        ("to=" + "x" * 501, 400, "too long"),
        (f"to={ctid_number(999)}", 404, "There is no record"),
        (f"to={LICENSE}&depth=11", 400, "from 1 to 10"),
        (f"to={LICENSE}&strength=strong", 400, "strength"),
        (f"to={LICENSE}&near=Atlantis", 400, "not known"),
        (f"to={LICENSE}&page=0", 400, "page"),
        (f"to={LICENSE}&goal=x", 400, "goal"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told(
    visitor: FlaskClient, query: str, status: int, told: str
) -> None:
    answer = visitor.get(f"/leads?{query}", headers=JSON)
    assert answer.status_code == status
    assert answer.json
    assert told in answer.json["detail"]


def test_a_page_tells_what_is_wrong_and_keeps_the_goal(page: Page) -> None:
    text = page(f"/leads?to={LICENSE}&near=Atlantis", 400)
    assert 'role="alert"' in text
    assert f'value="{LICENSE}"' in text
    assert "No record has" in page("/leads?to=qqqqqqqq")


def test_a_withdrawn_goal_and_one_without_ways_are_told(page: Page) -> None:
    text = page(f"/leads?to={GONE}")
    assert "was withdrawn" in text
    assert "Nursing Certificate" in text
    assert "No record says" in page(f"/leads?to={OTHER}")
    assert "Without the filters" in page(f"/leads?to={LICENSE}&region=XX")


def test_a_page_shows_the_way_and_leads_on(page: Page) -> None:
    text = page(f"/leads?to={LICENSE}")
    assert "2 steps" in text
    assert "prepares for" in text
    assert f"/pathways/route?from={AIDE}&amp;to={LICENSE}" in text
    assert f"/leads?from={LICENSE}" in text
    assert f'name="record" value="{COURSE}"' in text  # to be compared


def test_records_and_searches_lead_to_it(page: Page) -> None:
    text = page(f"/resources/{LICENSE}")
    assert f"/leads?to={LICENSE}" in text
    assert f"/leads?from={LICENSE}" in text
    assert 'href="/leads?to=welding"' in page("/search?q=welding")
    assert page("/leads").count('role="alert"') == 0


WELDING = "ce-b47e2303-7936-43fc-964a-fcf3a68e6a89"


@pytest.mark.parametrize("scripted", [True, False])
def test_somebody_finds_the_trainings_for_a_license(
    browser: Any, served: str, scripted: bool
) -> None:
    context = browser.new_context(base_url=served, java_script_enabled=scripted)
    page = context.new_page()
    page.goto("/search")
    page.get_by_role("link", name="Find what leads to a license, a degree or a job").click()
    page.get_by_label("Goal").fill("basic welding certificate")
    page.get_by_label("Near").fill("44.655,-103.377")
    page.get_by_label("Kind").select_option("learning")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    assert "What leads to Basic Welding Certificate" in page.locator("h1").inner_text()
    first = page.locator(".result").first.inner_text()
    for words in ("Arc Welding 101", "1 step", "required for", "Stonebridge"):
        assert words in first
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_are_accessible_and_fit_their_window(
    browser: Any, served: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=served, viewport=size, color_scheme=scheme)
    page = context.new_page()
    for query in ("", f"?to={WELDING}", "?to=license", f"?to={WELDING}&near=Atlantis"):
        page.goto(f"/leads{query}")
        assert faults(page) == [], query
        assert page.evaluate("document.documentElement.scrollWidth") <= width, query
    context.close()
