"""A least value above the greatest, or an end before its start, refuses a document."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.registry import Registry, certificate


def duration(least: str, most: str) -> dict[str, Any]:
    profile = {
        "@type": "ceterms:DurationProfile",
        "ceterms:minimumDuration": least,
        "ceterms:maximumDuration": most,
    }
    return certificate(1, **{"ceterms:estimatedDuration": [profile]})


def dates(first: str, last: str) -> dict[str, Any]:
    return certificate(1, **{"ceterms:dateEffective": first, "ceterms:expirationDate": last})


def amount(least: Any, most: Any) -> dict[str, Any]:
    value = {"@type": "schema:QuantitativeValue", "schema:minValue": least, "schema:maxValue": most}
    return certificate(1, **{"ceterms:creditValue": [value]})


def contradictions(client: FlaskClient, document: dict[str, Any]) -> list[tuple[str, str]]:
    problems = client.post("/validate", json=document).json["problems"]
    return [(p["severity"], p["pointer"]) for p in problems if p.get("advice") == "contradiction"]


DURATION = "/@graph/0/ceterms:estimatedDuration/0/ceterms:minimumDuration"
DATE = "/@graph/0/ceterms:dateEffective"
AMOUNT = "/@graph/0/ceterms:creditValue/0/schema:minValue"


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (duration("P2Y", "P1Y"), DURATION),
        (duration("P13M", "P1Y"), DURATION),
        (duration("P5W", "P1M"), DURATION),
        (duration("PT25H", "P1D"), DURATION),
        (dates("2026-05-02", "2026-05-01"), DATE),
        (amount(5, 4.5), AMOUNT),
        (amount(10, 9), AMOUNT),
    ],
)
def test_what_is_certain_is_a_violation(
    registry: Registry, client: FlaskClient, document: dict[str, Any], place: str
) -> None:
    assert contradictions(client, document) == [("violation", place)]
    answer = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "document",
    [
        duration("P1Y", "P1Y"),
        duration("P12M", "P1Y"),
        duration("P30D", "P1M"),
        duration("P1M", "P30D"),
        duration("P9999999Y", "P1D"),
        duration("a year", "P1D"),
        dates("2026-05-01", "2026-05-01"),
        dates("2026", "2025-12-31"),
        amount(4, 4),
        amount("INF", "NaN"),
    ],
)
def test_what_is_right_or_uncertain_is_none(client: FlaskClient, document: dict[str, Any]) -> None:
    assert contradictions(client, document) == []
