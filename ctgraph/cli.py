"""The command line: ``ctgraph``.

Exit codes: 0 good, 1 problems found, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ctgraph import __version__, ctid
from ctgraph.errors import CtgraphError, NotFound, StoreError
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings, load_settings

FILE = click.Path(path_type=Path)


class _Group(click.Group):
    """Shows every ctgraph error as text on stderr, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CtgraphError as error:
            click.echo(f"{error.title}: {error.message}", err=True)
            if len(error.problems) > 1:
                for problem in error.problems:
                    click.echo(f"  {problem.severity}: {problem}", err=True)
            ctx.exit(1)


class _Ctid(click.ParamType[str]):
    name = "ctid"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        try:
            return ctid.canonical(value)
        except CtgraphError as error:
            self.fail(error.message, param, ctx)


CTID = _Ctid()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ctgraph")
def main() -> None:
    """Publish, keep, dereference and query CTDL credential documents.

    Everything lives in the home folder that CTGRAPH_HOME names (default: ./home).
    The README lists all settings.
    """


def _open() -> tuple[Settings, Ledger]:
    settings = load_settings()
    return settings, Ledger.of(settings)


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr; yield a function that moves it on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.advance(task, done)


@main.command()
def init() -> None:
    """Create the home folder and the ledger, or bring an older ledger up to date."""
    settings = load_settings()
    Ledger.initialise(settings)
    click.echo(f"The registry in {settings.home} is ready.", err=True)


@main.group()
def org() -> None:
    """Organizations that may publish."""


@org.command("add")
@click.option("--name", required=True, help="Name of the organization.")
@click.option("--ctid", "record", type=CTID, help="Its CTID; minted when left out.")
def org_add(name: str, record: str | None) -> None:
    """Add an organization and print its CTID."""
    click.echo(_open()[1].add_organization(name, record).ctid)


@org.command("list")
def org_list() -> None:
    """List the organizations: CTID, tab, name."""
    for organization in _open()[1].organizations():
        click.echo(f"{organization.ctid}\t{organization.name}")


@main.group()
def key() -> None:
    """API keys. A key is shown once, when it is made; only its hash is kept."""


@key.command("add")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
def key_add(organization: str) -> None:
    """Make an API key for an organization and print it."""
    click.echo(_open()[1].add_key(organization))


@key.command("revoke")
@click.argument("key_id")
def key_revoke(key_id: str) -> None:
    """Revoke a key by its id: the eight characters after 'ctg_'."""
    _open()[1].revoke_key(key_id)


@key.command("list")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
def key_list(organization: str) -> None:
    """List an organization's keys: id, tab, when made, tab, when revoked."""
    for entry in _open()[1].keys(organization):
        click.echo(f"{entry.id}\t{entry.created_at}\t{entry.revoked_at or 'valid'}")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--owner", type=CTID, metavar="ORG_CTID",
              help="Owner of all records. Left out: the owner that each document names.")
@click.option("--report", type=FILE, default=Path("load-report.jsonl"), show_default=True,
              help="Where rejected documents are listed with their reasons.")  # fmt: skip
def load(paths: tuple[Path, ...], owner: str | None, report: Path) -> None:
    """Load documents in bulk.

    PATHS are files, folders, zip archives or JSON lines (also gzipped), holding graph documents,
    envelopes, or arrays of them. Good documents are kept, rejected ones are listed in the report.
    An interrupted load goes on where it stopped when it is run again.
    """
    from ctgraph.bulk import load as bulk
    from ctgraph.bulk import sources

    settings, ledger = _open()
    organization = ledger.organization(owner) if owner else None
    total = sources.count(list(paths))
    started = time.monotonic()
    with (
        _projecting(settings, ledger) as projecting,
        report.open("a") as file,
        _bar("Loading   ", total) as progress,
    ):
        tally = bulk.load(settings, ledger, list(paths), organization, file, progress)
    counts = ", ".join(f"{count} {event}" for event, count in sorted(tally.events.items()))
    took = time.monotonic() - started
    tally.seconds["projecting"] = projecting[0]
    click.echo(f"{counts or 'nothing'} in {took:.1f} s, queryable. Processor time: "
               + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in tally.seconds.items())
               + ".", err=True)  # fmt: skip
    if tally.events["rejected"]:
        click.echo(f"The reasons are in {report}.", err=True)
        sys.exit(1)
    if report.stat().st_size == 0:
        report.unlink()


