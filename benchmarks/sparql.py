"""The SPARQL service against its peers, on copies of the same store."""

from __future__ import annotations

import http.client
import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from benchmarks.running import CLI, Client, free_port, running, wrk

LONG_QUERY = """SELECT ?class (COUNT(?value) AS ?n) WHERE {
  ?record a ?class ; <https://purl.org/ctdl/terms/description> ?value .
  FILTER (STRLEN(STR(?value)) > 12) } GROUP BY ?class ORDER BY DESC(?n)"""
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?b . ?b ?q ?c . FILTER (STR(?p) > STR(?q)) }"
TURNS = 5
LONG_TURNS = 15


def sparql(home: Path, workers: int) -> None:
    """Small queries by wrk, long ones one by one, and small ones beside twenty heavy ones."""
    oxigraph = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not oxigraph:
        raise SystemExit("This measurement needs the package oxigraph.")
    snapshot = (home / "store" / "current").resolve()
    copy = home.with_name("oxigraph-copy")
    shutil.copytree(snapshot, copy, dirs_exist_ok=True)
    peer_port, our_port, plain_port = free_port(), free_port(), free_port()
    peer = [
        oxigraph,
        "serve-read-only",
        "--location",
        str(copy),
        "--bind",
        f"127.0.0.1:{peer_port}",
        "--union-default-graph",
    ]

    def ours(port: int) -> list[str]:
        return [*CLI, "serve", "--port", str(port), "--workers", str(workers)]

    queries = _small_queries(home)
    with running(peer, peer_port, home):
        with running(ours(plain_port), plain_port, home, CTGRAPH_QUERY_CACHE="0"):
            _requests("small, uncached", "oxigraph", peer_port, "/query", plain_port, queries)
            _long("oxigraph", peer_port, "/query", plain_port)
            _beside(plain_port, queries)
        with running(ours(our_port), our_port, home):
            _requests("the same, cached", "oxigraph", peer_port, "/query", our_port, queries[:1])
    with (
        running(_rdflib_endpoint(home, snapshot, peer_port), peer_port, home),
        running(ours(plain_port), plain_port, home, CTGRAPH_QUERY_CACHE="0"),
    ):
        _requests("small, uncached", "rdflib-endpoint", peer_port, "/", plain_port, queries)
        _long("rdflib-endpoint", peer_port, "/", plain_port)


def _rdflib_endpoint(home: Path, snapshot: Path, port: int) -> list[str]:
    """Return the command that serves a copy of the store with rdflib-endpoint, from memory."""
    copy = home.with_name("copy.nq")
    ox.Store.read_only(str(snapshot)).dump(str(copy), format=ox.RdfFormat.N_QUADS)
    serve = [sys.executable, "-m", "rdflib_endpoint", "serve"]
    return [*serve, str(copy), "--host", "127.0.0.1", "--port", str(port)]


def _small_queries(home: Path) -> list[str]:
    store = ox.Store.read_only(str((home / "store" / "current").resolve()))
    about = "https://w3id.org/ctgraph/terms#about"
    rows = store.query(f"SELECT ?r {{ GRAPH ?g {{ ?d <{about}> ?r }} }} LIMIT 5000")
    assert isinstance(rows, ox.QuerySolutions)
    found = [f"SELECT ?p ?o {{ <{row['r'].value}> ?p ?o }}" for row in rows]
    return random.Random(0).sample(found, len(found))


def _requests(
    what: str, peer: str, peer_port: int, path: str, ours: int, queries: list[str]
) -> None:
    """Compare requests a second, in turns: a machine is not the same all the time."""
    turns = []
    for _ in range(TURNS):
        theirs, _ = wrk(f"http://127.0.0.1:{peer_port}/", _script(path, queries))
        rate, p99 = wrk(f"http://127.0.0.1:{ours}/", _script("/sparql", queries))
        turns.append((rate / theirs, rate, theirs, p99))
    ratio, rate, theirs, p99 = sorted(turns)[TURNS // 2]
    print(
        f"sparql, {what}: {rate:,.0f} requests/s, p99 {p99}; {peer} {theirs:,.0f}; "
        f"ratio {ratio:.2f} (median of {TURNS})"
    )


def _script(path: str, queries: list[str]) -> Path:
    """Write a script for wrk that sends queries in turn."""
    script = Path(tempfile.gettempdir()) / f"ctgraph-wrk-{path.strip('/') or 'root'}.lua"
    paths = ",".join(json.dumps(f"{path}?query={quote(query)}") for query in queries)
    script.write_text(
        f"local paths = {{{paths}}}\nlocal i = 0\n"
        'local headers = {["Accept"] = "application/sparql-results+json"}\n'
        "request = function() i = i % #paths + 1; "
        "return wrk.format('GET', paths[i], headers) end\n"
    )
    return script


def _long(peer: str, peer_port: int, peer_path: str, ours: int) -> None:
    def asked(port: int, path: str) -> Callable[[], float]:
        client = Client(port)
        target = f"{path}?query={quote(LONG_QUERY)}"
        json = "application/sparql-results+json"
        return lambda: client.request("GET", target, Accept=json)[0]

    ask_there, ask_here = asked(peer_port, peer_path), asked(ours, "/sparql")
    # In turns, for the same reason; the first three do not count.
    turns = [(ask_there(), ask_here()) for _ in range(3 + LONG_TURNS)][3:]
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
    times = [client.request("GET", f"/sparql?query={quote(query)}")[0] for query in queries[:400]]
    return statistics.quantiles(times, n=20)[18]
