"""Commands for lists of codes: occupations, industries, programs, and others."""

from __future__ import annotations

from pathlib import Path

import click

from ctgraph.cli.common import open_registry


@click.group()
def codes() -> None:
    """Keep lists of codes that forms and spreadsheets look up: SOC, O*NET, NAICS, CIP, others."""


@codes.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--framework",
    required=True,
    metavar="LIST",
    help="soc, onet, naics or cip; or a short name for another list.",
)
@click.option("--iri", help="IRI of the framework; needed for another list.")
@click.option("--name", help="Name of the framework; needed for another list.")
@click.option(
    "--property",
    "properties",
    multiple=True,
    help="A property whose values are such codes, such as ceterms:occupationType; needed for "
    "another list.",
)
@click.option("--page", help="Address of the page of a code, with {code} in it.")
@click.option("--language", help="Language of the names; en-US where nothing else is said.")
def import_codes(
    path: Path,
    framework: str,
    iri: str | None,
    name: str | None,
    properties: tuple[str, ...],
    page: str | None,
    language: str | None,
) -> None:
    """Import the codes in PATH, a CSV file or workbook, as the newest edition of a list.

    The files that the publishers of SOC, O*NET, NAICS and CIP offer are read as they are. Another
    file needs the headings Code and Title; Definition and Parent Code may follow.
    """
    from ctgraph.forms.codes import PUBLISHED, described
    from ctgraph.spreadsheets.code_files import read_codes
    from ctgraph.spreadsheets.files import File

    _, ledger = open_registry()
    given = {"framework": iri, "title": name, "page": page, "language": language}
    told: dict[str, str] = {what: value for what, value in given.items() if value}
    known = {one.list.key: one.list for one in ledger.codes.newest()}
    of = described(framework, known.get(framework), told, properties)
    found = read_codes(File(path.name, path.read_bytes()), PUBLISHED.get(framework))
    with ledger.database.writing() as connection:
        edition, is_new = ledger.codes.keep(connection, of, found.codes, path.name)
    for heading in found.passed_over:
        click.echo(f"Passed over the column {heading!r}.", err=True)
    if found.skipped:
        click.echo(f"Skipped {found.skipped:,} rows that are no codes.", err=True)
    said = "imported" if is_new else "unchanged"
    click.echo(f"{of.key}: {edition.size:,} codes, edition {edition.number}, {said}")


@codes.command("list")
def list_codes() -> None:
    """List the imported lists: the newest edition of each first."""
    _, ledger = open_registry()
    for one in ledger.codes.editions():
        click.echo(
            "\t".join(
                (
                    one.list.key,
                    str(one.number),
                    f"{one.size} codes",
                    one.created_at[:10],
                    one.list.framework,
                    one.list.title,
                    one.source,
                )
            )
        )


@codes.command("remove")
@click.argument("framework", metavar="LIST")
def remove_codes(framework: str) -> None:
    """Remove all editions of a LIST. The records that use its codes stay as they are."""
    _, ledger = open_registry()
    ledger.codes.edition(framework)
    with ledger.database.writing() as connection:
        count = ledger.codes.remove(connection, framework)
    click.echo(f"{framework}: removed, with {count} editions")
