"""Checking many documents without storing them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ctgraph.bulk import sources
from ctgraph.errors import CtgraphError, Problem
from ctgraph.examining import examine
from ctgraph.exports.rdf import Format, format_named
from ctgraph.rdfinput import RDF_INPUTS
from ctgraph.settings import Settings
from ctgraph.validation.report import Report


def check_paths(paths: list[Path], settings: Settings, stdin: Format) -> Iterator[Report]:
    """Yield a report for every document in files, folders, archives and standard input.

    :param stdin: the format of standard input, which the path ``-`` means.
    :raises CtgraphError: for a path that holds no documents, or a broken archive.
    """
    for path in paths:
        if str(path) == "-":
            yield from _examine("", "standard input", sys.stdin.buffer.read(), stdin, settings)
            continue
        inside = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        rdf = {file: format for file in inside if (format := _rdf_format(file))}
        for file, format in rdf.items():
            yield from _examine(str(file), str(file), file.read_bytes(), format, settings)
        if not rdf or any(file.name.lower().endswith(sources.SUFFIXES) for file in inside):
            for item in sources.items([path]):
                file_name = item.name.removesuffix(f":{item.line}")
                yield from _examine(file_name, item.name, item.data, None, settings, item.line)


def _rdf_format(file: Path) -> Format | None:
    format = format_named(file.suffix.removeprefix("."))
    return format if format in RDF_INPUTS else None


def _examine(
    file: str, name: str, data: bytes, format: Format | None, settings: Settings, line: int = 0
) -> Iterator[Report]:
    given = format if format in RDF_INPUTS else None
    try:
        reports = [found.report for found in examine(data, settings, given, name)]
    except CtgraphError as error:  # too large
        reports = [Report(name, problems=(Problem(error.message),))]
    for report in reports:
        yield report.in_file(file, line)
