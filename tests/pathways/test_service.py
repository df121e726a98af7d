"""Pathways as they are served: every question, format and parameter, pages, and what goes wrong."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import orjson
import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ctgraph.bulk.load import load
from ctgraph.cli import main
from ctgraph.documents import parse
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.links.model import STRENGTHS
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.formats import FORMATS
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from ctgraph.web.pathways import views as pathways
from tests.support.paths import DATA, ROOT
from tests.support.registry import Registry, certificate, ctid_number

pytestmark = pytest.mark.xdist_group("pathway-service")
AIDE = "ce-469f309a-709e-4f57-af8d-7ebacc94325c"
DIPLOMA = "ce-569f360a-dab2-4f6b-818f-0c7ce88f20cf"
NURSING = "ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc"
RN = "ce-4d67fb30-d403-4eef-a41b-5cd134c91bd1"
APN = "ce-006919ff-8500-4565-b9f9-708215e06e89"
RIVERBEND = "ce-b55816f6-d78a-428d-b56c-a45a544dd0be"
WELDING = (
    "ce-7ccd361a-2ae0-4b24-9f85-c7e2a113dee6",
    "ce-a469c792-d9d6-4bc6-b6e7-2a9de7f75ed2",
    "ce-468a4346-83ad-469d-9c64-ff96ce7f227f",
)
WITHDRAWN = "ce-442ea66f-ea9e-4dd4-b82d-45f996a6c04f"
LADDER = "ce-fdb3f7fe-4446-4d77-a77c-6d000716d259"
STANDARDS = ("ce-a618245c-2ce1-4697-9cd5-fa3b24d8f722", "ce-27153959-ce56-445b-bf14-0d3f31e8f6da")
SEVERAL = (AIDE, DIPLOMA, NURSING, RN, APN, *WELDING, LADDER, *STANDARDS)
QUESTIONS = ("preceding", "succeeding", "neighbourhood", "stack", "versions")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
BETWEEN = f"/pathways/route?from={AIDE}&to={APN}"
ANSWERS = (
    *(f"/pathways/{NURSING}/{question}?" for question in QUESTIONS),
    f"/pathways/{NURSING}?",
    f"{BETWEEN}&",
    f"/pathways/common?ctids={AIDE},{DIPLOMA}&",
)
EVIL = """</script><script>alert(1)</script>"' onload=alert(2) &amp; <b>"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with the sample data."""
    settings = load_settings(home=tmp_path_factory.mktemp("pathways") / "home")
    ledger = Ledger.initialise(settings)
    load(settings, ledger, [DATA], None, io.StringIO(), lambda done: None)
    organization = ledger.organizations.get(RIVERBEND)
    registry = Registry(settings, ledger, organization, ledger.organizations.add_key(RIVERBEND))
    registry.project()
    return registry


@pytest.fixture(scope="module")
def client(sample: Registry) -> FlaskClient:
    return create_app(sample.settings).test_client()


@pytest.fixture
def keep(registry: Registry) -> Callable[..., FlaskClient]:
    """Return a function that keeps documents, whatever their minimum data, in a small registry."""

    def kept(*documents: dict[str, Any]) -> FlaskClient:
        for document in documents:
            parsed = parse(orjson.dumps(document), registry.settings)
            submission = Submission(registry.organization, parsed.ctid, parsed)
            append(registry.ledger, [submission], "test")
        registry.project()
        return create_app(registry.settings).test_client()

    return kept


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """Return what a browser is shown."""
    answer = client.get(path, headers={"Accept": BROWSER}, follow_redirects=True)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "text/html"
    return answer.text


def answer(client: FlaskClient, path: str) -> Any:
    found = client.get(path)
    assert found.status_code == 200, found.text
    return found.json


def nodes(found: Any) -> dict[str, Any]:
    return {node["id"]: node for node in found["nodes"]}


def ends(found: Any) -> list[tuple[str, str]]:
    return [(edge["source"], edge["target"]) for edge in found["edges"]]


class Elements(HTMLParser):
    """The tags and attributes of a page, and the texts of the scripts that stand in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= dict(attributes).keys()
        self._script = tag == "script" and ("type", "application/json") not in attributes

    def handle_data(self, text: str) -> None:
        if self._script and text.strip():
            self.scripts.append(text)


def to(number: int, **more: Any) -> dict[str, Any]:
    """Return a condition profile that points at a certificate."""
    target = f"http://localhost:8000/resources/{ctid_number(number)}"
    return {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [target], **more}


