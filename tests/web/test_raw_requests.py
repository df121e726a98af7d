"""Requests with odd bytes get the answer that they deserve."""

from __future__ import annotations

import json

import pytest

from tests.support.raw_site import RECORD, Site, changed
from tests.support.registry import ctid_number

OTHER = ctid_number(2)


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
    odd = b"format=%0d%0a\xc3\xa9\r\n", "format=%0d%0a%C3%A9%0D%0A"
    for path, query, led in (
        ("/resources/{}", *odd),
        ("/links/{}", b"format=turtle", "format=turtle"),
        ("/pathways/{}", *odd),
        ("/resources/{}/versions", *odd),
        ("/pathways/{}/structure", *odd),
    ):
        status, headers, _ = site.ask("GET", path.format(RECORD.upper()).encode(), query)
        assert (status, headers["Location"]) == (301, f"{path.format(RECORD)}?{led}")


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
