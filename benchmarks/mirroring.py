"""Mirrors: how fast a registry with its history is copied, as a ratio to a load."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import orjson

from benchmarks.running import ctgraph, ended_processor_seconds, free_port, running, serve
from ctgraph.bulk.sources import items_in

COPY_BASE = "http://localhost:9"
"""The base of the copies: by default a copy has one of its own, and rewrites the IRIs."""


def mirroring(home: Path, workers: int) -> None:
    """Print how fast a registry is copied over HTTP: from its newest dump, and from its feed.

    The peer is a load of the same versions as JSON-LD documents, from a file.
    """
    folder = home.with_name("mirrors")
    folder.mkdir()
    ctgraph(home, "dump", CTGRAPH_DUMP_FOLDER=str(folder / "dumps"))
    (history,) = folder.glob("dumps/*/history.jsonl.zst")
    count = _documents(history, documents := folder / "documents.jsonl")
    ctgraph(folder / "loaded", "init")
    loaded = _taken(folder / "loaded", "load", str(documents))
    print(f"load of {count:,} versions as documents: {_told(*loaded, count)}")
    for source, dumps in (("its newest dump", "dumps"), ("its change feed", "none")):
        port = free_port()
        offered = {"CTGRAPH_DUMP_FOLDER": str(folder / dumps), "CTGRAPH_DUMP_HOURS": "0"}
        with running(serve(port, workers), port, home, **offered):
            url = f"http://127.0.0.1:{port}"
            copied = _taken(folder / "copy", "mirror", url, CTGRAPH_BASE_URL=COPY_BASE)
        print(
            f"mirror of the same registry from {source}: {_told(*copied, count)}; "
            f"{loaded[0] / copied[0]:.2f} times the rate of the load"
        )
    shutil.rmtree(folder)


def _documents(history: Path, file: Path) -> int:
    """Write the documents of a history one a line; return how many."""
    with file.open("wb") as lines:
        count = 0
        for item in items_in(history):
            if document := orjson.loads(item.data).get("document"):
                count += 1
                lines.write(orjson.dumps(document) + b"\n")
    return count


def _taken(home: Path, *command: str, **settings: str) -> tuple[float, float]:
    """Fill a new home with a command; return the seconds it took, and of processors."""
    report = str(home.with_name("report.jsonl"))
    began, used = time.monotonic(), ended_processor_seconds()
    ctgraph(home, *command, "--report", report, **settings)
    took = time.monotonic() - began, ended_processor_seconds() - used
    shutil.rmtree(home)
    return took


def _told(seconds: float, used: float, count: int) -> str:
    return (
        f"{count / seconds:,.0f} versions/s, {seconds:.1f} s, processor time "
        f"{used / count * 1e3:.2f} ms a version"
    )
