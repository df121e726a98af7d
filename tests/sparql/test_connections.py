"""Long results over real connections: streams, failures, clients that go away or do not read."""

from __future__ import annotations

import csv
import http.client
import io
import os
import select
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from tests.support.connection import parts
from tests.support.queries import CROSS, HEAVY
from tests.support.registry import Registry, ctid_number, fill
from tests.support.server import children, serving
from tests.support.waiting import PATIENCE_SECONDS, until

STALLING = [
    "SELECT ?s ?o { { ?s a ceterms:Certificate ; ?p ?o . "
    f"?a{n} ceterms:name ?c }} UNION {{ {HEAVY} }} }}"
    for n in range(20)
]
"""Send some megabytes at once, and then nothing for hours; but every second one begins with the
other branch of the union, and sends nothing."""
LIMITED = 250_000
FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[serving]:
    """A server with one query worker and long deadlines."""
    with _server(tmp_path_factory.mktemp("patient"), timeout=90, queue=PATIENCE_SECONDS) as running:
        yield running


@contextmanager
def _server(home: Path, **limits: float) -> Iterator[serving]:
    settings = load_settings(home=home / "home")
    ledger = Ledger.initialise(settings)
    fill(Registry(settings, ledger, ledger.organizations.add("Test College", ctid_number(0)), ""))
    limits = {"workers": 1, "rows": LIMITED, "cache": 0, **limits}
    environment = os.environ | {"CTGRAPH_HOME": str(settings.home)}
    environment |= {f"CTGRAPH_QUERY_{name.upper()}": str(n) for name, n in limits.items()}
    running = serving(environment, "--workers", "1")
    with running:
        yield running