# Questions and formats


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
    listed = answer(client, "/pathways")
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
    [cut] = answer(client, "/pathways")["cut"]
    assert "/records?type=ceterms:Pathway" in cut["reason"]
    assert cut["reason"] in page(client, "/pathways")


def test_records_are_found_by_words_of_their_names(client: FlaskClient) -> None:
    found = answer(client, "/pathways/search?q=NURSING+applied")["records"]
    assert NURSING in [node["id"] for node in found]
    found = answer(client, "/pathways/search?q=nurs&kind=learning")["records"]
    assert found
    assert {node["family"] for node in found} == {"learning"}
    assert answer(client, "/pathways/search?q=%25%25_x")["records"] == []
    assert "Unknown kind" in client.get("/pathways/search?q=a&kind=degree").json["detail"]
    assert NURSING in page(client, "/pathways?q=nursing+applied")
    assert "There is none." in page(client, "/pathways?q=zzz")


# Pages of an answer


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
    assert page(client, f"/pathways/{NURSING}?{more}") == page(client, f"/pathways/{NURSING}")


def test_a_page_for_people_that_is_cut_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pathways, "MAX_SHOWN_NODES", 4)
    assert "Only the nearest 4 are on this page." in page(client, f"/pathways/{NURSING}")


# Parameters


def test_parameters_narrow_an_answer(client: FlaskClient) -> None:
    path = f"/pathways/{NURSING}/preceding"
    near, far = (nodes(answer(client, f"{path}?depth={depth}")) for depth in (1, 3))
    assert near.keys() < far.keys()
    required = answer(client, f"{path}?strength=required")
    assert {edge["strength"] for edge in required["edges"]} == {"required"}
    both = answer(client, f"{path}?strength=required,advanced")
    assert {edge["strength"] for edge in both["edges"]} == {"required", "advanced"}
    assert both == answer(client, f"{path}?strength=advanced&strength=required")
    credentials = answer(client, f"{path}?credentials=true")
    assert {node["family"] for node in credentials["nodes"]} == {"credential"}
    assert credentials == answer(client, f"{path}?kind=credential")
    passed = answer(client, f"/pathways/{WELDING[0]}/succeeding?credentials=true&depth=1")
    [edge] = [edge for edge in passed["edges"] if edge["target"] == STANDARDS[1]]
    assert edge["through"] == list(WELDING[1:])
    assert not nodes(passed).keys() & set(WELDING[1:])
    assert answer(client, f"{path}?credentials=no") == answer(client, path)
    here = answer(client, f"{path}?provider={RIVERBEND.upper()}")
    owners = {node["owner"] for node in here["nodes"] if node["status"] != "external"}
    assert owners == {RIVERBEND}
    assert len(here["nodes"]) > 2
    assert len(answer(client, f"{path}?limit=2")["nodes"]) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("depth=0", "Invalid depth=0. Use a number from 1 to 10"),
        ("depth=11", "from 1 to 10"),
        ("depth=-1", "Invalid depth='-1'. Use a number such as 3"),
        ("depth=two", "Use a number such as"),
        ("depth=%D9%A3", "Use a number such as"),
        ("depth=%C2%B2", "Use a number such as"),
        ("depth=1.5", "Use a number such as"),
        ("depth=" + "9" * 5000, "depth='99999"),
        ("limit=0", "Invalid limit=0. Use a number from 1 to 1000"),
        ("limit=1001", "from 1 to 1000"),
        ("limit=%00", "limit='\\x00'"),
        ("strength=strong", "Use one of required, advanced"),
        ("strength=%00", "Unknown stren"),
        ("strength=required,strong", "'strong'"),
        ("kind=degree", "Use one of credential, learning"),
        ("provider=Riverbend", "'Riverbend' is not a CTID"),
        ("provider=%00", "not a CTID"),
        ("credentials=maybe", "Invalid credentials='maybe'. Use true or false"),
        ("cursor=zzz", "Use the value of 'next'"),
        ("cursor=.", "Use the value of 'next'"),
    ],
)
@pytest.mark.parametrize("question", ["preceding", "stack"])
def test_bad_parameters_are_told(
    client: FlaskClient, question: str, given: str, words: str
) -> None:
    found = client.get(f"/pathways/{NURSING}/{question}?{given}")
    assert found.status_code == 400
    assert found.mimetype == "application/problem+json"
    assert words in found.json["detail"]
    assert found.json["errors"] == [found.json["detail"]]
    if "cursor" not in given:
        assert (
            "Unusable parameter" in (text := page(client, f"/pathways/{NURSING}?{given}", 400))
            or "Malformed CTID" in text
        )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/pathways/route", "?from=CTID&to=CTID"),
        (f"/pathways/route?from={AIDE}", "both ends"),
        (f"{BETWEEN}&by=luck", "steps, strength, cost, duration"),
        (f"{BETWEEN}&k=0", "k=0"),
        (f"{BETWEEN}&k=11", "from 1 to 10"),
        (f"/pathways/route?from=x&to={APN}", "'x' is not a"),
        ("/pathways/common", "?ctids=CTID,CTID"),
        (f"/pathways/common?ctids={AIDE}", "from 2 to"),
        (f"/pathways/common?ctids={AIDE},{AIDE}", "from 2 to 10 different"),
        (f"/pathways/common?ctids={','.join(SEVERAL)}", "from 2 to 10"),
        ("/pathways/check", "?held=CTID,CTID"),
        ("/pathways/check?held=x", "'x' is not a CTID"),
        ("/pathways/check?held=" + ",".join(map(ctid_number, range(201))), "from 1 to 200"),
    ],
)
def test_a_question_that_lacks_something_is_told(
    client: FlaskClient, path: str, words: str
) -> None:
    found = client.get(path)
    assert found.status_code == 400
    assert words in found.json["detail"]


