"""Commands for copies of whole registries."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctgraph.cli.common import (
    FILE,
    OUTPUT,
    bar,
    in_a_folder,
    keep_private,
    open_registry,
    project_now,
    stages,
)
from ctgraph.cli.loading import projecting
from ctgraph.errors import LoadStopped, Unreadable
from ctgraph.ledger import Ledger, settled
from ctgraph.server.address import address
from ctgraph.settings import Settings, load_settings

if TYPE_CHECKING:
    from ctgraph.harvest.mirroring import Mirror


@click.command()
@click.option(
    "--output",
    type=FILE,
    metavar="DIR",
    help="New folder for the dump, instead of one among those that the server offers at /dumps.",
)
def dump(output: Path | None) -> None:
    """Write the whole registry with its history to files, and print their folder.

    A server may be running. `ctgraph load DIR` makes the registry anew of a dump.
    """
    from ctgraph.harvest import dumps
    from ctgraph.harvest.dumper import lower_priority

    settings, ledger = open_registry()
    lower_priority()
    with bar("Dumping", ledger.changes.last_sequence()) as progress:
        made = dumps.make(settings, ledger, progress, output)
    click.echo(made.path)
    click.echo(
        f"It holds {made.manifest['records']} records in {made.manifest['quads']} quads, and "
        f"{made.manifest['versions']} versions, up to number {made.sequence}.",
        err=True,
    )


@click.command()
@click.argument("url")
@click.option("--follow", is_flag=True, help="Go on, and take over every change as it comes.")
@click.option(
    "--report",
    type=OUTPUT,
    callback=in_a_folder,
    default=Path("mirror-report.jsonl"),
    show_default=True,
    help="File that lists what could not be taken over, with the reasons.",
)
def mirror(url: str, follow: bool, report: Path) -> None:
    """Copy the registry at URL into this one, or what changed there since the last time.

    URL is that of another ctgraph, whose numbers, versions, owners and times the copy has, or of an
    existing registry with an envelopes API. Documents are proved by their hashes. A registry is
    made in CTGRAPH_HOME if there is none. Run an interrupted mirror again to continue it.
    """
    from ctgraph.harvest.mirroring import Mirror
    from ctgraph.harvest.remote import Remote

    if "://" not in url:
        raise click.UsageError(f"{url} is no URL: begin it with https:// or http://.")
    settings, ledger = _own_registry()
    with report.open("w", encoding="utf-8") as file, Remote(url, _tell) as remote:
        copy = Mirror(settings, ledger, remote, file)
        try:
            _catch_up(copy)
        except Unreadable as error:
            if not follow or ledger.mirrors.origin() is None:
                raise
            remote.note_away(f"{error.message} It is asked again.")
        if follow:
            _follow(copy)
    if report.stat().st_size:
        click.echo(f"What could not be taken over is in {report}.", err=True)
        sys.exit(1)
    report.unlink()


def _own_registry() -> tuple[Settings, Ledger]:
    """Return the settings and the ledger, which is made if there is none."""
    settings = settled(load_settings()).with_base(address("127.0.0.1", 8000))
    keep_private(settings)
    return settings, Ledger.initialise(settings)


def _catch_up(copy: Mirror) -> None:
    from ctgraph.projections.store_folder import store_folder_of

    started = time.monotonic()
    is_followed = store_folder_of(copy.settings).held()
    with projecting(copy.settings, copy.ledger, {}), stages() as show:
        copied = copy.catch_up(lambda done, total: show("Mirroring ", done, total), is_followed)
    click.echo(
        f"{copied} changes copied in {time.monotonic() - started:.1f} s, queryable, up to number "
        f"{copy.ledger.changes.last_sequence()}.",
        err=True,
    )


def _follow(copy: Mirror) -> None:
    """Take over changes until the command is interrupted."""
    from ctgraph.bulk.load import interrupts
    from ctgraph.harvest.listening import Listener

    _tell(f"Following {copy.remote.url}. Stop with Ctrl+C.")
    with interrupts() as interrupted, Listener(copy.remote) as listener:
        while not interrupted():
            listener.wait(interrupted)
            try:
                copied = copy.catch_up(lambda done, total: None, True)
            except Unreadable as error:
                copy.remote.note_away(f"{error.message} It is asked again.")
                continue
            except LoadStopped:
                return
            copy.remote.note_back()
            if copied:
                project_now(copy.settings, copy.ledger)
                last = copy.ledger.changes.last_sequence()
                _tell(f"{copied} changes copied, up to number {last}.")


def _tell(line: str) -> None:
    click.echo(line, err=True)
