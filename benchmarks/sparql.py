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
SMALL = 300
LONG_TURNS = 9
UNCOUNTED = 2
"""The first answers load modules and open files."""


def sparql(home: Path, workers: int) -> None:
    """Ask long queries one by one, and small ones beside twenty heavy ones."""
    peer, ours = free_port(), free_port()
    copy = home.with_name("oxigraph-copy")
    shutil.copytree(snapshot(home), copy, dirs_exist_ok=True)
    with running(serve(ours, workers), ours, home, CTGRAPH_QUERY_CACHE="0"):
        with running(oxigraph(copy, peer), peer, home):
            _long("Oxigraph", peer, "/query", ours)
        with running(_rdflib_endpoint(home, peer), peer, home):
            _long("rdflib-endpoint", peer, "/", ours)
        _beside(ours, _small_queries(home))


def oxigraph(store: Path, port: int) -> list[str]:
    """Return the command that serves a copy of a store with Oxigraph's own server."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not program:
        raise SystemExit("This measurement needs the package oxigraph. Run `make benchmarks`.")
    where = ["--location", str(store), "--bind", f"127.0.0.1:{port}"]
    return [program, "serve-read-only", *where]


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


def _beside(port: int, queries: list[str]) -> None:
    """Compare small queries when it is quiet with those beside twenty heavy ones."""
    quiet = _percentile(port, queries)
    stop = threading.Event()

    def heavy() -> None:
        client = Client(port, source="127.0.0.2")
        while not stop.is_set():
            with suppress(OSError, http.client.HTTPException):
                client.ask(f"/sparql?query={quote(HEAVY)}")

    threads = [threading.Thread(target=heavy, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    busy = _percentile(port, queries)
    stop.set()
    print(
        f"sparql, small beside twenty heavy: p95 {busy * 1e3:.1f} ms; quiet {quiet * 1e3:.1f} ms;"
        f" {busy / quiet:.1f} times"
    )


def _percentile(port: int, queries: list[str]) -> float:
    client = Client(port)
    times = [client.request("GET", f"/sparql?query={quote(query)}")[0] for query in queries]
    return statistics.quantiles(times, n=20)[18]