ODD = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [
        "\0",
        "-0",
        "+1",
        "٣",
        "1e9",
        "NaN",
        "9" * 5000,
        "'",
        "%",
        "../..",
        AIDE.upper(),
        RIVERBEND,
        "1.",
        "-1.-",
        "-9999.",
        "0." + "z" * 3000,
        "true",
        *STRENGTHS,
        *FAMILIES,
        *FORMATS,
        "html",
    ]
)
NAMES = (
    "depth",
    "strength",
    "kind",
    "provider",
    "limit",
    "cursor",
    "credentials",
    "format",
    "from",
    "to",
    "k",
    "by",
    "ctids",
    "held",
    "q",
    "",
)
PATHS = (
    "/pathways",
    "/pathways/search",
    "/pathways/route",
    "/pathways/common",
    "/pathways/check",
    *(f"/pathways/{NURSING}{tail}" for tail in ("", "/structure")),
    f"/links/{NURSING}",
    *(f"/pathways/{NURSING}/{question}" for question in QUESTIONS),
)


@fuzzing(max_examples=300)
@given(
    path=st.sampled_from(PATHS) | ODD.map(lambda text: "/pathways/" + quote(text, safe="")),
    parameters=st.lists(st.tuples(st.sampled_from(NAMES), ODD), max_size=6),
    accept=st.sampled_from(["*/*", BROWSER, "text/csv"]),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
)
def test_no_request_is_a_failure_of_ours(
    client: FlaskClient, path: str, parameters: list[tuple[str, str]], accept: str, method: str
) -> None:
    query = urlencode(parameters)
    found = client.open(f"{path}?{query}", method=method, headers={"Accept": accept})
    assert found.status_code in (200, 301, 303, 400, 404, 405, 406), (path, query, found.text)
    if found.status_code >= 400 and method != "HEAD":
        assert found.mimetype == ("text/html" if accept == BROWSER else "application/problem+json")


def test_bytes_that_are_no_text_do_no_harm(client: FlaskClient) -> None:
    for path in PATHS:
        for accept in (BROWSER, "*/*"):
            found = client.get(f"{path}?kind=%ff&x=%fe&q=%c3", headers={"Accept": accept})
            assert found.status_code in (200, 303, 400, 404), found.text
    assert client.get("/pathways/%ff%fe").status_code == 400


# Addresses


def test_records_that_are_not_here(client: FlaskClient) -> None:
    unknown = ctid_number(7)
    paths = [
        f"/pathways/{unknown}",
        f"/pathways/{unknown}/structure",
        f"/links/{unknown}",
        *(f"/pathways/{unknown}/{question}" for question in QUESTIONS),
        f"/pathways/route?from={AIDE}&to={unknown}",
        f"/pathways/check?held={unknown}",
        f"/pathways/common?ctids={AIDE},{unknown}",
    ]
    for path in paths:
        found = client.get(path)
        assert found.status_code == 404, path
        assert unknown in found.json["detail"], path
        assert unknown in page(client, path, 404)


