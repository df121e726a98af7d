"""Run the measurements: ``python -m benchmarks [NAME…] [--documents N] [--home FOLDER]``."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import orjson
import pyoxigraph as ox

from benchmarks.crowd import crowd as crowded
from benchmarks.pathways import pathways as walks
from benchmarks.pathways import share
from benchmarks.running import CLI, Client, ctgraph, free_port, median, peak_memory, running, wrk
from benchmarks.slow import beside_slow_clients
from benchmarks.sparql import sparql
from ctgraph.bulk.sample import generate
from ctgraph.documents import Document, parse
from ctgraph.rdf.namespaces import CTG
from ctgraph.server.supervisor import gunicorn_command
from ctgraph.settings import Settings
from ctgraph.validation import refused, validate

WORKERS = 2
BASE = "http://localhost:8000/resources"


def load(home: Path, documents: int) -> None:
    """Load generated documents through everything: a tenth of them, then all, into new homes."""
    rates = []
    for count, folder in ((documents // 10, home.with_name("tenth")), (documents, home)):
        file = folder.with_name(f"sample-{count}.jsonl")
        ctgraph(folder, "sample", "--documents", str(count), "--out", str(file))
        ctgraph(folder, "init")
        report = str(folder.with_name("report.jsonl"))
        with peak_memory() as peak:
            started = time.monotonic()
            output = ctgraph(folder, "load", str(file), "--report", report)
            took = time.monotonic() - started
        rates.append(count / took)
        print(
            f"load {count:,}: {count / took:,.0f} documents/s, {took:.1f} s, "
            f"peak memory of all processes {peak() / 1e9:.2f} GB"
        )
        print("  " + output.strip().splitlines()[-1])
    print(f"load: rate at {documents:,} / rate at {documents // 10:,} = {rates[1] / rates[0]:.2f}")


def validation(_: Path, __: int) -> None:
    """Validate 10,000 generated documents: the engine `shacl` against pyshacl, on a part of them.

    Both answer the question that a load asks; the whole report with all advice is timed too.
    """
    settings, reference = Settings(), Settings(validation_engine="pyshacl")
    documents = [parse(orjson.dumps(document), settings) for document in generate(10_000)]
    chance = random.Random(0)

    def rate(check: Callable[[Document], object], some: list[Document]) -> float:
        check(some[0])  # the shapes are prepared once
        started = time.perf_counter()
        for document in some:
            check(document)
        return len(some) / (time.perf_counter() - started)

    fast = rate(lambda d: refused(d, settings), documents)
    slow = rate(lambda d: refused(d, reference), chance.sample(documents, 100))
    whole = rate(lambda d: validate(d, settings), documents)
    print(
        f"validation: {fast:,.0f} documents/s; pyshacl {slow:,.1f} documents/s (on 100 of them); "
        f"ratio {fast / slow:,.0f}; whole reports {whole:,.0f} documents/s"
    )


def dereference(home: Path, _: int) -> None:
    """JSON-LD of random records against a bare Flask application, on the same gunicorn."""
    records = _records(home, 5000)
    script = home.with_name("records.lua")
    names = ",".join(f'"/resources/{r}"' for r in random.Random(0).sample(records, len(records)))
    script.write_text(
        f"local paths = {{{names}}}\nlocal i = 0\n"
        "request = function() i = i % #paths + 1; return wrk.format('GET', paths[i]) end\n"
    )
    port = free_port()
    hello = gunicorn_command("benchmarks.hello:app", "127.0.0.1", port, WORKERS)
    hello += ["--pythonpath=."]
    with running(hello, port, home), _served(home) as ours:
        # In turns, because the machine is not the same from one moment to the next.
        turns = [
            (wrk(f"http://127.0.0.1:{port}/")[0], *wrk(f"http://127.0.0.1:{ours}/", script))
            for _ in range(5)
        ]
    peer, rate, p99 = sorted(turns, key=lambda turn: turn[1] / turn[0])[2]
    print(
        f"dereference: {rate:,.0f} requests/s, p99 {p99}; Flask hello {peer:,.0f} requests/s; "
        f"ratio {rate / peer:.2f} (median of five)"
    )


def query(home: Path, _: int) -> None:
    """The SPARQL service against its peers."""
    sparql(home, WORKERS)


def pathways(_: Path, documents: int) -> None:
    """Questions about pathways against SPARQL, and what links take of a load."""
    walks(documents)
    share()


def slow(home: Path, _: int) -> None:
    """Others' answers, when it is quiet and beside many slow clients."""
    (first,) = _records(home, 1)
    with _served(home) as port:
        beside_slow_clients(port, first)


def publish(home: Path, _: int) -> None:
    """Publish changed records, each until queries see it."""
    organization = ctgraph(home, "org", "list").split("\t")[0]
    key = ctgraph(home, "key", "add", organization).strip()
    number = 0
    with _served(home) as port:
        client = Client(port)

        def once() -> float:
            nonlocal number
            number += 1
            record = f"ce-00000000-0000-4000-8000-{number % 10:012d}"
            body = {
                "@type": "ceterms:Certificate",
                "ceterms:ctid": record,
                "ceterms:name": {"en": f"Certificate, {time.time_ns()}"},
                "ceterms:description": {"en": "It changes every few milliseconds."},
                "ceterms:subjectWebpage": "https://www.example.org/certificate",
                "ceterms:inLanguage": ["en"],
                "ceterms:credentialStatusType": {"ceterms:targetNode": "credentialStat:Active"},
                "ceterms:ownedBy": f"{BASE}/{organization}",
            }
            path = f"/resources/organizations/{organization}/documents?wait=true"
            took, answer = client.request(
                "POST",
                path,
                json.dumps(body).encode(),
                Authorization=f"Bearer {key}",
                Content_Type="application/json",
            )
            assert json.loads(answer)["queryable"]
            return took

        bare = median(lambda: client.request("GET", "/healthz")[0], 100)
        took = median(once, 100)
    print(
        f"publish, wait=true: median {took * 1e3:.0f} ms; {took / bare:.0f} times an empty request"
    )


def crowd(home: Path, _: int) -> None:
    """What a newcomer waits for beside a crowd with heavy work."""
    crowded(home, WORKERS)


def _served(home: Path) -> AbstractContextManager[int]:
    port = free_port()
    command = [*CLI, "serve", "--port", str(port), "--workers", str(WORKERS)]
    return running(command, port, home)


def _records(home: Path, count: int) -> list[str]:
    """Return the CTIDs of some records."""
    rows = ox.Store.read_only(str((home / "store" / "current").resolve())).query(
        f"SELECT ?record {{ ?d ctg:about ?record }} LIMIT {count}",
        prefixes={"ctg": CTG},
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, ox.QuerySolutions)
    return [row["record"].value.rpartition("/")[2] for row in rows]


ALL: dict[str, Callable[[Path, int], None]] = {
    "load": load,
    "validation": validation,
    "dereference": dereference,
    "query": query,
    "pathways": pathways,
    "publish": publish,
    "slow": slow,
    "crowd": crowd,
}


def main() -> None:
    """Run the named measurements, or all; those of a served registry use the home of `load`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--home", type=Path, help="a loaded home; without it, `load` makes one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctgraph-benchmarks-") as folder:
        home = options.home or Path(folder) / "home"
        names = options.names or list(ALL)
        if not options.home and not {"load", "validation", "pathways"} >= set(names):
            names = ["load", *names]
        for name in names:
            ALL[name](home, options.documents)


if __name__ == "__main__":
    main()
