"""The worker that serves: it answers whatever a client sends as gunicorn's own does, and in time.

Raw bytes go to two servers of one small application (support/small_application.py): one as ctgraph
is served, one with the worker that ships with gunicorn. What comes back is the same but for its
date, and but for what ctgraph's says to those whose request it refuses, and refuses beyond
gunicorn's (see `alike`).
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from ctgraph.server.leader import LINGER_SECONDS
from ctgraph.server.refusals import NO_HOST, SHORT_BODY, SHORT_HEAD
from tests.support.connection import parts, received
from tests.support.small_application import HOST, running

PATIENCE = 10
"""How long an answer may take on a busy machine, in seconds."""
END = b"Host: x\r\n\r\n"
HELLO = b"GET /hello HTTP/1.1\r\n" + END
TOLD = b"GET /environ?1 HTTP/1.1\r\n" + END
POST = b"POST /environ?2 HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello=world"
HEAD = b"GET /environ HTTP/1.1\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
PATHS = (
    "hello",
    "echo?a=b&c=%20/?",
    "environ?a",
    "environ/%C3%A9%2F%25?x=%20",
    "stream",
    "empty",
    "missing",
    "fails",
    "large",
    "largest",
    "wrong-length?3",
    "wrong-length?9",
    "injects",
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with the worker of ctgraph."""
    with running() as (_, port):
        yield port


@pytest.fixture(scope="module")
def stock() -> Iterator[int]:
    """The port of a server with the worker of gunicorn."""
    with running("--worker-class=gthread") as (_, port):
        yield port


@contextmanager
def clients(port: int, number: int) -> Iterator[list[http.client.HTTPConnection]]:
    """Give some connections that have just been answered, and thus wait with the leader."""
    with ExitStack() as stack:
        opened = [http.client.HTTPConnection(HOST, port, timeout=PATIENCE) for _ in range(number)]
        for client in opened:
            stack.callback(client.close)
            assert ask(client, "/hello") == b"Hello!\n"
        yield opened


def ask(client: http.client.HTTPConnection, target: str) -> bytes:
    """Ask on a connection, and return the answer's content."""
    client.request("GET", target)
    return client.getresponse().read()