@contextmanager
def _projecting(settings: Settings, ledger: Ledger) -> Iterator[list[float]]:
    """Project meanwhile, unless a running server does; then wait until all is queryable.

    Yields a list that gets the projector's processor time, in seconds, at the end.
    """
    from ctgraph.serving import start_projector
    from ctgraph.store.projector import snapshots_of

    projector = start_projector(for_load=True)
    seconds = [0.0]
    try:
        yield seconds
        snapshots, last = snapshots_of(settings), ledger.last_sequence()
        with _bar("Projecting", last) as progress:
            seen = 0
            while seen < last:
                snapshots.ask()
                if not snapshots.wait(seen + 1, timeout=30) and projector.poll() is not None:
                    raise StoreError("No projector runs; run `ctgraph check` to see what is wrong.")
                progress(snapshots.sequence() - seen)
                seen = snapshots.sequence()
    finally:
        projector.terminate()
        _, _, used = os.wait4(projector.pid, 0)
        seconds[0] = used.ru_utime + used.ru_stime


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--owner", required=True, type=CTID, metavar="ORG_CTID", help="Its owner.")
def publish(file: Any, owner: str) -> None:
    """Publish one document from FILE ('-' for standard input)."""
    from ctgraph import publishing

    settings, ledger = _open()
    receipt = publishing.publish(
        settings, ledger, ledger.organization(owner), file.read(), "operator"
    )
    envelope = receipt.envelope
    for problem in receipt.report.problems if receipt.report else ():
        if problem.severity != "info":
            click.echo(f"{problem.severity}: {problem}", err=True)
    click.echo(f"{envelope.ctid} {receipt.event}, version {envelope.version}")
    _project_now(settings, ledger)


@main.command()
@click.argument("record", metavar="CTID", type=CTID)
def withdraw(record: str) -> None:
    """Withdraw a record. Its versions stay; its address answers with a tombstone."""
    from ctgraph import publishing

    settings, ledger = _open()
    receipt = publishing.withdraw(settings, ledger, None, record, "operator")
    click.echo(f"{record} withdrawn, version {receipt.envelope.version}")
    _project_now(settings, ledger)


def _project_now(settings: Settings, ledger: Ledger) -> None:
    """Make the newest changes queryable, unless a running server does."""
    from ctgraph.store.projector import Projector, hold

    try:
        with hold(settings):
            Projector(settings, ledger).catch_up()
    except StoreError:
        return  # the server's projector has it within a second


@main.command()
@click.argument("record", metavar="CTID", type=CTID)
@click.option("--format", "name", default="jsonld", show_default=True,
              help="jsonld, json, turtle, ntriples, nquads, trig or rdfxml.")
@click.option("--version", "number", type=click.IntRange(min=1), help="A past version.")
@click.option("--received", is_flag=True, help="The bytes exactly as they were sent.")  # fmt: skip
def get(record: str, name: str, number: int | None, received: bool) -> None:
    """Print the document that holds CTID."""
    from ctgraph import history
    from ctgraph.exports import rdf

    _, ledger = _open()
    format = rdf.format_named(name)
    if format is None:
        raise click.BadParameter(f"{name!r} is none of the formats.", param_hint="--format")
    held = history.held(ledger, record, number)
    which = held.envelope.ctid, held.number
    if received:
        data = ledger.received(*which)
    elif format.writer is None:
        data = held.canonical
    else:
        data = rdf.document(ledger.quads(*which), format)
    click.echo(data, nl=False)
    if not data.endswith(b"\n"):
        click.echo()


@main.command()
@click.argument("query", metavar="QUERY")
@click.option("--format", "name", help="table (the default in a terminal), csv (elsewhere), tsv, "
              "json or xml; turtle, ntriples, rdfxml or jsonld.")
@click.option("--endpoint", metavar="URL",
              help="Ask this SPARQL endpoint, not the store in the home folder.")  # fmt: skip
def query(query: str, name: str | None, endpoint: str | None) -> None:
    """Run a SPARQL query: the text itself, a file that holds it, or '-' for standard input."""
    from ctgraph import asking

    text = _query_text(query)
    name = name or (asking.TABLE if sys.stdout.isatty() else "csv")
    try:
        if endpoint:
            asking.ask_endpoint(endpoint, text, name)
        else:
            asking.ask_store(_open()[0], text, name)
    except NotFound as error:
        raise click.BadParameter(error.message, param_hint="--format") from error


