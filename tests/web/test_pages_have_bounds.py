"""A page shows a part of what is large, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.profiles import ALTERNATIVE, BASE, PROFILE, profile, publish
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
LARGEST_PAGE = 8_000_000
LONG = "'" * 3_000_000


@pytest.mark.parametrize(
    "more",
    [
        {"ceterms:keyword": {"en": [f"word {n}" for n in range(10_000)]}},
        {"ceterms:keyword": {"en": LONG}},
        {"ceterms:keyword": {f"x-{n}": f"word {n}" for n in range(20_000)}},
        {
            "ceterms:requires": [
                {"@type": PROFILE, "ceterms:description": {"en": f"'{n}'" * 100}}
                for n in range(3_000)
            ]
        },
        {"ceterms:isPartOf": [f"{BASE}/resources/{ctid_number(n)}" for n in range(10, 50_010)]},
        {"ceterms:alternateName": {"en": [LONG[:2_000]] * 2_000}},
        {"ceterms:sameAs": [f"https://x.example/{'a' * 100_000}"]},
    ],
    ids=["values", "text", "languages", "nested", "records", "texts", "address"],
)
def test_a_page_has_a_bound_and_says_so(
    client: FlaskClient, registry: Registry, more: dict[str, Any]
) -> None:
    publish(client, registry, certificate(**more))
    for path in (
        f"/resources/{RECORD}",
        f"/resources/{RECORD}/versions",
        "/records",
        "/",
        f"/resources/{RECORD}/versions/1",
    ):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert len(answer.data) < LARGEST_PAGE, path
    page = client.get(f"/resources/{RECORD}?format=html").text
    key = next(iter(more))
    if key != "ceterms:sameAs":
        assert "shows only a part of the record" in page
    shown = client.get(f"/resources/{RECORD}").json
    assert len(str(shown[key])) >= len(str(more[key])) - 100


def test_a_page_of_a_deep_record_can_be_read(client: FlaskClient, registry: Registry) -> None:
    node: dict[str, Any] = profile("_:deep")
    for number in range(58):
        node = {"@type": PROFILE, ALTERNATIVE: node, "ceterms:name": {"en": f"level {number}"}}
    publish(client, registry, certificate(**{"ceterms:requires": [node, "_:deep"]}))
    page = client.get(f"/resources/{RECORD}?format=html").text
    assert "shows only a part of the record" in page
    assert "level 57" in page
    assert client.get(f"/resources/{RECORD}").status_code == 200


def test_versions_come_in_pages(client: FlaskClient, registry: Registry) -> None:
    for number in range(1, 103):
        publish(client, registry, certificate(**{"ceterms:keyword": {"en": str(number)}}))
    path = f"/resources/{RECORD}/versions"
    first = client.get(path, headers={"Accept": "text/html"}).text
    assert first.count("<tr>") == 101
    assert "versions?before=3" in first
    rest = client.get(f"{path}?before=3", headers={"Accept": "text/html"}).text
    assert rest.count("<tr>") == 3
    assert "?before=" not in rest.partition("<main")[2]
    listed = client.get(f"{path}?before=3").json
    assert [one["number"] for one in listed["versions"]] == [2, 1]
    assert listed["next"] is None
    for wrong in ("x", "-1", "1" * 50, "٣"):
        assert client.get(path, query_string={"before": wrong}).status_code == 400


def pathway(*nodes: dict[str, Any]) -> dict[str, Any]:
    whole = f"{BASE}/resources/{RECORD}"
    destination = {"ceterms:hasDestinationComponent": [step(2)["@id"]]}
    first = certificate(**destination)["@graph"][0] | {"@type": "ceterms:Pathway"}
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": whole.replace("/resources/", "/graph/"),
        "@graph": [first, *nodes],
    }


def step(number: int, **more: Any) -> dict[str, Any]:
    record = ctid_number(number)
    iri = f"{BASE}/resources/{record}"
    return {
        "@type": "ceterms:BasicComponent",
        "@id": iri,
        "ceterms:ctid": record,
        "ceterms:name": {"en": f"Step {number}"},
        "ceterms:isPartOf": [f"{BASE}/resources/{RECORD}"],
        **more,
    }


def condition(label: str, *nested: str, **more: Any) -> dict[str, Any]:
    return {
        "@id": label,
        "@type": "ceterms:ComponentCondition",
        "ceterms:name": {"en": label[2:]},
        "ceterms:hasCondition": list(nested),
        "ceterms:description": {"en": "What it asks for."},
        **more,
    }


def conditions_in(found: Any) -> Iterator[dict[str, Any]]:
    for one in found["conditions"]:
        yield one
        yield from conditions_in(one) if "conditions" in one else ()


def test_steps_share_a_condition_that_is_described_once(
    client: FlaskClient, registry: Registry
) -> None:
    long = {"ceterms:description": {"en": "x" * 100_000}}
    steps = [step(n, **{"ceterms:hasCondition": ["_:c0"]}) for n in range(2, 302)]
    levels = [condition(f"_:c{n}", f"_:c{n + 1}", **(long if n == 5 else {})) for n in range(40)]
    size = publish(client, registry, pathway(*steps, *levels, condition("_:c40", **long)))
    registry.project()
    answer = client.get(f"/pathways/{RECORD}/structure")
    assert len(answer.data) < 5 * size
    found = [one for part in answer.json["components"] for one in conditions_in(part)]
    described = [one["id"] for one in found if len(one) > 1]
    assert len(described) == len(set(described)) == 41
    assert {one["id"] for one in found if len(one) == 1} <= set(described)
    page = client.get(f"/pathways/{RECORD}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert len(page.data) < LARGEST_PAGE
    assert "a condition that another step shares" in page.text


def test_a_pathway_of_many_steps_has_a_page(client: FlaskClient, registry: Registry) -> None:
    steps = [step(n, **{"ceterms:precedes": [step(n + 1)["@id"]]}) for n in range(2, 4_002)]
    publish(client, registry, pathway(*steps, step(4_002)))
    registry.project()
    page = client.get(f"/pathways/{RECORD}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert len(page.data) < LARGEST_PAGE
    assert "1,000 of 4,001 steps are on this page" in page.text
