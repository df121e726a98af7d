"""Commands of who runs a registry: serving, rebuilding, checking, sample data, the vocabulary."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ctgraph.cli.common import FILE, bar, open_registry
from ctgraph.settings import load_settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web worker processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the registry in the foreground, with the projector. Stops cleanly on SIGTERM."""
    from ctgraph import serving
    from ctgraph.shapes import shapes

    open_registry()  # so that a missing registry is told at once
    shapes()  # and shapes that do not load
    sys.exit(serving.serve(host, port, workers))


@click.command(hidden=True)
@click.option("--wait", default=0.0)
def projector(wait: float) -> None:
    """Run the projector alone."""
    from ctgraph import serving

    serving.run_projector(*open_registry(), wait)


@click.command(hidden=True)
@click.argument("sequence", type=click.IntRange(0, 2**63 - 1))
def past(sequence: int) -> None:
    """Make the store as of a sequence number, for as-of queries."""
    from ctgraph.store.past import Past
    from ctgraph.store.projector import snapshots_of

    settings, ledger = open_registry()
    Past(settings, ledger, snapshots_of(settings)).build(sequence)


@click.command()
def rebuild() -> None:
    """Make a fresh triple store from the ledger and switch over."""
    from ctgraph.store import projector

    settings, ledger = open_registry()
    with projector.hold(settings), bar("Rebuilding", sum(ledger.counts().values())) as progress:
        records = projector.rebuild(settings, ledger, progress)
    click.echo(f"The new store holds {records} records.", err=True)


@click.command()
def check() -> None:
    """Compare the triple store with the ledger; print every difference."""
    from ctgraph.store import projector

    settings, ledger = open_registry()
    with projector.hold(settings):
        differences = projector.check(settings, ledger)
    for difference in differences:
        click.echo(difference)
    click.echo(f"{len(differences)} differences.", err=True)
    sys.exit(1 if differences else 0)


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
    """The CTDL vocabulary."""


@vocab.command("build")
@click.argument("official", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def vocab_build(official: tuple[Path, ...]) -> None:
    """Rewrite ctgraph/vocab/ from the OFFICIAL encodings and contexts, and the shapes of controlled
    values, dates and durations. For developers."""
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
