"""The command that loads documents in bulk."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ctgraph.cli.common import CTID, FILE, bar, open_registry
from ctgraph.errors import StoreError
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--owner",
    type=CTID,
    metavar="ORG_CTID",
    help="Owner of all records. Left out: the owner that each document names.",
)
@click.option(
    "--report",
    type=FILE,
    default=Path("load-report.jsonl"),
    show_default=True,
    help="Where rejected documents are listed with their reasons, and the warnings.",
)
def load(paths: tuple[Path, ...], owner: str | None, report: Path) -> None:
    """Load documents in bulk.

    PATHS are files, folders, zip archives or JSON lines (also gzipped), holding graph documents,
    envelopes, or arrays of them. Good documents are kept, rejected ones are listed in the report.
    An interrupted load goes on where it stopped when it is run again.
    """
    from ctgraph.bulk import load as bulk
    from ctgraph.bulk import sources

    settings, ledger = open_registry()
    organization = ledger.organization(owner) if owner else None
    total = sources.count(list(paths))
    started = time.monotonic()
    projecting: dict[str, float] = {}
    with (
        _projecting(settings, ledger, projecting),
        report.open("a", encoding="utf-8") as file,
        bar("Loading   ", total) as progress,
    ):
        tally = bulk.load(settings, ledger, list(paths), organization, file, progress)
    counts = ", ".join(f"{count} {event}" for event, count in sorted(tally.events.items()))
    if tally.warnings:
        counts += f", {tally.warnings} of them with warnings"
    took = time.monotonic() - started
    tally.seconds |= projecting
    click.echo(
        f"{counts or 'nothing'} in {took:.1f} s, queryable. Processor time: "
        + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in tally.seconds.items())
        + ".",
        err=True,
    )
    if tally.events["rejected"] or tally.warnings:
        click.echo(f"The reasons are in {report}.", err=True)
    if tally.events["rejected"]:
        sys.exit(1)
    if report.stat().st_size == 0:
        report.unlink()


@contextmanager
def _projecting(settings: Settings, ledger: Ledger, seconds: dict[str, float]) -> Iterator[None]:
    """Project meanwhile, unless a running server does; then wait until all is queryable.

    :param seconds: gets the projector's processor time, where it was not the server's.
    """
    from ctgraph.projections import projector
    from ctgraph.projections.bell import Ring
    from ctgraph.projections.snapshots import snapshots_of

    process = projector.start(for_load=True)
    try:
        yield
        snapshots, last = snapshots_of(settings), ledger.last_sequence()
        with bar("Projecting", last) as progress:
            seen = 0
            while seen < last:
                snapshots.ring(Ring.WAIT)
                if not snapshots.wait(seen + 1, timeout=30) and not snapshots.held():
                    raise StoreError("No projector runs; start the server, or load again.")
                if snapshots.sequence() > seen:  # none while the store is rebuilt
                    progress(snapshots.sequence() - seen)
                    seen = snapshots.sequence()
    finally:
        # Where a server projects, this one ended long ago; terminate() would forget its figures.
        os.kill(process.pid, signal.SIGTERM)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 1:
            seconds["projecting"] = used.ru_utime + used.ru_stime