def test_what_is_no_ctid_is_told_and_upper_case_is_redirected(client: FlaskClient) -> None:
    for tail in ("", *(f"/{question}" for question in (*QUESTIONS, "structure"))):
        assert "'nonsense' is not a CTID" in client.get(f"/pathways/nonsense{tail}").json["detail"]
        found = client.get(f"/pathways/{LADDER.upper()}{tail}?depth=1&format=json")
        assert found.status_code == 301
        assert found.location == f"/pathways/{LADDER}{tail}?depth=1&format=json"
    assert client.get(f"/pathways/{LADDER.upper()}").location == f"/pathways/{LADDER}"
    assert answer(client, f"/pathways/route?from={AIDE.upper()}&to={APN}")["start"] == [AIDE, APN]


def test_a_withdrawn_record_still_answers_and_says_so(client: FlaskClient) -> None:
    for question in ("", *(f"/{question}" for question in QUESTIONS)):
        found = nodes(answer(client, f"/pathways/{WITHDRAWN}{question}"))[WITHDRAWN]
        assert found["status"] == "withdrawn"
        assert found["name"].startswith("Wind Turbine")
    assert "It has been withdrawn." in page(client, f"/pathways/{WITHDRAWN}")
    assert "withdrawn" in page(client, f"/pathways/check?held={WITHDRAWN}")
    assert client.get(f"/links/{WITHDRAWN}").status_code == 410
    assert client.get(f"/pathways/{WITHDRAWN}/structure").status_code == 410


