"""What became of people is a table of figures; what is withheld or missing is words, never 0."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.records.data_sets import MAX_FIGURES
from ctgraph.records.results import MAX_RESULTS, results
from tests.support.registry import Registry, certificate, ctid_number


def quantity(**given: Any) -> dict[str, Any]:
    return {"@type": "schema:QuantitativeValue", **given}


def data_set(**attributes: Any) -> dict[str, Any]:
    frame = {
        "@type": "qdata:DataSetTimeFrame",
        "ceterms:startDate": "2022-01-01",
        "ceterms:endDate": "2022-12-31",
        "qdata:dataAttributes": [{"@type": "qdata:DataProfile", **attributes}],
    }
    return {"@type": "qdata:DataSetProfile", "qdata:dataSetTimePeriod": [frame]}


@pytest.mark.parametrize(
    ("value", "words", "share"),
    [
        (quantity(**{"qdata:percentage": 91.4}), "91.4 %", 0.914),
        (quantity(**{"qdata:percentage": 0}), "0 %", 0.0),
        (quantity(**{"qdata:percentage": "97"}), "97 %", 0.97),
        (quantity(**{"qdata:percentage": 140}), "140 %", None),
        (quantity(**{"schema:value": 1380.0}), "1,380", None),
        (quantity(**{"schema:value": 0}), "0", None),
        (quantity(**{"qdata:median": 41000, "schema:currency": "USD"}), "$41,000", None),
        (quantity(**{"schema:minValue": 10, "schema:maxValue": 20}), "10 – 20", None),
        (quantity(**{"schema:minValue": 10}), "10 – …", None),
        (quantity(**{"schema:value": "fewer than 10"}), "fewer than 10", None),
        (quantity(**{"schema:value": None}), "not published", None),
        (quantity(**{"schema:value": "NaN"}), "NaN", None),
        (quantity(), "not published", None),
        (quantity(**{"qdata:dataWithholdingType": "x:TooFewPeople"}), None, None),
        ({"schema:value": 5}, "5", None),
    ],
)
def test_a_figure_is_in_words(
    value: dict[str, Any], words: str | None, share: float | None
) -> None:
    [found] = results(data_set(**{"qdata:passRate": [value]}), lambda iri: "")
    assert found.of == "January 1, 2022 – December 31, 2022"
    assert found.metric == "Pass Rate"
    assert found.words == (words or "withheld: Too Few People")
    assert found.share == (pytest.approx(share) if share is not None else None)


def test_observations_name_their_metrics() -> None:
    seen = {"@type": "qdata:Observation", "qdata:percentage": 70, "ceterms:name": {"en": "Men"}}
    node = {
        "qdata:hasObservation": [
            seen | {"qdata:isObservationOf": "http://localhost:8000/resources/metric"},
            seen | {"qdata:isObservationOf": {"ceterms:name": {"en": "Earnings"}}},
            seen,
        ]
    }
    found = results(node, lambda iri: "Completion" if iri.endswith("/metric") else "")
    assert [(one.of, one.metric) for one in found] == [
        ("Men", "Completion"),
        ("Men", "Earnings"),
        ("Men", "Observation"),
    ]


def test_the_figures_of_a_credential_itself() -> None:
    profile = {
        "@type": "ceterms:AggregateDataProfile",
        "ceterms:name": {"en": "Class of 2024"},
        "ceterms:currency": "USD",
        "ceterms:medianEarnings": 41000,
        "ceterms:numberAwarded": 12,
        "ceterms:postReceiptMonths": 6,
        "ceterms:jobsObtained": [
            quantity(**{"schema:value": 9, "schema:description": "In a year"})
        ],
    }
    found = results({"ceterms:aggregateData": profile}, lambda iri: "")
    assert [(one.metric, one.words, one.note) for one in found] == [
        ("Median earnings", "$41,000", ""),
        ("Number Awarded", "12", ""),
        ("Jobs Obtained", "9", "In a year"),
    ]


def test_many_figures_stay_readable() -> None:
    many = data_set(**{"qdata:passRate": [quantity(**{"qdata:percentage": 1})] * 1000})
    assert len(results(many, lambda iri: "")) == MAX_RESULTS


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [[]], {"@value": 3}, [None, "y"], True])
def test_odd_values_are_passed_over(odd: Any) -> None:
    for key in ("qdata:dataSetTimePeriod", "ceterms:aggregateData", "qdata:hasObservation"):
        assert {one.words for one in results({key: odd}, lambda iri: "")} <= {"not published"}
    told = results(data_set(**{"qdata:passRate": odd}), lambda iri: "")
    assert {one.words for one in told} <= {"not published"}


def test_the_page_shows_a_table_with_bars(client: FlaskClient, registry: Registry) -> None:
    profile = {
        "@type": "ceterms:AggregateDataProfile",
        "ceterms:description": {"en": "Graduates & others"},
        "ceterms:jobsObtained": [quantity(**{"qdata:percentage": 80})],
    }
    document = certificate(1, **{"ceterms:aggregateData": [profile]})
    sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert sent.status_code == 201, sent.text
    page = client.get(f"/resources/{ctid_number(1)}", headers={"Accept": "text/html"}).text
    table = page.partition("Results in numbers")[2].partition("</table>")[0]
    assert "Graduates &amp; others" in table
    assert re.search(r"80 %\s*<meter[^>]*value=\"0.8\"", table)


def test_the_page_of_a_credential_shows_the_figures_of_data_sets_about_it(
    client: FlaskClient, registry: Registry
) -> None:
    def put(number: int, **said: Any) -> None:
        document = certificate(number, **said)
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code in (200, 201), sent.text

    def figures(**about: Any) -> dict[str, Any]:
        passed = {"qdata:passRate": [quantity(**{"qdata:percentage": n}) for n in range(20)]}
        return data_set(**passed) | {"qdata:dataProvider": iri(0)} | about

    def iri(number: int) -> str:
        return f"http://localhost:8000/resources/{ctid_number(number)}"

    def page(tail: str = "") -> str:
        address = f"/resources/{ctid_number(1)}{tail}"
        found = client.get(address, headers={"Accept": "text/html"})
        assert found.status_code == 200
        return found.text

    put(2, **figures(**{"qdata:relevantDataSetFor": [iri(1)]}))
    put(3, **figures())
    put(4, **{"qdata:relevantDataSetFor": [iri(1)]})  # no data set
    put(1, **{"qdata:relevantDataSet": [iri(3), iri(4), iri(9)]})
    registry.project()
    parts = page().split("Results in numbers: ")[1:]
    shown = first, second = [one.partition("</section>")[0] for one in parts]
    assert f"/resources/{ctid_number(3)}" in first
    assert f"/resources/{ctid_number(2)}" in second
    for one in shown:
        assert one.count("<meter") == MAX_FIGURES
        assert "A data set of Test College" in one
        assert "All its figures" in one
    assert "Results in numbers: " not in page("/versions/1")
    address = f"/resources/documents/{ctid_number(2)}"
    assert client.delete(address, headers=registry.authorization).status_code == 204
    registry.project()
    assert page().count("Results in numbers: ") == 1
