"""Competency frameworks in CASE: what clients ask for, and packages that are imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from ctgraph.documents import parse
from ctgraph.identity import Identity
from ctgraph.ler.case.export import Framework, framework_of
from ctgraph.ler.case.fields import Edition
from ctgraph.ler.case.imports import imported
from ctgraph.web import create_app
from tests.support.ler import (
    BASE,
    COLLEGE,
    COMPETENCIES,
    CREDENTIAL,
    CRITERION,
    FRAMEWORK,
    RUBRIC,
    rubric,
)
from tests.support.official import CASE, definitions, validator_of
from tests.support.registry import Registry, ctid_number

V1P1, V1P0 = "/ims/case/v1p1", "/ims/case/v1p0"
DOCUMENT, FIRST, SECOND, THIRD = (one[3:] for one in (FRAMEWORK, *COMPETENCIES))


def test_a_framework_is_a_document_of_case(get: Any) -> None:
    found = get(f"{V1P1}/CFDocuments/{DOCUMENT}")
    assert found["identifier"] == DOCUMENT
    assert found["uri"] == f"{BASE}{V1P1}/CFDocuments/{DOCUMENT}"
    assert (found["title"], found["creator"]) == ("Nursing Skills", "Pine College")
    assert (found["description"], found["language"]) == ("What nurses can do.", "en")
    assert found["officialSourceURL"] == "https://pine.example.org/skills"
    assert found["CFPackageURI"]["uri"] == f"{BASE}{V1P1}/CFPackages/{DOCUMENT}"
    assert found["caseVersion"] == "1.1"


def test_competencies_are_items(get: Any) -> None:
    found = get(f"{V1P1}/CFItems/{FIRST}")
    assert found["fullStatement"] == "Read a chart."
    assert found["humanCodingScheme"] == "N.1"
    assert found["listEnumeration"] == "1"
    assert found["notes"] == "On paper, too."
    assert found["CFItemType"] == "Skill"
    assert found["language"] == "en"
    assert found["CFDocumentURI"]["identifier"] == DOCUMENT
    assert get(f"{V1P1}/CFItems/{FIRST.upper()}") == found


def test_a_package_has_the_hierarchy(get: Any) -> None:
    found = get(f"{V1P1}/CFPackages/{DOCUMENT}")
    assert [one["identifier"] for one in found["CFItems"]] == [FIRST, SECOND, THIRD]
    assert hierarchy(found) == {(FIRST, DOCUMENT, 1), (SECOND, DOCUMENT, 2), (THIRD, FIRST, 1)}
    assert "CFPackageURI" not in found["CFDocument"]


def hierarchy(package: dict[str, Any]) -> set[tuple[str, str, int]]:
    return {
        (
            one["originNodeURI"]["identifier"],
            one["destinationNodeURI"]["identifier"],
            one["sequenceNumber"],
        )
        for one in package["CFAssociations"]
        if one["associationType"] == "isChildOf"
    }


def test_every_association_can_be_asked_for(get: Any) -> None:
    for one in get(f"{V1P1}/CFPackages/{DOCUMENT}")["CFAssociations"]:
        assert one["uri"] == f"{BASE}{V1P1}/CFAssociations/{one['identifier']}"
        found = get(f"{V1P1}/CFAssociations/{one['identifier']}")
        assert found.pop("CFDocumentURI")["identifier"] == DOCUMENT
        assert found == one


def test_an_item_has_the_associations_at_both_its_ends(get: Any) -> None:
    found = get(f"{V1P1}/CFItemAssociations/{FIRST}")
    assert found["CFItem"]["identifier"] == FIRST
    ends = [
        (one["originNodeURI"]["identifier"], one["destinationNodeURI"]["identifier"])
        for one in found["CFAssociations"]
    ]
    assert ends == [(FIRST, DOCUMENT), (THIRD, FIRST)]


def test_the_first_edition_lacks_what_the_second_added(get: Any) -> None:
    old = get(f"{V1P0}/CFPackages/{DOCUMENT}")
    assert "caseVersion" not in old["CFDocument"]
    assert old["CFItems"][0]["uri"] == f"{BASE}{V1P0}/CFItems/{FIRST}"


@pytest.fixture(scope="module")
def listing(shared: Registry) -> FlaskClient:
    """A client of the registry with two more frameworks."""
    client = create_app(shared.settings).test_client()
    for number, name in ((50, "Aviation"), (60, "Zoology")):
        made = package(number, name, [number + 1])
        document = imported(orjson.dumps(made), Identity.of(shared.settings), COLLEGE).content
        sent = client.post(shared.documents_url, json=document, headers=shared.authorization)
        assert sent.status_code == 201, sent.text
    return client


def package(number: int, title: str, items: list[int]) -> dict[str, Any]:
    return {
        "CFDocument": {
            "identifier": ctid_number(number)[3:],
            "uri": "https://case.example.org/1",
            "creator": "Oak College",
            "title": title,
            "lastChangeDateTime": "2025-01-02T03:04:05Z",
        },
        "CFItems": [
            {
                "identifier": ctid_number(item)[3:],
                "uri": f"https://case.example.org/{item}",
                "fullStatement": f"Do {item}.",
                "lastChangeDateTime": "2025-01-02T03:04:05Z",
            }
            for item in items
        ],
        "CFAssociations": [],
    }


def test_frameworks_are_listed_in_pages(listing: FlaskClient) -> None:
    def titles(query: str) -> list[str]:
        answer = listing.get(f"{V1P1}/CFDocuments?{query}")
        assert int(answer.headers["X-Total-Count"]) == 3
        return [one["title"] for one in answer.json["CFDocuments"]]

    assert titles("") == ["Nursing Skills", "Aviation", "Zoology"]
    assert titles("sort=title") == ["Aviation", "Nursing Skills", "Zoology"]
    assert titles("sort=title&orderBy=desc&limit=2") == ["Zoology", "Nursing Skills"]
    assert titles("sort=title&offset=2") == ["Zoology"]
    assert titles("offset=3") == []
    answer = listing.get(f"{V1P1}/CFDocuments?limit=2&fields=title,identifier")
    assert [set(one) for one in answer.json["CFDocuments"]] == [{"title", "identifier"}] * 2
    following = answer.headers["Link"].partition(">")[0].removeprefix("<")
    rest = listing.get(following)
    assert len(rest.json["CFDocuments"]) == 1
    assert "Link" not in rest.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"CFDocuments/{ctid_number(99)[3:]}", 404, "unknownobject"),
        ("CFDocuments/nonsense", 404, "invalid_uuid"),
        (f"CFDocuments/{FIRST}", 404, "unknownobject"),
        (f"CFItems/{DOCUMENT}", 404, "unknownobject"),
        (f"CFItems/{CREDENTIAL[3:]}", 404, "unknownobject"),
        (f"CFAssociations/{DOCUMENT}", 404, "unknownobject"),
        ("CFAssociations/nonsense", 404, "invalid_uuid"),
        (f"CFPackages/{CREDENTIAL[3:]}", 404, "unknownobject"),
        (f"CFItemAssociations/{DOCUMENT}", 404, "unknownobject"),
        ("CFDocuments?sort=colour", 400, "invalid_sort_field"),
        ("CFDocuments?orderBy=up", 400, "invalid_sort_field"),
        ("CFDocuments?fields=colour", 400, "invalid_selection_field"),
        ("CFSubjects/nonsense", 404, "invalid_uuid"),
        (f"CFConcepts/{ctid_number(99)[3:]}", 404, "unknownobject"),
        (f"CFRubrics/{DOCUMENT}", 404, "unknownobject"),
        (f"CFRubrics/{FIRST}", 404, "unknownobject"),
        ("CFRubrics/nonsense", 404, "invalid_uuid"),
        ("CFDocuments?limit=0", 400, "invalid_selection_field"),
        ("CFDocuments?limit=x", 400, "invalid_selection_field"),
        ("CFDocuments?offset=900000", 400, "invalid_selection_field"),
        ("CFDocuments?colour=red", 400, "invalid_selection_field"),
    ],
)
def test_errors_are_told_as_case_tells_them(
    asking: FlaskClient, path: str, status: int, code: str
) -> None:
    answer = asking.get(f"{V1P1}/{path}")
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert answer.json["imsx_codeMajor"] == "failure"
    assert answer.json["imsx_severity"] == "error"
    fields = answer.json["imsx_codeMinor"]["imsx_codeMinorField"]
    assert [one["imsx_codeMinorFieldValue"] for one in fields] == [code]


@pytest.mark.parametrize(
    ("path", "definition"),
    [
        (f"CFPackages/{DOCUMENT}", "CFPackageDType"),
        (f"CFDocuments/{DOCUMENT}", "CFDocumentDType"),
        ("CFDocuments", "CFDocumentSetDType"),
        (f"CFItems/{FIRST}", "CFItemDType"),
        (f"CFItemAssociations/{FIRST}", "CFAssociationSetDType"),
        ("CFItems/nonsense", "imsx_StatusInfoDType"),
    ],
)
def test_answers_are_valid_by_the_official_schema(
    asking: FlaskClient, path: str, definition: str
) -> None:
    assert_valid(asking.get(f"{V1P1}/{path}").json, definition)


def test_definitions_and_rubrics_are_valid(
    detailed: dict[str, Any], judged: dict[str, Any]
) -> None:
    client = detailed["client"]
    found = client.get(f"{V1P1}/CFPackages/{ctid_number(300)[3:]}").json
    assert_valid(found, "CFPackageDType")
    assert_valid(judged, "CFRubricDType")
    for collection, things in found["CFDefinitions"].items():
        one = client.get(things[0]["uri"].removeprefix(BASE)).json
        kind = f"{collection.removesuffix('s')}{'Set' if collection in one else ''}DType"
        assert_valid(one, kind)
    for one in found["CFItems"]:
        assert_valid(client.get(f"{V1P1}/CFItems/{one['identifier']}").json, "CFItemDType")


def assert_valid(answer: Any, definition: str) -> None:
    schema = definitions(CASE)
    text = json.dumps(schema["components"]["schemas"]).replace("#/definitions/", "#/$defs/")
    text = text.replace("#/components/schemas/", "#/$defs/")
    validator_of({"$defs": json.loads(text)}, f"#/$defs/{definition}").validate(answer)


@pytest.fixture(scope="module")
def detailed(shared: Registry) -> dict[str, Any]:
    """A package with all that CASE and CTDL-ASN say, published and exported again, and a client."""
    client = create_app(shared.settings).test_client()
    made = package(300, "Botany", [301, 302])
    licence = {"identifier": ctid_number(390)[3:], "title": "BY", "uri": "https://x.example.org/1"}
    text = "https://creativecommons.org/licenses/by/4.0/"
    made["CFDefinitions"] = {
        "CFLicenses": [
            licence | {"licenseText": text, "lastChangeDateTime": "2025-01-02T00:00:00Z"}
        ],
        "CFSubjects": [{"title": "Plants", "description": "What grows."}],
    }
    made["CFDocument"] |= {"licenseURI": licence, "subject": ["Biology"], "frameworkType": "State"}
    first, second = made["CFItems"]
    first |= {"conceptKeywords": ["leaf"], "CFItemTypeURI": {"title": "Skill"}}
    first |= {"subjectURI": [{"title": "Plants"}], "educationLevel": ["07"], "extensions": {"a": 1}}
    foreign = {"identifier": "1", "uri": "https://skills.example.org/1", "title": "One"}
    major = {"title": "ceasn:majorAlignment", "identifier": "", "uri": ""}
    ends = {"originNodeURI": first, "destinationNodeURI": foreign}
    reversed_ends = {"originNodeURI": foreign, "destinationNodeURI": second}
    made["CFAssociations"] = [
        {"associationType": "isRelatedTo", "CFAssociationGroupingURI": major, **ends},
        {"associationType": "exactMatchOf", **reversed_ends},
        {"associationType": "exemplar", **ends},
    ]
    sent = client.post(shared.documents_url, json=made, headers=shared.authorization)
    assert sent.status_code == 201, sent.text
    return {"client": client, "leftOut": sent.json["leftOut"], "licence": text}


@pytest.mark.parametrize("edition", [V1P0, V1P1])
def test_definitions_are_written_and_can_be_asked_for(
    detailed: dict[str, Any], edition: str
) -> None:
    client = detailed["client"]
    found = client.get(f"{edition}/CFPackages/{ctid_number(300)[3:]}").json
    defined = found["CFDefinitions"]
    titles = {name: [one["title"] for one in things] for name, things in defined.items()}
    assert titles == {
        "CFSubjects": ["Biology", "Plants"],
        "CFConcepts": ["leaf"],
        "CFItemTypes": ["Skill"],
        "CFLicenses": [detailed["licence"]],
        "CFAssociationGroupings": ["ceasn:majorAlignment", "ceasn:exactAlignment"],
    }
    for name, things in defined.items():
        for one in things:
            answer = client.get(one["uri"].removeprefix(BASE)).json
            assert answer == (
                one if name in ("CFLicenses", "CFAssociationGroupings") else {name: [one]}
            )
    own = client.get(f"{edition}/CFDocuments/{ctid_number(300)[3:]}").json
    assert own["licenseURI"]["identifier"] == defined["CFLicenses"][0]["identifier"]
    listed = client.get(f"{edition}/CFDocuments?filter=title='botany'").json["CFDocuments"]
    assert listed == [own]
    assert found["CFItems"][0]["CFItemTypeURI"]["uri"] == defined["CFItemTypes"][0]["uri"]
    kinds = [one["associationType"] for one in found["CFAssociations"]]
    assert sorted(kinds) == ["exactMatchOf", "isChildOf", "isChildOf", "isRelatedTo"]


def test_what_is_left_out_is_told_by_its_field(detailed: dict[str, Any]) -> None:
    assert detailed["leftOut"] == {
        "associations of the type exemplar": 1,
        "description of CFSubjects": 1,
        "extensions of competencies": 1,
        "frameworkType of frameworks": 1,
    }


@pytest.mark.parametrize("edition", [V1P0, V1P1])
def test_an_exported_package_is_imported_unchanged(
    detailed: dict[str, Any], shared: Registry, edition: str
) -> None:
    client = detailed["client"]
    found = client.get(f"{edition}/CFPackages/{ctid_number(300)[3:]}").json
    again = imported(json.dumps(found).encode(), Identity.of(shared.settings), COLLEGE)
    assert again.left_out == {}
    document = parse(orjson.dumps(again.content), shared.settings)
    held = framework_of(
        shared.ledger, Identity.of(shared.settings), Edition(edition[-4:]), ctid_number(300)
    )
    nodes = {one["@id"]: one for one in orjson.loads(document.canonical)["@graph"]}
    for one in held.nodes:
        lost = {"ceasn:localSubject"} if edition == V1P0 else set()  # CASE 1.0 has none of items
        lost |= {"ceasn:dateModified"}  # it is the day of the export
        other = nodes[one["@id"]]
        kept = {name: value for name, value in one.items() if name not in lost}
        assert {name: value for name, value in other.items() if name not in lost} == kept


@pytest.fixture(scope="module")
def judged(shared: Registry, detailed: dict[str, Any]) -> dict[str, Any]:
    client: FlaskClient = detailed["client"]
    sent = client.post(shared.documents_url, json=rubric(), headers=shared.authorization)
    assert sent.status_code == 201, sent.text
    answer = client.get(f"{V1P1}/CFRubrics/{RUBRIC[3:]}")
    assert answer.status_code == 200
    return dict(answer.json or {})


def test_a_rubric_is_told_with_its_levels(judged: dict[str, Any]) -> None:
    assert judged["title"] == "Reading of charts"
    (criterion,) = judged["CFRubricCriteria"]
    assert (criterion["identifier"], criterion["category"]) == (CRITERION[3:], "Speed")
    assert (criterion["weight"], criterion["rubricId"]) == (0.5, RUBRIC[3:])
    assert criterion["CFItemURI"]["uri"] == f"{BASE}{V1P1}/CFItems/{FIRST}"
    (level,) = criterion["CFRubricCriterionLevels"]
    assert (level["quality"], level["score"]) == ("Good", 3)
    assert level["description"] == "Within a minute."


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("title~'NURS'", ["Nursing Skills"]),
        ("creator='pine college' AND title>'n' AND", None),
        ("creator='Pine College' AND title>'n'", ["Nursing Skills", "Zoology"]),
        ("title='aviation' OR language!='en'", ["Aviation"]),
        ("CFPackageURI.title='Zoology'", ["Zoology"]),
        ("version='2'", []),
        ("colour='red'", None),
        ("title=Zoology", None),
        ("title='a' AND title='b' AND title='c'", None),
        ("'", None),
    ],
)
def test_frameworks_are_filtered(listing: FlaskClient, text: str, titles: list[str] | None) -> None:
    query = {"filter": text, "sort": "title", "fields": "title"}
    answer = listing.get(f"{V1P1}/CFDocuments", query_string=query)
    if titles is None:
        assert answer.status_code == 400
        field = answer.json["imsx_codeMinor"]["imsx_codeMinorField"][0]
        assert field["imsx_codeMinorFieldValue"] == "invalid_selection_field"
        return
    known = ("Aviation", "Nursing Skills", "Zoology")
    found = [one["title"] for one in answer.json["CFDocuments"] if one["title"] in known]
    assert found == titles


@pytest.mark.parametrize("edition", ["v1p0", "v1p1"])
def test_the_service_describes_itself(asking: FlaskClient, edition: str) -> None:
    place = f"/ims/case/{edition}/discovery/imscase{edition}_openapi3_v1p0.json"
    found = asking.get(place).json
    assert found["servers"] == [{"url": f"{BASE}/ims/case/{edition}"}]
    assert "/CFPackages/{identifier}" in found["paths"]
    for path, operations in found["paths"].items():
        named = {one["name"] for one in operations["get"]["parameters"] if one["in"] == "path"}
        assert {f"{{{name}}}" in path for name in named} <= {True}
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", json.dumps(found)):
        assert name in found["components"][kind]
    assert asking.get(f"/ims/case/{edition}/discovery/x.json").status_code == 404


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9)


@st.composite
def packages(draw: st.DrawFn) -> dict[str, Any]:
    """A package whose items stand below earlier ones, with the fields that CTDL-ASN has too."""
    count = draw(st.integers(1, 6))
    made = package(200, draw(WORDS), list(range(201, 201 + count)))
    made["CFDocument"]["language"] = draw(st.sampled_from(["en", "de", "en-US"]))
    siblings: dict[str, int] = {}
    for number, item in enumerate(made["CFItems"]):
        item["fullStatement"] = draw(WORDS)
        for name in ("humanCodingScheme", "listEnumeration", "notes", "CFItemType"):
            if draw(st.booleans()):
                item[name] = draw(WORDS)
        if draw(st.booleans()):
            item["conceptKeywords"] = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
        above = draw(st.integers(-1, number - 1))
        parent = made["CFDocument"] if above < 0 else made["CFItems"][above]
        siblings[parent["identifier"]] = siblings.get(parent["identifier"], 0) + 1
        made["CFAssociations"].append(
            {
                "identifier": ctid_number(900 + number)[3:],
                "associationType": "isChildOf",
                "sequenceNumber": siblings[parent["identifier"]],
                "originNodeURI": {"identifier": item["identifier"], "title": "", "uri": ""},
                "destinationNodeURI": {"identifier": parent["identifier"], "title": "", "uri": ""},
            }
        )
    return made


@settings(max_examples=40)
@given(made=packages())
def test_what_is_imported_is_exported_alike(shared: Registry, made: dict[str, Any]) -> None:
    identity = Identity.of(shared.settings)
    content = imported(json.dumps(made).encode(), identity, COLLEGE).content
    document = parse(orjson.dumps(content), shared.settings)
    held = framework_of(shared.ledger, identity, Edition.V1P1, FRAMEWORK)
    nodes = tuple(orjson.loads(document.canonical)["@graph"])
    again = Framework(Edition.V1P1, identity, held.envelope, "Pine College", nodes).package()
    kept = ("fullStatement", "humanCodingScheme", "listEnumeration", "notes", "CFItemType")
    for one, other in zip(made["CFItems"], again["CFItems"], strict=True):
        for name in (*kept, "conceptKeywords", "identifier"):
            assert one.get(name) == other.get(name), name
    assert again["CFDocument"]["title"] == made["CFDocument"]["title"]
    assert again["CFDocument"]["language"] == made["CFDocument"]["language"]
    root = held.envelope.ctid[3:]  # the envelope is that of another framework
    wanted = {
        (child, root if parent == made["CFDocument"]["identifier"] else parent, number)
        for child, parent, number in hierarchy(made)
    }
    assert hierarchy(again) == wanted


def test_a_package_is_imported_from_the_command_line(
    registry: Registry, run: Callable[..., Any], tmp_path: Path, client: FlaskClient
) -> None:
    made = package(70, "Forestry", [71, 72])
    ends = [{"identifier": one["identifier"]} for one in made["CFItems"]]
    elsewhere = {"identifier": "1", "uri": "https://skills.example.org/1", "title": "One"}
    made["CFAssociations"] = [
        {"associationType": "exactMatchOf", "originNodeURI": ends[0]}
        | {"destinationNodeURI": elsewhere},
        {"associationType": "precedes", "originNodeURI": ends[0], "destinationNodeURI": ends[1]},
        {"associationType": "isPeerOf", "originNodeURI": ends[0], "destinationNodeURI": ends[1]},
    ]
    path = tmp_path / "package.json"
    path.write_text(json.dumps(made))
    result = run("case", "import", path, "--owner", registry.organization.ctid)
    assert result.exit_code == 0, result.output
    assert f"{ctid_number(70)} created, version 1" in result.output
    assert "1 associations of the type isPeerOf" in result.output
    found = client.get(f"{V1P1}/CFPackages/{ctid_number(70)[3:]}").json
    kinds = {
        (one["associationType"], one["originNodeURI"]["identifier"])
        for one in found["CFAssociations"]
    }
    assert {("exactMatchOf", ends[0]["identifier"]), ("precedes", ends[0]["identifier"])} <= kinds
    for one in found["CFAssociations"]:
        assert client.get(f"{V1P1}/CFAssociations/{one['identifier']}").status_code == 200
    again = run("case", "import", path, "--owner", registry.organization.ctid)
    assert "unchanged" in again.output


def test_a_package_is_published_with_a_key(shared: Registry, asking: FlaskClient) -> None:
    made = package(80, "Geology", [81, 82]) | {"CFRubrics": [{}]}
    answer = asking.post(shared.documents_url, json=made, headers=shared.authorization)
    assert answer.status_code == 201, answer.text
    assert answer.json["envelope_ceterms_ctid"] == ctid_number(80)
    assert answer.json["leftOut"] == {"rubrics": 1}
    found = asking.get(f"{V1P1}/CFPackages/{ctid_number(80)[3:]}").json
    assert [one["fullStatement"] for one in found["CFItems"]] == ["Do 81.", "Do 82."]
    broken = made | {"CFDocument": made["CFDocument"] | {"identifier": "x"}}
    refused = asking.post(shared.documents_url, json=broken, headers=shared.authorization)
    assert refused.status_code == 422
    assert refused.json["problems"][0]["pointer"] == "/CFDocument/identifier"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "no package of CASE"),
        ("{}", "no package of CASE"),
        ('{"CFDocument": {"identifier": "x"}}', "no UUID"),
        (json.dumps(package(70, "F", [])["CFDocument"]), "no package"),
        (json.dumps(package(70, "F", []) | {"CFItems": [1]}), "JSON object"),
        (json.dumps(package(70, "F", []) | {"CFItems": {}}), "no array"),
    ],
)
def test_a_broken_package_is_refused_with_its_place(
    registry: Registry, run: Callable[..., Any], tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "package.json"
    path.write_text(text)
    result = run("case", "import", path, "--owner", registry.organization.ctid)
    assert result.exit_code == 1
    assert told in result.output


def test_values_that_cannot_be_used_are_told(shared: Registry) -> None:
    made = package(340, "Odd", [341, 342])
    document, (first, second) = made["CFDocument"], made["CFItems"]
    document |= {"lastChangeDateTime": "yesterday", "statusStartDate": "2026-99-99", "title": 5}
    first |= {"educationLevel": 5, "conceptKeywords": {"a": 1}, "notes": ["x"]}
    ends = {"originNodeURI": "x", "destinationNodeURI": None}
    made["CFAssociations"] = [
        {"associationType": "isChildOf", **ends},
        {"associationType": 5, **ends},
        {
            "associationType": "isChildOf",
            "originNodeURI": {"identifier": second["identifier"]},
            "destinationNodeURI": {"identifier": first["identifier"]},
            "sequenceNumber": "9e999",
        },
    ]
    found = imported(orjson.dumps(made), Identity.of(shared.settings), COLLEGE).left_out
    told = {key: number for key, number in found.items() if " that " in key or "type" in key}
    assert told == {
        "associations of the type (none)": 1,
        "associations of the type isChildOf of things that the package does not hold": 1,
        "conceptKeywords of competencies that is no text": 1,
        "educationLevel of competencies that is no text": 1,
        "lastChangeDateTime of frameworks that is no date": 1,
        "sequenceNumber of associations that is no whole number": 1,
        "statusStartDate of frameworks that is no date": 1,
        "title of frameworks that is no text": 1,
    }
