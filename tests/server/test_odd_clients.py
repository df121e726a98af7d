"""Clients that end their side early, or send bodies that nobody reads, get honest answers."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import orjson
import pytest

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from tests.support.connection import received
from tests.support.queries import HEAVY
from tests.support.registry import Registry, certificate, ctid_number, fill
from tests.support.server import serving

PATIENCE = 60
DOCUMENT = orjson.dumps(certificate(90))
CORS = b"Access-Control-Allow-Origin: *\r\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, bytes, Ledger]]:
    """A registry's port, the head of a publish without its framing, and its ledger."""
    options = load_settings(home=tmp_path_factory.mktemp("odd") / "home")
    ledger = Ledger.initialise(options)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    key = ledger.organizations.add_key(organization.ctid)
    fill(Registry(options, ledger, organization, key), 40)
    environment = os.environ | {"CTGRAPH_HOME": str(options.home)}
    head = (
        f"POST /resources/organizations/{organization.ctid}/documents HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    )
    running = serving(environment, "--workers", "1")
    with running:
        yield running.port, head.encode(), ledger


def said(port: int, data: bytes, ends: bool = True) -> bytes:
    """Send bytes, end this side, and return what comes back."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        return received(connection)


INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
"""What a request hears that waits long, which any may on a busy machine."""


def answered(port: int, data: bytes) -> bytes:
    """Send bytes, end this side, and return the answer that comes in the end."""
    return said(port, data).removeprefix(INTERIM)


ROUTES = ["/sparql", "/validate", "/pathways/check", "/drafts/%s", "documents"]
"""The addresses that read a body; the last one publishes."""


def head_for(path: str, publishing: bytes) -> bytes:
    """Return the head of a request, without its framing, to one of the routes.

    :param publishing: the head of a publish, which has the key.
    """
    if path == "documents":
        return publishing.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n")
    key = next(line for line in publishing.split(b"\r\n") if line.startswith(b"Authorization"))
    method = "PUT" if "draft" in path else "POST"
    target = path % ctid_number(7) if "%" in path else path
    kind = b"application/sparql-query" if path == "/sparql" else b"application/json"
    request = f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
    return request + key + b"\r\nContent-Type: " + kind + b"\r\n"


def heavy(seconds: float) -> bytes:
    return f"/sparql?query={quote(HEAVY)}&timeout={seconds}".encode()


def test_a_client_that_has_ended_its_side_gets_its_answer(
    home: tuple[int, bytes, Ledger],
) -> None:
    port, head, ledger = home
    for version in (b"1.0", b"1.1"):
        for path, status in (
            (b"/", b"200"),
            (b"/resources/" + ctid_number(1).encode(), b"200"),
            (b"/sparql?query=ASK%7B%7D", b"200"),
            (b"/queries/what-precedes?format=csv", b"200"),
            (b"/pathways/" + ctid_number(1).encode() + b"/preceding", b"200"),
            (b"/resources/ce-1", b"400"),
        ):
            request = b"GET %b HTTP/%b\r\nHost: x\r\n\r\n" % (path, version)
            heard = answered(port, request)
            assert heard.startswith(b"HTTP/%b %b " % (version, status)), (path, heard[:300])
            assert b"\r\n\r\n" in heard
    before = ledger.changes.last_sequence()
    body = b"Content-Length: %d\r\n\r\n" % len(DOCUMENT) + DOCUMENT
    assert answered(port, head + body).startswith(b"HTTP/1.1 201 ")
    assert ledger.changes.last_sequence() == before + 1


def test_so_does_one_that_waits_long(home: tuple[int, bytes, Ledger]) -> None:
    for version, first in ((b"1.0", b""), (b"1.1", INTERIM)):
        heard = said(home[0], b"GET %b HTTP/%b\r\nHost: x\r\n\r\n" % (heavy(3), version))
        assert heard.startswith(first + b"HTTP/%b 503 " % version), heard[:300]
        assert b"did not finish within 3 seconds" in heard


def test_a_long_result_comes_whole(home: tuple[int, bytes, Ledger]) -> None:
    query = quote("SELECT * { ?s ?p ?o . ?a ceterms:name ?b } LIMIT 20000")
    heard = answered(
        home[0], f"GET /sparql?format=csv&query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    )
    assert heard.startswith(b"HTTP/1.1 200 ")
    assert heard.endswith(b"\r\n0\r\n\r\n")
    assert heard.count(b",") > 60_000


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        (b"GET", b"/healthz", 200),
        (b"POST", b"/nowhere", 404),
        (b"PUT", b"/records", 405),
        (b"POST", b"/sparql/", 308),
        (b"PUT", b"/drafts/" + ctid_number(1).encode(), 401),
        (b"POST", b"/sparql", 415),
        (b"DELETE", b"/resources/documents/" + ctid_number(1).encode(), 401),
    ],
)
@pytest.mark.parametrize("size", [3, 300_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_nobody_reads_is_not_the_next_request(
    home: tuple[int, bytes, Ledger],
    method: bytes,
    path: bytes,
    status: int,
    size: int,
    chunked: bool,
) -> None:
    body = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n" * (size // 30) + b"GET"
    head = b"%b %b HTTP/1.1\r\nHost: x\r\nContent-Type: text/odd\r\n" % (method, path)
    framed = (
        head + b"Transfer-Encoding: chunked\r\n\r\n%X\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        if chunked
        else head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )
    heard = said(home[0], framed + b"GET /queries/nothing HTTP/1.0\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 %d " % status), heard[:300]
    answers = len(re.findall(rb"HTTP/1\.[01] \d", heard))
    assert answers == (1 if b"Connection: close" in heard.partition(b"\r\n\r\n")[0] else 2)
    assert b"queryableSequence" not in heard
    if answers == 2:
        assert b"There is no stored query" in heard


def test_a_body_that_is_too_long_ends_the_connection_and_says_so(
    home: tuple[int, bytes, Ledger],
) -> None:
    port, head, ledger = home
    before = ledger.changes.last_sequence()
    heard = said(port, head + b"Content-Length: 999999999\r\n\r\n" + b" " * 100_000, ends=False)
    assert heard.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in heard
    assert CORS in heard
    assert ledger.changes.last_sequence() == before


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 100\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n0\r\n\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Encoding: gzip\r\nContent-Length: 15\r\n\r\n"
        + gzip.compress(b"{}", mtime=0)[:15],
        b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\nF\r\n"
        + gzip.compress(b"{}", mtime=0)[:15]
        + b"\r\n0\r\n\r\n",
        b"Transfer-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}", mtime=0),
        b"Transfer-Encoding: gzip, chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_a_broken_body_is_refused_wherever_it_goes(
    home: tuple[int, bytes, Ledger], path: str, framing: bytes, ends: bool
) -> None:
    port, head, ledger = home
    # What may still go on is broken only by its end.
    ends = ends or framing.endswith((b"100\r\n\r\n{}", b"2\r\n{}\r\n", b"{}\r\n0\r\n"))
    before = ledger.changes.last_sequence(), ledger.drafts.of(ctid_number(0))
    heard = said(port, head_for(path, head) + framing, ends)
    assert heard.startswith(b"HTTP/1.1 400 "), heard
    assert CORS in heard
    assert (ledger.changes.last_sequence(), ledger.drafts.of(ctid_number(0))) == before


def deflated(data: bytes) -> bytes:
    return zlib.compress(data)


CODINGS = {
    b"Transfer-Encoding: gzip, chunked\r\n": gzip.compress,
    b"Transfer-Encoding: X-GZIP ,chunked\r\n": None,
    b"Transfer-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n": deflated,
    b"Content-Encoding: deflate\r\nTransfer-Encoding: gzip, chunked\r\n": (
        lambda data: gzip.compress(deflated(data))
    ),
    b"Transfer-Encoding: deflate, gzip, chunked\r\n": (lambda data: gzip.compress(deflated(data))),
    b"Transfer-Encoding: compress, chunked\r\n": None,
    b"Transfer-Encoding: br, chunked\r\n": None,
    b"Transfer-Encoding: " + b"gzip, " * 1000 + b"chunked\r\n": None,
}
"""Codings of a transfer, and how a body is written in them; None where that is not read here."""


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("named", CODINGS)
def test_a_body_that_is_coded_for_its_transfer_is_read_or_refused(
    home: tuple[int, bytes, Ledger], path: str, named: bytes
) -> None:
    port, head, ledger = home
    before = ledger.changes.last_sequence()
    plain = {
        "/sparql": b"ASK {}",
        "/validate": DOCUMENT,
        "/pathways/check": orjson.dumps({"held": [ctid_number(1)]}),
        "/drafts/%s": DOCUMENT,
        "documents": orjson.dumps(certificate(91)),
    }[path]
    write = CODINGS[named]
    coded = (write or gzip.compress)(plain)
    body = b"\r\n%X\r\n%b\r\n0\r\n\r\n" % (len(coded), coded)
    heard = said(port, head_for(path, head) + named + body, ends=False)
    if write is None:
        assert re.match(rb"HTTP/1.1 (415|501) ", heard), heard
        assert b"gzip" in heard  # what is read instead
        assert ledger.changes.last_sequence() == before
    else:
        assert re.match(rb"HTTP/1.1 20[014] ", heard), heard


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n" % (b"a" * 9000), 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 417),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n", 501),
    ],
)
def test_scripts_can_read_why_the_server_refuses(
    home: tuple[int, bytes, Ledger], data: bytes, status: int
) -> None:
    head, _, body = said(home[0], data).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert CORS in head + b"\r\n"
    assert json.loads(body)["status"] == status
