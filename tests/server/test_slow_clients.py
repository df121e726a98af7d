"""Clients that are silent, slow, or do not read: they hold no thread, and others are answered."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import orjson
import pytest

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from tests.support.paths import ROOT
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.server import serving
from tests.support.small_application import HOST, HUGE, running
from tests.support.waiting import until

PATIENCE = 30
"""How long an answer may take on a busy machine, in seconds."""
HOST_LINE = b"Host: x\r\n"
HELLO = b"GET /hello HTTP/1.1\r\n" + HOST_LINE + b"\r\n"
HALF_HEAD = b"GET /hello HTTP/1.1\r\nHo"
ONE_BYTE = b"POST /environ HTTP/1.1\r\n" + HOST_LINE + b"Content-Length: 1000\r\n\r\nx"
HALF_CHUNK = b"POST /environ HTTP/1.1\r\n" + HOST_LINE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nx"
HUGE_ANSWER = HELLO.replace(b"hello", b"huge")
KINDS = {
    "silent": b"",
    "half a head": HALF_HEAD,
    "one byte": ONE_BYTE,
    "a chunk": HALF_CHUNK,
    "does not read": HUGE_ANSWER,
}
THREADS = 4
IMPATIENT = "--worker-class=tests.support.impatient.ImpatientWorker"
NARROW = "--worker-class=tests.support.impatient.NarrowWorker"
HERE = {"PYTHONPATH": str(ROOT)}


@contextmanager
def opened(port: int, number: int, data: bytes) -> Iterator[list[socket.socket]]:
    """Open connections from many addresses, and send the same on each."""
    with ExitStack() as stack:
        found = []
        for one in range(number):
            source = f"127.0.{1 + one // 200}.{1 + one % 200}"
            connection = socket.create_connection((HOST, port), PATIENCE, (source, 0))
            stack.enter_context(connection)
            if data:
                connection.sendall(data)
            found.append(connection)
        yield found


def open_files(server: subprocess.Popen[bytes]) -> int:
    """Return how many files the only worker of a server holds open."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return len(list(Path(f"/proc/{children[0]}/fd").iterdir()))


def answer(connection: socket.socket) -> bytes:
    """Return all that is said on a connection until it ends."""
    heard = b""
    with suppress(ConnectionError):
        while part := connection.recv(1 << 20):
            heard += part
    return heard


def ask(port: int, path: str = "/hello", source: str = HOST) -> bytes:
    """Ask from an address, and return the content of the answer."""
    client = http.client.HTTPConnection(HOST, port, timeout=PATIENCE, source_address=(source, 0))
    client.request("GET", path)
    try:
        return client.getresponse().read()
    finally:
        client.close()


@pytest.mark.parametrize("kind", KINDS)
def test_others_are_answered_beside_many_who_hold_nothing(kind: str) -> None:
    with running(f"--threads={THREADS}") as (_, port), opened(port, 10 * THREADS, KINDS[kind]):
        for _ in range(10):
            assert ask(port) == b"Hello!\n"


