"""Parameters of questions: what they narrow, and what is told when they cannot be used."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st

from ctgraph.links.model import STRENGTHS
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.formats import FORMATS
from tests.support.pathway_service import (
    AIDE,
    APN,
    BETWEEN,
    BROWSER,
    LADDER,
    NURSING,
    QUESTIONS,
    RIVERBEND,
    SEVERAL,
    STANDARDS,
    WELDING,
    answer,
    nodes,
    page,
)
from tests.support.registry import ctid_number


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
        ("kind=diplom", "Use one of credential, learning"),
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
    found = client.get(path, headers={"Accept": "application/json"})
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
        query = "format=json" if tail == "/structure" else "depth=1&format=json"
        found = client.get(f"/pathways/{LADDER.upper()}{tail}?{query}")
        assert found.status_code == 301
        assert found.location == f"/pathways/{LADDER}{tail}?{query}"
    assert client.get(f"/pathways/{LADDER.upper()}").location == f"/pathways/{LADDER}"
    assert answer(client, f"/pathways/route?from={AIDE.upper()}&to={APN}")["start"] == [AIDE, APN]