def test_what_is_not_in_the_index_yet(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    early = client.get(f"/pathways/{ctid_number(1)}")
    assert early.status_code == 503
    assert early.headers["Retry-After"]
    registry.project()
    published = client.post(
        registry.documents_url, data=orjson.dumps(certificate(1)), headers=registry.authorization
    )
    assert published.status_code == 201
    [node] = answer(client, f"/pathways/{ctid_number(1)}/succeeding")["nodes"]
    assert (node["status"], node["name"]) == ("current", "Certificate 1")
    assert "Certificate 1" in page(client, f"/pathways/{ctid_number(1)}")


def test_browsers_get_pages_and_programs_get_data(client: FlaskClient) -> None:
    for path in ("/pathways?", "/pathways/check?", *ANSWERS):
        shown = client.get(path, headers={"Accept": BROWSER})
        assert shown.status_code in (200, 303)
        assert "Accept" in shown.vary
        refused = client.get(path, headers={"Accept": "image/png"})
        assert refused.status_code == 406
        assert "application/json" in refused.json["available"]
        assert client.get(f"{path}format=pdf").status_code == 406
    found = client.get(f"/pathways/{NURSING}/preceding?depth=1", headers={"Accept": BROWSER})
    assert found.status_code == 303
    assert found.location == f"/pathways/{NURSING}?depth=1"
    found = client.get(f"/pathways/{LADDER}/structure", headers={"Accept": BROWSER})
    assert found.status_code == 303
    assert found.location == f"/pathways/{LADDER}"


def test_scripts_of_other_sites_may_ask(client: FlaskClient) -> None:
    found = client.options("/pathways/check")
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(found.headers["Allow"].split(", "))
    assert "Content-Type" in found.headers["Access-Control-Allow-Headers"]
    assert "Link" in client.get(f"/pathways/{NURSING}").headers["Access-Control-Expose-Headers"]
    refused = client.post(f"/pathways/{NURSING}")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


# Pages


def test_the_pages_of_questions(client: FlaskClient) -> None:
    assert 'name="from"' in page(client, "/pathways/route")
    text = page(client, f"{BETWEEN}&by=duration&k=2")
    assert "Advanced Practice Nurse License" in text
    assert text.count("<ol>") == 2
    assert f"from={AIDE}&amp;to={APN}&amp;by=duration&amp;k=2&amp;format=csv" in text
    assert "There is no route" in page(client, f"/pathways/route?from={APN}&to={AIDE}")
    assert "There is no route" in page(client, f"/pathways/route?from={APN}&to={APN}")
    assert 'name="ctids"' in page(client, "/pathways/common")
    text = page(client, f"/pathways/common?ctids={AIDE}+{DIPLOMA}&credentials=true&depth=2")
    assert "Practical Nurse License" in text
    assert " checked>" in text
    assert f"ctids={AIDE}+{DIPLOMA}&amp;credentials=true&amp;depth=2&amp;format=json" in text
    text = page(client, f"/pathways/common?ctids={APN},{AIDE}&depth=1")
    assert "lead to within 1 step." in text
    assert 'name="held"' in page(client, "/pathways/check")
    text = page(client, f"/pathways/check?held={AIDE},{DIPLOMA}")
    assert "After Nurse Aide Certificate" in text
    assert "Missing: " in text
    assert "nobody has checked" in text
    assert f'replaced</span> by <a href="/pathways/{STANDARDS[1]}"' in page(
        client, f"/pathways/check?held={STANDARDS[0]}"
    )


def test_links_on_the_pages_lead_somewhere(client: FlaskClient) -> None:
    for path in (
        "/pathways",
        f"{BETWEEN}&by=cost",
        f"/pathways/common?ctids={AIDE},{DIPLOMA}",
        f"/pathways/check?held={NURSING}",
        f"/pathways/{LADDER}",
    ):
        links = re.findall('href="(/[^"#]*)', page(client, path))
        for link in set(links) - {"/pathways/build"}:
            found = client.get(link.replace("&amp;", "&"), headers={"Accept": BROWSER})
            assert found.status_code == 200, (path, link)


def test_the_form_of_a_page_shows_what_was_asked(client: FlaskClient) -> None:
    text = page(client, f"/pathways/{NURSING}?credentials=1&depth=3&provider={RIVERBEND.upper()}")
    assert re.search('name="credentials" value="true" checked', text)
    assert f'value="{RIVERBEND}" selected' in text
    assert 'value="3"' in text
    assert f"depth=3&amp;provider={RIVERBEND}&amp;credentials=true" in text


def test_names_cannot_break_out_of_a_page(keep: Callable[..., FlaskClient]) -> None:
    words = {"ceterms:name": {"en": EVIL}, "ceterms:description": {"en": EVIL}}
    elsewhere = {
        "@type": "ceterms:Certificate",
        **words,
        "ceterms:subjectWebpage": "javascript:alert(3)",
    }
    nowhere = to(77, **words)
    client = keep(
        certificate(
            1,
            **words,
            **{
                "ceterms:requires": [
                    to(2, **words),
                    nowhere,
                    {**nowhere, "ceterms:targetCredential": [elsewhere]},
                ]
            },
        ),
        certificate(2, **words),
        certificate(3, **words, **{"ceterms:requires": [to(1), to(2)]}),
    )
    a, b, c = map(ctid_number, (1, 2, 3))
    for path in (
        f"/pathways/{a}",
        f"/pathways/{b}",
        f"/pathways/route?from={b}&to={a}",
        f"/pathways/common?ctids={a},{b}",
        f"/pathways/check?held={b}",
        f"/pathways/check?held={a}",
        "/pathways?q=script",
        f"/pathways/route?from={quote(EVIL)}&to=",
        f"/pathways/{a}?kind={quote(EVIL)}",
        f"/pathways/route?from={c}&to={quote(EVIL)}&by={quote(EVIL)}",
        f"/pathways/common?ctids={quote(EVIL)}",
        f"/pathways/check?held={quote(EVIL)}",
        f"/pathways?q={quote(EVIL)}",
    ):
        elements = Elements(client.get(path, headers={"Accept": BROWSER}).text)
        assert "b" not in elements.tags, path
        assert "onload" not in elements.attributes, path
        assert elements.scripts == []
    assert "javascript:" not in page(client, f"/pathways/check?held={b}")
    text = page(client, f"/pathways/{a}")
    embedded = re.search('id="graph">(.*?)</script>', text, re.DOTALL)
    assert embedded
    assert EVIL in [node["name"] for node in json.loads(embedded[1])["nodes"]]
    policy = client.get("/pathways/route?format=html").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy


def test_what_is_not_here_is_named_without_a_dead_link(keep: Callable[..., FlaskClient]) -> None:
    needs = {"ceterms:requires": [to(77)], "ceterms:preparationFrom": [to(2)]}
    client = keep(certificate(1, **needs), certificate(2))
    found = nodes(answer(client, f"/pathways/{ctid_number(1)}/preceding"))
    assert found[ctid_number(77)]["status"] == "unknown"
    text = page(client, f"/pathways/check?held={ctid_number(2)}")
    assert "not in this registry" in text
    assert f"/pathways/{ctid_number(77)}" not in text


def test_absurd_costs_and_durations_are_shown(keep: Callable[..., FlaskClient]) -> None:
    length = {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": f"P{'9' * 400}Y"}
    price = {"@type": "ceterms:CostProfile", "ceterms:price": 1e300, "ceterms:currency": "USD"}
    client = keep(
        certificate(1),
        certificate(
            2,
            **{
                "ceterms:requires": [to(1)],
                "ceterms:estimatedDuration": [length],
                "ceterms:estimatedCost": [price],
            },
        ),
    )
    for by in ("steps", "cost", "duration"):
        path = f"/pathways/route?from={ctid_number(1)}&to={ctid_number(2)}&by={by}"
        assert len(answer(client, path)["routes"]) == 1
        assert "1 step " in page(client, path)


# What is open to somebody


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"held": [AIDE, DIPLOMA]}},
        {"data": {"held": f"{AIDE}, {DIPLOMA}"}},
        {"json": {"held": [AIDE, DIPLOMA]}},
        {"json": [AIDE, DIPLOMA, AIDE]},
        {"data": json.dumps([AIDE, DIPLOMA]), "content_type": "application/ld+json"},
        {"query_string": {"held": f"{AIDE},{DIPLOMA}"}},
    ],
)
def test_what_is_held_comes_in_any_form(client: FlaskClient, body: dict[str, Any]) -> None:
    found = client.post("/pathways/check", **body)
    assert found.status_code == 200, found.text
    assert found.json == answer(client, f"/pathways/check?held={AIDE}&held={DIPLOMA}")
    assert [one["name"] for one in found.json["open"]] == ["Registered Nurse Aide"]
    assert found.json["oneStepAway"][0]["missing"][0]["anyOf"]
    asked = {"Content-Type": "application/json"}
    assert client.get(f"/pathways/check?held={AIDE}", headers=asked).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"null",
        b"3",
        b'"x"',
        b"{}",
        b'{"held": null}',
        b'{"held": "ce-1"}',
        b'{"held": [1]}',
        b'{"held": [["x"]]}',
        b'{"held": {}}',
        b"[null]",
        b"\xff",
        b"[" * 100_000,
        b'{"other": ["x"]}',
        b"[NaN]",
    ],
)
def test_json_that_does_not_name_records_is_told_how(client: FlaskClient, body: bytes) -> None:
    found = client.post("/pathways/check", data=body, content_type="application/json")
    assert found.status_code == 400
    assert '{"held": ["ce-…", …]}' in found.json["detail"]