def said(port: int, *packets: bytes, ends: bool = True) -> bytes:
    """Send packets on one connection, and return all that the server says, without its dates."""
    with socket.create_connection((HOST, port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A server that refuses the beginning does not hear the rest.
        with suppress(ConnectionError):
            for packet in packets:
                connection.sendall(packet)
                time.sleep(0.004)  # long enough that packets are read one by one, mostly
            if ends:  # which wakes a server
                connection.shutdown(socket.SHUT_WR)
        return re.sub(rb"\r\nDate: [^\r]+", b"", received(connection))


def statuses(heard: bytes) -> list[int]:
    """Return the status codes of answers."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", heard)]


REFUSED = re.compile(
    rb"HTTP/1\.1 (\d{3}) [^\r]*\r\nConnection: close\r\nContent-Type: "
    rb"(?:text/html|application/problem\+json)\r\n.*",
    re.DOTALL,
)


def alike(heard: bytes, stock: bytes) -> bool:
    """Tell whether two servers said the same, but for what may be different.

    A refusal is HTML there and a problem here. What is cut off, or is HTTP/1.1 without a Host, is
    refused here and not there.
    """
    ours, theirs = (REFUSED.sub(rb"refused: \1", said) for said in (heard, stock))
    if ours == theirs:
        return True
    begin, _, problem = heard.rpartition(b"\r\n\r\n")
    begin = begin[: begin.rfind(b"HTTP/1.1 400 ")]
    return stock.startswith(begin) and any(
        refusal.detail.encode() in problem for refusal in (NO_HOST, SHORT_HEAD, SHORT_BODY)
    )


@pytest.mark.parametrize("target", PATHS)
def test_a_path_gets_the_answer_that_gunicorn_gives(port: int, stock: int, target: str) -> None:
    request = f"GET /{target} HTTP/1.1\r\n".encode() + END
    # The first request of a connection is not the leader's, but the second is.
    for before in ((), (HELLO,)):
        heard = said(port, *before, request)
        assert len(statuses(heard)) == len(before) + 1
        assert alike(heard, said(stock, *before, request))


CASES = {
    # Several requests in one packet
    "two plain": [HELLO + TOLD],
    "plain, body": [TOLD + POST],
    "body, plain": [POST + TOLD],
    # The connection, methods, targets, headers
    "close": [HEAD + b"Connection: close\r\n" + END, HELLO],
    "keep": [HELLO.replace(b"Host", b"Connection: Keep-Alive\r\nHost") * 2, TOLD],
    "1.0": [b"GET /environ HTTP/1.0\r\n" + END, HELLO],
    "HEAD": [b"HEAD /hello HTTP/1.1\r\n" + END, TOLD, b"HEAD /stream HTTP/1.1\r\n" + END, HELLO],
    "absolute": [b"GET http://y/environ?a HTTP/1.1\r\n" + END, HELLO],
    "two slashes": [b"GET //environ//x HTTP/1.1\r\n" + END, TOLD],
    "percent": [b"GET /environ/%C3%A9%2f%00%zz%0D%0A?%C3%A9%zz HTTP/1.1\r\n" + END],
    "UTF-8": ["GET /environ/é?é HTTP/1.1\r\n".encode() + END, TOLD],
    "no host": [HEAD + b"Accept: a\r\n\r\n", HELLO],
    "repeated": [HEAD + b"Accept: a\r\nAccept: b\r\naccept: c\r\n" + END, HELLO],
    "lower-case": [HEAD + b"host: x\r\nuser-agent:  y \r\nIF-NONE-MATCH:\r\n\r\n"],
    "long head": [HEAD + b"Accept: %b\r\nReferer: %b\r\n" % (b"a" * 7000, b"b" * 7000) + END, TOLD],
    "too long a header": [HEAD + b"Accept: " + b"a" * 9000 + b"\r\n" + END + HELLO],
    # Bodies, and what may pass for one
    "GET with a body": [HEAD + b"Content-Length: 69\r\n" + END + HELLO * 2],
    "body apart": [HEAD + b"Content-Length: %d\r\n" % len(HELLO) + END, HELLO, TOLD],
    "chunked": [HEAD + CHUNKED + END + b"3\r\nabc\r\n0\r\n\r\n" + TOLD],
    "unread chunks": [
        HELLO[:-2] + CHUNKED + b"\r\n%X\r\n" % len(HELLO),
        HELLO,
        b"\r\n0\r\n\r\n",
        TOLD,
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_bytes_get_the_answer_that_gunicorn_gives(port: int, stock: int, name: str) -> None:
    heard = said(port, *CASES[name])
    assert heard
    assert alike(heard, said(stock, *CASES[name]))


@pytest.mark.parametrize(("query", "keeps", "status"), [(7000, 0, 200), (0, 101, 431)])
def test_what_exceeds_limits(port: int, stock: int, query: int, keeps: int, status: int) -> None:
    head = b"GET /hello?%b HTTP/1.1\r\n" % (b"a" * query) + b"Connection: keep-alive\r\n" * keeps
    heard = said(port, head + END)
    assert statuses(heard) == [status]
    assert alike(heard, said(stock, head + END))


def test_an_address_that_is_too_long_is_a_problem_with_advice(port: int) -> None:
    head, _, body = said(port, b"GET /hello?%b HTTP/1.1\r\n" % (b"a" * 8180) + END).partition(
        b"\r\n\r\n"
    )
    assert statuses(head) == [414]
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == 414
    assert "8,190" in problem["detail"]
    assert "POST" in problem["detail"]


def test_an_address_that_is_too_long_is_a_page_for_a_browser(port: int) -> None:
    accepts = b"Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
    address = b"GET /staff/search?q=%b HTTP/1.1\r\n" % (b"a" * 20_000)
    head, _, body = said(port, address + accepts + END).partition(b"\r\n\r\n")
    assert statuses(head) == [414]
    assert b"Content-Type: text/html; charset=utf-8" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"<p>The address is longer than 8,190 characters. Use fewer words" in body


def test_requests_in_one_packet_are_answered_in_order(port: int) -> None:
    last = TOLD.replace(b"Host", b"Connection: close\r\nHost")
    for before in ((), (HELLO,)):
        heard = said(port, *before, TOLD + POST + POST + TOLD + HELLO + last, ends=False)
        assert statuses(heard) == [200] * (6 + len(before))
        told = re.findall(rb'"(?:QUERY_STRING|body)": "(.*)"', heard)
        assert told == [b"1", b"", b"2", b"hello=world", b"2", b"hello=world", *[b"1", b""] * 2]


@pytest.mark.parametrize("before", [(), (HELLO,)], ids=["first", "next"])
def test_a_head_may_come_in_two_packets(port: int, stock: int, before: tuple[bytes, ...]) -> None:
    expected = said(stock, *before, TOLD)
    assert len(statuses(expected)) == len(before) + 1
    for at in range(1, len(TOLD)):
        assert said(port, *before, TOLD[:at], TOLD[at:]) == expected, at


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_an_answer_that_breaks_has_no_end(port: int, version: bytes) -> None:
    with socket.create_connection((HOST, port), PATIENCE) as connection:
        connection.sendall(HELLO.replace(b"hello", b"breaks").replace(b"1.1", version))
        with pytest.raises(ConnectionResetError):
            list(parts(connection))


@pytest.mark.parametrize("path", [b"fails", b"breaks-early", b"injects"])
def test_what_fails_is_an_error_and_nothing_else(port: int, path: bytes) -> None:
    heard = said(port, HELLO, HELLO.replace(b"hello", path), HELLO)
    assert statuses(heard) == [200, 500]
    assert b"The beginning" not in heard
    assert b"X-Injected" not in heard
    assert statuses(said(port, HELLO)) == [200]


@pytest.mark.parametrize("number", [1, 5])
def test_slow_requests_do_not_hold_up_another(port: int, number: int) -> None:
    for turn in range(5):
        with clients(port, number + 1) as (goes, *others):
            for client in others:
                client.request("GET", f"/wait?{number}-{turn}")
            ask(goes, f"/go?{number}-{turn}")
            answers = [client.getresponse().read() for client in others]
            assert answers == [b"released"] * number


@pytest.mark.parametrize("path", ["closes", "closes-stream", "closes-broken"])
def test_what_an_answer_holds_is_let_go(port: int, path: str) -> None:
    with clients(port, 2) as (client, other):
        with suppress(http.client.IncompleteRead, ConnectionResetError):
            ask(client, f"/{path}?{path}")
        assert ask(other, f"/wait?{path}") == b"released"


def test_a_connection_is_answered_after_a_slow_request(port: int) -> None:
    with clients(port, 1) as (client,):
        for _ in range(3):
            assert ask(client, "/rests") == ask(client, "/hello") == b"Hello!\n"


def test_connections_that_rested_are_answered(port: int) -> None:
    with clients(port, 3) as opened:
        for _ in range(3):
            time.sleep(5 * LINGER_SECONDS)
            assert {ask(client, "/hello") for client in opened} == {b"Hello!\n"}


def test_connections_at_once_get_their_own_answers(port: int) -> None:
    with clients(port, 40) as opened:
        for turn in range(25):
            for number, client in enumerate(opened):
                client.request("GET", f"/echo?{turn}-{number}")
            answers = [client.getresponse().read().decode() for client in opened]
            assert answers == [f"{turn}-{number}" for number in range(40)]


def test_a_server_with_idle_connections_ends() -> None:
    # What keeps the worker from ending would do so for longer than the test waits.
    with running("--graceful-timeout=100") as (process, port), clients(port, 3):
        time.sleep(5 * LINGER_SECONDS)
        with clients(port, 3) as (client, *_):
            process.terminate()
            for _ in range(1000):
                client.request("GET", "/hello")
                response = client.getresponse()
                if response.read() and response.will_close:
                    break
                time.sleep(0.01)
            assert response.will_close
            assert process.wait(30) == 0


def _request(chance: random.Random) -> bytes:
    """Make a request out of plain pieces and a few odd ones."""

    def some(good: str, odd: str) -> str:
        return chance.choice((odd if chance.random() < 0.05 else good).split("|"))

    def header() -> str:
        name = some(
            "Accept|accept-encoding|USER-AGENT|Referer|Connection|Cache-Control",
            "Host|Content-Length|Content-Type|Transfer-Encoding|Expect|If_None_Match||Accept |\xb5",
        )
        usual = "keep-alive" if name == "Connection" else " x ||a, b|0|a:b"
        value = some(usual, "close|chunked|x\t|" + chr(chance.randrange(256)))
        return f"{name}:{value}{end()}"

    def end() -> str:
        return some("\r\n", "\n|\r||\r\n |\r\n\r\n")

    target = some("/", "|//|*|http://x/|?| /|/#") + "".join(
        some("a|/|//|.|..|?|%C3%A9|%2F|%00|%|:|@|;|=|&|+", '#| |[|\\|\xe9|\t|\0|"')
        for _ in range(chance.randrange(7))
    )
    line = some("GET", "POST|HEAD|get|GET |\r\nGET|") + f" {target} "
    line += some("HTTP/1.1", "HTTP/1.0|HTTP/2.0|http/1.1|HTTP/1.1 |HTTP/1.10") + end()
    line += some("Host: x\r\n|host:y:80\r\n", "|Host:\r\n|Host: \xa0\r\n")
    line += "".join(header() for _ in range(chance.randrange(4))) + end()
    return (line + some("", "x|\r\n|\0|GET / ")).encode("latin-1")


def _body(chance: random.Random) -> tuple[bytes, bytes]:
    """Return the headers of a body, and the body: mostly a good one."""
    content = bytes(chance.choices(b"ab\r\n0;", k=chance.randrange(40)))
    if chance.random() < 0.4:
        length = len(content) + (chance.choice((-1, 1, 5)) if chance.random() < 0.1 else 0)
        return b"Content-Length: %d\r\n" % length, content
    chunks, position = [], 0
    while position < len(content):
        part = content[position : position + chance.randrange(1, 20)]
        position += len(part)
        extension = chance.choice((b"", b"", b";a", b" ; a=b", b';a="b c"'))
        chunks.append(b"%X" % len(part) + extension + b"\r\n" + part + b"\r\n")
    chunks.append(chance.choice((b"0", b"000", b"0;x")) + b"\r\n")
    chunks.append(chance.choice((b"", b"", b"X-Trailer: 1\r\n")) + b"\r\n")
    body = bytearray(b"".join(chunks))
    if chance.random() < 0.4:  # something is wrong with it
        at = chance.randrange(len(body))
        body[at : at + chance.randrange(2)] = chance.choice((b"", b"x", b"\r", b"\n", b"0", b";"))
    headers = b"Content-Length: 3\r\n" if chance.random() < 0.03 else b""
    return headers + CHUNKED, bytes(body)


def _packets(chance: random.Random) -> list[bytes]:
    """Make some requests on one connection, cut into packets anywhere."""
    data = b""
    for _ in range(chance.randrange(1, 4)):
        if chance.random() < 0.5:
            data += _request(chance)
        else:
            headers, body = _body(chance)
            data += b"POST /environ HTTP/1.1\r\n" + headers + END + body
    cuts = sorted(chance.choices(range(len(data) + 1), k=chance.randrange(4)))
    return [data[a:b] for a, b in itertools.pairwise([0, *cuts, len(data)]) if b > a]


@pytest.mark.parametrize("hundred", range(5))
def test_random_bytes_get_the_answer_that_gunicorn_gives(
    port: int, stock: int, hundred: int
) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        packets = _packets(random.Random(seed))
        heard, expected = said(port, *packets), said(stock, *packets)
        assert alike(heard, expected), (seed, packets, heard, expected)
