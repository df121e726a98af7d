"""The command that loads documents in bulk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctgraph.cli.common import CTID, OUTPUT, bar, in_a_folder, open_registry
from ctgraph.errors import LoadStopped, StoreError
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings

if TYPE_CHECKING:
    from ctgraph.bulk.load import Tally
    from ctgraph.harvest.loading import DumpSource
    from ctgraph.projections.store_folder import StoreFolder

SILENCE_SECONDS = 10
"""How long a load waits for the next snapshot before it checks that the projector still runs, and
runs well. A snapshot of the largest batch takes a few seconds."""


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--owner",
    type=CTID,
    metavar="ORG_CTID",
    help="Owner of all records; by default, the owner that each document names.",
)
@click.option(
    "--report",
    type=OUTPUT,
    callback=in_a_folder,
    default=Path("load-report.jsonl"),
    show_default=True,
    help="File that lists rejected documents with their reasons, and the warnings.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Hold the documents to the rules for publishing, instead of those for harvested ones.",
)
def load(paths: tuple[Path, ...], owner: Ctid | None, report: Path, strict: bool) -> None:
    """Load documents in bulk.

    PATHS are files, folders, zip archives or JSON lines (also .gz or .zst), holding graph
    documents, envelopes, or arrays of them. Good documents are kept; rejected ones are listed in
    the report. Documents that are merely incomplete by today's rules are kept with a warning.
    Run an interrupted load again to continue it where it stopped.

    The folder of a dump, or its history.jsonl.gz, makes its registry anew in an empty one: with
    owners, versions, withdrawals, times and sequence numbers.
    """
    from ctgraph.bulk import load as bulk
    from ctgraph.bulk import sources
    from ctgraph.documents import Purpose
    from ctgraph.harvest import loading as dumped
    from ctgraph.projections.store_folder import store_folder_of

    settings, ledger = open_registry()
    is_followed = store_folder_of(settings).held()
    dump = dumped.source_of(list(paths))
    if dump and dump.is_history:
        if owner or strict:
            raise click.UsageError("A history has its own owners and rules: leave out the options.")
        _load_history(settings, ledger, dump, report, is_followed)
        return
    if dump:
        paths = (dump.lines,)
        named = {one.ctid: one.name for one in dumped.organizations_of(dump)}
        ledger.organizations.register(named)
    organization = ledger.organizations.get(owner) if owner else None
    total = sources.count(list(paths))
    started = time.monotonic()
    used: dict[str, float] = {}
    with (
        projecting(settings, ledger, used),
        report.open("a", encoding="utf-8") as file,
        bar("Loading   ", total) as progress,
    ):
        purpose = Purpose.PUBLISH if strict else Purpose.HARVEST
        tally = bulk.load(
            settings, ledger, list(paths), organization, file, progress, purpose, is_followed
        )
    tally.seconds |= used
    _tell(tally, total, time.monotonic() - started, report)


def _tell(tally: Tally, total: int, took: float, report: Path) -> None:
    """Say what a load has done, and end with 1 where it, or one that it continues, rejected some.

    :param total: the documents that it was given; `took` are the seconds that it needed.
    """
    counts = ", ".join(f"{count} {what}" for what, count in sorted(tally.counts().items()))
    if tally.warnings:
        counts += f", {tally.warnings} of them with warnings"
    done = f"{counts or 'nothing'} in {took:.1f} s"
    if total and not counts:  # it was interrupted at its end
        done = "Everything was read before"
    click.echo(f"{done}, queryable.{_processor_time(tally.seconds)}", err=True)
    if report.stat().st_size == 0:
        report.unlink()
        return
    click.echo(f"The reasons are in {report}.", err=True)
    with report.open(encoding="utf-8") as lines:  # of this load, and of those that it continues
        if any("error" in json.loads(line) for line in lines):
            sys.exit(1)


def _processor_time(seconds: dict[str, float]) -> str:
    stages = ", ".join(f"{stage} {spent:.1f} s" for stage, spent in seconds.items())
    return stages and f" Processor time: {stages}."


def _load_history(
    settings: Settings, ledger: Ledger, dump: DumpSource, report: Path, is_followed: bool
) -> None:
    from ctgraph.bulk import sources
    from ctgraph.harvest.loading import load_history

    total, started = sources.count([dump.lines]), time.monotonic()
    with (
        report.open("w", encoding="utf-8") as file,
        projecting(settings, ledger, {}),
        bar("Restoring ", total) as progress,
    ):
        done = load_history(settings, ledger, dump, file, progress, is_followed)
    report.unlink()  # a line with a fault is an error
    click.echo(
        f"{done} versions restored in {time.monotonic() - started:.1f} s, queryable, "
        f"up to number {ledger.changes.last_sequence()}.",
        err=True,
    )


def _require_projector(store_folder: StoreFolder, own: int) -> None:
    """Make sure that a projector runs and can go on, so that it is worth waiting for.

    :param own: the process that the load has started as one. On a busy machine it may still be on
        its way to the store.
    :raises StoreError: when none runs, or it says what keeps it from going on.
    """
    if trouble := store_folder.trouble():
        raise StoreError(f"The documents are loaded, but queries do not see them yet: {trouble}")
    if not store_folder.held() and _has_ended(own):
        raise StoreError("No projector is running. Start the server, or run the load again.")


def _has_ended(child: int) -> bool:
    """Tell whether a child has ended, and leave its figures for whoever waits for it."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@contextmanager
def projecting(settings: Settings, ledger: Ledger, seconds: dict[str, float]) -> Iterator[None]:
    """Run a projector during the block, beside which another one may be at work.

    Waits then until all is queryable.

    :param seconds: receives the processor time of the projector that was started here.
    :raises LoadStopped: when ^C ends it at once.
    """
    from ctgraph.projections import projector

    is_loaded = False
    try:
        with _ending(projector.start(for_load=True), seconds) as process:
            yield
            is_loaded = True
            _wait_for_queries(settings, ledger.changes.last_sequence(), process.pid)
    except KeyboardInterrupt:
        raise LoadStopped(
            "Everything is loaded, but queries do not see all of it yet. Start the server, or run "
            "ctgraph rebuild."
            if is_loaded
            else "It was stopped at once. What was loaded is kept. Run the same command again to "
            "continue."
        ) from None


def _wait_for_queries(settings: Settings, last: int, own: int) -> None:
    """Wait until queries see a sequence number, or no projector can go on.

    :param own: the process of the projector that was started here.
    """
    from ctgraph.projections.bell import Ring, ring
    from ctgraph.projections.store_folder import store_folder_of

    store_folder = store_folder_of(settings)
    with bar("Projecting", last) as progress:
        seen = 0
        while seen < last:
            ring(store_folder.bell, Ring.WAIT)
            if not store_folder.wait(seen + 1, timeout=SILENCE_SECONDS):
                _require_projector(store_folder, own)
            if store_folder.sequence() > seen:  # it stands still while the store is rebuilt
                progress(store_folder.sequence() - seen)
                seen = store_folder.sequence()


@contextmanager
def _ending(
    process: subprocess.Popen[bytes], seconds: dict[str, float]
) -> Iterator[subprocess.Popen[bytes]]:
    """End a projector after the block, and note its processor time if it has projected."""
    # kill() and terminate() would lose the figures of a process that has ended.
    try:
        yield process
    except KeyboardInterrupt:
        os.kill(process.pid, signal.SIGKILL)  # it would finish its batch, which can be done again
        raise
    finally:
        os.kill(process.pid, signal.SIGTERM)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == 0:
            seconds["projecting"] = used.ru_utime + used.ru_stime