def test_other_bodies_are_told_too(client: FlaskClient, sample: Registry) -> None:
    for body in (b'["ce-"]', b'["\\u0000"]', b'{"held": [""]}'):
        found = client.post("/pathways/check", data=body, content_type="application/json")
        assert found.status_code == 400
        assert "is not a CTID" in found.json["detail"]
    found = client.post("/pathways/check", data=AIDE, content_type="text/plain")
    assert found.status_code == 400
    assert "?held=CTID" in found.json["detail"]
    assert client.post("/pathways/check", json=[]).status_code == 400
    large = b'["' + b"x" * (sample.settings.max_document_bytes + 1_000_001) + b'"]'
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        assert client.post("/pathways/check", data=large, content_type=kind).status_code == 413


# The links of a document


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld"])
@pytest.mark.parametrize("record", [NURSING, RN, LADDER, STANDARDS[0], RIVERBEND])
def test_links_are_what_the_named_graph_says(client: FlaskClient, record: str, name: str) -> None:
    found = client.get(f"/links/{record}?format={name}")
    assert found.status_code == 200
    assert "Accept" in found.vary
    format = ox.RdfFormat.from_media_type(str(found.mimetype))
    graph = f"GRAPH <http://localhost:8000/links/{record}>"
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ {graph} {{ ?s ?p ?o }} }}"
    asked = client.get("/sparql", query_string={"query": query, "format": "ntriples"})
    assert triples(found, format) == triples(asked, ox.RdfFormat.N_TRIPLES)
    assert bool(triples(found, format)) == (record != RIVERBEND)


