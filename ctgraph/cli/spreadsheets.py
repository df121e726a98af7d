"""Commands for records in spreadsheets: templates, checks, uploads and exports."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctgraph.cli.common import CTID, FILE, bar, open_registry, project_now, stages
from ctgraph.errors import BadParameter
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import OPERATOR
from ctgraph.settings import Settings

if TYPE_CHECKING:
    from ctgraph.spreadsheets.files import File
    from ctgraph.spreadsheets.model import Preview

MAX_SHOWN_PROBLEMS = 100
"""Problems that are shown on a terminal; --problems writes all of them."""


@click.group()
def bulk() -> None:
    """Work on many records in spreadsheets (CSV, XLSX, XLS, ODS)."""


@bulk.command()
@click.argument("type_name", metavar="TYPE")
@click.argument("output", type=FILE)
@click.option(
    "--column", "columns", multiple=True, help="A heading that is wanted; may be repeated."
)
@click.option("--all", "every", is_flag=True, help="All columns.")
@click.option("--instructions", is_flag=True, help="A row that says what each column is for.")
@click.option("--samples", is_flag=True, help="A row that shows how cells are filled in.")
def template(
    type_name: str,
    output: Path,
    columns: tuple[str, ...],
    every: bool,
    instructions: bool,
    samples: bool,
) -> None:
    """Write an empty template for records of a TYPE to OUTPUT, a .csv or .xlsx file.

    TYPE is one of the names that an unknown one is answered with, such as credentials.
    """
    from ctgraph.spreadsheets import template as templates
    from ctgraph.spreadsheets.record_types import record_types
    from ctgraph.spreadsheets.write import as_csv, as_workbook

    kind = record_types().get(type_name)
    if kind is None:
        raise click.BadParameter(
            f"There is no type {type_name!r}. Use {', '.join(record_types())}.", param_hint="TYPE"
        )
    known = [one.heading for one in templates.columns_of(kind)]
    if unknown := set(columns) - set(known):
        raise click.BadParameter(
            f"There is no column {min(unknown)!r} for {type_name}.", param_hint="--column"
        )
    chosen = known if every else columns or None
    sheet = templates.template(kind, chosen, instructions, samples)
    is_workbook = output.suffix.lower() == ".xlsx"
    output.write_bytes(as_workbook([sheet]) if is_workbook else as_csv(sheet))


def _files(command: click.decorators.FC) -> click.decorators.FC:
    """Add the arguments of a command that reads files."""
    for add in (
        click.argument(
            "paths",
            nargs=-1,
            required=True,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
        ),
        click.option("--owner", required=True, type=CTID, metavar="ORG_CTID", help="Whose."),
        click.option(
            "--type",
            "types",
            multiple=True,
            metavar="NAME=TYPE",
            help="The type of the records in a file or sheet that does not tell it.",
        ),
        click.option(
            "--confirm",
            multiple=True,
            metavar="IDENTIFIER=CTID",
            help="The record that a row means; IDENTIFIER=new for a new one.",
        ),
        click.option(
            "--whole-list", is_flag=True, help="Withdraw records that are not in the files."
        ),
        click.option(
            "--problems",
            type=FILE,
            help="Write all problems: to a list (.csv), or into your files (.xlsx).",
        ),
    ):
        command = add(command)
    return command


@bulk.command()
@_files
def check(
    paths: tuple[Path, ...],
    owner: Ctid,
    types: tuple[str, ...],
    confirm: tuple[str, ...],
    whole_list: bool,
    problems: Path | None,
) -> None:
    """Tell what PATHS would change, and all that is wrong with them. Nothing is saved.

    The exit code is 0 when they could be saved, 1 when not.
    """
    _, _, found = _previewed(paths, owner, types, confirm, whole_list)
    _report(found, paths, problems)
    sys.exit(0 if found.can_be_saved else 1)


@bulk.command()
@_files
def upload(
    paths: tuple[Path, ...],
    owner: Ctid,
    types: tuple[str, ...],
    confirm: tuple[str, ...],
    whole_list: bool,
    problems: Path | None,
) -> None:
    """Save the records in PATHS: all of them, or none when anything is wrong.

    Rows are known by their CTIDs or external identifiers. What a row does not say stays as it is.
    """
    from ctgraph.spreadsheets.save import save

    settings, ledger, found = _previewed(paths, owner, types, confirm, whole_list)
    _report(found, paths, problems)
    if not found.can_be_saved:
        click.echo("Nothing was saved.", err=True)
        sys.exit(1)
    with bar("Saving  ", 2 * found.steps) as progress:
        organization = ledger.organizations.get(owner)
        saved = save(settings, ledger, organization, found.plan, OPERATOR, progress=progress)
    counts = ", ".join(f"{count} {what}" for what, count in sorted(saved.effects.items()))
    click.echo(f"Saved: {counts or 'nothing changed'}.", err=True)
    project_now(settings, ledger)


@bulk.command()
@click.argument("output", type=FILE)
@click.argument("records", nargs=-1, type=CTID)
@click.option("--owner", required=True, type=CTID, metavar="ORG_CTID", help="Whose records.")
def export(output: Path, records: tuple[Ctid, ...], owner: Ctid) -> None:
    """Write records of an organization to OUTPUT, to be edited and uploaded again.

    OUTPUT is a file .xlsx, or a folder for one CSV file of each type. RECORDS are CTIDs; without
    any, all records are written. The exit code is 1 when one of them is not of the organization;
    the others are written all the same.
    """
    from ctgraph.spreadsheets.export import export as exported
    from ctgraph.spreadsheets.write import as_csv, as_workbook

    settings, ledger = open_registry()
    organization = ledger.organizations.get(owner)
    found = exported(settings, ledger, organization, set(records) or None)
    if output.suffix.lower() == ".xlsx":
        output.write_bytes(as_workbook(found.sheets))
    else:
        output.mkdir(exist_ok=True)
        for sheet in found.sheets:
            (output / f"{sheet.type.name}.csv").write_bytes(as_csv(sheet))
    rows = ", ".join(f"{len(one.rows)} rows of {one.type.name}" for one in found.sheets)
    click.echo(f"{rows or 'No records'}.", err=True)
    for label, count in found.left_out.items():
        click.echo(f"Left out: {count} of the class {label}, which no template has.", err=True)
    for record in found.unknown:
        click.echo(f"{record} is no published record of {organization.name}.", err=True)
    sys.exit(1 if found.unknown else 0)


def _previewed(
    paths: Iterable[Path],
    owner: Ctid,
    types: Iterable[str],
    confirm: Iterable[str],
    whole_list: bool,
) -> tuple[Settings, Ledger, Preview]:
    """Return a preview of files, with a progress bar."""
    from ctgraph.spreadsheets.model import Mode
    from ctgraph.spreadsheets.preview import preview

    settings, ledger = open_registry()
    files = _read(paths)
    confirmed = {key: "" if value == "new" else canonical(value) for key, value in _pairs(confirm)}
    with stages() as progress:
        reached = [0]

        def move(done: int, total: int) -> None:
            progress("Checking", done - reached[0], total)
            reached[0] = done

        found = preview(
            settings,
            ledger,
            ledger.organizations.get(owner),
            files,
            Mode.WHOLE if whole_list else Mode.UPDATE,
            dict(_pairs(types)),
            confirmed,
            move,
        )
    return settings, ledger, found


def _read(paths: Iterable[Path]) -> list[File]:
    from ctgraph.spreadsheets.files import File

    return [File(path.name, path.read_bytes()) for path in paths]


def _pairs(given: Iterable[str]) -> Iterable[tuple[str, str]]:
    for one in given:
        key, sign, value = one.rpartition("=")
        if not sign:
            raise BadParameter(f"{one[:80]!r} has no equals sign.")
        yield key, value


def _report(found: Preview, paths: Iterable[Path], problems: Path | None) -> None:
    """Show what was found; write the problems to a file if one is named."""
    from ctgraph.spreadsheets.marked import marked
    from ctgraph.spreadsheets.model import planned
    from ctgraph.spreadsheets.problems import write_problems

    for sheet in found.sheets:
        name = f"{sheet.file}, {sheet.name}" if sheet.name else sheet.file
        click.echo(f"{name}: {sheet.told}; {sheet.type or 'of no known type'}.", err=True)
    for problem in found.problems[:MAX_SHOWN_PROBLEMS]:
        click.echo(str(problem))
    if len(found.problems) > MAX_SHOWN_PROBLEMS:
        more = len(found.problems) - MAX_SHOWN_PROBLEMS
        click.echo(f"… and {more:,} further problems. --problems FILE writes all of them.")
    for one in found.suggestions:
        if one.decided is not None:
            continue
        click.echo(
            f"{one.place.file}, row {one.place.row}: there is a record {one.name!r} already. Say "
            f"--confirm {one.identifier}={one.record}, or --confirm {one.identifier}=new."
        )
    records = planned(found.counts) or "none"
    click.echo(
        f"Rows: {found.rows:,}. Records: {records}. Errors: {found.errors:,}. "
        f"Warnings: {len(found.problems) - found.errors:,}. Seconds: {found.seconds:.1f}.",
        err=True,
    )
    if problems and problems.suffix.lower() == ".xlsx":
        problems.write_bytes(marked(_read(paths), [one.cells() for one in found.problems]))
    elif problems:
        with problems.open("w", encoding="utf-8-sig", newline="") as file:
            write_problems(found.problems, file)