def test_a_registry_answers_beside_all_kinds_of_them(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    ledger = Ledger.initialise(settings)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    registry = Registry(
        settings, ledger, organization, ledger.organizations.add_key(organization.ctid)
    )
    running = serving(os.environ | {"CTGRAPH_HOME": str(settings.home)}, "--workers", "1")
    headers = registry.authorization | {"Content-Type": "application/json"}
    large = certificate(1, **{"ceterms:keyword": {"en": ["x" * 9_000] * 1_000}})

    def request(method: str, path: str, body: object = None) -> http.client.HTTPResponse:
        client = http.client.HTTPConnection(HOST, running.port, timeout=PATIENCE)
        client.request(method, path, orjson.dumps(body) if body else None, headers)
        response = client.getresponse()
        response.read()
        return response

    with running, ExitStack() as stack:
        assert request("POST", registry.documents_url, large).status == 201
        record = f"/resources/{ctid_number(1)}"
        for number, data in (
            (300, b"GET / HTTP/1.1\r\nHo"),
            (300, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1"),
            (60, f"GET {record} HTTP/1.1\r\nHost: x\r\n\r\n".encode()),
            (500, b""),
        ):
            stack.enter_context(opened(running.port, number, data))
        for turn in range(5):
            assert request("GET", "/healthz").status == 200
            assert request("GET", record).status == 200
            assert request("POST", registry.documents_url, certificate(2 + turn)).status == 201


@pytest.mark.parametrize("kind", KINDS)
def test_deadlines_end_what_does_not_go_on(kind: str) -> None:
    with running(IMPATIENT, **HERE) as (server, port), ExitStack() as stack:
        before = open_files(server)
        connections = stack.enter_context(opened(port, 3, KINDS[kind]))
        until(lambda: open_files(server) > before)
        until(lambda: open_files(server) <= before)  # before that nobody reads
        for heard in map(answer, connections):
            if kind == "silent":
                assert heard == b""
            elif kind == "does not read":
                assert heard.startswith(b"HTTP/1.1 200")
                assert len(heard) < HUGE
            else:
                head, _, body = heard.partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 408 ")
                assert b"application/problem+json" in head
                assert json.loads(body)["status"] == 408


@pytest.mark.parametrize("data", [HALF_HEAD[:-2], HALF_CHUNK], ids=["head", "chunk extension"])
def test_dripping_does_not_put_a_deadline_off(data: bytes) -> None:
    with running(IMPATIENT, **HERE) as (_, port), opened(port, 1, data) as (connection,):
        stop = threading.Event()

        def drip() -> None:
            with suppress(OSError):
                while not stop.wait(0.1):
                    connection.sendall(b"x")

        # The chunk has its five bytes before its time is over, and then has no end.
        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            heard = answer(connection)
        finally:
            stop.set()
            dripping.join()
        assert heard[9:12] in (b"408", b"400")


def test_idle_connections_end_and_a_new_one_is_answered() -> None:
    with running("--keep-alive=1") as (_, port), opened(port, 2, HELLO) as connections:
        assert all(heard.endswith(b"Hello!\n") for heard in map(answer, connections))
        assert ask(port) == b"Hello!\n"


def test_who_reads_late_gets_the_whole_answer() -> None:
    with running(f"--threads={THREADS}") as (_, port), opened(port, 8, HUGE_ANSWER) as waiting:
        assert ask(port) == b"Hello!\n"  # the threads are free again
        for connection in waiting:
            connection.shutdown(socket.SHUT_WR)
            head, _, body = answer(connection).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert body == b"x" * HUGE


def test_requests_behind_an_answer_that_is_read_late_are_answered() -> None:
    with running() as (_, port), opened(port, 1, HUGE_ANSWER + HELLO + HELLO) as (connection,):
        time.sleep(0.5)
        connection.shutdown(socket.SHUT_WR)
        heard = answer(connection)
        assert heard.count(b"HTTP/1.1 200") == 3
        assert heard.endswith(b"Hello!\n")
        assert heard.count(b"x" * HUGE) == 1


def test_a_stream_that_does_not_end_waits_for_its_client_and_others_are_answered() -> None:
    endless = HELLO.replace(b"hello", b"endless")
    with running(NARROW, **HERE) as (_, port), opened(port, 3, endless) as streams:
        time.sleep(0.5)
        assert ask(port) == b"Hello!\n"
        # Together they hold more than may wait, so one of them at least was given up.
        time.sleep(1.5)
        ended = 0
        for stream in streams:
            with suppress(ConnectionError):
                for _ in range(400):
                    if not stream.recv(1 << 16):
                        break
                else:
                    continue
            ended += 1
        assert ended >= 1
        assert ask(port) == b"Hello!\n"


def test_an_address_pushes_out_its_own_oldest_connections_and_nobody_elses() -> None:
    with (
        running(NARROW, **HERE) as (_, port),
        opened(port, 1, HALF_HEAD) as (other,),
        ExitStack() as stack,
    ):
        crowd = []
        for _ in range(40):
            connection = socket.create_connection((HOST, port), PATIENCE, ("127.0.0.2", 0))
            crowd.append(stack.enter_context(connection))
            connection.sendall(HALF_HEAD)
        for connection in crowd[:30]:
            assert answer(connection)[9:12] in (b"503", b"")
        for connection in [*crowd[-10:], other]:
            connection.sendall(b"st: x\r\nConnection: close\r\n\r\n")
            assert answer(connection).endswith(b"Hello!\n")
        assert ask(port, source="127.0.0.2") == b"Hello!\n"


def test_all_that_a_proxy_sends_counts_as_nobodys() -> None:
    with running(NARROW, **HERE, CTGRAPH_PROXIES="1") as (_, port), ExitStack() as stack:
        crowd = []
        for _ in range(40):
            crowd.append(stack.enter_context(socket.create_connection((HOST, port), PATIENCE)))
            crowd[-1].sendall(HALF_HEAD)
        for connection in crowd:
            connection.sendall(b"st: x\r\nConnection: close\r\n\r\n")
            assert answer(connection).endswith(b"Hello!\n")


def test_when_all_places_are_taken_a_newcomer_gets_one() -> None:
    with running("--worker-connections=60") as (_, port), opened(port, 150, b""):
        assert ask(port) == b"Hello!\n"


def test_bodies_that_take_too_much_room_go_before_others() -> None:
    def begun(length: int) -> bytes:
        head = b"POST /hello HTTP/1.1\r\n" + HOST_LINE + b"Connection: close\r\n"
        return head + b"Content-Length: %d\r\n\r\n" % length + b"x" * (length - 1)

    with (
        running(NARROW, **HERE) as (_, port),
        opened(port, 1, begun(500_000)) as (small,),
        ExitStack() as stack,
    ):
        for _ in range(5):
            hog = socket.create_connection((HOST, port), PATIENCE, ("127.0.0.2", 0))
            stack.enter_context(hog)
            with suppress(ConnectionError):  # those that are pushed out
                hog.sendall(begun(2_000_000))
        assert ask(port) == b"Hello!\n"
        small.sendall(b"x")
        assert answer(small).endswith(b"Hello!\n")


def test_a_worker_that_ends_answers_what_it_has_begun() -> None:
    with (
        running() as (server, port),
        opened(port, 1, HELLO.replace(b"hello", b"wait?end")) as (waiting,),
        opened(port, 1, HUGE_ANSWER) as (late,),
        opened(port, 1, HALF_HEAD.replace(b"hello", b"go?end")) as (sending,),
        opened(port, 1, HELLO) as (idle,),
    ):
        assert ask(port) == b"Hello!\n"  # all before have been accepted
        server.terminate()
        assert answer(idle).endswith(b"Hello!\n")  # and it ends, so the worker does
        sending.sendall(b"st: x\r\n\r\n")
        assert b"Connection: close" in answer(sending)
        assert answer(late).endswith(b"x" * HUGE)
        assert b"released" in answer(waiting)
