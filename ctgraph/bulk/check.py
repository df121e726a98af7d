"""Checking many documents without storing them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ctgraph.bulk import sources
from ctgraph.documents.rdf_input import RDF_INPUTS
from ctgraph.errors import CtgraphError
from ctgraph.rdf.formats import Format, format_named
from ctgraph.settings import Settings
from ctgraph.validation.report import Report
from ctgraph.validation.submissions import examine


def check_paths(paths: list[Path], settings: Settings, stdin: Format) -> Iterator[Report]:
    """Yield a report for every document in files, folders, archives and standard input.

    :param stdin: the format of standard input, which the path ``-`` means.
    :raises CtgraphError: for a path that holds no documents.
    """
    for path in paths:
        if str(path) == "-":
            given = sys.stdin.buffer.read(settings.max_document_bytes + 1)
            yield from _examine("", sources.Item("standard input", given), stdin, settings)
            continue
        for file in sources.files([path], (*sources.SUFFIXES, *_RDF_SUFFIXES)):
            format = _rdf_format(file)
            for item in [sources.whole(file)] if format else sources.items_in(file):
                name = item.name.removesuffix(f":{item.line}")
                yield from _examine(name, item, format, settings)


_RDF_SUFFIXES = tuple(f".{name}" for f in RDF_INPUTS for name in (f.name, f.extension))


def _rdf_format(file: Path) -> Format | None:
    format = format_named(file.suffix.removeprefix("."))
    return format if format in RDF_INPUTS else None


def _examine(
    file: str, item: sources.Item, format: Format | None, settings: Settings
) -> Iterator[Report]:
    given = format if format in RDF_INPUTS else None
    try:
        if item.error:
            raise item.error
        reports = [found.report for found in examine(item.data, settings, given, item.name)]
    except CtgraphError as error:  # unreadable, or too large
        reports = [Report(item.name, problems=tuple(error.problems))]
    for report in reports:
        yield report.in_file(file, item.line)
