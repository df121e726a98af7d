"""What a request says of hosts, dates and formats gains nothing; every page has a strict policy."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ctgraph.ledger import Ledger
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.routes import addresses

RECORD = ctid_number(1)
EVIL = "evil.example"


@pytest.fixture
def app(registry: Registry) -> Flask:
    """The application over a registry with one record, in two versions, and a withdrawn one."""
    app = create_app(registry.settings)
    client = app.test_client()
    for number, text in ((1, "one"), (1, "two"), (2, "gone")):
        document = certificate(number, **{"ceterms:keyword": {"en": text}})
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201
    client.delete(f"/resources/documents/{ctid_number(2)}", headers=registry.authorization)
    registry.project()
    return app


def paths(app: Flask) -> Iterator[str]:
    """Yield an address for each route, and odd ones that are redirected or wrong."""
    for _, path in addresses(app):
        yield path
        yield f"/{path}"
        yield f"{path}/"
        yield path.replace("/", "//")
        yield path.replace(RECORD, RECORD.upper())
    yield from (
        f"/resources/{ctid_number(2)}",
        f"/resources/{ctid_number(9)}",
        "/nowhere",
        "/records?owner=x",
        f"/pathways/route?from={RECORD}&to={RECORD}",
        f"/pathways/common?ctids={RECORD},{ctid_number(3)}",
        f"/pathways/check?held={RECORD}",
        "/pathways?q=certificate",
        f"/{EVIL}",
        f"//{EVIL}/%2e%2e",
        "/sparql?query=SELEC",
    )


def ask(app: Flask, path: str, method: str = "GET", **sent: Any) -> Any:
    """Make a request for just this path, however odd."""
    path, _, query = path.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query}
    return app.test_client().open("/", method=method, environ_overrides=environ, **sent)


def forms() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield methods, and what to send."""
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
        yield method, {"data": b"{}", "content_type": "application/json"}
    yield "POST", {"data": {"document": "{}"}}


def test_no_header_decides_an_address(app: Flask) -> None:
    hosts = (
        {"Host": EVIL},
        {"Host": f"{EVIL}:1"},
        {"Host": f"localhost:8000@{EVIL}"},
        {
            "X-Forwarded-Host": EVIL,
            "Forwarded": f"host={EVIL}",
            "X-Forwarded-Proto": EVIL,
            "X-Forwarded-Prefix": f"//{EVIL}",
            "X-Forwarded-Port": "666",
            "X-Original-URL": f"//{EVIL}",
            "Referer": f"https://{EVIL}/",
        },
    )
    redirects = 0
    for path in paths(app):
        asked_for_it = EVIL in path
        for headers in hosts:
            for accept in ("text/html", "*/*"):
                answer = ask(app, path, headers={**headers, "Accept": accept})
                assert answer.status_code != 500, path
                location = answer.headers.get("Location", "/")
                redirects += 300 <= answer.status_code < 400
                # A TimeGate names the base of the registry, as RFC 7089 does in its examples.
                assert re.match(r"(http://localhost:8000)?/(?!/)", location), (path, location)
                said = f"{answer.headers}{answer.data.decode(errors='replace')}"
                assert asked_for_it or EVIL not in said, path
    assert redirects > 50


def test_pages_print_the_base_of_the_registry(make_registry: Any) -> None:
    registry = make_registry(base_url="https://registry.example/ctdl")
    client = create_app(registry.settings).test_client()
    for path in ("/", "/validate", "/pathways/build"):
        page = client.get(path, headers={"Host": EVIL, "Accept": "text/html"}).text
        assert "https://registry.example/ctdl" in page
        assert "localhost" not in page


def test_every_page_has_a_strict_policy(app: Flask) -> None:
    seen: set[int] = set()
    pages = 0
    for path in paths(app):
        for method, sent in forms():
            answer = ask(app, path, method, headers={"Accept": "text/html"}, **sent)
            seen.add(answer.status_code)
            if answer.mimetype != "text/html":
                continue
            pages += 1
            stated = answer.headers["Content-Security-Policy"].split(";")
            rules = dict(part.strip().partition(" ")[::2] for part in stated)
            assert rules["default-src"] == "'self'"
            assert "script-src" not in rules
            for name in ("object-src", "base-uri"):
                assert rules[name] == "'none'"
            framed = {"'none'", "*"} if path.lstrip("/").startswith("widget") else {"'none'"}
            assert rules["frame-ancestors"] in framed
            assert rules["form-action"] == "'self'"
            assert re.fullmatch(r"'self'( 'sha256-[\w+/]+=')*", rules["style-src"])
            assert "unsafe" not in str(rules)
            assert "*" not in str(rules | {"frame-ancestors": ""})
            assert "http" not in str(rules)
            # What the policy would not let through is not there either.
            text = re.sub("<textarea.*?</textarea>", "", answer.text, flags=re.DOTALL)
            assert not re.search(r"<style|<[a-z][^>]*\s(style|on\w+)=|javascript:", text), path
    assert pages > 300
    assert {200, 400, 404, 405, 406, 410} <= seen | {406}


# Conditional requests


class Clock(datetime):
    """A clock that tests set."""

    moment = datetime.max

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(cls.moment.timestamp(), tz)


