"""Every question over HTTP, in every format, in pages."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ctgraph.pathways.formats import FORMATS
from ctgraph.web.pathways import views as pathways
from tests.support.pathway_service import (
    AIDE,
    ANSWERS,
    APN,
    BETWEEN,
    LADDER,
    NURSING,
    STANDARDS,
    WELDING,
    answer,
    ends,
    nodes,
    page,
)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", ANSWERS)
def test_every_question_is_answered_in_every_format(
    client: FlaskClient, path: str, name: str
) -> None:
    media_type = FORMATS[name].media_type
    found = client.get(f"{path}format={name}")
    assert found.status_code == 200
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    assert found.content_type == media_type + charset
    assert "Accept" in found.vary
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    accepted = client.get(path, headers={"Accept": f"image/png, {media_type}"})
    assert (accepted.data, accepted.content_type) == (found.data, found.content_type)
    assert client.get(f"{path}format={quote(media_type)}").data == found.data
    head = client.head(f"{path}format={name}")
    assert (head.status_code, head.data) == (200, b"")
    assert head.content_type == found.content_type
    assert "Associate of Applied Science in Nursing" in found.text


def test_the_formats_can_be_read(client: FlaskClient) -> None:
    path = f"/pathways/{NURSING}/preceding?depth=1"
    whole = answer(client, path)
    assert whole["question"] == "preceding"
    assert whole["start"] == [NURSING]
    pairs = set(ends(whole))
    assert pairs
    assert {later for _, later in pairs} == {NURSING}
    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}&format=csv").text)))
    assert {(row["source"], row["target"]) for row in rows} == pairs
    drawn = ElementTree.fromstring(client.get(f"{path}&format=graphml").data)
    edges = drawn.iter("{http://graphml.graphdrawing.org/xmlns}edge")
    assert {(edge.get("source"), edge.get("target")) for edge in edges} == pairs
    quads = ox.parse(client.get(f"{path}&format=jsonld").data, format=ox.RdfFormat.JSON_LD)
    precedes = "https://w3id.org/ctgraph/terms#precedes"
    found = {
        (q.subject.value[-39:], q.object.value[-39:])
        for q in quads
        if q.predicate.value == precedes
    }
    assert {pair for pair in pairs if pair[0].startswith("ce-")} <= found
    assert client.get(f"{path}&format=dot").text.startswith("digraph")
    assert client.get(f"{path}&format=mermaid").text.startswith("flowchart")


def test_courses_that_chain_by_entry_conditions(client: FlaskClient) -> None:
    first, second, third = WELDING
    found = answer(client, f"/pathways/{third}/preceding?depth=2")
    assert {first, second} <= nodes(found).keys()
    assert {(first, second), (second, third)} <= set(ends(found))
    [edge] = [edge for edge in found["edges"] if edge["target"] == third]
    assert edge["strength"] == "required"
    assert edge["agreed"] in ("target", "both")
    said = edge["assertions"][0]
    assert said["property"] == "ceterms:entryCondition"
    assert said["document"] == third
    assert (first, second) in ends(answer(client, f"/pathways/{first}/succeeding"))


def test_versions_and_parts_are_no_sequence(client: FlaskClient) -> None:
    old, new = STANDARDS
    assert (old, new) in ends(answer(client, f"/pathways/{old}/versions"))
    found = answer(client, f"/pathways/{old}/neighbourhood")
    assert (old, new) not in ends(found)
    assert nodes(found)[old]["latest"] == new
    assert "replaced" in page(client, f"/pathways/{old}")


def test_a_route_tells_its_steps_and_sums(client: FlaskClient) -> None:
    found = answer(client, f"{BETWEEN}&by=cost&k=2")
    assert found["by"] == "cost"
    assert len(found["routes"]) == 2
    first, second = found["routes"]
    assert first["nodes"][0] == AIDE
    assert first["nodes"][-1] == APN
    assert first["steps"] == len(first["nodes"]) - 1
    known = nodes(found)
    costs = [sum(known[id]["cost"] or 0 for id in one["nodes"][1:]) for one in (first, second)]
    assert costs == sorted(costs)
    assert first["cost"] == {"USD": costs[0]}
    stated = ends(found)
    assert all(pair in stated for pair in zip(first["nodes"], first["nodes"][1:], strict=False))


def test_structure_and_index_of_published_pathways(client: FlaskClient) -> None:
    listed = answer(client, "/pathways?format=json")
    assert listed["cut"] == []
    names = {one["ctid"]: one["name"] for one in listed["pathways"]}
    assert names[LADDER] == "From Caregiver to Nurse Leader"
    assert len(names) == 3
    found = answer(client, f"/pathways/{LADDER}/structure")
    assert found["id"] == LADDER
    assert found["components"]
    assert found["levels"]
    assert all(name in page(client, "/pathways") for name in names.values())
    assert client.get(f"/pathways/{NURSING}/structure").status_code == 404


def test_an_index_that_is_cut_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pathways, "MAX_LISTED_RECORDS", 1)
    [cut] = answer(client, "/pathways?format=json")["cut"]
    assert "/records?type=ceterms:Pathway" in cut["reason"]
    assert cut["reason"] in page(client, "/pathways")


def test_records_are_found_by_words_of_their_names(client: FlaskClient) -> None:
    found = answer(client, "/pathways/search?q=NURSING+applied")["records"]
    assert NURSING in [node["id"] for node in found]
    found = answer(client, "/pathways/search?q=nurs&kind=learning")["records"]
    assert found
    assert {node["family"] for node in found} == {"learning"}
    assert answer(client, "/pathways/search?q=%25%25_x")["records"] == []
    assert "Unknown kind" in client.get("/pathways/search?q=a&kind=diplom").json["detail"]
    assert NURSING in page(client, "/pathways?q=nursing+applied")
    assert "No records match." in page(client, "/pathways?q=zzz")
    assert NURSING in [
        node["id"] for node in answer(client, "/pathways/search?q=nu+NURSING")["records"]
    ]
    assert answer(client, "/pathways/search?q=%22+nursing%00")["records"] == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_leads_to_the_next_page(client: FlaskClient, name: str) -> None:
    path = f"/pathways/{AIDE}/succeeding?limit=3&depth=5&strength=required&strength=advanced"
    found = client.get(f"{path}&format={name}")
    match = re.fullmatch(r'<(/pathways/\S+)>; rel="next"', found.headers["Link"])
    assert match, found.headers["Link"]
    following = client.get(match[1])
    assert following.status_code == 200
    assert following.content_type == found.content_type
    assert following.data != found.data


def test_the_pages_have_all_nodes_and_each_edge_once(client: FlaskClient) -> None:
    path = f"/pathways/{AIDE}/succeeding?depth=5&strength=required&strength=advanced"
    whole = client.get(path)
    assert "Link" not in whole.headers
    assert whole.json["next"] is None
    seen: list[str] = []
    edges: list[tuple[str, str]] = []
    following: str | None = f"{path}&limit=3"
    while following:
        found = client.get(following)
        assert 1 <= len(found.json["nodes"]) <= 3
        seen += [node["id"] for node in found.json["nodes"]]
        edges += ends(found.json)
        match = re.match("<([^>]+)>", found.headers.get("Link", ""))
        following = match[1] if match else None
        assert bool(following) == bool(found.json["next"])
        if following:
            assert urlencode({"cursor": found.json["next"]}) in following
    assert seen == list(nodes(whole.json))
    assert sorted(edges) == sorted(ends(whole.json))
    assert len(edges) == len(set(edges))


@pytest.mark.parametrize("more", ["cursor=1.x", "cursor=nonsense", "limit=1", "cursor=9.z&limit=2"])
def test_the_page_for_people_always_has_its_start(client: FlaskClient, more: str) -> None:
    def main(address: str) -> str:
        return page(client, address).partition("<main")[2]

    assert main(f"/pathways/{NURSING}?{more}") == main(f"/pathways/{NURSING}")


def test_a_page_for_people_that_is_cut_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pathways, "MAX_SHOWN_NODES", 4)
    assert "Only the nearest 4 are on this page." in page(client, f"/pathways/{NURSING}")
