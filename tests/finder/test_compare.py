"""Records side by side: chosen with and without scripts, and what is told of absent ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.ledger.append import Submission, append
from ctgraph.web import create_app
from tests.support.axe import faults
from tests.support.finding import NURSING, WELDING, Finding, cost, takes
from tests.support.registry import ctid_number

EARNING, KINDS, GONE = map(ctid_number, (301, 302, 303))
UNKNOWN = ctid_number(999)
Page = Callable[..., str]


@pytest.fixture(scope="module")
def visitor(finding: Finding) -> FlaskClient:
    """A client of a registry with two records more, and one that was withdrawn."""
    finding.publish(
        301,
        **{
            "ceterms:estimatedDuration": [takes("P8W")],
            "ceterms:estimatedCost": [cost(0)],
            "ceterms:aggregateData": [
                {
                    "@type": "ceterms:AggregateDataProfile",
                    "ceterms:medianEarnings": 41000,
                    "ceterms:currency": "USD",
                    "ceterms:jobsObtained": [
                        {"@type": "schema:QuantitativeValue", "schema:value": 188}
                    ],
                }
            ],
        },
    )
    tuition = {
        "ceterms:directCostType": {
            "@type": "ceterms:CredentialAlignmentObject",
            "ceterms:targetNode": "costType:Tuition",
        }
    }
    finding.publish(302, **{"ceterms:estimatedCost": [cost(1200) | tuition]})
    finding.publish(303)
    registry = finding.registry
    list(append(registry.ledger, [Submission(registry.organization, GONE)], "test"))
    registry.project()
    return create_app(registry.settings).test_client()


def table(visitor: FlaskClient, *records: str) -> list[dict[str, str]]:
    given = "&".join(f"record={one}" for one in records)
    return list(csv.DictReader(io.StringIO(visitor.get(f"/compare?{given}&format=csv").text)))


def test_outcomes_and_costs_by_kind_are_compared(visitor: FlaskClient) -> None:
    first, second, medians = table(visitor, EARNING, KINDS)
    assert "Median earnings: $41,000" in first["Outcomes"]
    assert "Jobs Obtained: 188" in first["Outcomes"]
    assert second["Cost by kind"] == "Tuition: $1,200"
    assert [row["Median earnings (number)"] for row in (first, second, medians)] == [
        "41000.0",
        "not stated",
        "41000.0",
    ]


def test_a_price_of_nothing_is_no_missing_price(visitor: FlaskClient) -> None:
    first, second, medians = table(visitor, EARNING, GONE.replace("303", "101"))
    assert [first["Cost"], first["Cost (number)"]] == ["free", "0.0"]
    assert second["Cost (number)"] == "2350.0"
    assert medians["Cost (number)"] == "1175.0"


def test_differences_are_marked_and_agreement_is_quiet(page: Page) -> None:
    text = page(f"/compare?record={WELDING}&record={NURSING}")
    cost_row = text.partition('<th scope="row">Cost')[0].rpartition("<tr")[2]
    status_row = text.partition('<th scope="row">Status')[0].rpartition("<tr")[2]
    assert 'class="different"' in cost_row
    assert 'class="alike"' in status_row


@pytest.mark.parametrize("record", [GONE, UNKNOWN])
def test_absent_records_are_told_beside_the_others(
    page: Page, visitor: FlaskClient, record: str
) -> None:
    text = page(f"/compare?record={WELDING}&record={record}")
    assert f"does not hold {record}" in text
    assert f'href="/compare?record={WELDING}">Leave it out' in text
    assert "Welding Certificate" in text
    for name in ("json", "csv"):
        refused = visitor.get(f"/compare?record={WELDING}&record={record}&format={name}")
        assert refused.status_code == 400
        assert record in refused.text
    assert "Choose records" in page(f"/compare?record={record}")


def test_more_than_four_are_named_and_are_all_in_the_table(
    page: Page, visitor: FlaskClient
) -> None:
    records = [WELDING, NURSING, EARNING, KINDS, ctid_number(106)]
    text = page("/compare?" + "&".join(f"record={one}" for one in records))
    assert "the first 4 of 5 records" in " ".join(text.split())
    assert "Food Handling Card" in text
    assert len(table(visitor, *records)) == 6


def test_another_record_is_added_by_a_search(page: Page) -> None:
    text = page(f"/compare?record={WELDING}&q=nurse")
    assert f'href="/compare?record={WELDING}&amp;record={NURSING}"' in text
    assert "Nothing fits" in page(f"/compare?record={WELDING}&q=qqqqqqq")


def test_a_full_comparison_takes_no_further_record(page: Page, finding: Finding) -> None:
    records = [finding.publish(number) for number in range(320, 330)]
    text = page("/compare?" + "&".join(f"record={one}" for one in records))
    assert "at most" in text
    assert 'name="q" value=""' not in text.partition("<main")[2]


BASIC = "ce-b47e2303-7936-43fc-964a-fcf3a68e6a89"


@pytest.mark.parametrize("width", [360, 1440])
def test_chosen_records_are_kept_from_page_to_page(browser: Any, served: str, width: int) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=served, viewport=size)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/search?q=arc+welding")
    tray = page.get_by_role("form", name="Chosen for comparison")
    assert not tray.is_visible()
    page.locator(".result").first.get_by_label("Compare").check()
    page.goto(f"/resources/{BASIC}")
    assert tray.locator("li").count() == 1
    choice = page.get_by_role("button", name="Compare", exact=True)
    choice.click()
    assert choice.get_attribute("aria-pressed") == "true"
    assert tray.locator("li").count() == 2
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    tray.get_by_role("button", name="Compare the chosen ones").click()
    assert page.locator(".comparison thead th").count() == 2
    assert faults(page) == []
    with page.expect_navigation():  # the page that it leads to keeps what is left
        page.get_by_role("link", name="Remove").first.click()
    page.goto("/search?q=arc+welding")
    assert tray.locator("li").count() == 1  # what was removed is not kept, either
    tray.get_by_role("button", name="Clear").click()
    assert not tray.is_visible()
    page.reload()
    assert not tray.is_visible()
    assert complaints == []
    context.close()


def test_an_eleventh_record_is_not_chosen(browser: Any, served: str) -> None:
    context = browser.new_context(base_url=served)
    page = context.new_page()
    page.goto("/search?q=nursing&size=20")
    boxes = page.locator(".result").get_by_label("Compare")
    assert boxes.count() > 10
    for number in range(10):
        boxes.nth(number).check()
    boxes.nth(10).click()
    assert not boxes.nth(10).is_checked()
    assert "at most" in page.locator("#tray [role=status]").inner_text()
    context.close()
