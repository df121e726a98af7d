"""A day of a registry in a minute: what followed it all day has all of it in the evening."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ctgraph.harvest.changes import items
from ctgraph.ledger import Ledger
from ctgraph.ledger.partnerships import Agreement
from ctgraph.settings import load_settings
from tests.support.copies import dumped
from tests.support.history import empty_registry
from tests.support.ldes import require_same_view
from tests.support.registry import Registry, certificate, ctid_number, publish
from tests.support.server import CLI, free_port, serving

RESYNC = Path(sys.executable).parent / "resync-sync"
OTHER = ctid_number(90)
RECORDS = 30
WAIT_SECONDS = 120.0
"""How long a mirror may take for what it is waited for, on a machine however busy."""


@dataclass
class Day:
    """A registry that changes, and what follows it."""

    registry: Registry
    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"CTGRAPH_BASE_URL": self.address}

    def serving(self) -> serving:
        home = {"CTGRAPH_HOME": str(self.registry.settings.home)}
        return serving(self.environment | home, "--workers", "1", port=self.port)

    def mirroring(self) -> subprocess.Popen[bytes]:
        """Start a mirror that follows."""
        command = [*CLI, "mirror", self.address, "--follow"]
        home = {"CTGRAPH_HOME": str(self.folder / "copy")}
        with (self.folder / "mirror.log").open("ab") as log:
            return subprocess.Popen(
                command, env=self.environment | home, cwd=self.folder, stdout=log, stderr=log
            )

    def copy(self) -> Registry:
        settings = load_settings(home=self.folder / "copy", base_url=self.address)
        ledger = Ledger.of(settings)
        return Registry(settings, ledger, self.registry.organization, "")

    def resync(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(RESYNC), *arguments, f"{self.address}/", "resynced"],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=True,
        )
        return done.stdout + done.stderr

    def send(self, method: str, path: str, content: object = None) -> None:
        """Do something in the name of the organization."""
        request = urllib.request.Request(
            f"{self.address}{path}",
            json.dumps(content).encode() if content else None,
            {**self.registry.authorization, "Content-Type": "application/json"},
            method=method,
        )
        urllib.request.urlopen(request).close()

    def work(self, hour: str) -> None:
        """Publish, update, withdraw, transfer, and publish again."""
        first = {"morning": 1, "noon": 8, "evening": 15}[hour]
        documents = f"/resources/organizations/{self.registry.organization.ctid}/documents"
        for number in (first, first + 1, 40 + first):
            content = certificate(number, **{"ceterms:keyword": {"en": [hour]}})
            text = json.dumps(content).replace("http://localhost:8000", self.address)
            self.send("POST", documents, json.loads(text))
        gone, back, given = map(ctid_number, (first + 2, first + 3, first + 4))
        self.send("DELETE", f"/resources/documents/{gone}", {"reason": f"It ended in the {hour}."})
        self.send("DELETE", f"/resources/documents/{back}")
        text = json.dumps(certificate(first + 3)).replace("http://localhost:8000", self.address)
        self.send("POST", documents, json.loads(text))
        self.send("PATCH", f"/resources/documents/{given}/transfer?organization_id={OTHER}")

    def wait_for_copy(self) -> None:
        """Wait until the copy holds the newest change."""
        wanted = self.registry.ledger.changes.last_sequence()
        until = time.monotonic() + WAIT_SECONDS
        while self._copied() < wanted:
            if time.monotonic() > until:
                raise TimeoutError((self.folder / "mirror.log").read_text())
            time.sleep(0.05)

    def _copied(self) -> int:
        """Return how far the copy has come. Opening a ledger each time would keep it from that."""
        file = self.folder / "copy/ledger.sqlite"
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
                return int(ledger.execute("SELECT last FROM sequence").fetchone()[0])
        except sqlite3.OperationalError:  # it is not made yet
            return 0


@contextmanager
def ended(process: subprocess.Popen[bytes], how: signal.Signals) -> Iterator[None]:
    """End a process after the block, however the block ends."""
    try:
        yield
    finally:
        process.send_signal(how)
        process.wait(60)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A registry after its day. The mirror was killed at noon, and the server twice restarted."""
    port, folder = free_port(), tmp_path_factory.mktemp("day")
    registry = empty_registry(folder / "source", base_url=f"http://127.0.0.1:{port}")
    other = registry.ledger.organizations.add("The Other College", OTHER)
    with registry.ledger.database.writing() as connection:
        pair = connection, registry.organization.ctid, other.ctid
        registry.ledger.partnerships.ask(*pair, "")
        registry.ledger.partnerships.settle(*pair, Agreement.GRANTED)
    publish(registry, range(1, RECORDS + 1), "yesterday")
    day = Day(registry, port, folder)
    with day.serving():
        if RESYNC.exists():
            day.resync("--baseline", "--hash", "md5")
        with ended(day.mirroring(), signal.SIGKILL):
            day.wait_for_copy()
            day.work("morning")
    mirror = day.mirroring()
    with ended(mirror, signal.SIGKILL):
        with day.serving():
            day.work("noon")
            day.wait_for_copy()
        with day.serving():
            day.work("evening")
            day.wait_for_copy()
            yield day
            mirror.send_signal(signal.SIGINT)
            mirror.wait(60)
    assert mirror.returncode == 0, (folder / "mirror.log").read_text()


def facts(registry: Registry) -> list[dict[str, Any]]:
    """Return what the change feed of a registry tells."""
    last = registry.ledger.changes.last_sequence()
    return items(registry.ledger.feed.between(0, last), "")


def test_the_mirror_has_everything_proved_by_hashes(evening: Day) -> None:
    copy = evening.copy()
    assert facts(copy) == facts(evening.registry)
    assert {one.get("reason") for one in facts(copy)} > {"It ended in the noon."}
    mine = dumped(copy, evening.folder / "copied")
    theirs = dumped(evening.registry, evening.folder / "original")
    hashes = [
        {one["name"]: one["sha256"] for one in dump.files if one["name"].startswith("current.nq")}
        for dump in (mine, theirs)
    ]
    assert hashes[0] == hashes[1]
    assert mine.manifest["records"] == RECORDS + 3 - 3


def test_the_event_stream_has_everything(evening: Day) -> None:
    gone = require_same_view(evening.address, evening.registry)
    assert gone == {f"{evening.address}/graph/{ctid_number(number)}" for number in (3, 10, 17)}


def test_resync_is_in_sync(evening: Day) -> None:
    if not RESYNC.exists():
        pytest.skip("needs resync-sync, of the package resync")
    changes = f"{evening.address}/resourcesync/changelist.xml"
    evening.resync("--incremental", "--delete", "--changelist-uri", changes)
    audit = evening.resync("--audit", "--hash", "md5")
    assert " IN SYNC" in audit
    assert "NOT IN SYNC" not in audit
