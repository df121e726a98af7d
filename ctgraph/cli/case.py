"""Commands for competency frameworks of CASE."""

from __future__ import annotations

import click

from ctgraph.cli.common import CTID, open_registry, project_now
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import OPERATOR


@click.group("case")
def case_group() -> None:
    """Competency frameworks in CASE (1EdTech)."""


@case_group.command("import")
@click.argument("source", metavar="FILE|URL")
@click.option("--owner", required=True, type=CTID, metavar="ORG_CTID", help="Its owner.")
def import_package(source: str, owner: Ctid) -> None:
    """Publish a CASE package from a file, or from the address of a CFPackage.

    Its GUIDs become CTIDs, so importing a newer package makes a new version of the same framework.
    """
    import orjson

    from ctgraph import publishing
    from ctgraph.identity import Identity
    from ctgraph.ler.case.fetch import read_package
    from ctgraph.ler.case.imports import imported

    settings, ledger = open_registry()
    organization = ledger.organizations.get(owner)
    made = imported(read_package(source), Identity.of(settings), owner)
    document = orjson.dumps(made.content)
    receipt = publishing.publish(settings, ledger, organization, document, OPERATOR)
    for what, count in sorted(made.left_out.items()):
        click.echo(f"left out, as CTDL-ASN has no place for them: {count} {what}", err=True)
    for problem in receipt.report.problems if receipt.report else ():
        if problem.severity != "info":
            click.echo(f"{problem.severity}: {problem}", err=True)
    envelope = receipt.envelope
    click.echo(f"{envelope.ctid} {receipt.effect}, version {envelope.version}")
    project_now(settings, ledger)