def test_changes_in_one_second_are_told_apart(
    client: FlaskClient, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctgraph.web.http.respond.datetime", Clock)
    second = datetime.fromisoformat("2026-05-01T12:00:00+00:00")
    written = iter(
        (second + timedelta(milliseconds=n)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for n in range(100, 999, 10)
    )
    monkeypatch.setattr("ctgraph.ledger.values.now", lambda: next(written))
    paths = [
        f"/resources/{RECORD}",
        f"/graph/{RECORD}.ttl",
        f"/resources/{RECORD}.html",
        f"/resources/{RECORD}/versions",
        f"/envelopes/{RECORD}",
    ]

    def publish(text: str, at: float) -> None:
        Clock.moment = second + timedelta(seconds=at)
        document = certificate(**{"ceterms:keyword": {"en": text}})
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201
        registry.project()

    publish("one", 0.2)
    first = {path: client.get(path) for path in paths}
    assert not any("Last-Modified" in answer.headers for answer in first.values())
    publish("two", 0.9)
    for later in (0.95, 1, 2, 3600):
        Clock.moment = second + timedelta(seconds=later)
        for path in paths:
            old = first[path].headers["ETag"]
            known = [{"If-None-Match": old}, {"If-Modified-Since": _http(second)}]
            for headers in known:
                answer = client.get(path, headers=headers)
                assert answer.status_code == 200, (path, later)
                assert answer.data != first[path].data
            answer = client.get(path)
            assert ("Last-Modified" in answer.headers) == (later >= 1)
            again = {"If-Modified-Since": answer.headers.get("Last-Modified", _http(second))}
            assert client.get(path, headers=again).status_code == (304 if later >= 1 else 200)


def _http(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize("kind", ["resources", "graph"])
def test_what_is_immutable_never_changes(
    client: FlaskClient, registry: Registry, kind: str
) -> None:
    other, path = ctid_number(3), f"/{kind}/{RECORD}/versions/1"
    named = {"ceterms:isPartOf": [f"http://localhost:8000/resources/{other}"]}

    def publish(document: Any) -> None:
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201

    def asked() -> dict[str, Any]:
        return {
            name: client.get(f"{path}?format={name}")
            for name in ("jsonld", "json", "turtle", "ntriples", "nquads", "trig", "rdfxml")
        }

    publish(certificate(**named))
    before, page = asked(), client.get(f"{path}?format=html")
    assert "immutable" not in page.headers["Cache-Control"]
    assert "ETag" in page.headers
    assert page.headers["Cache-Control"] == "no-cache"
    assert "This is version 1, published on" in page.text
    publish(certificate(3))
    publish(certificate(**named, **{"ceterms:keyword": {"en": "two"}}))
    client.delete(f"/resources/documents/{other}", headers=registry.authorization)
    for name, answer in asked().items():
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.data == before[name].data
        assert answer.headers["ETag"] == before[name].headers["ETag"]
    after = client.get(f"{path}?format=html", headers={"If-None-Match": page.headers["ETag"]})
    assert after.status_code == 200
    assert "See the newest version (2)" in after.text


# CSV for people

CELLS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "\uff1d1",
    "\uff0b1",
    "-5",
    "plain",
    'a,"b"\nc',
    "back\\slash",
    "tab\tin",
)


def literal(text: str) -> str:
    for sign, written in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
    ):
        text = text.replace(sign, written)
    return f'"{text}"'


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_only_csv_for_people_is_changed(app: Flask) -> None:
    client = app.test_client()
    others = '-5 2.5 -1.5 -2e3 true "x"@en <http://x.example/> "=1"^^<http://x.example/a> UNDEF'
    query = f"SELECT ?cell {{ VALUES ?cell {{ {' '.join(map(literal, CELLS))} {others} }} }}"
    plain = ["-5", "2.5", "-1.5", "-2000", "true", "x", "http://x.example/", "=1", ""]
    exact = [["cell"], *([cell] for cell in CELLS), *([cell] if cell else [] for cell in plain)]
    asked = {"query": query}
    assert read(client.get("/sparql", query_string=asked | {"format": "csv"}).data) == exact
    for accept in ("text/csv", "text/*;q=0.5, text/csv"):
        found = client.get("/sparql", query_string=asked, headers={"Accept": accept})
        assert read(found.data) == exact
    for _ in range(2):  # also from what is kept
        found = client.get("/sparql", query_string=asked | {"format": "spreadsheet"})
        assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert found.headers["Content-Disposition"].startswith("attachment")
        cells = [row[0] if row else "" for row in read(found.data)[1:]]
        assert cells[: len(CELLS)] == [*(f"'{cell}" for cell in CELLS[:10]), *CELLS[10:]]
        assert cells[len(CELLS) :] == [*plain[:-2], "'=1", ""]


def test_a_long_result_is_a_spreadsheet_too(app: Flask) -> None:
    query = """SELECT ?a (CONCAT("=", STR(?a), " ä") AS ?b) {
      VALUES ?x { %s } VALUES ?y { %s } BIND(?x * 100 + ?y AS ?a) }"""
    numbers = " ".join(map(str, range(100)))
    asked = {"query": query % (numbers, numbers), "format": "spreadsheet"}
    rows = read(app.test_client().get("/sparql", query_string=asked).data)
    assert len(rows) == 10_001
    assert all(re.fullmatch(r"'=\d+ ä", b) and a.isdigit() for a, b in rows[1:])


def test_the_buttons_of_pages_ask_for_spreadsheets(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/queries", headers={"Accept": "text/html"}).text
    links = set(re.findall(r'href="(/queries/[^"]*format=[^"]*)">CSV', page))
    assert links
    assert all(link.endswith("format=spreadsheet") for link in links)
    for link in links:
        assert client.get(link).status_code == 200
    assert '<option value="csv">' not in client.get("/sparql", headers={"Accept": "text/html"}).text


def test_names_of_any_number_of_records_are_found(registry: Registry, app: Flask) -> None:
    many = {ctid_number(number) for number in range(70_000)}
    assert Ledger.of(registry.settings).records.names(many)[RECORD] == "Certificate 1"
