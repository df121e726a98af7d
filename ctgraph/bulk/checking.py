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
    """
    for path in paths:
        if str(path) == "-":
            yield from _examine("standard input", sys.stdin.buffer.read(), stdin, settings)
            continue
        rdf = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        formats = {file: format for file in rdf if (format := _rdf_format(file))}
        for file, format in formats.items():
            yield from _examine(str(file), file.read_bytes(), format, settings)
        if not formats or path.is_dir():
            try:
                for item in sources.items([path]):
                    yield from _examine(item.name, item.data, None, settings)
            except CtgraphError:
                if not formats:
                    raise


def _rdf_format(file: Path) -> Format | None:
    format = format_named(file.suffix.removeprefix("."))
    return format if format in RDF_INPUTS else None


def _examine(
    name: str, data: bytes, format: Format | None, settings: Settings
) -> Iterator[Report]:
    given = format if format in RDF_INPUTS else None
    try:
        for found in examine(data, settings, given, name):
            yield found.report
    except CtgraphError as error:  # too large
        yield Report(name, problems=(Problem(error.message),))
