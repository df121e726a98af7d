"""What is well-formed, but probably a mistake, never passes in silence: at publish, and at load."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.bulk.load import load
from ctgraph.documents import Purpose
from tests.support.registry import Registry, certificate, ctid_number

FRAMEWORK = ctid_number(1)


def iri(number: int) -> str:
    return f"http://localhost:8000/resources/{ctid_number(number)}"


def cost(**says: Any) -> dict[str, Any]:
    profile = {
        "@type": "ceterms:CostProfile",
        "ceterms:costDetails": "https://example.org/cost",
        "ceterms:directCostType": {
            "@type": "ceterms:CredentialAlignmentObject",
            "ceterms:targetNode": "costType:Tuition",
        },
        **says,
    }
    return certificate(1, **{"ceterms:estimatedCost": [profile]})


def framework(says: dict[str, Any], competency: dict[str, Any]) -> dict[str, Any]:
    """Return a framework of one competency; each of them says something more."""
    return {
        "@context": "https://credreg.net/ctdlasn/schema/context/json",
        "@graph": [
            {
                "@id": iri(1),
                "@type": "ceasn:CompetencyFramework",
                "ceterms:ctid": FRAMEWORK,
                "ceasn:name": {"en": "Baking"},
                "ceasn:description": {"en": "What a baker can do."},
                "ceasn:inLanguage": ["en"],
                "ceasn:publisher": [iri(0)],
                "ceasn:hasTopChild": [iri(2)],
                **says,
            },
            {
                "@id": iri(2),
                "@type": "ceasn:Competency",
                "ceterms:ctid": ctid_number(2),
                "ceasn:competencyText": {"en": "Knead dough"},
                "ceasn:isPartOf": [iri(1)],
                **competency,
            },
        ],
    }


SKILL = {"@type": "ceasn:Competency", "ceasn:competencyText": {"en": "Knead dough"}}
DOUBTS = {
    "language by its name": (
        certificate(1, **{"ceterms:inLanguage": ["English"]}),
        "/@graph/0/ceterms:inLanguage/0",
    ),
    "language that nobody speaks": (
        certificate(1, **{"ceterms:inLanguage": ["en", "xx-ZZ"]}),
        "/@graph/0/ceterms:inLanguage/1",
    ),
    "region that has another code": (
        certificate(1, **{"ceterms:inLanguage": ["en", "en-UK"]}),
        "/@graph/0/ceterms:inLanguage/1",
    ),
    "region with another code, behind a script": (
        certificate(1, **{"ceterms:inLanguage": ["en-Latn-UK"]}),
        "/@graph/0/ceterms:inLanguage/0",
    ),
    "date with the datatype of a text": (
        certificate(
            1, **{"ceterms:dateEffective": {"@value": "2024-01-01", "@type": "xsd:string"}}
        ),
        "/@graph/0/ceterms:dateEffective/@type",
    ),
    "date with the datatype of a year": (
        certificate(1, **{"ceterms:dateEffective": {"@value": "2024", "@type": "xsd:gYear"}}),
        "/@graph/0/ceterms:dateEffective/@type",
    ),
    "price with the datatype of a text": (
        cost(
            **{"ceterms:price": {"@value": "5", "@type": "xsd:string"}, "ceterms:currency": "USD"}
        ),
        "/@graph/0/ceterms:estimatedCost/0/ceterms:price/@type",
    ),
    "duration with the datatype of a text": (
        certificate(
            1,
            **{
                "ceterms:estimatedDuration": {
                    "@type": "ceterms:DurationProfile",
                    "ceterms:exactDuration": {"@value": "P1Y", "@type": "xsd:string"},
                }
            },
        ),
        "/@graph/0/ceterms:estimatedDuration/ceterms:exactDuration/@type",
    ),
    "negative price": (
        cost(**{"ceterms:price": -5, "ceterms:currency": "USD"}),
        "/@graph/0/ceterms:estimatedCost/0/ceterms:price",
    ),
    "top child outside the document": (
        framework({"ceasn:hasTopChild": [iri(2), iri(9)]}, {}),
        "/@graph/0/ceasn:hasTopChild/1",
    ),
    "child outside the document": (
        framework({}, {"ceasn:hasChild": [iri(9)]}),
        "/@graph/1/ceasn:hasChild/0",
    ),
    "competency of another framework": (
        framework({}, {"ceasn:isPartOf": [iri(1), iri(9)]}),
        "/@graph/1/ceasn:isPartOf/1",
    ),
    "top competency of another framework": (
        framework({}, {"ceasn:isTopChildOf": [iri(9)]}),
        "/@graph/1/ceasn:isTopChildOf/0",
    ),
    "competency where a credential belongs": (
        certificate(
            1,
            **{
                "ceterms:requires": [
                    {
                        "@type": "ceterms:ConditionProfile",
                        "ceterms:description": {"en": "A skill that bakers have."},
                        "ceterms:targetCredential": [SKILL],
                    }
                ]
            },
        ),
        "/@graph/0/ceterms:requires/0/ceterms:targetCredential/0",
    ),
    "framework as a competency": (
        framework({"ceasn:hasTopChild": [iri(2), iri(1)]}, {}),
        "/@graph/0/ceasn:hasTopChild/1",
    ),
}


def severities(problems: list[dict[str, Any]], place: str) -> list[str]:
    """Return how severe the problems in a place are, except that a record is not known yet."""
    here = [p for p in problems if p["pointer"] == place]
    return [p["severity"] for p in here if p.get("advice") != "unknown"]


@pytest.mark.parametrize(("document", "place"), DOUBTS.values(), ids=DOUBTS)
def test_a_publish_takes_it_with_a_warning_in_its_place(
    registry: Registry, client: FlaskClient, document: dict[str, Any], place: str
) -> None:
    answer = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert answer.status_code == 201, answer.text
    problems = answer.json["validation"]["problems"]
    assert severities(problems, place) == ["warning"]


@pytest.mark.parametrize(("document", "place"), DOUBTS.values(), ids=DOUBTS)
@pytest.mark.parametrize("strict", [False, True])
def test_a_load_takes_it_with_a_warning_in_its_place(
    registry: Registry, tmp_path: Path, document: dict[str, Any], place: str, strict: bool
) -> None:
    file, report = tmp_path / "a.json", io.StringIO()
    file.write_text(json.dumps(document))
    purpose = Purpose.PUBLISH if strict else Purpose.HARVEST
    tally = load(
        registry.settings, registry.ledger, [file], None, report, lambda done: None, purpose
    )
    assert (tally.rejected, tally.warnings) == (0, 1)
    [line] = map(json.loads, report.getvalue().splitlines())
    assert severities(line["problems"], place) == ["warning"]


@pytest.mark.parametrize(
    "document",
    [
        certificate(1, **{"ceterms:inLanguage": ["en", "es-MX", "zh-Hant", "sr-Latn-RS"]}),
        cost(**{"ceterms:price": 0, "ceterms:currency": "USD"}),
        framework({}, {"ceasn:isTopChildOf": [iri(1)]}),
    ],
)
def test_what_is_right_is_taken_in_silence(client: FlaskClient, document: dict[str, Any]) -> None:
    problems = client.post("/validate", json=document).json["problems"]
    assert not [p for p in problems if p["severity"] != "info" and p.get("advice") != "unknown"]


def test_the_remedy_for_a_region_is_its_own_code(client: FlaskClient) -> None:
    document = certificate(1, **{"ceterms:inLanguage": ["en-UK"]})
    problems = client.post("/validate", json=document).json["problems"]
    assert [p["remedy"] for p in problems if p.get("advice") == "language"] == ["Write en-GB."]
