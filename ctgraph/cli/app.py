"""The command line: ``ctgraph``.

Exit codes: 0 good, 1 problems found, 2 wrong usage.
"""

from __future__ import annotations

import click

from ctgraph import __version__
from ctgraph.cli.case import case_group
from ctgraph.cli.codes import codes
from ctgraph.cli.common import ErrorReportingGroup
from ctgraph.cli.harvesting import dump, mirror
from ctgraph.cli.loading import load
from ctgraph.cli.operating import (
    backup,
    check,
    init,
    rebuild,
    restore,
    sample,
    serve,
    vocab,
)
from ctgraph.cli.organizations import key, org
from ctgraph.cli.pathways import pathways
from ctgraph.cli.publishing import get, publish, withdraw
from ctgraph.cli.querying import query
from ctgraph.cli.spreadsheets import bulk
from ctgraph.cli.staff import staff
from ctgraph.cli.validating import validate
from ctgraph.work.collecting import collect_seldom


@click.group(cls=ErrorReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ctgraph")
def main() -> None:
    """Publish, keep, dereference and query CTDL credential documents.

    Everything lives in the home folder that CTGRAPH_HOME names (default: ./home).
    docs/limits.md lists all settings.
    """
    collect_seldom()


COMMANDS: tuple[click.Command, ...] = (
    init,
    org,
    key,
    staff,
    publish,
    withdraw,
    get,
    load,
    dump,
    mirror,
    bulk,
    case_group,
    codes,
    validate,
    query,
    pathways,
    serve,
    rebuild,
    check,
    backup,
    restore,
    sample,
    vocab,
)
for command in COMMANDS:
    main.add_command(command)
