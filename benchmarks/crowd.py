"""A newcomer beside a crowd: small queries, records and publishes, quiet and beside heavy work."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.account import BASE, Account
from benchmarks.running import Client, free_port, running, serve
from benchmarks.sparql import HEAVY

TIMES = 30
UNCOUNTED = 6
"""The first requests start the processes of each web worker."""
RECORDS = 120
KEYWORDS = 25_000
LARGE, LINKING = 999, 998
"""The numbers of a large record, and of one that links to it."""
NEWCOMER = "127.0.3.1"
Post = tuple[str, bytes, dict[str, str]]


def record(number: int) -> str:
    """Return the CTID of a course of the web, or of something else beyond it."""
    return f"ce-00000000-0000-4000-9000-{number:012d}"


def crowd(home: Path, workers: int) -> None:
    """Print the 95th percentile of what a newcomer waits, as a ratio to a quiet server's."""
    account, port = Account.of(home), free_port()
    with running(serve(port, workers), port, home, CTGRAPH_QUERY_CACHE="0"):
        size = _publish(account, port)
        small = _small(account)
        quiet = {name: _p95(port, make) for name, make in small.items()}
        for who, (addresses, what) in _crowds(account, size).items():
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


def _publish(account: Account, port: int) -> int:
    """Publish a dense web of records and a large one; return the size of the large one."""
    owner = Client(port, "127.0.9.1")
    for number in range(RECORDS):
        targets = [f"{BASE}/{record(n)}" for n in range(RECORDS) if n != number]
        leads = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": targets}
        body = account.certificate(record(number), **{"ceterms:isPreparationFor": leads})
        owner.request("POST", account.path, body, account.headers)
    keywords = {"en": [f"{n:0500x}" for n in range(KEYWORDS)]}
    large = account.certificate(record(LARGE), **{"ceterms:keyword": keywords})
    owner.request("POST", account.path, large, account.headers)
    return len(large)


def _small(account: Account) -> dict[str, Callable[[int], Post | str]]:
    """Return what the newcomer asks: a function of the number of the request for each kind."""
    select = "SELECT ?p ?o {{ <{}> ?p ?o }} LIMIT {}"
    return {
        "query": lambda n: (
            "/sparql?query=" + quote(select.format(f"{BASE}/{record(n % RECORDS)}", n + 1))
        ),
        "record": lambda n: f"/resources/{record(n % RECORDS)}",
        "publish": lambda n: (
            account.path,
            account.certificate(record(n % 10)),
            account.headers,
        ),
    }


def _crowds(account: Account, size: int) -> dict[str, tuple[list[str], str | Post]]:
    """Return each crowd: the addresses of its clients, and what all of them ask."""
    walk = f"/pathways/{record(0)}/succeeding?depth=10&limit=1000&kind=learning"
    linking = account.certificate(record(LINKING), **{"ceterms:hasPart": f"{BASE}/{record(LARGE)}"})
    validating = ("/validate", linking, {"Content-Type": "application/json"})
    return {
        "24 threads of one client with walks": (["127.0.1.1"] * 24, walk),
        "20 clients with heavy queries": (
            [f"127.0.1.{n}" for n in range(1, 21)],
            f"/sparql?query={quote(HEAVY)}",
        ),
        f"8 clients validating a link into {size / 1e6:.0f} MB": (
            [f"127.0.2.{n}" for n in range(1, 9)],
            validating,
        ),
    }


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
