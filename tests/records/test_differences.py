"""What changed between two versions, as a page and for programs."""

from __future__ import annotations

from typing import Any

import orjson
from flask.testing import FlaskClient

from ctgraph.records.differences import MAX_DIFFERENCES, compared
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
HISTORY = f"/resources/{RECORD}/versions"


def put(client: FlaskClient, registry: Registry, **more: Any) -> None:
    address = f"/resources/organizations/{registry.organization.ctid}/documents"
    answer = client.post(
        address, data=orjson.dumps(certificate(1, **more)), headers=registry.authorization
    )
    assert answer.status_code < 300, answer.text


def needs(description: str, **more: Any) -> dict[str, Any]:
    return {
        "@type": "ceterms:ConditionProfile",
        "ceterms:name": {"en": "Admission"},
        "ceterms:description": {"en": description},
        **more,
    }


def two_versions(client: FlaskClient, registry: Registry) -> None:
    put(client, registry, **{"ceterms:requires": [needs("Pass the old test")]})
    put(
        client,
        registry,
        **{
            "ceterms:requires": [needs("Pass the new test")],
            "ceterms:keyword": {"en": ["welding"]},
        },
    )


def test_a_version_tells_what_changed_in_it(client: FlaskClient, registry: Registry) -> None:
    two_versions(client, registry)
    answer = client.get(f"{HISTORY}/2/changes?format=json").json
    assert (answer["from"], answer["to"], answer["isCut"]) == (1, 2, False)
    [entity] = answer["entities"]
    assert entity["event"] == "changed"
    found = {one["property"]: one for one in entity["differences"]}
    inner = found["ceterms:description"]
    assert inner["path"] == [{"property": "ceterms:requires", "name": "Admission"}]
    assert inner["before"] == [{"@value": "Pass the old test", "@language": "en"}]
    assert inner["after"] == [{"@value": "Pass the new test", "@language": "en"}]
    assert set(found) == {"ceterms:description", "ceterms:keyword"}
    assert found["ceterms:keyword"]["before"] == []


def test_its_page_says_it_in_words(client: FlaskClient, registry: Registry) -> None:
    two_versions(client, registry)
    page = client.get(f"{HISTORY}/2/changes", headers={"Accept": "text/html"}).text
    for words in ("Pass the old test", "Pass the new test", "Before", "After", "Added"):
        assert words in page
    history = client.get(HISTORY, headers={"Accept": "text/html"}).text
    assert f"{HISTORY}/2/changes" in history
    assert f"{HISTORY}/1/changes" not in history  # nothing stands before the first


def test_any_two_versions_can_be_compared(client: FlaskClient, registry: Registry) -> None:
    two_versions(client, registry)
    put(client, registry, **{"ceterms:requires": [needs("Pass the old test")]})
    assert client.get(f"{HISTORY}/3/changes?from=1&format=json").json["entities"] == []
    assert client.get(f"{HISTORY}/3/changes?from=2&format=json").json["entities"]
    assert client.get(f"{HISTORY}/3/changes?from=9&format=json").status_code == 404
    nothing = client.get(f"{HISTORY}/3/changes?from=1", headers={"Accept": "text/html"}).text
    assert "Nothing that the record says changed." in nothing


def test_the_first_version_is_new_as_a_whole(client: FlaskClient, registry: Registry) -> None:
    two_versions(client, registry)
    answer = client.get(f"{HISTORY}/1/changes?format=json").json
    assert answer["from"] is None
    assert [one["event"] for one in answer["entities"]] == ["added"]


def test_the_page_of_an_old_version_leads_to_its_own_data(
    client: FlaskClient, registry: Registry
) -> None:
    two_versions(client, registry)
    page = client.get(f"{HISTORY}/1", headers={"Accept": "text/html"}).text
    assert f"/graph/{RECORD}/versions/1?format=jsonld" in page
    assert f'"/graph/{RECORD}?format' not in page
    assert "as-of=" in page


def document(*nodes: dict[str, Any]) -> bytes:
    return orjson.dumps({"@graph": list(nodes)})


def test_order_and_labels_of_blank_nodes_are_no_difference() -> None:
    def version(label: str, *numbers: int) -> bytes:
        college = {"@id": label, "ceterms:name": {"en": "College"}, "ceterms:keyword": [*numbers]}
        top = {"@id": "http://a/1", "ceterms:offeredBy": [label], "ceterms:isSimilarTo": [label]}
        return document(top, college)

    assert not compared(version("_:a", 1, 2), version("_:b", 2, 1)).entities
    [changed] = compared(version("_:a", 1), version("_:b", 2)).entities
    assert {one.property for one in changed.differences} == {"ceterms:keyword"}


def test_circles_of_blank_nodes_end() -> None:
    def version(text: str) -> bytes:
        first = {"@id": "_:a", "ceterms:offeredBy": ["_:b"], "ceterms:email": text}
        return document(
            {"@id": "http://a/1", "ceterms:offeredBy": ["_:a"]},
            first,
            {"@id": "_:b", "ceterms:offeredBy": ["_:a"]},
        )

    [changed] = compared(version("x"), version("y")).entities
    assert [(one.before, one.after) for one in changed.differences] == [(("x",), ("y",))]


def test_what_is_listed_of_huge_documents_is_bounded() -> None:
    def version(text: str) -> bytes:
        return document(
            *(
                {"@id": f"http://a/{number}", "ceterms:email": text, "ceterms:price": text}
                for number in range(MAX_DIFFERENCES)
            )
        )

    found = compared(version("x"), version("y"))
    assert found.is_cut
    assert sum(len(one.differences) for one in found.entities) == MAX_DIFFERENCES
    assert not compared(version("x"), version("x")).is_cut
