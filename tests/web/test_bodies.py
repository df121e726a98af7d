"""Content codings of requests and answers, preflight requests, and headers of errors and 304s."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from tests.support.registry import Registry, certificate, ctid_number, fill
from tests.support.routes import addresses

DOCUMENT = orjson.dumps(certificate(1))


def bare(data: bytes) -> bytes:
    writer = zlib.compressobj(wbits=-15)
    return writer.compress(data) + writer.flush()


def publish(registry: Registry, client: FlaskClient, body: bytes, coding: str) -> Any:
    headers = registry.authorization | {"Content-Encoding": coding}
    return client.post(
        registry.documents_url, data=body, headers=headers, content_type="application/json"
    )


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(DOCUMENT)),
        ("GZIP", gzip.compress(DOCUMENT)),
        ("x-gzip", gzip.compress(DOCUMENT)),
        ("deflate", zlib.compress(DOCUMENT)),
        ("deflate", bare(DOCUMENT)),
        ("identity", DOCUMENT),
        ("", DOCUMENT),
    ],
    ids=range(7),
)
def test_a_coded_body_is_read(
    registry: Registry, client: FlaskClient, coding: str, body: bytes
) -> None:
    assert publish(registry, client, body, coding).status_code == 201
    assert client.get(f"/graph/{ctid_number(1)}").json["@graph"]


@pytest.mark.parametrize(
    ("coding", "body", "status", "word"),
    [
        ("br", DOCUMENT, 415, "gzip"),
        ("gzip, gzip", gzip.compress(gzip.compress(DOCUMENT)), 415, "gzip"),
        ("gzip", DOCUMENT, 400, "not gzip"),
        ("deflate", DOCUMENT, 400, "not deflate"),
        ("gzip", gzip.compress(DOCUMENT)[:-9], 400, "ends before"),
        ("gzip", gzip.compress(DOCUMENT)[:-8] + b"\0" * 8, 400, "not gzip"),
        ("gzip", gzip.compress(DOCUMENT) + b"more", 400, "goes on"),
        ("gzip", b"", 400, "ends before"),
        ("gzip", gzip.compress(bytes(300_000_000), 9), 413, "bytes"),
    ],
    ids=range(9),
)
def test_one_that_cannot_be_read_is_refused(
    registry: Registry, client: FlaskClient, coding: str, body: bytes, status: int, word: str
) -> None:
    answer = publish(registry, client, body, coding)
    assert (answer.status_code, word in answer.json["detail"]) == (status, True), answer.json
    assert registry.ledger.changes.last_sequence() == 0


def test_queries_forms_and_reports_are_decoded_too(registry: Registry) -> None:
    client = fill(registry, 1)
    coded = {"Content-Encoding": "gzip"}
    query = gzip.compress(b"ASK { ?s ?p ?o }")
    asked = client.post(
        "/sparql", data=query, headers=coded, content_type="application/sparql-query"
    )
    assert asked.json["boolean"] is True
    form = gzip.compress(b"query=ASK+%7B+?s+?p+?o+%7D")
    asked = client.post(
        "/sparql", data=form, headers=coded, content_type="application/x-www-form-urlencoded"
    )
    assert asked.json["boolean"] is True
    for kind in ("application/ld+json", "application/x-www-form-urlencoded"):
        report = client.post(
            "/validate", data=gzip.compress(DOCUMENT), headers=coded, content_type=kind
        )
        assert report.json["conforms"] is True, report.json


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, zstd;q=0", None),
        ("gzip;q=0, zstd", "zstd"),
        ("zstd;q=0, gzip;q=0.1", "gzip"),
        ("identity, *;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("br", None),
        ("", None),
    ],
)
def test_codings_that_a_client_excludes_are_not_sent(
    registry: Registry, accepted: str, coding: str | None
) -> None:
    client = fill(registry, 20)
    query = {"query": "SELECT * { ?s ?p ?o } LIMIT 500"}
    for _ in range(2):  # made, and kept
        for path, sent in (("/sparql", query), ("/records", {}), (f"/graph/{ctid_number(1)}", {})):
            answer = client.get(path, query_string=sent, headers={"Accept-Encoding": accepted})
            assert answer.status_code == 200
            assert answer.headers.get("Content-Encoding") == coding, path
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_304_repeats_the_validators(registry: Registry) -> None:
    client = fill(registry, 1)
    seen = 0
    for path in (
        "/sparql?query=ASK{}",
        "/sparql?query=SELECT*{?s+?p+?o}LIMIT+500&format=csv",
        "/queries/what-precedes?format=csv",
        f"/resources/{ctid_number(1)}",
        f"/resources/{ctid_number(1)}?format=turtle",
        f"/graph/{ctid_number(1)}?format=html",
        f"/graph/{ctid_number(1)}/versions/1",
        f"/resources/{ctid_number(1)}/versions",
        f"/envelopes/{ctid_number(1)}",
        "/static/site.css",
    ):
        for coding in ("identity", "gzip"):
            first = client.get(path, headers={"Accept-Encoding": coding})
            assert first.status_code == 200, path
            tag = first.headers["ETag"]
            for condition in (tag, f'"other", {tag}', f"W/{tag.removeprefix('W/')}"):
                headers = {"Accept-Encoding": coding, "If-None-Match": condition}
                again = client.get(path, headers=headers)
                assert (again.status_code, again.data) == (304, b""), (path, condition)
                for name in ("ETag", "Cache-Control", "Vary"):
                    assert again.headers.get(name) == first.headers.get(name), (path, coding, name)
                seen += 1
    assert seen == 60


def test_preflight_allows_what_clients_send(client: FlaskClient) -> None:
    wanted = "authorization,content-encoding,content-type,if-match,x-requested-with,x-my-client"
    for _, path in addresses(client.application):
        headers = {
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": wanted,
        }
        answer = client.options(path, headers=headers)
        assert answer.status_code == 200, path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Headers"] == wanted
        assert answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"]
        odd = client.options(path, headers=headers | {"Access-Control-Request-Headers": "a b: <"})
        allowed = odd.headers["Access-Control-Allow-Headers"]
        assert {"Authorization", "Content-Type", "Content-Encoding"} <= set(allowed.split(", "))


def test_every_error_is_open_to_scripts(registry: Registry, client: FlaskClient) -> None:
    for answer, status in (
        (client.get("/nowhere"), 404),
        (client.put("/records"), 405),
        (client.get("/records?x=1"), 400),
        (client.get("/account"), 401),
        (client.get("/records", headers={"Accept": "image/png"}), 406),
        (client.get("/sparql?query=ASK{}"), 503),
        (client.post("/validate", data=b"x", content_type="image/png"), 415),
        (client.get(f"/resources/{ctid_number(5)}", headers={"Accept": "text/html"}), 404),
    ):
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