def triples(found: TestResponse, format: ox.RdfFormat | None) -> set[str]:
    assert format
    quads = ox.parse(found.data, format=format)
    dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def test_links_have_one_address_a_document(client: FlaskClient) -> None:
    component = answer(client, f"/pathways/{LADDER}/structure")["components"][0]["id"]
    for other in (component, LADDER.upper(), component.upper()):
        found = client.get(f"/links/{other}?format=turtle")
        assert (found.status_code, found.location) == (301, f"/links/{LADDER}?format=turtle")
    found = client.get(f"/links/{LADDER}", headers={"Accept": BROWSER})
    assert (found.status_code, found.location) == (303, f"/pathways/{LADDER}")
    assert "Accept" in found.vary
    assert client.get(f"/links/{LADDER}", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/links/nonsense").status_code == 400


# The description of the interface

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def misfits(value: Any, schema: Any, description: Any, at: str = "") -> Iterator[str]:
    """Yield the places where a value is not what the description says of it."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, JSON_TYPES[kind]) for kind in kinds):
        yield f"{at}: {value!r} is none of {kinds}"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is not described"
    if "oneOf" in schema:
        found = [list(misfits(value, one, description, at)) for one in schema["oneOf"]]
        yield from () if [] in found else found[-1]
    if isinstance(value, list):
        for item in value:
            yield from misfits(item, schema["items"], description, f"{at}/*")
    if isinstance(value, dict) and "properties" in schema:
        if value.keys() != schema["properties"].keys() or value.keys() != {*schema["required"]}:
            yield f"{at}: {sorted(value.keys() ^ schema['properties'].keys())}"
        for name, item in value.items():
            yield from misfits(item, schema["properties"][name], description, f"{at}/{name}")


def test_answers_are_what_is_described(client: FlaskClient) -> None:
    """Every address is asked with the examples of its description."""
    description = answer(client, "/openapi.json")
    asked = 0
    for path, methods in description["paths"].items():
        if not path.startswith(("/pathways", "/links")) or path == "/pathways/build":
            continue
        query = []
        for one in methods["get"].get("parameters", []):
            if "$ref" in one:
                one = description["components"]["parameters"][one["$ref"].rpartition("/")[2]]
            example = one.get("example")
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", example)
            elif example:
                text = ",".join(example) if isinstance(example, list) else example
                query.append((one["name"], text))
        found = client.get(f"{path}?{urlencode(query)}")
        assert found.status_code == 200, (path, found.text)
        told = methods["get"]["responses"]["200"]
        if "$ref" in told:
            told = description["components"]["responses"][told["$ref"].rpartition("/")[2]]
        assert found.mimetype in told["content"]
        if found.mimetype == "application/json":
            schema = told["content"]["application/json"]["schema"]
            assert list(misfits(found.json, schema, description)) == [], path
            asked += 1
    assert asked == 8


def test_ranges_and_defaults_are_what_is_described(client: FlaskClient) -> None:
    description = answer(client, "/openapi.json")
    known = description["components"]["parameters"]
    assert known["strength"]["schema"]["items"]["enum"] == list(STRENGTHS)
    assert known["kind"]["schema"]["items"]["enum"] == list(FAMILIES)
    assert known["graphFormat"]["schema"]["enum"] == [*FORMATS, "html"]
    path = f"/pathways/{NURSING}/preceding"
    for name in ("depth", "limit"):
        schema = known[name]["schema"]
        assert answer(client, f"{path}?{name}={schema['default']}") == answer(client, path)
        for number in (schema["minimum"], schema["maximum"]):
            assert client.get(f"{path}?{name}={number}").status_code == 200
        for number in (schema["minimum"] - 1, schema["maximum"] + 1):
            assert client.get(f"{path}?{name}={number}").status_code == 400


def test_the_guide_tells_what_works(
    client: FlaskClient, sample: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    section = (ROOT / "docs" / "pathways.md").read_text("utf-8")
    variables = dict(re.findall(r"^(\w+)=(\S+)", section, re.MULTILINE))
    expanded = re.sub(r"\$(\w+)", lambda name: variables.get(name[1], name[0]), section)
    asked = re.findall(
        r"^curl .*localhost:8000(/(?:pathways|links)[^\s\"]+)", expanded, re.MULTILINE
    )
    assert len(asked) > 10
    for address in set(asked) - {"/pathways/check"}:  # which is sent with a body
        found = client.get(address)
        assert found.status_code == 200, address
        assert b'"edges":[]' not in found.data, address
    shown = re.findall(r"http://localhost:8000(/pathways[\w/-]*)", section)
    assert len(shown) > 4
    for address in shown:
        page(client, address)
    query = re.search(r"'query=\s*(SELECT.*?)'", section, re.DOTALL)
    assert query
    answered = client.get("/sparql", query_string={"query": query[1], "format": "csv"})
    assert {RN, APN} <= {line[-39:] for line in answered.text.split()}
    program = section.partition("```python\n")[2].partition("```")[0]
    exec(program.replace('"home"', repr(str(sample.settings.home))), {})
    assert "1 Diploma in Practical Nursing Riverbend Community College" in capsys.readouterr().out


# The command line


@pytest.fixture
def cli(sample: Registry) -> Callable[..., Result]:
    def run(*arguments: object) -> Result:
        environment = {"CTGRAPH_HOME": str(sample.settings.home)}
        return CliRunner().invoke(main, ["pathways", *map(str, arguments)], env=environment)

    return run


def test_the_command_line_draws_trees(cli: Callable[..., Result]) -> None:
    lines = cli("succeeding", AIDE, "--depth", 2).stdout.splitlines()
    assert lines[0].startswith("Nurse Aide Certificate, Riverbend")
    assert lines[0].endswith(AIDE)
    assert any(re.search(f"── advanced: Diploma in .* {DIPLOMA}$", line) for line in lines)
    assert sum("Associate of Applied Science in Nursing" in line for line in lines) == 1
    assert "one of several" in cli("preceding", RN).stdout
    assert "as above" in cli("succeeding", AIDE).stdout
    assert "(withdrawn)" in cli("preceding", WITHDRAWN).stdout
    found = cli("route", AIDE, APN, "--by", "cost", "--routes", 2)
    assert found.stdout.count("Route ") == 2
    assert "Route 1: 4 steps, " in found.stdout
    assert "Route 1: 1 step," in cli("route", AIDE, DIPLOMA, "--routes", 1).stdout


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_line_says_what_the_service_says(
    cli: Callable[..., Result], client: FlaskClient, name: str
) -> None:
    given = (
        "--depth",
        2,
        "--strength",
        "required",
        "--strength",
        "advanced",
        "--kind",
        "credential",
        "--provider",
        RIVERBEND.upper(),
        "--format",
        name,
    )
    path = f"depth=2&strength=required,advanced&kind=credential&provider={RIVERBEND}&format={name}"
    for question in ("preceding", "succeeding"):
        served = client.get(f"/pathways/{NURSING}/{question}?{path}&limit=1000")
        assert cli(question, NURSING, *given).stdout_bytes.strip() == served.data.strip()
    if name != "json":  # served, it has the routes as well
        served = client.get(f"{BETWEEN}&k=2&by=strength&format={name}")
        found = cli("route", AIDE, APN, "--routes", 2, "--by", "strength", "--format", name)
        assert found.stdout_bytes.strip() == served.data.strip()
    assert not cli("preceding", NURSING, "--format", name).stdout.endswith("\n\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["preceding", "nonsense"], 2, "is not a CTID"),
        (["preceding", ctid_number(7)], 1, "There is no record"),
        (["preceding", NURSING, "--depth", 11], 2, "1<=x<=10"),
        (["preceding", NURSING, "--strength", "strong"], 2, "required"),
        (["preceding", NURSING, "--kind", "degree"], 2, "credential"),
        (["preceding", NURSING, "--provider", "Riverbend"], 2, "is not a CTID"),
        (["preceding", NURSING, "--format", "pdf"], 2, "graphml"),
        (["route", AIDE, APN, "--routes", 0], 2, "1<=x<=10"),
        (["route", AIDE, APN, "--by", "luck"], 2, "duration"),
        (["route", APN, AIDE], 1, "There is no route"),
        (["route", APN, AIDE, "--format", "csv"], 1, "There is no route"),
        (["route", AIDE], 2, "Missing argument"),
    ],
)
def test_wrong_use_of_the_command_line_is_told(
    cli: Callable[..., Result], arguments: list[object], code: int, words: str
) -> None:
    found = cli(*arguments)
    assert found.exit_code == code
    assert words in found.stderr
    assert "Traceback" not in found.output


def test_the_command_line_tells_what_it_leaves_out(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["ctgraph.cli.pathways"], "MAX_PAGE_NODES", 3)
    for name in ("tree", "csv"):
        found = cli("succeeding", AIDE, "--format", name)
        assert found.exit_code == 0
        assert "Only the nearest 3 are shown." in found.stderr