def _query_text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    # A query may be longer than a file name can be; then it is no file.
    is_file = len(query) < 1000 and "\n" not in query and Path(query).is_file()
    return Path(query).read_text("utf-8") if is_file else query


@main.command()
@click.argument("paths", nargs=-1, required=True,
                type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--format", "name", default="text", show_default=True,
              type=click.Choice(["text", "json", "csv", "turtle", "sarif", "github"]),
              help="How to report.")
@click.option("--input", "input_name", default="jsonld", show_default=True,
              help="What standard input holds: jsonld, turtle, ntriples, nquads, trig or rdfxml.")
@click.pass_context  # fmt: skip
def validate(ctx: click.Context, paths: tuple[Path, ...], name: str, input_name: str) -> None:
    """Check documents without storing them. Needs no registry.

    PATHS are as for load, files of RDF (.ttl .nt .nq .trig .rdf), or '-' for standard input. The
    exit code is 0 when this registry would take every document, 1 when not.
    """
    from ctgraph.bulk.checking import check_paths
    from ctgraph.exports.rdf import format_named
    from ctgraph.exports.reports import REPORT_FORMATS

    input_format = format_named(input_name)
    if input_format is None:
        raise click.BadParameter(f"{input_name!r} is none of the formats.", param_hint="--input")
    documents = refused = 0
    kept = []
    for report in check_paths(list(paths), load_settings(), input_format):
        documents += 1
        refused += not report.conforms
        if name in ("text", "github"):  # as they come: a registry's reports fill the memory
            click.echo(REPORT_FORMATS[name].write([report]), nl=False)
        else:
            kept.append(report)
    if name not in ("text", "github"):
        click.echo(REPORT_FORMATS[name].write(kept), nl=False)
    click.echo(f"{documents} documents, {refused} with violations.", err=True)
    ctx.exit(1 if refused else 0)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web worker processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the registry in the foreground, with the projector. Stops cleanly on SIGTERM."""
    from ctgraph import serving
    from ctgraph.shapes import shapes

    _open()  # so that a missing registry is told at once
    shapes()  # and shapes that do not load
    sys.exit(serving.serve(host, port, workers))


@main.command(hidden=True)
@click.option("--wait", default=0.0)
def projector(wait: float) -> None:
    """Run the projector alone."""
    from ctgraph import serving

    serving.run_projector(*_open(), wait)


@main.command(hidden=True)
@click.argument("sequence", type=click.IntRange(min=0))
def past(sequence: int) -> None:
    """Make the store as of a sequence number, for as-of queries."""
    from ctgraph.store.past import Past
    from ctgraph.store.projector import snapshots_of

    settings, ledger = _open()
    Past(settings, ledger, snapshots_of(settings)).build(sequence)


@main.command()
def rebuild() -> None:
    """Make a fresh triple store from the ledger and switch over."""
    from ctgraph.store import projector

    settings, ledger = _open()
    with projector.hold(settings), _bar("Rebuilding", sum(ledger.counts().values())) as progress:
        records = projector.rebuild(settings, ledger, progress)
    click.echo(f"The new store holds {records} records.", err=True)


@main.command()
def check() -> None:
    """Compare the triple store with the ledger; print every difference."""
    from ctgraph.store import projector

    settings, ledger = _open()
    with projector.hold(settings):
        differences = projector.check(settings, ledger)
    for difference in differences:
        click.echo(difference)
    click.echo(f"{len(differences)} differences.", err=True)
    sys.exit(1 if differences else 0)


@main.command()
@click.option("--documents", required=True, type=click.IntRange(min=1), help="How many.")
@click.option("--seed", default=0, show_default=True, help="The same seed, the same documents.")
@click.option("--out", required=True, type=FILE, help="JSON lines file to write.")
def sample(documents: int, seed: int, out: Path) -> None:
    """Write a synthetic registry, shaped like a live one, as JSON lines."""
    import orjson

    from ctgraph.bulk.sample import generate

    with out.open("wb") as file, _bar("Writing", documents) as progress:
        for document in generate(documents, seed):
            file.write(orjson.dumps(document) + b"\n")
            progress(1)


@main.group()
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


if __name__ == "__main__":
    main()
