"""What machines wait for that follow a registry: dumps, changes, mirrors, and their pages."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType

import orjson

from benchmarks.account import Account
from benchmarks.appending import appending
from benchmarks.dumping import dumping, publishing_beside
from benchmarks.following import idle_followers, visible
from benchmarks.mirroring import mirroring
from benchmarks.people import told
from benchmarks.requests import hello
from benchmarks.running import ctgraph, free_port, running, serve
from ctgraph.bulk.sources import items_in
from ctgraph.harvest.changes import PAGE_CHANGES
from ctgraph.harvest.event_stream import PAGE_CHANGES as STREAM_CHANGES
from ctgraph.ledger import Ledger
from ctgraph.ler.check import MAX_CHECKED
from ctgraph.settings import load_settings

TIMES = 60
"""Requests of each kind."""
NOW = {"Accept-Datetime": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())}
JSON = {"Content-Type": "application/json"}
_LIST = re.compile(r"<loc>[^<]*?(/resourcesync/resourcelists/[^<]+)</loc>")
REVISED = 2
"""Every so many records get a second version."""


def harvest(home: Path, workers: int) -> None:
    """Measure each way of harvesting; see the functions that are called."""
    _revise(home)
    dumping(home)
    account, ours, peer = Account.of(home), free_port(), free_port()
    with ExitStack() as servers:
        servers.enter_context(running(hello(peer, workers), peer, home))
        servers.enter_context(running(serve(ours, workers), ours, home, CTGRAPH_DUMP_HOURS="0"))
        publishing_beside(home, ours, account)
        visible(ours, account)
        _pages(ours, peer)
        idle_followers(ours)
    mirroring(home, workers)
    appending()


def _revise(home: Path) -> None:
    """Give a registry a history: a part of its records get a second version."""
    ledger = Ledger.of(load_settings(home=home))
    last, records = ledger.changes.last_sequence(), sum(ledger.records.counts().values())
    ledger.database.engine.dispose()
    if last >= records * (1 + 1 / REVISED):
        return
    folder = home.with_name("before")
    ctgraph(home, "dump", "--output", str(folder))
    with (revised := folder / "revised.jsonl").open("wb") as file:
        for number, item in enumerate(items_in(folder / "current.jsonl.zst")):
            document = orjson.loads(item.data)["document"]
            if number % REVISED == 0:
                document["@graph"][0]["ceterms:alternateName"] = {"en": "Revised"}
                file.write(orjson.dumps(document) + b"\n")
    ctgraph(home, "load", str(revised), "--report", str(folder / "report.jsonl"))
    shutil.rmtree(folder)


def _pages(port: int, peer: int) -> None:
    """Print what pages take, each one of many, beside a Flask application that says hello."""
    site, chosen = Site(port), random.Random(0)
    newest = json.loads(site.ask("/changes?after=now"))
    last, base = int(newest["last"]), newest["registry"]
    page = json.loads(site.ask(f"/changes?after={last // 2}"))
    records = chosen.choices([one["ctid"] for one in page["changes"]], k=TIMES)
    every = json.loads(site.ask("/changes?after=0"))["changes"] + page["changes"]
    asked = json.dumps({"records": [one["ctid"] for one in every[-MAX_CHECKED:]]}).encode()
    lists = _LIST.findall(site.ask("/resourcesync/resourcelist.xml").decode())
    starts = {size: range(0, max(1, last - size), size) for size in (PAGE_CHANGES, STREAM_CHANGES)}
    print(f"pages of a registry of {last:,} versions:")
    addresses: dict[str, list[tuple[str, dict[str, str]]]] = {
        "/changes, 1,000": [(f"/changes?after={n}", {}) for n in starts[PAGE_CHANGES]],
        "/ldes page, 100": [(f"/ldes/pages/{n + 1}", {}) for n in starts[STREAM_CHANGES]],
        "resource list": [(one, {}) for one in lists] or [("/resourcesync/resourcelist.xml", {})],
        "TimeGate": [(f"/timegate/{base}/resources/{one}", NOW) for one in records],
    }
    for name, requests in addresses.items():
        told(name, [site.took(*one) for one in chosen.choices(requests, k=TIMES)])
    told("/check of 1,000", [site.took("/check", JSON, asked) for _ in range(TIMES)])
    told("Flask hello", [Site(peer).took("/", {}) for _ in range(TIMES)])


class Site:
    """A client that stays connected."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)

    def ask(
        self,
        path: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> bytes:
        """Send a request; return what is answered.

        :raises SystemExit: when it is an error.
        """
        self._connection.request("POST" if body else "GET", path, body, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{path}: {answer.status} {data[:300]!r}")
        return data

    def took(self, path: str, headers: dict[str, str], body: bytes | None = None) -> float:
        """Send a request; return the milliseconds that it took."""
        began = time.perf_counter()
        self.ask(path, headers, body)
        return (time.perf_counter() - began) * 1e3
