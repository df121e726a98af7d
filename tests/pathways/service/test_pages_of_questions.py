"""Pages for people: their links, their forms, and texts that try to break out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import orjson
from flask.testing import FlaskClient

from ctgraph.ledger.values import Status
from ctgraph.links.components import Operator
from ctgraph.links.model import STRENGTHS, Strength
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.model import Side
from ctgraph.web import create_app
from tests.support.paths import ROOT
from tests.support.pathway_service import (
    AIDE,
    ANSWERS,
    APN,
    BETWEEN,
    BROWSER,
    DIPLOMA,
    LADDER,
    NURSING,
    QUESTIONS,
    RIVERBEND,
    STANDARDS,
    WITHDRAWN,
    answer,
    nodes,
    page,
)
from tests.support.registry import Registry, certificate, ctid_number

WEB = ROOT / "ctgraph" / "web"
EVIL = """</script><script>alert(1)</script>"' onload=alert(2) &amp; <b>"""


def embedded(text: str, id: str) -> Any:
    """Return the value that a page embeds as JSON."""
    found = re.search(rf'id="{id}">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


DATA = ("application/json", "application/ld+json")
"""The types of scripts that no browser runs."""


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
        self._script = tag == "script" and dict(attributes).get("type") not in DATA

    def handle_data(self, text: str) -> None:
        if self._script and text.strip():
            self.scripts.append(text)


def to(number: int, **more: Any) -> dict[str, Any]:
    """Return a condition profile that points at a certificate."""
    target = f"http://localhost:8000/resources/{ctid_number(number)}"
    return {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [target], **more}


def test_a_withdrawn_record_still_answers_and_says_so(client: FlaskClient) -> None:
    for question in ("", *(f"/{question}" for question in QUESTIONS)):
        found = nodes(answer(client, f"/pathways/{WITHDRAWN}{question}"))[WITHDRAWN]
        assert found["status"] == "withdrawn"
        assert found["name"].startswith("Wind Turbine")
    assert "This record has been withdrawn." in page(client, f"/pathways/{WITHDRAWN}")
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


def test_the_pages_of_questions(client: FlaskClient) -> None:
    assert 'name="from"' in page(client, "/pathways/route")
    text = page(client, f"{BETWEEN}&by=duration&k=2")
    assert "Advanced Practice Nurse License" in text
    assert text.partition("<main")[2].count("<ol>") == 2
    assert f"from={AIDE}&amp;to={APN}&amp;by=duration&amp;k=2&amp;format=csv" in text
    assert "No route of up to" in page(client, f"/pathways/route?from={APN}&to={AIDE}")
    assert "No route of up to" in page(client, f"/pathways/route?from={APN}&to={APN}")
    assert 'name="ctids"' in page(client, "/pathways/common")
    text = page(client, f"/pathways/common?ctids={AIDE}+{DIPLOMA}&credentials=true&depth=2")
    assert "Practical Nurse License" in text
    assert " checked>" in text
    assert f"ctids={AIDE}+{DIPLOMA}&amp;credentials=true&amp;depth=2&amp;format=json" in text
    text = page(client, f"/pathways/common?ctids={APN},{AIDE}&depth=1")
    assert "lead to nothing in common within 1 step." in text
    assert 'name="held"' in page(client, "/pathways/check")
    text = page(client, f"/pathways/check?held={AIDE},{DIPLOMA}")
    assert "After Nurse Aide Certificate" in text
    assert "Missing: " in text
    assert "have not been checked" in text
    text = " ".join(page(client, f"/pathways/check?held={STANDARDS[0]}").split())
    assert f'replaced</span> by <a href="/pathways/{STANDARDS[1]}"' in text


def test_pages_have_words_for_whatever_an_answer_says(client: FlaskClient) -> None:
    text = page(client, f"/pathways/{NURSING}")
    words, looks = embedded(text, "words"), embedded(text, "looks")
    assert words["nested"].keys() == {*Operator}
    assert looks["strengths"].keys() == {*Strength}
    assert looks["sides"].keys() == {*Side}
    assert looks["families"].keys() == {*FAMILIES}
    assert looks["statuses"].keys() == {*Status}


def test_the_lines_of_the_legend_are_those_that_the_scripts_draw(client: FlaskClient) -> None:
    text = page(client, f"/pathways/{NURSING}")
    legend = re.search(r'<fieldset id="strengths">(.*?)</fieldset>', text, re.DOTALL)
    assert legend
    rows = re.findall(
        r'value="([a-z]+)".*?stroke-width="(.*?)" stroke-dasharray="(.*?)".*?</svg>\s+(.*?)<',
        legend[1],
        re.DOTALL,
    )
    looks = embedded(text, "looks")["strengths"]
    assert rows == [
        (code, str(look["width"]), " ".join(map(str, look["dashes"])), look["caption"])
        for code, look in ((code, looks[code]) for code in STRENGTHS)
    ]


def test_each_label_of_the_build_page_is_used_by_it(client: FlaskClient) -> None:
    files = [*(WEB / "static" / "pathways").glob("*.js"), WEB / "templates/pathways/build.html"]
    used = re.findall(r"\blabels\.(?!js)(\w+)", "".join(path.read_text("utf-8") for path in files))
    assert embedded(page(client, "/pathways/build"), "labels").keys() == {*used}


def test_links_on_the_pages_lead_somewhere(client: FlaskClient) -> None:
    for path in (
        "/pathways",
        f"{BETWEEN}&by=cost",
        f"/pathways/common?ctids={AIDE},{DIPLOMA}",
        f"/pathways/check?held={NURSING}",
        f"/pathways/{LADDER}",
    ):
        links = re.findall('href="(/[^"#]*)', page(client, path))
        for link in set(links) - {"/pathways/build", "/account"}:
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
    assert EVIL in [node["name"] for node in embedded(text, "graph")["nodes"]]
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
