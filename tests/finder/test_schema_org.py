"""Records in schema.org: each class of the sample data, the languages of texts, odd values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents.nesting import entity_json
from ctgraph.finder.schema_org import Reading, in_schema_org
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.settings import load_settings
from tests.support.finding import aligned, cost, place, takes
from tests.support.paths import DATA
from tests.support.registry import certificate, ctid_number
from tests.support.schema_org import violations

IDENTITY = Identity.of(load_settings())
READING = Reading(IDENTITY)
CTID = ctid_number(1)
OTHER = ctid_number(2)


def written(kind: str, reading: Reading = READING, /, **more: Any) -> dict[str, Any]:
    """Return a record of a class in schema.org."""
    content = certificate(1, **more)["@graph"][0] | {"@type": kind}
    return in_schema_org(reading, content, CTID)


def sample() -> dict[str, dict[str, Any]]:
    """Return the first entity of each class in the sample data."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(DATA.glob("[12]*/**/*.json")):
        content = json.loads(path.read_text("utf-8"))
        for entity in content["@graph"]:
            if "ceterms:ctid" in entity and isinstance(entity["@type"], str):
                found.setdefault(entity["@type"], entity_json(content, entity["@id"]))
    return found


@pytest.mark.parametrize("kind", sample())
def test_each_class_of_records_is_as_schema_org_has_it(kind: str) -> None:
    node = sample()[kind]
    made = in_schema_org(READING, node, node["ceterms:ctid"])
    assert list(violations(made)) == []
    assert made["name"]
    assert made["identifier"]


def test_a_course_says_how_where_and_when_it_is_given_and_what_it_costs() -> None:
    made = written(
        "ceterms:Course",
        **{
            "ceterms:codedNotation": "WELD 101",
            "ceterms:availableAt": [place("Ames", "IA", "50010")],
            "ceterms:availableOnlineAt": ["https://online.example/"],
            "ceterms:estimatedCost": [cost(0), cost(120.5), cost(-1)],
            "ceterms:estimatedDuration": [takes("a while"), takes("P16W")],
            "ceterms:deliveryType": [
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNode": "deliveryType:InPerson",
                }
            ],
            "ceterms:requires": [
                {"@type": "ceterms:ConditionProfile", "ceterms:description": {"en": "Be 18."}}
            ],
        },
    )
    assert made["@type"] == "Course"
    assert made["courseCode"] == "WELD 101"
    assert made["timeRequired"] == "P16W"
    assert made["coursePrerequisites"] == "Be 18."
    assert [(one["price"], one["category"]) for one in made["offers"]] == [
        (0, "Free"),
        (120.5, "Paid"),
    ]
    instance = made["hasCourseInstance"]
    assert (instance["courseMode"], instance["courseWorkload"]) == ("Onsite", "P16W")
    assert instance["location"][0]["address"]["addressLocality"] == "Ames"
    assert instance["location"][1] == {
        "@type": "VirtualLocation",
        "url": "https://online.example/",
    }


def test_a_program_has_the_codes_of_its_occupations() -> None:
    made = written(
        "ceterms:LearningProgram", **aligned("ceterms:occupationType", "Welders", "51-4121")
    )
    assert made["occupationalCategory"] == {
        "@type": "CategoryCode",
        "name": "Welders",
        "codeValue": "51-4121",
    }


@pytest.mark.parametrize(
    ("kind", "type_of_agent", "made"),
    [
        ("ceterms:CredentialOrganization", "orgType:TwoYear", "CollegeOrUniversity"),
        ("ceterms:CredentialOrganization", "orgType:HighSchool", "HighSchool"),
        ("ceterms:CredentialOrganization", "orgType:Vendor", "EducationalOrganization"),
        ("ceterms:QACredentialOrganization", "orgType:Government", "GovernmentOrganization"),
        ("ceterms:QACredentialOrganization", "orgType:QualityAssurance", "Organization"),
    ],
)
def test_an_organization_is_what_its_type_says(kind: str, type_of_agent: str, made: str) -> None:
    of_type = {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": type_of_agent,
    }
    assert written(kind, **{"ceterms:agentType": [of_type]})["@type"] == made


def test_texts_are_in_the_language_of_the_page_or_else_in_one_that_there_is() -> None:
    names = {"ceterms:name": {"fr": "Soudage", "en-US": "Welding", "es": "Soldadura"}}
    for languages, expected in (
        (("es", "en"), "Soldadura"),
        (("en", "es"), "Welding"),
        (("de",), "Soudage"),
    ):
        reading = Reading(IDENTITY, languages=languages)
        assert written("ceterms:Course", reading, **names)["name"] == expected


def test_what_is_referred_to_has_its_name_and_what_has_none_is_left_out() -> None:
    reading = Reading(IDENTITY, {OTHER: "Pine College"})
    providers = [IDENTITY.resource(OTHER), IDENTITY.resource(ctid_number(3))]
    made = written("ceterms:Certificate", reading, **{"ceterms:offeredBy": providers})
    assert made["provider"] == {
        "@type": "Organization",
        "@id": IDENTITY.resource(OTHER),
        "name": "Pine College",
    }


_TEXT = st.text(max_size=20) | st.sampled_from(["P1Y", "2026-01-31", "http://x.example/", "USD"])
_VALUE = st.recursive(
    _TEXT | st.integers() | st.floats() | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["en", "es", "@value", "@id", "@none"]), inner)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("ceterms:price", "ceterms:currency", "ceterms:latitude", "ceterms:name"),
                    *("ceterms:exactDuration", "ceterms:targetNode", "ceterms:targetNodeName"),
                    *("ceterms:identifierValueCode", "ceterms:mainJurisdiction", "schema:value"),
                    *("ceterms:telephone", "ceterms:streetAddress", "ceterms:description"),
                ]
            ),
            inner,
        )
    ),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    sorted({key for node in sample().values() for key in node if not key.startswith("@")})
)


@given(kind=st.sampled_from(sorted(sample())), values=st.dictionaries(_KEYS, _VALUE, max_size=6))
def test_no_value_breaks_the_rules_of_schema_org(kind: str, values: dict[str, Any]) -> None:
    made = in_schema_org(READING, {"@type": kind, **values}, Ctid(CTID))
    assert list(violations(made)) == []
    json.dumps(made, allow_nan=False)
