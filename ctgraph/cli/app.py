"""The command line: ``ctgraph``.

Exit codes: 0 good, 1 problems found, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ctgraph import __version__
from ctgraph.cli.common import CTID, Group, keep_private, open_registry
from ctgraph.cli.loading import load
from ctgraph.cli.operating import (
    backup,
    check,
    rebuild,
    restore,
    sample,
    serve,
    vocab,
)
from ctgraph.cli.pathways import pathways
from ctgraph.errors import LockHeld, NotFound
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import OPERATOR
from ctgraph.settings import Settings, load_settings


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ctgraph")
def main() -> None:
    """Publish, keep, dereference and query CTDL credential documents.

    Everything lives in the home folder that CTGRAPH_HOME names (default: ./home).
    The README lists all settings.
    """


@main.command()
def init() -> None:
    """Create the home folder and the ledger, or bring an older ledger up to date."""
    settings = load_settings()
    keep_private(settings)
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
    click.echo(open_registry()[1].add_organization(name, record).ctid)


@org.command("list")
def org_list() -> None:
    """List the organizations: CTID, tab, name."""
    for organization in open_registry()[1].organizations():
        click.echo(f"{organization.ctid}\t{organization.name}")


@main.group()
def key() -> None:
    """API keys. A key is shown once, when it is made; only its hash is kept."""


@key.command("add")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
def key_add(organization: str) -> None:
    """Make an API key for an organization and print it."""
    click.echo(open_registry()[1].add_key(organization))


@key.command("revoke")
@click.argument("key_id")
def key_revoke(key_id: str) -> None:
    """Revoke a key by its id: the eight characters after 'ctg_'."""
    open_registry()[1].revoke_key(key_id)


@key.command("list")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
def key_list(organization: str) -> None:
    """List an organization's keys: id, tab, when made, tab, when revoked."""
    for entry in open_registry()[1].keys(organization):
        click.echo(f"{entry.id}\t{entry.created_at}\t{entry.revoked_at or 'valid'}")


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--owner", required=True, type=CTID, metavar="ORG_CTID", help="Its owner.")
def publish(file: Any, owner: str) -> None:
    """Publish one document from FILE ('-' for standard input)."""
    from ctgraph import publishing

    settings, ledger = open_registry()
    receipt = publishing.publish(
        settings, ledger, ledger.organization(owner), file.read(), OPERATOR
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

    settings, ledger = open_registry()
    receipt = publishing.withdraw(settings, ledger, None, record, OPERATOR)
    click.echo(f"{record} withdrawn, version {receipt.envelope.version}")
    _project_now(settings, ledger)


def _project_now(settings: Settings, ledger: Ledger) -> None:
    """Make the newest changes queryable, unless a running server does."""
    from ctgraph.projections.projector import Projector
    from ctgraph.projections.snapshots import hold

    try:
        with hold(settings), closing(Projector(settings, ledger)) as ours:
            ours.catch_up()
    except LockHeld:
        return  # the server's projector has it within a second


@main.command()
@click.argument("record", metavar="CTID", type=CTID)
@click.option(
    "--format",
    "name",
    default="jsonld",
    show_default=True,
    help="jsonld, json, turtle, ntriples, nquads, trig or rdfxml.",
)
@click.option("--version", "number", type=click.IntRange(min=1), help="A past version.")
@click.option("--received", is_flag=True, help="The bytes exactly as they were sent.")
def get(record: str, name: str, number: int | None, received: bool) -> None:
    """Print the document that holds CTID."""
    from ctgraph.documents import serialize
    from ctgraph.rdf import formats
    from ctgraph.records import read

    _, ledger = open_registry()
    format = formats.format_named(name)
    if format is None:
        raise click.BadParameter(f"{name!r} is not one of the formats.", param_hint="--format")
    held = read.held(ledger, record, number, document=True)
    which = held.envelope.ctid, held.number
    if received:
        data = ledger.received(*which)
    elif format.writer is None:
        data = held.canonical
    else:
        data = serialize.document(ledger.quads(*which), format)
    click.echo(data, nl=False)
    if not data.endswith(b"\n"):
        click.echo()


@main.command()
@click.argument("query", metavar="QUERY")
@click.option(
    "--format",
    "name",
    help="table (the default in a terminal), csv (elsewhere), tsv, "
    "json or xml; turtle, ntriples, rdfxml or jsonld.",
)
@click.option(
    "--endpoint", metavar="URL", help="Ask this SPARQL endpoint, not the store in the home folder."
)
def query(query: str, name: str | None, endpoint: str | None) -> None:
    """Run a SPARQL query: the text itself, a file that holds it, or '-' for standard input."""
    from ctgraph.cli import asking

    text = _query_text(query)
    name = name or (asking.TABLE if sys.stdout.isatty() else "csv")
    try:
        if endpoint:
            asking.ask_endpoint(endpoint, text, name)
        else:
            asking.ask_store(open_registry()[0], text, name)
    except NotFound as error:
        raise click.BadParameter(error.message, param_hint="--format") from error


def _query_text(query: str) -> str:
    if query == "-":
        return sys.stdin.buffer.read().decode()
    # A query may be longer than a file name can be; then it is no file.
    is_file = len(query) < 1000 and "\n" not in query and Path(query).is_file()
    return Path(query).read_text("utf-8") if is_file else os.fsencode(query).decode()


@main.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path)
)
@click.option(
    "--format",
    "name",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "csv", "turtle", "sarif", "github"]),
    help="How to report.",
)
@click.option(
    "--input",
    "input_name",
    default="jsonld",
    show_default=True,
    help="What standard input holds: jsonld, turtle, ntriples, nquads, trig or rdfxml.",
)
@click.pass_context
def validate(ctx: click.Context, paths: tuple[Path, ...], name: str, input_name: str) -> None:
    """Check documents without storing them. Needs no registry.

    PATHS are as for load, files of RDF (.ttl .nt .nq .trig .rdf), or '-' for standard input. The
    exit code is 0 when this registry would take every document, 1 when not.
    """
    from ctgraph.bulk.check import check_paths
    from ctgraph.rdf.formats import format_named
    from ctgraph.validation.report_formats import REPORT_FORMATS

    input_format = format_named(input_name)
    if input_format is None:
        raise click.BadParameter(f"{input_name!r} is not one of the formats.", param_hint="--input")
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


COMMANDS = (load, pathways, serve, rebuild, check, backup, restore, sample, vocab)
for command in COMMANDS:
    main.add_command(command)
