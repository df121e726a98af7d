"""No request whatsoever gives a 500: what a client sends wrong is told to be wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
OTHER = ctid_number(2)
SEGMENTS = [
    f"{RECORD}\r\n",
    f"{RECORD.upper()}\r\n",
    f"{RECORD.upper()}\n",
    f" {RECORD.upper()}",
    f"{RECORD.upper()}\x85",
    f"{RECORD.upper()}\u2028",
    f"{RECORD}\0",
    f"\ufeff{RECORD}",
    f"{RECORD.upper()}.ttl\r\nX: y",
    f"{RECORD}.ttl\r\n",
    f"{RECORD.upper()}.\xff",
    f"{RECORD}.",
    RECORD.replace("c", "\u0441"),
    RECORD.replace("e", "\u212f"),
    RECORD.upper(),
    RECORD,
    "\0",
    "\r\nX: y",
    "\u0130",
    "\u212a",
    "%",
    "%0d%0a",
    "..",
    "a" * 9000,
    "'",
    '"',
    "<b>",
    "\\",
    "-1",
    "0",
    "00",
    "9" * 23,
    "9" * 5000,
    "\u0663",
    "\U0001d7d8",
    "what-precedes.rq\r\n",
    "credentials.ttl\r\n",
    "https:/x",
    "//x",
    "1" * 400,
]
RAW_SEGMENTS = [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xfe\xff", RECORD.encode() + b"\xff"]
PARAMETERS = [
    "format",
    "q",
    "depth",
    "strength",
    "kind",
    "provider",
    "credentials",
    "limit",
    "cursor",
    "from",
    "to",
    "k",
    "by",
    "ctids",
    "held",
    "type",
    "owner",
    "after",
    "query",
    "timeout",
    "wait",
    "default-graph-uri",
    "named-graph-uri",
    "as-of",
    "update",
    "record",
    "start",
    "days",
]
VALUES = [
    b"",
    b"\0",
    b"%00",
    b"\xff",
    b"%FF",
    b"%ED%A0%80",
    b"%0d%0a",
    b"%",
    b"%zz",
    b"9" * 5000,
    b"-1",
    b"0",
    b"1e999",
    b"nan",
    b"inf",
    b"1e-320",
    b"9" * 20,
    b"1_0",
    "\u0663".encode(),
    b"%D9%A3",
    b"0001-01-01",
    b"9999-12-31T23:59:59.999999-23:59",
    b"0001-01-01T00:00:00%2B23:59",
    b"-5000-01-01",
    b"1.%00",
    b"99.x",
    b"-1.x",
    b"a" * 9000,
    b"http://%0d%0a",
    b"http://[",
    b"x: y",
    b"json",
    b"html",
    b"turtle",
    b"%E2%80%A8",
    b"'",
    RECORD.encode(),
    RECORD.upper().encode() + b"%0d%0a",
    RECORD.encode() + b"%00",
    b"ASK{}",
    b"\r\nX: y",
]
HEADERS = [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Range",
    "If-None-Match",
    "If-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Range",
    "Authorization",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "Cookie",
    "Content-Type",
    "Content-Encoding",
    "Host",
    "Referer",
    "Origin",
    "Expect",
    "Cache-Control",
    "Forwarded",
]
SAID = [
    "",
    "\0",
    "\xff\xfe",
    "a" * 9000,
    "*/*",
    "text/html;q=nan",
    "text/html;q=1e999",
    ";;,,",
    "*",
    'a/b;c="',
    "bytes=0-",
    "bytes=-1",
    "bytes=9-1",
    "bytes=0-1,2-3",
    f"bytes={'9' * 30}-",
    "W/",
    '"',
    "Sun, 99 Foo 2020",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Bearer",
    "Bearer \x80",
    "Bearer ctg_",
    "Basic =",
    "Basic /////w==",
    "Digest x=",
    "gzip;q=0,*;q=0",
    "x; charset=\xff",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\xff",
    "text/turtle",
    "application/rdf+xml",
    "text/html",
]
TYPES = [
    "application/json",
    "application/ld+json",
    "application/x-www-form-urlencoded",
    "text/turtle",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "application/rdf+xml",
    "application/n-quads",
    "application/sparql-query",
    "application/sparql-update",
    "",
    ";",
]
JSON = [
    '"\\ud800"',
    '{"\\ud800": 1}',
    '"\\u0000"',
    '"\\uffff"',
    '"\\r\\n"',
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 400,
    "9" * 4200,
    "9" * 5000,
    "1.0e308",
    "12345678901234567890123",
    "null",
    "true",
    "[]",
    "{}",
    "[[[]]]",
    '{"@value": 1e999}',
    f'{{"@value": {"9" * 400}}}',
    '{"@value": "x", "@language": "\\ud800"}',
    '{"@value": "x", "@language": 1}',
    '{"@value": 1, "@type": []}',
    '{"@list": "\\ud800"}',
    '{"@id": "_:\\ud800"}',
    '{"@id": ""}',
    '{"@id": "http://[/"}',
    '{"@reverse": {}}',
    '{"e\\u0000n": "x"}',
    '{"": "x"}',
    '{"a": 1, "a": 2}',
    '{"@vocab": "x"}',
    f'"{RECORD.upper()}\\r\\n"',
    '"http://x/\\r\\n"',
    '{"a":' * 70 + "1" + "}" * 70,
]
BODIES = [
    b"",
    b" ",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 900 + b"]" * 900,
    b'{"held": ["\\ud800"]}',
    b'["\\ud800"]',
    b'{"held": ["\\u0000"]}',
    b"document=\xff",
    b"document=%ED%A0%80",
    b"query=\xff",
    b"query=ASK{}%00",
    b"held=%ff",
    b"a=1&" * 20_000,
    b"query=ASK{}&timeout=nan",
    b"query=ASK{}&default-graph-uri=x y",
    b"input=\xff&document=x",
    b"--b\r\n\r\nx\r\n--b--\r\n",
    b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\nx",
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 3000 + b"--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xff.ttl"\r\n\r\n\xff\r\n'
    b"--b--\r\n",
    b'<http://a> <http://b> "\\ud800" .',
    b"[ <b> " * 20_000,
    b"<<" * 10_000,
    b"<a>" * 100_000,
    b'<?xml version="1.0" encoding="x"?><a/>',
    b"ASK{" + b"{" * 10_000,
    b'ASK{FILTER("\\ud800"="")}',
]


class Site:
    """The application over a registry with two records, asked with raw bytes."""

    def __init__(self, registry: Registry, app: Flask) -> None:
        self.registry = registry
        self.app = app
        self.rules = list(app.url_map.iter_rules())

    def ask(
        self, method: str, path: bytes, query: bytes = b"", body: bytes = b"", /, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        builder = EnvironBuilder(method=method, data=body, headers=Headers(named))
        environ = builder.get_environ()
        builder.close()
        environ |= {"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
        parts, status, said = run_wsgi_app(self.app, environ)
        answered = int(status.split()[0]), dict(said), b"".join(parts)
        self.holds(*answered)
        return answered

    def holds(self, status: int, headers: dict[str, str], body: bytes) -> None:
        assert status < 500 or (status == 503 and "Retry-After" in headers), body
        assert not re.search(r"[\0-\x1f\x7f]", "".join(f"{k}{v}" for k, v in headers.items()))
        if "json" in headers.get("Content-Type", "") and "Content-Encoding" not in headers and body:
            json.loads(body.decode())

    def path(self, rule: Rule, hostile: bytes | None = None, where: str = "") -> bytes:
        """Return a path of a rule, with something hostile in the place of one argument."""
        usual = {
            "filename": b"site.css",
            "number": b"1",
            "kind": b"graph",
            "question": b"preceding",
            "organization": self.registry.organization.ctid.encode(),
            "record": RECORD.encode(),
            "name": b"credentials",
        }
        if hostile is not None:
            usual[where] = hostile
        arguments = re.compile(rb"<(?:[^<>]*:)?(\w+)>")
        return arguments.sub(lambda found: usual[found[1].decode()], rule.rule.encode())

    def routes(self) -> Iterator[tuple[str, Rule]]:
        """Yield each rule with each of its methods."""
        for rule in self.rules:
            yield from ((method, rule) for method in sorted((rule.methods or set()) - {"OPTIONS"}))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    home = tmp_path_factory.mktemp("hostile") / "home"
    options = load_settings(home=home, query_timeout=5, database_url=url)
    ledger = Ledger.initialise(options)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    registry = Registry(
        options, ledger, organization, ledger.organizations.add_key(organization.ctid)
    )
    app = create_app(options)
    for number in (1, 2):
        sent = app.test_client().post(
            registry.documents_url, json=certificate(number), headers=registry.authorization
        )
        assert sent.status_code == 201
    registry.project()
    return Site(registry, app)


def test_no_path_ends_in_500(site: Site) -> None:
    hostile = [text.encode() for text in SEGMENTS] + RAW_SEGMENTS
    for method, rule in site.routes():
        for where in rule.arguments - {"kind", "question"}:
            for segment in hostile:
                if method == "DELETE" and segment.lower() == RECORD.encode():
                    continue
                for accept in ("*/*", "text/html"):
                    site.ask(
                        method,
                        site.path(rule, segment, where),
                        b"a=%0d%0a&b=\xff",
                        b"{}",
                        Accept=accept,
                        **site.registry.authorization,
                    )


PERCENT_ENCODED = st.binary(max_size=20).map(lambda data: quote(data).encode())
ANY_VALUE = st.sampled_from(VALUES) | st.binary(max_size=20) | PERCENT_ENCODED


@settings(max_examples=500)
@given(st.data())
def test_no_parameter_ends_in_500(site: Site, data: st.DataObject) -> None:
    readable = [rule for method, rule in site.routes() if method == "GET"]
    rule = data.draw(st.sampled_from(readable))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(PARAMETERS), ANY_VALUE), max_size=3))
    query = b"&".join(name.encode() + b"=" + value for name, value in pairs)
    accept = data.draw(st.sampled_from(["*/*", "text/html"]))
    site.ask("GET", site.path(rule), query, Accept=accept, **site.registry.authorization)


def test_every_value_of_every_parameter_of_the_questions(site: Site) -> None:
    for path in (
        "/records",
        "/pathways/route",
        "/pathways/common",
        "/sparql",
        f"/pathways/{RECORD}",
    ):
        for name in PARAMETERS:
            for value in VALUES:
                more = b"&query=ASK{}" if path == "/sparql" and name != "query" else b""
                site.ask("GET", path.encode(), name.encode() + b"=" + value + more)


LATIN = st.characters(max_codepoint=255, blacklist_categories=["Cc"])
TEXT = st.sampled_from(SAID) | st.text(LATIN)


@settings(max_examples=500)
@given(st.data())
def test_no_header_ends_in_500(site: Site, data: st.DataObject) -> None:
    method, rule = data.draw(st.sampled_from([*site.routes()]))
    said = data.draw(st.dictionaries(st.sampled_from(HEADERS), TEXT, max_size=3))
    headers = (site.registry.authorization if method != "DELETE" else {}) | said
    builder = {name.replace("-", "_"): value for name, value in headers.items()}
    query = b"query=ASK{}" if rule.rule == "/sparql" else b""
    site.ask(method, site.path(rule), query, b"{}" if method in ("POST", "PUT") else b"", **builder)


def changed(place: str, text: str) -> bytes:
    """Return a document with something else in one place."""
    document = certificate(9, **{"ceterms:price": 0, 'ex:\\odd" key': 1})
    document["@graph"][0][place] = "HERE"
    return json.dumps(document).replace('"HERE"', text).encode()


PLACES = [
    *certificate(9)["@graph"][0],
    "ceterms:price",
    "ceterms:estimatedCost",
    "ex:undeclared",
    "ceterms:dateEffective",
    "ceterms:requires",
    "ceterms:keyword",
    'a "b',
]


@pytest.mark.parametrize("text", JSON, ids=range(len(JSON)))
def test_no_value_in_a_document_ends_in_500(site: Site, text: str) -> None:
    key = site.registry.authorization
    whole = [
        text.encode(),
        b'{"@graph": %b}' % text.encode(),
        b'{"held": [%b]}' % text.encode(),
        b'{"@context": %b, "@type": "x"}' % text.encode(),
        b'{"decoded_resource": %b}' % text.encode(),
    ]
    for body in [*whole, *(changed(place, text) for place in PLACES)]:
        site.ask("POST", site.registry.documents_url.encode(), b"", body, **key)
        site.ask("PUT", f"/drafts/{OTHER}".encode(), b"", body, **key)
        site.ask("GET", b"/drafts", **key)
        site.ask("GET", f"/drafts/{OTHER}".encode(), **key)
        site.ask("POST", b"/pathways/check", b"", body, Content_Type="application/json")
        for format in ("json", "html", "text", "csv", "turtle", "sarif", "github"):
            site.ask("POST", b"/validate", b"format=" + format.encode(), body)


@pytest.mark.parametrize("kind", TYPES)
def test_no_body_ends_in_500(site: Site, kind: str) -> None:
    writable = [
        (method, site.path(rule)) for method, rule in site.routes() if method in ("POST", "PUT")
    ]
    for body in [*BODIES, *(text.encode() for text in JSON)]:
        for method, path in writable:
            site.ask(method, path, b"", body, Content_Type=kind, **site.registry.authorization)


@settings(max_examples=300)
@given(st.binary(max_size=60), st.sampled_from(TYPES), st.data())
def test_no_bytes_end_in_500(site: Site, body: bytes, kind: str, data: st.DataObject) -> None:
    writable = [(m, site.path(rule)) for m, rule in site.routes() if m in ("POST", "PUT")]
    method, path = data.draw(st.sampled_from(writable))
    site.ask(method, path, b"", body, Content_Type=kind, **site.registry.authorization)


@pytest.mark.parametrize(
    "path",
    [
        "/resources/{}",
        "/graph/{}",
        "/links/{}",
        "/pathways/{}",
        "/pathways/{}/preceding",
        "/resources/{}/versions",
        "/resources/{}/versions/1",
        "/envelopes/{}",
    ],
)
@pytest.mark.parametrize("blank", ["\r\n", "\n", " ", "\x85", "\u2028", "\x1f"])
def test_a_ctid_with_a_blank_is_none(site: Site, path: str, blank: str) -> None:
    for record in (RECORD + blank, RECORD.upper() + blank, blank + RECORD.upper()):
        status, headers, body = site.ask("GET", path.format(record).encode())
        assert (status, "Location" in headers) == (400, False)
        assert json.loads(body)["title"] == "Malformed CTID"


def test_a_redirect_carries_the_query_whatever_is_in_it(site: Site) -> None:
    for path in (
        "/resources/{}",
        "/links/{}",
        "/pathways/{}",
        "/resources/{}/versions",
        "/pathways/{}/structure",
    ):
        status, headers, _ = site.ask(
            "GET", path.format(RECORD.upper()).encode(), b"a=%0d%0a&b=\xff&c=\xc3\xa9&d=\r\n"
        )
        assert (status, headers["Location"]) == (
            301,
            path.format(RECORD) + "?a=%0d%0a&b=%FF&c=%C3%A9&d=%0D%0A",
        )


def test_raw_letters_in_a_query_mean_what_they_mean_encoded(site: Site) -> None:
    raw = site.ask("GET", b"/pathways/search", "q=Pfleg\u00e9".encode())
    encoded = site.ask("GET", b"/pathways/search", b"q=Pfleg%C3%A9")
    assert raw == encoded


@pytest.mark.parametrize("key", [False, True])
def test_half_a_surrogate_pair_is_refused_where_it_stands(site: Site, key: bool) -> None:
    registry = site.registry
    text = '{"\\udc00": ["x"]}' if key else '{"en": ["a", "\\ud800"]}'
    at = "/@graph/0/ceterms:keyword" + ("/\\udc00" if key else "/en/1")
    body = changed("ceterms:keyword", text)
    for method, path in (("POST", registry.documents_url), ("PUT", f"/drafts/{OTHER}")):
        status, _, said = site.ask(method, path.encode(), b"", body, **registry.authorization)
        problem = json.loads(said)["problems"][0]
        assert status == 422
        assert problem["pointer"] == at
        assert problem["remedy"]
    status, _, said = site.ask("POST", b"/validate", b"", body)
    assert status == 200
    assert json.loads(said)["problems"][0]["pointer"] == at
    status, _, said = site.ask(
        "POST", b"/pathways/check", b"", b'{"held": ["\\ud800"]}', Content_Type="application/json"
    )
    assert status == 400
    assert json.loads(said)["problems"][0]["pointer"] == "/held/0"


def test_a_whole_pair_is_a_character(site: Site) -> None:
    body = changed("ceterms:keyword", '{"en": ["\\ud83d\\ude00", "\\\\ud800"]}')
    said = site.ask("POST", b"/validate", b"", body)[2]
    assert "surrogate" not in said.decode()


def test_a_draft_with_a_byte_order_mark_is_sent_as_json(site: Site) -> None:
    address, key = f"/drafts/{ctid_number(5)}".encode(), site.registry.authorization
    assert site.ask("PUT", address, b"", b'\xef\xbb\xbf{"a": 1}', **key)[0] == 204
    assert site.ask("GET", address, **key)[2] == b'{"a": 1}'
