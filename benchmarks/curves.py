"""Cost curves: what everything costs while one registry grows.

``python -m benchmarks curves [--sizes 10,100,300] [--keep FOLDER] [--write PAGE]``

The same questions are asked at every size, about records of the first stage, so that only the rest
of the registry differs. A figure that grows with it belongs to something that does not scale.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from benchmarks.account import BASE, Account
from benchmarks.curve_table import Figures, heading, table, write
from benchmarks.running import (
    Client,
    ctgraph,
    disk_bytes,
    ended_processor_seconds,
    free_port,
    highest,
    peak_memory,
    processor_seconds,
    running,
    serve,
)
from ctgraph.bulk.sample.population import Population
from ctgraph.identity.ctid import Ctid
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import load_settings

SIZES = "10,100,300"
WORKERS = 2
RECORDS = 300
WALKED, WALKS = 100, 10
"""Records whose pathways are tried, and pathways that are timed: those with the largest answers."""
TIMES, MIN_TIMES = 21, 3
PUBLISHES = 50
MAX_ASKING_SECONDS = 20
"""Of one kind of question. Slow ones are asked fewer times."""
HTML, JSON = {"Accept": "text/html"}, {"Accept": "application/json"}
TURTLE = {"Accept": "text/turtle"}
PAGES = {
    "`/`": ("/", HTML),
    "`/void`": ("/void", TURTLE),
    "`/records`": ("/records", HTML),
    "`/pathways`": ("/pathways", HTML),
    "`/pathways/search`": ("/pathways/search?q=welding", JSON),
}


def curves(arguments: list[str]) -> None:
    """Load a registry stage by stage, measure it at each size, and print the table.

    :param arguments: of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks curves", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="thousands of documents")
    parser.add_argument(
        "--keep",
        type=Path,
        help="a folder for the registry and its figures; a further run goes on behind them",
    )
    parser.add_argument("--write", type=Path, help="a page whose table is replaced")
    options = parser.parse_args(arguments)
    sizes = sorted(round(float(size) * 1000) for size in options.sizes.split(","))
    with tempfile.TemporaryDirectory(prefix="ctgraph-curves-") as folder:
        run = _Run(options.keep or Path(folder), sizes)
        found = {size: run.at(size, before) for before, size in pairwise([0, *sizes])}
        block = f"{heading(run.load_average)}\n\n{table(found)}"
    print(block)
    if options.write:
        write(options.write, block)


class _Run:
    """The registry of a run, and what has been measured in it.

    :param folder: where both lie.
    :param sizes: of the stages, documents.
    :raises SystemExit: when the folder has other stages.
    """

    def __init__(self, folder: Path, sizes: list[int]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._home, self._first = folder, folder / "home", sizes[0]
        self._file = folder / "figures.json"
        known = json.loads(self._file.read_text()) if self._file.exists() else {}
        self.load_average: float = known.get("load average", os.getloadavg()[1])
        self._known: dict[str, dict[str, Figures]] = known.get("sizes", {})
        kept = [int(size) for size in self._known]
        if any(one != other for one, other in zip(kept, sizes, strict=False)):
            raise SystemExit(
                f"{folder} holds a registry that grew by the sizes {kept}. Use these, "
                "with more behind them, or another folder."
            )

    def at(self, size: int, before: int) -> Figures:
        """Return the figures of a size (documents); measure those that are missing."""
        known = self._known.setdefault(str(size), {})
        parts: dict[str, Callable[[], Figures]] = {
            "load": partial(self._load, size, before),
            "server": partial(self._served, size),
            "check": partial(self._check, size),
            "rebuild": partial(self._rebuild, size),
        }
        for name, measure in parts.items():
            if name not in known:
                _say(f"{size:,} documents: {name} …")
                known[name] = measure()
                kept = {"load average": self.load_average, "sizes": self._known}
                self._file.write_text(json.dumps(kept, indent=1))
                for figure, value in known[name].items():
                    _say(f"  {figure}: {value:,.2f}")
        return {figure: value for part in known.values() for figure, value in part.items()}

    def _load(self, size: int, before: int) -> Figures:
        """Load a stage, and say what it took; an interrupted load goes on where it was."""
        sample = self._folder / f"sample-{before}-{size}.jsonl"
        ctgraph(
            self._home,
            *("sample", "--documents", str(size - before)),
            *("--seed", str(before), "--out", str(sample)),
        )
        ctgraph(self._home, "init")
        loaded = self._sequence()
        report = str(self._folder / "report.jsonl")
        with (
            highest(partial(disk_bytes, self._home)) as room,
            peak_memory("ctgraph.projections.projector") as projector,
            _cost() as cost,
        ):
            ctgraph(self._home, "load", str(sample), "--report", report)
        sample.unlink()
        if not (documents := self._sequence() - loaded):
            raise SystemExit(f"{self._home} was loaded, but not measured. Use another folder.")
        store = store_folder_of(load_settings(home=self._home))
        return {
            "load, documents/s": documents / cost.seconds,
            "load, processor time, ms a document": cost.processor_seconds * 1e3 / documents,
            "load, peak memory of all processes, MB": cost.memory_bytes / 1e6,
            "load, peak memory of the projector, MB": projector() / 1e6,
            "load, most room on disk at once, kB a document": room() / 1e3 / size,
            "ledger, kB a document": disk_bytes(*self._home.glob("ledger.sqlite*")) / 1e3 / size,
            "live store, kB a document": disk_bytes(store.live) / 1e3 / size,
            "link index, kB a document": disk_bytes(*store.path.glob("links.sqlite*")) / 1e3 / size,
            "home folder after the load, kB a document": disk_bytes(self._home) / 1e3 / size,
        }

    def _served(self, size: int) -> Figures:
        """Ask a server, and publish."""
        people = Population(self._first, 0)
        numbers = random.Random(0).sample(range(self._first), min(RECORDS, self._first))
        records = [people.ctid(number) for number in numbers]
        account, port = Account.of(self._home), free_port()
        with running(serve(port, WORKERS), port, self._home):
            return _asked(Client(port), records) | _published(Client(port), account, size)

    def _check(self, size: int) -> Figures:
        with _cost() as cost:
            ctgraph(self._home, "check")
        return {
            "check, ms a document": cost.seconds * 1e3 / size,
            "check, processor time, ms a document": cost.processor_seconds * 1e3 / size,
        }

    def _rebuild(self, size: int) -> Figures:
        """Make the projections from a copy of the ledger: those of the run go on to grow."""
        copy = self._folder / "rebuilt"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._home, copy, ignore=shutil.ignore_patterns("store"))
        with _cost() as cost:
            ctgraph(copy, "rebuild")
        shutil.rmtree(copy)
        return {
            "rebuild, ms a document": cost.seconds * 1e3 / size,
            "rebuild, processor time, ms a document": cost.processor_seconds * 1e3 / size,
            "rebuild, peak memory of all processes, MB": cost.memory_bytes / 1e6,
        }

    def _sequence(self) -> int:
        """Return the number of the last change, which queries see when a load has ended.

        No ledger is opened: a process that copies a database must not have it open (SQLite's locks
        end with any of its files).
        """
        return max(store_folder_of(load_settings(home=self._home)).sequence(), 0)


