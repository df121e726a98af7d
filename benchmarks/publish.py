"""The time from a publish until queries see it, as a ratio to a PUT to Oxigraph's server."""

from __future__ import annotations

import json
import shutil
import statistics
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from benchmarks.account import Account
from benchmarks.running import Client, free_port, running, serve, snapshot
from benchmarks.sparql import oxigraph
from ctgraph.documents import parse
from ctgraph.settings import load_settings

PUBLISHES = 1_000
PART = 100
RECORDS = 100
N_TRIPLES = {"Content-Type": "application/n-triples"}


def publish(home: Path, workers: int) -> None:
    """Publish changed records, each until queries see it.

    The peer gets the triples of the same documents, and neither checks them nor keeps what they
    were before. Both are asked in turns.
    """
    account, settings = Account.of(home), load_settings(home=home)
    copy = home.with_name("oxigraph-publish")
    shutil.copytree(snapshot(home), copy, dirs_exist_ok=True)
    ours, peer = free_port(), free_port()
    here: list[float] = []
    there: list[float] = []
    with (
        running(serve(ours, workers), ours, home),
        running(oxigraph(copy, peer, "serve"), peer, home),
    ):
        client, other = Client(ours), Client(peer)
        for number in range(PUBLISHES):
            record = f"ce-00000000-0000-4000-8000-{number % RECORDS:012d}"
            body = account.certificate(record)
            took, answer = client.request(
                "POST", f"{account.path}?wait=true", body, account.headers
            )
            assert json.loads(answer)["queryable"]
            here.append(took)
            graph, triples = _triples(parse(body, settings).quads)
            path = f"/store?graph={quote(graph, safe='')}"
            there.append(other.request("PUT", path, triples, N_TRIPLES)[0])
    middle, bare = statistics.median(here), statistics.median(there)
    first, last = statistics.median(here[:PART]), statistics.median(here[-PART:])
    print(
        f"publish, wait=true, {PUBLISHES:,} times: median {middle * 1e3:.0f} ms, p95 "
        f"{statistics.quantiles(here, n=20)[18] * 1e3:.0f} ms; the last {PART} {last / first:.2f} "
        f"times the first; {middle / bare:.0f} times a PUT to Oxigraph ({bare * 1e3:.1f} ms)"
    )


def _triples(quads: bytes) -> tuple[str, bytes]:
    """Return the graph of a document's quads, and its triples as N-Triples."""
    found = list(ox.parse(quads, format=ox.RdfFormat.N_QUADS, lenient=True))
    triples = ox.serialize((quad.triple for quad in found), format=ox.RdfFormat.N_TRIPLES)
    assert triples
    return str(found[0].graph_name).strip("<>"), triples
