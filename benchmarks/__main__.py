"""Run the measurements: ``python -m benchmarks [NAME…] [--documents N] [--home FOLDER]``.

``python -m benchmarks curves`` measures a registry while it grows (:mod:`benchmarks.curves`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.bulk import bulk
from benchmarks.crowd import crowd
from benchmarks.curves import curves
from benchmarks.finder import finder
from benchmarks.harvest import harvest
from benchmarks.load import load
from benchmarks.pathways import pathways, share
from benchmarks.people import people
from benchmarks.projecting import beside_load, endurance
from benchmarks.publish import publish
from benchmarks.queries import queries
from benchmarks.requests import requests
from benchmarks.slow import beside_slow_clients
from benchmarks.sparql import sparql
from benchmarks.validation import validation

WORKERS = 2
DOCUMENTS = 5_000
"""Enough that nothing of ours fits a cache, and few enough that all measurements take about five
minutes on two cores."""

ALL: dict[str, Callable[[Path, int], None]] = {
    "load": load,
    "bulk": lambda home, documents: bulk(documents),
    "validation": lambda home, documents: validation(),
    "requests": lambda home, documents: requests(home, WORKERS),
    "sparql": lambda home, documents: sparql(home, WORKERS),
    "queries": lambda home, documents: queries(home, WORKERS),
    "pathways": lambda home, documents: pathways(documents),
    "share": lambda home, documents: share(),
    "publish": lambda home, documents: publish(home, WORKERS),
    "beside-load": lambda home, documents: beside_load(WORKERS),
    "endurance": lambda home, documents: endurance(),
    "slow": lambda home, documents: beside_slow_clients(home, WORKERS),
    "finder": lambda home, documents: finder(home, WORKERS),
    "people": lambda home, documents: people(home, WORKERS),
    "crowd": lambda home, documents: crowd(home, WORKERS),
    "harvest": lambda home, documents: harvest(home, WORKERS),
}
HOMELESS = {"bulk", "validation", "pathways", "share", "beside-load", "endurance"}
"""These need no loaded home."""
LONG = {"endurance", "harvest"}
"""These run only when they are named: each takes up to a quarter of an hour."""


def main() -> None:
    """Run the named measurements, or all of them; the curves have a command line of their own."""
    if sys.argv[1:2] == ["curves"]:
        curves(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--home", type=Path, help="a loaded home; without it, `load` makes one")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ALL):
        parser.error(f"there is no measurement {', '.join(unknown)}. Use {', '.join(ALL)}.")
    with tempfile.TemporaryDirectory(prefix="ctgraph-benchmarks-") as folder:
        home = options.home or Path(folder) / "home"
        names = options.names or [name for name in ALL if name not in LONG]
        if not options.home and "load" not in names and not set(names) <= HOMELESS:
            names = ["load", *names]
        for name in names:
            started = time.monotonic()
            ALL[name](home, options.documents)
            print(f"  ({name} took {time.monotonic() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
