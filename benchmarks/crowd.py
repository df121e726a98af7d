"""A newcomer beside a crowd: small queries, records and publishes, quiet and beside heavy work."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.running import Client, ctgraph, free_port, running, serve
from benchmarks.sparql import HEAVY

TIMES = 30
UNCOUNTED = 6
"""The first requests start the processes of each web worker."""
RECORDS = 120
CONCEPTS = 25_000
BASE = "http://localhost:8000/resources"
NEWCOMER = "127.0.3.1"
Post = tuple[str, bytes, dict[str, str]]


def record(number: int) -> str:
    """Return the CTID of a course of the web, or of something else beyond it."""
    return f"ce-00000000-0000-4000-9000-{number:012d}"


def crowd(home: Path, workers: int) -> None:
    """Print the 95th percentile of what a newcomer waits, as a ratio to a quiet server's."""
    organization = ctgraph(home, "org", "list").split("\t")[0]
    key = ctgraph(home, "key", "add", organization).strip()
    path = f"/resources/organizations/{organization}/documents"
    authorized = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def certificate(number: int, **more: object) -> bytes:
        return json.dumps(
            {
                "@type": "ceterms:Certificate",
                "ceterms:ctid": record(number),
                "ceterms:name": {"en": f"Certificate {number}, {time.time_ns()}"},
                "ceterms:description": {"en": "One of many that lead to each other."},
                "ceterms:subjectWebpage": "https://www.example.org/certificate",
                "ceterms:inLanguage": ["en"],
                "ceterms:credentialStatusType": {"ceterms:targetNode": "credentialStat:Active"},
                "ceterms:ownedBy": f"{BASE}/{organization}",
                **more,
            }
        ).encode()

    port = free_port()
    with running(
        serve(port, workers),
        port,
        home,
        CTGRAPH_QUERY_CACHE="0",
    ):
        owner = Client(port, "127.0.9.1")
        for number in range(RECORDS):
            targets = [f"{BASE}/{record(n)}" for n in range(RECORDS) if n != number]
            leads = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": targets}
            owner.request(
                "POST",
                path,
                certificate(number, **{"ceterms:isPreparationFor": leads}),
                **_named(authorized),
            )
        large = certificate(
            999, **{"ceterms:keyword": {"en": [f"{n:0500x}" for n in range(CONCEPTS)]}}
        )
        owner.request("POST", path, large, **_named(authorized))
        walk = f"/pathways/{record(0)}/succeeding?depth=10&limit=1000&kind=learning"
        linking = certificate(998, **{"ceterms:hasPart": f"{BASE}/{record(999)}"})
        validating = ("/validate", linking, {"Content-Type": "application/json"})
        beside: dict[str, tuple[list[str], str | Post]] = {
            "24 threads of one client with walks": (["127.0.1.1"] * 24, walk),
            "20 clients with heavy queries": (
                [f"127.0.1.{n}" for n in range(1, 21)],
                f"/sparql?query={quote(HEAVY)}",
            ),
            f"8 clients validating a link into {len(large) / 1e6:.0f} MB": (
                [f"127.0.2.{n}" for n in range(1, 9)],
                validating,
            ),
        }
        small: dict[str, Callable[[int], Post | str]] = {
            "query": lambda n: (
                "/sparql?query="
                + quote(f"SELECT ?p ?o {{ <{BASE}/{record(n % RECORDS)}> ?p ?o }} LIMIT {n + 1}")
            ),
            "record": lambda n: f"/resources/{record(n % RECORDS)}",
            "publish": lambda n: (path, certificate(n % 10), authorized),
        }
        quiet = {name: _p95(port, make) for name, make in small.items()}
        for who, (addresses, what) in beside.items():
            with _crowded(port, addresses, what) as answered:
                time.sleep(2)
                found = {name: _p95(port, make) for name, make in small.items()}
            print(
                f"crowd, {who}: "
                + "; ".join(
                    f"{name} {found[name][0] * 1e3:.0f} ms, {found[name][0] / quiet[name][0]:.2g} "
                    f"times quiet, {found[name][1]} of {TIMES} refused"
                    for name in small
                )
                + f" (the crowd: {dict(answered)})"
            )
        print(
            "crowd, quiet: "
            + "; ".join(f"{name} {p95 * 1e3:.0f} ms" for name, (p95, _) in quiet.items())
        )


def _p95(port: int, make: Callable[[int], Post | str]) -> tuple[float, int]:
    """Return the 95th percentile of the seconds that requests take, and how many are refused."""
    took, refused = [], 0
    for number in range(UNCOUNTED):
        _ask(port, NEWCOMER, make(number))
    for number in range(UNCOUNTED, UNCOUNTED + TIMES):
        started = time.perf_counter()
        refused += _ask(port, NEWCOMER, make(number)) >= 400
        took.append(time.perf_counter() - started)
    return statistics.quantiles(took, n=20)[-1], refused


def _ask(port: int, source: str, what: str | Post) -> int:
    path, body, headers = what if isinstance(what, tuple) else (what, None, {})
    client = http.client.HTTPConnection("127.0.0.1", port, 300, (source, 0))
    try:
        client.request("POST" if body else "GET", path, body, headers)
        answer = client.getresponse()
        answer.read()
        return answer.status
    finally:
        client.close()


@contextmanager
def _crowded(port: int, addresses: list[str], what: str | Post) -> Iterator[Counter[int]]:
    """Let every address ask again and again during a block; count what they are answered."""
    stop, answered = threading.Event(), Counter[int]()

    def one(source: str) -> None:
        while not stop.is_set():
            status = _ask(port, source, what)
            answered[status] += 1
            if status != 200:
                stop.wait(0.5)

    threads = [threading.Thread(target=one, args=(source,)) for source in addresses]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}