def sent(server: serving, query: str, source: str, version: str = "1.1", **more: str) -> Any:
    """Send a request from an address, and return its socket."""
    connection = socket.create_connection(
        ("127.0.0.1", server.port), PATIENCE_SECONDS, source_address=(source, 0)
    )
    target = "/sparql?" + urlencode({"query": query, "format": "csv", **more})
    connection.sendall(f"GET {target} HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
    return connection


@contextmanager
def asked(
    server: serving, query: str, source: str, format: str = "csv", **headers: str
) -> Iterator[http.client.HTTPResponse]:
    """Ask from an address; gives the response while it can be read."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=2 * PATIENCE_SECONDS, source_address=(source, 0)
    )
    target = "/sparql?" + urlencode({"query": query, "format": format})
    connection.request("GET", target, headers=headers)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def is_free(server: serving) -> bool:
    """Tell whether the only worker serves somebody else before long."""
    for _ in range(5):
        with asked(server, "ASK {}", "127.0.0.9") as response:
            if response.status == 200:
                return True
            if b"busy" in response.read():
                return False
    return False  # a machine that starts no worker within the deadline


def test_who_goes_away_while_waiting_or_running_frees_the_place(server: serving) -> None:
    idle = _worked(server)
    running = sent(server, HEAVY, "127.0.0.2")
    until(lambda: _worked(server) > idle + 0.2)
    waiting = sent(server, HEAVY, "127.0.0.3")
    time.sleep(0.5)  # so that it waits, most likely; nothing shows that it does
    for connection in (waiting, running):
        connection.close()
    assert is_free(server)


def test_who_goes_away_while_a_result_is_sent_frees_the_place(server: serving) -> None:
    connection = sent(server, CROSS, "127.0.0.2")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    connection.close()
    assert is_free(server)


def _rows(body: bytes, format: str) -> Iterator[tuple[str, ...]]:
    if format == "csv":
        yield from map(tuple, list(csv.reader(io.StringIO(body.decode(), newline="")))[1:])
    else:
        solutions: Any = ox.parse_query_results(body, format=FORMATS[format])
        for solution in solutions:
            yield tuple(getattr(term, "value", "") for term in solution)


@pytest.mark.parametrize("limit", ["LIMIT 200000", ""], ids=["whole", "cut"])
def test_long_results_are_all_there_in_every_format(server: serving, limit: str) -> None:
    digests = {}
    for format in ("csv", *FORMATS):
        with asked(server, f"{CROSS} {limit}", "127.0.0.2", format) as response:
            assert response.status == 200
            assert response.headers["Transfer-Encoding"] == "chunked"
            assert response.headers["Ctgraph-Result-Cut"] == "unknown"
            body = response.read()
        found = Counter(_rows(body, format))
        assert found.total() == (200_000 if limit else LIMITED)
        digests[format] = found
    assert digests["json"] == digests["xml"] == digests["tsv"]
    assert {s for s, _ in digests["json"] if s.startswith("http")} == {
        s for s, _ in digests["csv"] if s.startswith("http")
    }


def test_memory_stays_bounded_while_a_long_result_is_sent(server: serving) -> None:
    wide = CROSS.replace("?o", "?p ?o ?b", 1)
    with asked(server, wide, "127.0.0.2", "json") as response:  # what has to be loaded, is
        response.read(3_000_000)
    assert is_free(server)
    before, peak = _memory(server.process.pid), Counter[int]()
    size = 0
    with asked(server, wide, "127.0.0.2", "json") as response:
        while data := response.read(1_000_000):
            size += len(data)
            peak |= Counter(_memory(server.process.pid))
    assert size > 40_000_000
    for process, most in peak.items():
        assert most - before.get(process, 0) < (40_000_000 if process in before else 250_000_000)


def _memory(process: int) -> dict[int, int]:
    """Return the resident memory of a process and all below it, in bytes."""
    found = {}
    with suppress(OSError):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        found[process] = pages * os.sysconf("SC_PAGE_SIZE")
        children = Path(f"/proc/{process}/task/{process}").parent.glob("*/children")
        for child in " ".join(file.read_text() for file in children).split():
            found |= _memory(int(child))
    return found


def test_a_result_starts_early_and_who_goes_away_between_its_rows_frees_the_place(
    server: serving,
) -> None:
    start = b""
    for query in STALLING:
        with sent(server, query, "127.0.0.2") as connection:
            while select.select([connection], [], [], 3)[0]:  # to where nothing more comes
                data = connection.recv(1_000_000)
                assert data
                start = start or data
        assert is_free(server)
        if start:
            break
    assert start.startswith(b"HTTP/1.1 200")
    assert b"Ctgraph-Result-Cut: unknown" in start


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[serving]:
    """A server with one query worker and a short deadline."""
    with _server(tmp_path_factory.mktemp("strict"), timeout=5, queue=PATIENCE_SECONDS) as running:
        assert is_free(running)
        yield running


@pytest.mark.parametrize("encoding", ["identity", "zstd"])
def test_a_result_that_fails_late_does_not_look_complete(strict: serving, encoding: str) -> None:
    accept = {"Accept-Encoding": encoding}
    for query in STALLING:
        with asked(strict, query, "127.0.0.2", **accept) as response:
            if response.status == 503:
                continue
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                response.read()
            break
    assert response.status == 200
    assert is_free(strict)


def test_a_client_of_http_1_0_sees_that_a_result_failed(strict: serving) -> None:
    """Such as nginx by itself: it has no chunks, and the end of the connection is the result's."""
    for query in STALLING:
        with sent(strict, query, "127.0.0.2", "1.0") as connection:
            start = connection.recv(20)
            if b" 503 " in start:
                continue
            with pytest.raises(ConnectionError):
                list(parts(connection))
            break
    assert b" 200 " in start


def test_who_does_not_read_keeps_no_worker_beyond_the_deadline(strict: serving) -> None:
    with sent(strict, CROSS, "127.0.0.2") as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert is_free(strict)


def test_a_query_does_not_outlive_its_web_worker(strict: serving) -> None:
    idle = _worked(strict)
    with sent(strict, HEAVY, "127.0.0.2"):
        until(lambda: _worked(strict) > idle + 0.2)
        running = _workers(strict.process.pid)
        for web_worker in children(min(children(strict.process.pid))):
            os.kill(web_worker, signal.SIGKILL)
    try:
        until(lambda: not any(_is_worker(process) for process in running))
    finally:
        for process in filter(_is_worker, running):
            os.kill(process, signal.SIGKILL)


def _workers(process: int) -> list[int]:
    """Return the query workers below a process."""
    return [child for child in _memory(process) if _is_worker(child)]


def _worked(server: serving) -> float:
    """Return the seconds of processor time that the query workers of a server have taken."""
    ticks = 0
    for worker in _workers(server.process.pid):
        with suppress(OSError):
            fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_worker(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text() == "ctgraph-query\n"
    return False
