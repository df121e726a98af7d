"""Requests a second: records and small queries, against two peers, with and without a proxy."""

from __future__ import annotations

import random
import shutil
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from benchmarks.running import free_port, records, running, serve, snapshot, wrk, wrk_script
from benchmarks.sparql import oxigraph

TURNS = 3
SECONDS = 3
RECORDS = 5_000
REPEATED = 100
"""Records that are asked again and again, as those are that much else refers to."""
ASKED_AGAIN = 20_000
"""Queries in one round of those that are asked again."""
FLASK, THREADED, OXIGRAPH = PEERS = ("Flask hello", "Flask hello with 16 threads", "Oxigraph")
AGAIN = "small query, some asked again and again"
THREADS = ("--threads=16", "--keep-alive=75")
JSON_RESULT = {"Accept": "application/sparql-results+json"}
PROXIED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Host": "registry.example.org",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
    "X-Real-IP": "203.0.113.7",
    "X-Request-ID": "0af7651916cd43dd8448eb211c80319c",
    "Via": "1.1 proxy.example.org",
}
"""What reverse proxies that end TLS add, all of it: each adds some."""


class Target(NamedTuple):
    """Something that is asked, and how."""

    port: int
    paths: list[str]
    headers: dict[str, str]


def requests(home: Path, workers: int) -> None:
    """Print what the registry answers a second, as ratios to each peer.

    The peers are Oxigraph's server with the same small queries over the same data, and a Flask
    application that says hello, on gunicorn's own threaded worker: as it comes, with one thread,
    and with more threads and connections that stay open. All run at once and are asked in turns,
    because a machine is not the same from one moment to the next.
    """
    chosen = random.Random(0).sample(found := records(home, RECORDS), len(found))
    base = "http://localhost:8000/resources"
    selects = [quote(f"SELECT ?p ?o {{ <{base}/{record}> ?p ?o }}") for record in chosen]
    with ExitStack() as servers:
        flask, threaded, peer, ours, cached = (free_port() for _ in range(5))
        servers.enter_context(running(hello(flask, workers), flask, home))
        servers.enter_context(running(hello(threaded, workers, *THREADS), threaded, home))
        copy = home.with_name("oxigraph-requests")
        shutil.copytree(snapshot(home), copy, dirs_exist_ok=True)
        servers.enter_context(running(oxigraph(copy, peer), peer, home))
        behind = {"CTGRAPH_PROXIES": "1"}
        servers.enter_context(
            running(serve(ours, workers), ours, home, **behind, CTGRAPH_QUERY_CACHE="0")
        )
        servers.enter_context(running(serve(cached, workers), cached, home, **behind))
        targets = {
            FLASK: Target(flask, ["/"], {}),
            THREADED: Target(threaded, ["/"], {}),
            OXIGRAPH: Target(peer, [f"/query?query={one}" for one in selects], JSON_RESULT),
            "dereference": Target(ours, [f"/resources/{record}" for record in chosen], {}),
            "repeated dereference": Target(
                cached, [f"/resources/{record}" for record in chosen[:REPEATED]], {}
            ),
            "small query": Target(ours, [f"/sparql?query={one}" for one in selects], JSON_RESULT),
            AGAIN: Target(cached, [f"/sparql?query={one}" for one in _again(selects)], JSON_RESULT),
        }
        for name, added in (("plain headers", {}), ("headers of a TLS proxy", PROXIED)):
            _compare(name, added, targets)


def _again(queries: list[str]) -> list[str]:
    """Return a round of queries, some of which many people ask: the nth by 1/n of the first."""
    weights = [1 / rank for rank in range(1, len(queries) + 1)]
    return random.Random(1).choices(queries, weights, k=ASKED_AGAIN)


def hello(port: int, workers: int, *more: str) -> list[str]:
    """Return the command that serves a bare Flask application on the stock `gthread` worker."""
    options = ["--worker-class=gthread", f"--workers={workers}", f"--bind=127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", "benchmarks.hello:app", *options, *more]


def _compare(name: str, added: dict[str, str], targets: dict[str, Target]) -> None:
    scripts = {
        what: wrk_script(target.paths, target.headers | added) for what, target in targets.items()
    }
    turns = [
        {
            what: wrk(f"http://127.0.0.1:{target.port}/", scripts[what], SECONDS)[0]
            for what, target in targets.items()
        }
        for _ in range(TURNS)
    ]
    rates = {what: statistics.median(turn[what] for turn in turns) for what in targets}
    peers = ", ".join(f"{peer} {rates[peer]:,.0f}" for peer in PEERS)
    print(f"requests, {name}: {peers} requests/s (medians of {TURNS} turns)")
    for what in (name for name in targets if name not in PEERS):
        ratios = (
            f"{statistics.median(turn[what] / turn[peer] for turn in turns):.2f} times {peer}"
            for peer in PEERS
        )
        print(f"  {what}: {rates[what]:,.0f} requests/s; {'; '.join(ratios)}")
