"""Long queries as ratios to other servers over copies of the store, and small ones beside them."""

from __future__ import annotations

import http.client
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from benchmarks.running import Client, free_port, records, running, serve, snapshot

LONG_QUERY = """SELECT ?class (COUNT(?value) AS ?n) WHERE {
  ?record a ?class ; <https://purl.org/ctdl/terms/description> ?value .
  FILTER (STRLEN(STR(?value)) > 12) } GROUP BY ?class ORDER BY DESC(?n)"""
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?b . ?b ?q ?c . FILTER (STR(?p) > STR(?q)) }"
HEAVY_SOURCES = [f"127.0.1.{number}" for number in range(1, 21)]
"""The addresses of the clients with heavy queries: what bounds one client does not bound twenty."""
REFUSED_PAUSE_SECONDS = 0.5
SMALL, MIN_SMALL = 300, 20
MAX_SMALL_SECONDS = 60
"""Fewer small queries are asked if they take longer."""
LONG_TURNS = 9
UNCOUNTED = 2
"""The first answers load modules and open files."""


def sparql(home: Path, workers: int) -> None:
    """Ask long queries one by one, and small ones beside twenty clients with heavy ones."""
    peer, ours = free_port(), free_port()
    copy = home.with_name("oxigraph-copy")
    shutil.copytree(snapshot(home), copy, dirs_exist_ok=True)
    # No answer comes from a cache.
    served = running(serve(ours, workers), ours, home, CTGRAPH_QUERY_CACHE="0")
    small = _small_queries(home)
    with served:
        with running(oxigraph(copy, peer), peer, home):
            _long("Oxigraph", peer, "/query", ours)
        with running(_rdflib_endpoint(home, peer), peer, home):
            _long("rdflib-endpoint", peer, "/", ours)
        _beside("ctgraph", ours, "/sparql", small)
    # Alone, as the two would take the processors from each other.
    with running(oxigraph(copy, peer), peer, home):
        _beside("Oxigraph", peer, "/query", small)


def oxigraph(store: Path, port: int, command: str = "serve-read-only") -> list[str]:
    """Return the command that serves a copy of a store with Oxigraph's own server."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not program:
        raise SystemExit("This measurement needs the package oxigraph. Run `make benchmarks`.")
    return [program, command, "--location", str(store), "--bind", f"127.0.0.1:{port}"]


def _rdflib_endpoint(home: Path, port: int) -> list[str]:
    """Return the command that serves a copy of the store with rdflib-endpoint, from memory."""
    copy = home.with_name("copy.nq")
    ox.Store.read_only(str(snapshot(home))).dump(str(copy), format=ox.RdfFormat.N_QUADS)
    serve = [sys.executable, "-m", "rdflib_endpoint", "serve"]
    return [*serve, str(copy), "--host", "127.0.0.1", "--port", str(port)]


def _small_queries(home: Path) -> list[str]:
    base = "http://localhost:8000/resources"
    return [f"SELECT ?p ?o {{ <{base}/{record}> ?p ?o }}" for record in records(home, SMALL)]


def _long(peer: str, peer_port: int, peer_path: str, ours: int) -> None:
    def asked(port: int, path: str) -> Callable[[], float]:
        client = Client(port)
        target = f"{path}?query={quote(LONG_QUERY)}"
        accept = {"Accept": "application/sparql-results+json"}
        return lambda: client.request("GET", target, headers=accept)[0]

    ask_there, ask_here = asked(peer_port, peer_path), asked(ours, "/sparql")
    # In turns, because a machine is not the same from one moment to the next.
    turns = [(ask_there(), ask_here()) for _ in range(UNCOUNTED + LONG_TURNS)][UNCOUNTED:]
    there, here = (statistics.median(times) for times in zip(*turns, strict=True))
    print(
        f"sparql, long: {here * 1e3:,.0f} ms; {peer} {there * 1e3:,.0f} ms; "
        f"ratio of rates {there / here:.2f}"
    )


def _beside(server: str, port: int, path: str, queries: list[str]) -> None:
    """Compare small queries when it is quiet with those beside twenty clients with heavy ones."""
    quiet, _ = _small(port, path, queries)
    stop = threading.Event()

    def heavy(source: str) -> None:
        client = Client(port, source)
        while not stop.is_set():
            with suppress(OSError, http.client.HTTPException):
                if client.ask(f"{path}?query={quote(HEAVY)}") >= 400:
                    stop.wait(REFUSED_PAUSE_SECONDS)

    for source in HEAVY_SOURCES:
        threading.Thread(target=heavy, args=(source,), daemon=True).start()
    time.sleep(2)
    busy, refused = _small(port, path, queries)
    stop.set()
    print(
        f"sparql, {len(busy)} small beside {len(HEAVY_SOURCES)} clients with heavy ones, {server}: "
        f"{refused} refused, median {statistics.median(busy) * 1e3:.1f} ms, "
        f"p95 {_p95(busy) * 1e3:.1f} ms; quiet p95 {_p95(quiet) * 1e3:.1f} ms; "
        f"{_p95(busy) / _p95(quiet):.1f} times"
    )


def _small(port: int, path: str, queries: list[str]) -> tuple[list[float], int]:
    """Return the seconds that small queries take, and how many are refused."""
    client, refused = Client(port), 0
    took: list[float] = []
    began = time.monotonic()
    for query in queries:
        if time.monotonic() - began > MAX_SMALL_SECONDS and len(took) >= MIN_SMALL:
            break
        started = time.perf_counter()
        refused += client.ask(f"{path}?query={quote(query)}") >= 400
        took.append(time.perf_counter() - started)
    return took, refused


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]
