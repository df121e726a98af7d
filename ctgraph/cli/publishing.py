"""Commands for one document: publish it, withdraw it, print it."""

from __future__ import annotations

from typing import BinaryIO

import click

from ctgraph.cli.common import CTID, FORMAT_NAMES, open_registry, project_now
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import OPERATOR


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--owner", required=True, type=CTID, metavar="ORG_CTID", help="Its owner.")
def publish(file: BinaryIO, owner: Ctid) -> None:
    """Publish one document from FILE ('-' for standard input)."""
    from ctgraph import publishing

    settings, ledger = open_registry()
    receipt = publishing.publish(
        settings, ledger, ledger.organizations.get(owner), file.read(), OPERATOR
    )
    envelope = receipt.envelope
    for problem in receipt.report.problems if receipt.report else ():
        if problem.severity != "info":
            click.echo(f"{problem.severity}: {problem}", err=True)
    click.echo(f"{envelope.ctid} {receipt.effect}, version {envelope.version}")
    project_now(settings, ledger)


@click.command()
@click.argument("record", metavar="CTID", type=CTID)
@click.option("--reason", default="", help="Why, for the public: a few sentences.")
def withdraw(record: Ctid, reason: str) -> None:
    """Withdraw a record. Its versions stay; its address answers with a tombstone."""
    from ctgraph import publishing

    settings, ledger = open_registry()
    receipt = publishing.withdraw(settings, ledger, None, record, OPERATOR, reason=reason)
    click.echo(f"{record} withdrawn, version {receipt.envelope.version}")
    project_now(settings, ledger)


@click.command()
@click.argument("record", metavar="CTID", type=CTID)
@click.option("--format", "name", default="jsonld", show_default=True, help=f"{FORMAT_NAMES}.")
@click.option("--version", "number", type=click.IntRange(min=1), help="A past version.")
@click.option("--received", is_flag=True, help="The bytes exactly as they were sent.")
def get(record: Ctid, name: str, number: int | None, received: bool) -> None:
    """Print the document that holds CTID."""
    from ctgraph.documents import serialize
    from ctgraph.rdf import formats
    from ctgraph.records import read

    _, ledger = open_registry()
    format = formats.format_named(name)
    if format is None:
        raise click.BadParameter(
            f"There is no format {name!r}. Use {FORMAT_NAMES}.", param_hint="--format"
        )
    held = read.held(ledger, record, number, document=True)
    which = held.envelope.ctid, held.number
    if received:
        data = ledger.records.received(*which)
    elif format.writer is None:
        data = held.canonical
    else:
        data = serialize.document(ledger.records.quads(*which), format)
    click.echo(data, nl=False)
    if not data.endswith(b"\n"):
        click.echo()
