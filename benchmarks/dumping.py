"""Dumps: how fast they are written, and what publishers notice of them."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.account import Account
from benchmarks.running import CLI, Client, environment
from ctgraph.bulk.zstandard import zstd
from ctgraph.harvest import dumps
from ctgraph.harvest.packing import ZSTD_LEVEL
from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings

TURNS = 3
PUBLISHES = 60
"""Publishes of one turn, quiet and beside dumps."""
PAUSE_SECONDS = 0.02
"""Between two publishes."""
RECORDS = 10


def dumping(home: Path) -> None:
    """Print the quads a second of a dump, beside a peer that only unpacks and packs.

    The peer reads each kept version from SQLite in one thread, decompresses what is kept of it, and
    writes its quads and its JSON with zstd. It renames no blank nodes, hashes nothing, and writes
    neither the current records apart nor gzip, so it writes about a quarter of what a dump has.
    """
    settings, folder = load_settings(home=home), home.with_name("dump")
    ledger = Ledger.of(settings)
    began, used = time.monotonic(), time.process_time()
    manifest = dumps.make(settings, ledger, lambda _: None, folder).manifest
    took, used = time.monotonic() - began, time.process_time() - used
    quads = {one["name"]: one["quads"] for one in manifest["files"]}
    current, history = quads["current.nq.zst"], quads["history.nq.zst"]
    began, cpu = time.monotonic(), time.process_time()
    bare = _bare(home / "ledger.sqlite", folder)
    bare_took, cpu = time.monotonic() - began, time.process_time() - cpu
    shutil.rmtree(folder)
    rate = (current + history) / took
    print(
        f"dump of {manifest['records']:,} records in {manifest['versions']:,} versions: "
        f"{rate:,.0f} quads/s ({current:,} current, {history:,} in the history; N-Quads and JSON "
        f"lines, gzip and zstd), {took:.1f} s, processor time {used:.1f} s; "
        f"{rate / (bare / bare_took):.2f} times the peer's {bare / bare_took:,.0f} quads/s "
        f"({bare_took:.1f} s, processor time {cpu:.1f} s)"
    )


def _bare(ledger: Path, folder: Path) -> int:
    """Write what is kept as the peer does; return how many quads."""
    quads = 0
    with (
        closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection,
        (folder / "bare.nq.zst").open("wb") as lines,
        (folder / "bare.jsonl.zst").open("wb") as documents,
    ):
        packers = zstd.ZstdCompressor(ZSTD_LEVEL), zstd.ZstdCompressor(ZSTD_LEVEL)
        kept = connection.execute("SELECT quads, canonical, received FROM version ORDER BY seq")
        for row in kept:
            unpacked = [zlib.decompress(data) if data else b"" for data in row]
            quads += unpacked[0].count(b"\n")
            for file, packer, data in zip((lines, documents), packers, unpacked, strict=False):
                file.write(packer.compress(data))
        for file, packer in zip((lines, documents), packers, strict=True):
            file.write(packer.flush())
    return quads


def publishing_beside(home: Path, port: int, account: Account) -> None:
    """Print the 95th percentile of publishes while dumps are made, as a ratio to quiet ones."""
    client = Client(port)

    def series() -> list[float]:
        took = []
        for number in range(PUBLISHES):
            body = account.certificate(f"ce-00000000-0000-4000-8001-{number % RECORDS:012d}")
            took.append(client.request("POST", account.path, body, account.headers)[0])
            time.sleep(PAUSE_SECONDS)
        return took

    series()
    quiet: list[float] = []
    beside: list[float] = []
    for _ in range(TURNS):
        quiet += series()
        with _dumping(home):
            time.sleep(1)  # until it writes
            beside += series()
    before, meanwhile = (statistics.quantiles(took, n=20)[-1] for took in (quiet, beside))
    print(
        f"publish beside a dump: median {statistics.median(beside) * 1e3:.0f} ms, p95 "
        f"{meanwhile * 1e3:.0f} ms; {meanwhile / before:.2f} times the quiet p95 "
        f"({before * 1e3:.0f} ms, median {statistics.median(quiet) * 1e3:.0f} ms)"
    )


@contextmanager
def _dumping(home: Path) -> Iterator[None]:
    """Make one dump after another during a block."""
    folder, stop = home.with_name("dump"), threading.Event()

    def again() -> None:
        while not stop.is_set():
            dump = subprocess.Popen(
                [*CLI, "dump", "--output", str(folder)],
                env=environment(home),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while dump.poll() is None and not stop.wait(0.05):
                pass
            dump.terminate()
            dump.wait()
            shutil.rmtree(folder, ignore_errors=True)

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
