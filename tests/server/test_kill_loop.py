"""Everything is killed, again and again, while documents are published: nothing is lost.

It takes 20 seconds, or as many as the environment variable CTGRAPH_KILL_SECONDS says.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path

import orjson

from ctgraph.projections.checking import check
from ctgraph.projections.store_folder import hold
from tests.support.registry import Registry, certificate, ctid_number, environment
from tests.support.server import of, serving
from tests.support.waiting import until

SECONDS = float(os.environ.get("CTGRAPH_KILL_SECONDS") or 20)
CLI = [sys.executable, "-m", "ctgraph.cli"]
FIRST_LOADED = 100_000
MORE_OFTEN = ["projector", "web worker", "query worker", "load process"] * 2


class Publisher(threading.Thread):
    """Publishes documents one after another, and notes what was acknowledged."""

    def __init__(self, registry: Registry, port: int, first: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[int] = []
        self.stop = threading.Event()
        self._registry = registry
        self._address = f"http://127.0.0.1:{port}{registry.documents_url}"
        self._query = f"http://127.0.0.1:{port}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D&n={first}"
        self._number = first

    def run(self) -> None:
        while not self.stop.is_set():
            self._number += 1
            request = urllib.request.Request(
                self._address,
                orjson.dumps(certificate(self._number)),
                self._registry.authorization | {"Content-Type": "application/ld+json"},
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    assert answer.status == 201
                    self.acknowledged.append(self._number)
                with urllib.request.urlopen(self._query, timeout=10) as answer:
                    answer.read()
            except OSError:  # refused, ended, or 503
                time.sleep(0.05)


class Server:
    """A server that is started anew when it has ended."""

    def __init__(self, registry: Registry) -> None:
        self._environment = environment(registry)
        self.process = serving(self._environment, "--workers", "2")
        self.port = self.process.port

    @property
    def pid(self) -> int:
        return self.process.process.pid

    def ensure(self) -> None:
        """Start the server where it has ended, and wait until it answers."""
        for _ in range(600):
            if self.process.process.poll() is not None:
                self.process.process = subprocess.Popen(
                    [*CLI, "serve", "--port", str(self.port), "--workers", "2"],
                    env=self._environment,
                )
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10),
            ):
                return
            time.sleep(0.1)
        raise TimeoutError("the server does not answer")

    def end(self) -> None:
        self.process.process.terminate()
        self.process.process.wait(60)


def test_whatever_is_killed_no_acknowledged_publish_is_lost(
    registry: Registry, tmp_path: Path
) -> None:
    chance = random.Random(int(os.environ.get("CTGRAPH_KILL_SEED") or 1))
    loaded = tmp_path / "loaded.jsonl"
    loaded.write_bytes(
        b"\n".join(orjson.dumps(certificate(n)) for n in range(FIRST_LOADED, FIRST_LOADED + 1500))
    )
    load_command = [*CLI, "load", str(loaded), "--report", str(tmp_path / "report")]
    server, load, kills, seen = Server(registry), None, Counter[str](), set[str]()
    publishers = [Publisher(registry, server.port, first) for first in (0, 30_000)]
    for publisher in publishers:
        publisher.start()
    # On a busy machine, it takes a while until the first process has been forked.
    until(lambda: all(publisher.acknowledged for publisher in publishers))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        server.ensure()
        time.sleep(chance.uniform(0.2, 1.2))
        if load is None or load.poll() is not None:
            load = subprocess.Popen(
                load_command, env=environment(registry), stderr=subprocess.DEVNULL
            )
        gunicorn = of(server.pid, "web_server")[:1]
        victims = {
            "projector": of(server.pid, "ctgraph.projections.projector"),
            "web worker": of(gunicorn[0], "web_server") if gunicorn else [],
            "query worker": of(server.pid, "ctgraph-query"),
            "gunicorn": gunicorn,
            "supervisor": [server.pid],
            "load process": of(load.pid, "spawn_main"),
            "load": [load.pid],
        }
        seen |= {kind for kind, pids in victims.items() if pids}
        kind = chance.choice([*victims, *MORE_OFTEN, "rebuild"])
        if kind == "rebuild":
            _kill_a_rebuild(server, registry, chance)
        else:
            pids = victims[kind]
            with suppress(ProcessLookupError):
                if pids:
                    os.kill(chance.choice(pids), signal.SIGKILL)
            kind = kind if pids else "nobody"
        kills[kind] += 1
    for publisher in publishers:
        publisher.stop.set()
        publisher.join()
    if load and load.poll() is None:
        load.kill()
    if load:
        load.wait()
    if server.process.process.poll() is None:
        server.end()
    done = subprocess.run(load_command, env=environment(registry), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    acknowledged = [n for publisher in publishers for n in publisher.acknowledged]
    assert sum(kills.values()) > kills["nobody"]
    assert {"gunicorn", "web worker"} <= seen  # found by their names
    for number in [*acknowledged, *range(FIRST_LOADED, FIRST_LOADED + 1500)]:
        assert registry.ledger.records.find(ctid_number(number)), number
    last = registry.ledger.changes.last_sequence()
    seqs = [
        c.seq for start in range(0, last, 1000) for c in registry.ledger.changes.after(start, 1000)
    ]
    assert seqs == list(range(1, last + 1))
    registry.project()
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []
    print(f"{dict(kills)}; {len(acknowledged)} acknowledged publishes, {last} changes.")


def _kill_a_rebuild(server: Server, registry: Registry, chance: random.Random) -> None:
    """Stop the server, and kill a rebuild somewhere in its middle."""
    with suppress(subprocess.TimeoutExpired):
        server.end()
    rebuild = subprocess.Popen(
        [*CLI, "rebuild"], env=environment(registry), stderr=subprocess.DEVNULL
    )
    time.sleep(chance.uniform(0.5, 2.5))
    rebuild.kill()
    rebuild.wait()
