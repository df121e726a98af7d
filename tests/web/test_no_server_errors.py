"""No request whatsoever gives a 500."""

from __future__ import annotations

from itertools import cycle
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.hostile_input import (
    BODIES,
    HEADERS,
    JSON,
    PARAMETERS,
    RAW_SEGMENTS,
    SAID,
    SEGMENTS,
    TYPES,
    VALUES,
)
from tests.support.raw_site import RECORD, Site, changed
from tests.support.registry import certificate, ctid_number

OTHER = ctid_number(2)


def test_no_path_ends_in_500(site: Site) -> None:
    hostile = [text.encode() for text in SEGMENTS] + RAW_SEGMENTS
    accepted = cycle(["*/*", "text/html", "*/*"])
    # A route gets every other segment, and its neighbours get the rest.
    for number, (method, rule) in enumerate(site.routes()):
        for where in rule.arguments - {"kind", "question"}:
            for segment in hostile[number % 2 :: 2]:
                if method == "DELETE" and segment.lower() == RECORD.encode():
                    continue
                site.ask(
                    method,
                    site.path(rule, segment, where),
                    b"a=%0d%0a&b=\xff",
                    b"{}",
                    Accept=next(accepted),
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
    formats = cycle(["json", "html", "text", "csv", "turtle", "sarif", "github"])
    for body in [*whole, *(changed(place, text) for place in PLACES)]:
        site.ask("POST", site.registry.documents_url.encode(), b"", body, **key)
        site.ask("PUT", f"/drafts/{OTHER}".encode(), b"", body, **key)
        site.ask("GET", b"/drafts", **key)
        site.ask("GET", f"/drafts/{OTHER}".encode(), **key)
        site.ask("POST", b"/pathways/check", b"", body, Content_Type="application/json")
        site.ask("POST", b"/validate", b"format=" + next(formats).encode(), body)


@pytest.mark.parametrize("number", range(len(TYPES)), ids=TYPES)
def test_no_body_ends_in_500(site: Site, number: int) -> None:
    writable = [
        (method, site.path(rule)) for method, rule in site.routes() if method in ("POST", "PUT")
    ]
    key = site.registry.authorization
    # Over all types, every pair of a type, a body and an address comes once or more.
    for turn, body in enumerate([*BODIES, *(text.encode() for text in JSON)], number):
        for method, path in writable[turn % len(TYPES) :: len(TYPES)]:
            site.ask(method, path, b"", body, Content_Type=TYPES[number], **key)


@settings(max_examples=300)
@given(st.binary(max_size=60), st.sampled_from(TYPES), st.data())
def test_no_bytes_end_in_500(site: Site, body: bytes, kind: str, data: st.DataObject) -> None:
    writable = [(m, site.path(rule)) for m, rule in site.routes() if m in ("POST", "PUT")]
    method, path = data.draw(st.sampled_from(writable))
    site.ask(method, path, b"", body, Content_Type=kind, **site.registry.authorization)
