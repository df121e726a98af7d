"""Requests that cannot be read: each is told why, changes nothing, and ends its connection."""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress

import orjson
import pytest

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from tests.support.registry import certificate, ctid_number
from tests.support.server import serving

PATIENCE = 30
DOCUMENT = orjson.dumps(certificate())
LIMIT = 50_000


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, bytes, Ledger]]:
    """A registry's port, the beginning of a publish without its framing, and its ledger."""
    settings = load_settings(home=tmp_path_factory.mktemp("malformed") / "home")
    ledger = Ledger.initialise(settings)
    organization = ledger.add_organization("Test College", ctid_number(0))
    key = ledger.add_key(organization.ctid)
    environment = os.environ | {
        "CTGRAPH_HOME": str(settings.home),
        "CTGRAPH_MAX_DOCUMENT_BYTES": str(LIMIT),
    }
    running = serving(environment, "--workers", "1")
    path = f"/resources/organizations/{organization.ctid}/documents"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\n"
    )
    with running:
        yield running.port, head.encode(), ledger


def said(port: int, data: bytes, ends: bool = False) -> bytes:
    """Send bytes, and return what comes back until the server ends the connection."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := connection.recv(1 << 20):
                heard += part
    return heard


def refused(heard: bytes, status: int) -> None:
    """Hold an answer to what a refusal is."""
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), heard[:500]
    assert b"Content-Type: application/problem+json" in head
    assert b"Connection: close" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["title"]
    assert len(problem["detail"]) > 30


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SIZE = b"%X\r\n" % len(DOCUMENT)
MALFORMED = {
    "no size": CHUNKED + b"zz\r\n" + DOCUMENT + b"\r\n0\r\n\r\n",
    "empty size": CHUNKED + b"\r\n" + DOCUMENT + b"\r\n0\r\n\r\n",
    "negative": CHUNKED + b"-5\r\n" + DOCUMENT + b"\r\n0\r\n\r\n",
    "0x": CHUNKED + b"0x" + SIZE + DOCUMENT + b"\r\n0\r\n\r\n",
    "too long": CHUNKED + SIZE + DOCUMENT + b"}\r\n0\r\n\r\n",
    "no end of a chunk": CHUNKED + SIZE + DOCUMENT + b"0\r\n\r\n",
    "bare LF": CHUNKED + b"%X\n" % len(DOCUMENT) + DOCUMENT + b"\n0\n\n",
    "extension": CHUNKED + b"%X;a=\x01\r\n" % len(DOCUMENT) + DOCUMENT + b"\r\n0\r\n\r\n",
    "last size": CHUNKED + SIZE + DOCUMENT + b"\r\ng\r\n\r\n",
    "trailer": CHUNKED + SIZE + DOCUMENT + b"\r\n0\r\nContent-Length: 1\r\n\r\n",
    "trailer name": CHUNKED + SIZE + DOCUMENT + b"\r\n0\r\n: 1\r\n\r\n",
    "both lengths": b"Content-Length: 5\r\n" + CHUNKED + SIZE + DOCUMENT + b"\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + DOCUMENT,
    "length": b"Content-Length: five\r\n\r\n" + DOCUMENT,
    "plus": b"Content-Length: +5\r\n\r\n" + DOCUMENT,
    "negative length": b"Content-Length: -5\r\n\r\n" + DOCUMENT,
    "superscript": "Content-Length: \xb2\r\n\r\n".encode("latin-1") + DOCUMENT,
    "huge length": b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n" + SIZE + DOCUMENT,
    "not last": b"Transfer-Encoding: chunked, gzip\r\n\r\n" + SIZE + DOCUMENT,
    "folded": b"X-A: 1\r\n  2\r\nContent-Length: 1\r\n\r\n1",
    "no colon": b"X-A\r\n\r\n",
    "space": b"Content-Length : 1\r\n\r\n1",
    "NUL": b"X-A: \0\r\n\r\n",
    "two hosts": b"Host: y\r\nContent-Length: 1\r\n\r\n1",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_refused(post: tuple[int, bytes, Ledger], name: str) -> None:
    port, head, ledger = post
    refused(said(port, head + MALFORMED[name]), 400)
    assert ledger.last_sequence() == 0


@pytest.mark.parametrize("host", [b"a b", b"a/b", b"a,b c", b"a@b", b"[::1", b"a:b", None])
def test_a_request_needs_one_good_host(post: tuple[int, bytes, Ledger], host: bytes | None) -> None:
    line = b"" if host is None else b"Host: " + host + b"\r\n"
    refused(said(post[0], b"GET /healthz HTTP/1.1\r\n" + line + b"\r\n"), 400)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET", 400),
        (b"GET / HTTP/9.9", 400),
        (b"GET /\xff HTTP/1.1", 400),
        (b"get / HTTP/1.1", 400),
        (b"GET * HTTP/1.1", 400),
        (b"GET x:1 HTTP/1.1", 400),
        (b"\x16\x03\x01\x02\0\x01\0", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1", 414),
        (b"GET http://[ HTTP/1.1", 400),
    ],
)
def test_first_lines_that_are_none(
    post: tuple[int, bytes, Ledger], line: bytes, status: int
) -> None:
    refused(said(post[0], line + b"\r\nHost: x\r\n\r\n"), status)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"X-A: 1\r\n" * 200, 431),
        (b"X-A: " + b"a" * 9000 + b"\r\n", 431),
        (b"X-A: " + b"a" * 200_000, 431),
        (b"Expect: miracles\r\n", 417),
        (b"Transfer-Encoding: br\r\n", 501),
    ],
)
def test_headers_that_are_not_read(
    post: tuple[int, bytes, Ledger], headers: bytes, status: int
) -> None:
    refused(said(post[0], b"GET / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"), status)


@pytest.mark.parametrize("framing", [b"Content-Length: %d\r\n\r\n" % len(DOCUMENT), CHUNKED + SIZE])
@pytest.mark.parametrize("missing", [1, len(DOCUMENT) // 2, len(DOCUMENT)])
def test_a_publish_that_is_cut_off_is_refused(
    post: tuple[int, bytes, Ledger], framing: bytes, missing: int
) -> None:
    port, head, ledger = post
    refused(said(port, head + framing + DOCUMENT[:-missing], ends=True), 400)
    assert ledger.last_sequence() == 0


def test_a_random_change_of_chunks_never_ends_in_a_500(post: tuple[int, bytes, Ledger]) -> None:
    port, head, _ = post
    chance = random.Random(5)
    for _ in range(200):
        body = bytearray(b"3\r\n{}!\r\n4;a=b\r\nabcd\r\n0\r\nX-T: 1\r\n\r\n")
        at = chance.randrange(len(body))
        body[at : at + chance.randrange(3)] = bytes(chance.choices(b"\r\n;0fx \0\xff", k=2))
        heard = said(port, head + CHUNKED + bytes(body), ends=True)
        # A change may leave the chunks whole; then the client seems gone, for it said that it ends.
        refusals = (b"HTTP/1.1 4", b"HTTP/1.1 501 ", b"HTTP/1.1 503 ")
        assert heard.startswith(refusals), (body, heard)


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_refused_before_it_was_sent(
    post: tuple[int, bytes, Ledger], chunked: bool
) -> None:
    port, head, ledger = post
    if chunked:  # as much as it takes, of a chunk that would go on
        data = CHUNKED + b"FFFFFFFF\r\n" + b" " * (LIMIT + 1_000_000 + (1 << 17))
    else:
        data = b"Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n"
    refused(said(port, head + data), 413)
    assert ledger.last_sequence() == 0


def test_a_head_that_is_whole_is_taken_however_it_comes(post: tuple[int, bytes, Ledger]) -> None:
    port, head, ledger = post
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in DOCUMENT) + b"0\r\n\r\n"
    heard = said(port, head + b"Connection: close\r\n" + CHUNKED + body)
    assert heard.startswith(b"HTTP/1.1 201 ")
    assert ledger.last_sequence() == 1


@pytest.mark.parametrize(
    "name",
    [
        b"SCRIPT_NAME: /x",
        b"PATH_INFO: /x",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off",
        b"X-Forwarded-For: evil",
        b"REMOTE_ADDR: 1",
    ],
)
def test_headers_that_a_proxy_might_send_change_nothing(
    post: tuple[int, bytes, Ledger], name: bytes
) -> None:
    request = b"GET /nothing/ HTTP/1.1\r\nConnection: close\r\nHost: x\r\n"
    first, second = (said(post[0], request + more + b"\r\n") for more in (b"", name + b"\r\n"))
    assert first.startswith(b"HTTP/1.1 404 ")
    assert first.partition(b"\r\n\r\n")[2] == second.partition(b"\r\n\r\n")[2]
