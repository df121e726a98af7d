"""Commands for the operator of a registry: set up, serve, check, back up, vocabulary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from ctgraph.cli.common import FILE, bar, keep_private, open_registry, stages
from ctgraph.errors import LockHeld
from ctgraph.server.address import address, leads_to
from ctgraph.server.worker_classes import Worker
from ctgraph.settings import Settings, load_settings

_F = TypeVar("_F", bound=Callable[..., Any])

HOST = click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address that the server listens on."
)


def _port(lowest: int) -> Callable[[_F], _F]:
    return click.option(
        "--port",
        default=8000,
        show_default=True,
        type=click.IntRange(lowest, 65535),
        help="Port that the server listens on.",
    )


@click.command()
@HOST
@_port(1)
def init(host: str, port: int) -> None:
    """Create the home folder and the ledger, or bring an older ledger up to date.

    A new registry keeps the base of its IRIs: CTGRAPH_BASE_URL, else the address that HOST and
    PORT make.
    """
    from ctgraph.ledger import Ledger, settled

    settings = settled(load_settings()).with_base(address(host, port))
    keep_private(settings)
    Ledger.initialise(settings)
    click.echo(
        f"The registry in {settings.home} is ready. Its IRIs begin with {settings.base_url}.",
        err=True,
    )


@click.command()
@HOST
@_port(0)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="Web worker processes.",
)
@click.option(
    "--worker",
    default=Worker.LEADING.value,
    show_default=True,
    type=click.Choice([worker.value for worker in Worker]),
    help="Class of the web workers: our own, or gunicorn's stock threaded one.",
)
def serve(host: str, port: int, workers: int, worker: str) -> None:
    """Serve the registry in the foreground, with the projector. Stops cleanly on SIGTERM."""
    from ctgraph.server import supervisor
    from ctgraph.shapes import shapes

    # A missing registry, or shapes that do not load, are reported here and not by each process.
    settings, _ = open_registry()
    keep_private(settings)
    shapes()
    listener = supervisor.listen(host, port)
    click.echo(_served(settings, host, listener.getsockname()[1]), err=True)
    sys.exit(supervisor.serve(settings, listener, workers, Worker(worker)))


def _served(settings: Settings, host: str, port: int) -> str:
    """Return the line that says which base a server has, and whether people reach it there."""
    here = address(host, port)
    if settings.proxies or leads_to(settings.base_url, host, port):
        return f"Serving {settings.base_url}" + (
            f" at {here}." if here != settings.base_url else "."
        )
    return (
        f"Serving at {here}, where the IRIs of this registry do not lead: they begin with "
        f"{settings.base_url}. Serve that address with --host and --port, or set CTGRAPH_PROXIES "
        "if a proxy leads from it to here."
    )


@contextmanager
def _telling(state: str) -> Iterator[None]:
    """Say how ^C during the block leaves things."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(f"Interrupted. {state}") from None


@click.command()
def rebuild() -> None:
    """Make a fresh triple store from the ledger and switch over."""
    from ctgraph.projections import maintenance
    from ctgraph.projections.store_folder import hold

    settings, ledger = open_registry()
    total = sum(ledger.records.counts().values())
    with (
        _telling("Run ctgraph rebuild again, or start the server."),
        hold(settings),
        bar("Rebuilding", total) as progress,
    ):
        records = maintenance.rebuild(settings, ledger, progress)
    click.echo(f"The new store holds {records} records.", err=True)


@click.command()
def check() -> None:
    """Verify the ledger, and compare the triple store and the link index with it.

    Compares every kept document with its digest, and prints every difference. While a server
    runs, checks the snapshot that queries see.
    """
    from ctgraph.projections.checking import check
    from ctgraph.projections.store_folder import hold

    settings, ledger = open_registry()
    total = ledger.changes.last_sequence() + sum(ledger.records.counts().values())
    with bar("Checking", total) as progress:
        try:
            with hold(settings):
                differences = check(settings, ledger, progress)
        except LockHeld:
            differences = check(settings, ledger, progress, beside=True)
    for difference in differences:
        click.echo(difference)
    noun = "difference" if len(differences) == 1 else "differences"
    click.echo(f"{len(differences)} {noun}.", err=True)
    sys.exit(1 if differences else 0)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write the whole ledger to FILE, and verify it. A server may be running."""
    from ctgraph.bulk.backup import back_up

    _, ledger = open_registry()
    try:
        with stages() as progress:
            found = back_up(ledger, file, progress)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{file} holds the ledger up to number {found.sequence}, verified.", err=True)


@click.command()
@click.argument("file", type=FILE)
@click.option("--home", type=FILE, help="Home folder to restore into, instead of CTGRAPH_HOME.")
@click.option("--replace", is_flag=True, help="Discard what the registry holds now.")
@click.option(
    "--resume-webhooks",
    is_flag=True,
    help="Go on sending changes to webhooks, which are paused otherwise.",
)
def restore(file: Path, home: Path | None, replace: bool, resume_webhooks: bool) -> None:
    """Verify the backup in FILE, make it the ledger, and rebuild the triple store."""
    from ctgraph.bulk import backup
    from ctgraph.ledger import settled

    settings = settled(load_settings(**({"home": home} if home else {})))
    keep_private(settings)
    with _telling("What the registry held before is kept."), stages() as progress:
        found = backup.restore(settings, file, replace, progress, resume_webhooks)
    click.echo(
        f"The registry in {settings.home} is restored up to number {found.sequence}, queryable.",
        err=True,
    )


@click.command()
@click.option("--documents", required=True, type=click.IntRange(min=1), help="How many.")
@click.option("--seed", default=0, show_default=True, help="The same seed, the same documents.")
@click.option("--out", required=True, type=FILE, help="JSON lines file to write.")
def sample(documents: int, seed: int, out: Path) -> None:
    """Write a synthetic registry, shaped like a live one, as JSON lines."""
    import orjson

    from ctgraph.bulk.sample import generate

    with out.open("wb") as file, bar("Writing", documents) as progress:
        for document in generate(documents, seed):
            file.write(orjson.dumps(document) + b"\n")
            progress(1)


@click.group()
def vocab() -> None:
    """Build or import the CTDL vocabulary."""


@vocab.command("build")
@click.argument("official", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def vocab_build(official: tuple[Path, ...]) -> None:
    """Rewrite ctgraph/vocab/ from the OFFICIAL encodings and contexts. For developers.

    Rewrites the shapes of controlled values, dates and durations as well.
    """
    from ctgraph.shapes import values
    from ctgraph.vocab import Vocabulary, build

    folder = Path(build.__file__).parent
    terms, contexts = build.build(list(official), folder)
    shapes = values.values_turtle(Vocabulary.read(folder))
    Path(values.__file__).with_name("values.ttl").write_text(shapes, "utf-8")
    click.echo(f"{terms} terms, contexts: {', '.join(contexts) or 'none'}.")


@vocab.command("import")
@click.argument("official", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def vocab_import(official: tuple[Path, ...]) -> None:
    """Keep the definitions of the OFFICIAL encodings in the home folder, for the pages to show."""
    from ctgraph.vocab import build

    settings = load_settings()
    count = build.import_definitions(list(official), settings.vocab_path)
    click.echo(f"{count} definitions imported.", err=True)
