"""The command that checks documents without storing them."""

from __future__ import annotations

from pathlib import Path

import click

from ctgraph.cli.common import FORMAT_NAMES
from ctgraph.ledger import settled
from ctgraph.rdf.formats import format_named
from ctgraph.settings import load_settings
from ctgraph.validation.report_formats import REPORT_FORMATS


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path)
)
@click.option(
    "--format",
    "name",
    default="text",
    show_default=True,
    type=click.Choice([*REPORT_FORMATS]),
    help="Format of the report.",
)
@click.option(
    "--input",
    "input_name",
    default="jsonld",
    show_default=True,
    help=f"What standard input holds: {FORMAT_NAMES}.",
)
@click.option(
    "--harvested",
    is_flag=True,
    help="Judge as 'load' does: what is merely incomplete is a warning.",
)
@click.pass_context
def validate(
    ctx: click.Context, paths: tuple[Path, ...], name: str, input_name: str, harvested: bool
) -> None:
    """Check documents without storing them. Needs no registry.

    PATHS are as for load, files of RDF (.ttl .nt .nq .trig .rdf), or '-' for standard input. The
    exit code is 0 when this registry would take every document, 1 when not. Documents are held to
    the rules for publishing; --harvested chooses those of 'load'.
    """
    from ctgraph.bulk.validate import validate_paths
    from ctgraph.documents import Purpose

    input_format = format_named(input_name)
    if input_format is None:
        raise click.BadParameter(
            f"There is no format {input_name!r}. Use {FORMAT_NAMES}.", param_hint="--input"
        )
    format = REPORT_FORMATS[name]
    documents = refused = 0
    kept = []
    purpose = Purpose.HARVEST if harvested else Purpose.PUBLISH
    for report in validate_paths(list(paths), settled(load_settings()), input_format, purpose):
        documents += 1
        refused += not report.conforms
        if format.one_by_one:  # the reports of a whole registry would fill the memory
            click.echo(format.write([report]), nl=False)
        else:
            kept.append(report)
    if not format.one_by_one:
        click.echo(format.write(kept), nl=False)
    click.echo(f"{documents} documents, {refused} with violations.", err=True)
    ctx.exit(1 if refused else 0)