def _asked(client: Client, records: list[Ctid]) -> Figures:
    """Return what a visitor waits for."""

    def ask(path: str, headers: dict[str, str] = JSON) -> float:
        return client.request("GET", path, headers=headers)[0]

    def length(path: str) -> int:
        return len(client.request("GET", path, headers=JSON)[1])

    paths = [f"/resources/{one}" for one in records]
    for path in paths:
        ask(path)
    selects = [quote(f"SELECT ?p ?o {{ <{BASE}/{one}> ?p ?o }}") for one in records]
    walks = [f"/pathways/{one}/succeeding?depth=5&limit=1000" for one in records[:WALKED]]
    longest = sorted(walks, key=length)[-WALKS:]
    dereferenced = _Series([partial(ask, path) for path in paths])
    asked = {
        "empty request (`/healthz`)": _Series([partial(ask, "/healthz")] * RECORDS),
        "record": dereferenced,
        "small query": _Series([partial(ask, f"/sparql?query={one}") for one in selects]),
        "`/pathways/{ctid}/succeeding`, depth 5": _Series([partial(ask, one) for one in longest]),
        **{what: _Series([partial(ask, *page)] * TIMES) for what, page in PAGES.items()},
    }
    found = {name: value for what, series in asked.items() for name, value in series.named(what)}
    return found | {
        "record, 95th percentile, ms": statistics.quantiles(dereferenced.times, n=20)[18]
    }


def _published(client: Client, account: Account, size: int) -> Figures:
    """Return how long publishes take until queries see them.

    The size is in their CTIDs, as the account of each stage may be another.
    """

    def publish(number: int) -> float:
        body = account.certificate(f"ce-00000000-0000-4000-8000-{10 * size + number % 10:012d}")
        return client.request("POST", f"{account.path}?wait=true", body, account.headers)[0]

    series = _Series([partial(publish, number) for number in range(PUBLISHES)])
    return dict(series.named("publish with `wait=true`"))


class _Series:
    """What questions took, one after the other, in milliseconds: each, and of processors for one.

    :param questions: each returns its seconds. The first is asked once more before, which does not
        count.
    """

    def __init__(self, questions: list[Callable[[], float]]) -> None:
        self.times: list[float] = []
        questions[0]()
        used = processor_seconds()
        for question in questions:
            self.times.append(question() * 1e3)
            if len(self.times) >= MIN_TIMES and sum(self.times) > MAX_ASKING_SECONDS * 1e3:
                break
        self.processor_time = (processor_seconds() - used) * 1e3 / len(self.times)

    def named(self, what: str) -> Iterator[tuple[str, float]]:
        """Yield its figures by their names."""
        yield f"{what}, ms", statistics.median(self.times)
        yield f"{what}, processor time, ms", self.processor_time


@dataclass
class _Cost:
    """What a block took: seconds, processor time of its processes, and their peak memory."""

    seconds: float = 0
    processor_seconds: float = 0
    memory_bytes: int = 0


@contextmanager
def _cost() -> Iterator[_Cost]:
    """Yield what the block takes, once it has ended. Its processes must have ended too."""
    cost = _Cost()
    began, used = time.monotonic(), ended_processor_seconds()
    with peak_memory() as peak:
        yield cost
        cost.seconds = time.monotonic() - began
    cost.processor_seconds = ended_processor_seconds() - used
    cost.memory_bytes = peak()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
