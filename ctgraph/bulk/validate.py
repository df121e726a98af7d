"""Check many documents without storing them: a report for each of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ctgraph.bulk import sources
from ctgraph.bulk.envelopes import withdrawn_record
from ctgraph.documents import Purpose
from ctgraph.documents.json_text import read_json
from ctgraph.documents.rdf_input import RDF_INPUTS
from ctgraph.errors import CtgraphError
from ctgraph.rdf.formats import Format, format_named
from ctgraph.settings import Settings
from ctgraph.validation.report import Report
from ctgraph.validation.submissions import examine

_RDF_SUFFIXES = tuple(f".{name}" for f in RDF_INPUTS for name in (f.name, f.extension))


def validate_paths(
    paths: list[Path], settings: Settings, stdin: Format, purpose: Purpose = Purpose.PUBLISH
) -> Iterator[Report]:
    """Yield a report for every document in files, folders, archives and standard input.

    :param stdin: the format of standard input, which the path ``-`` means.
    :param purpose: the rules that the documents are held to.
    :raises CtgraphError: for a path that holds no documents.
    """
    for path in paths:
        if str(path) == "-":
            given = sys.stdin.buffer.read(settings.max_document_bytes + 1)
            yield from _reports("", sources.Item("standard input", given), stdin, settings, purpose)
            continue
        for file in sources.files([path], (*sources.SUFFIXES, *_RDF_SUFFIXES)):
            format = _rdf_format(file)
            for item in [sources.whole(file)] if format else sources.items_in(file):
                name = item.name.removesuffix(f":{item.line}")
                yield from _reports(name, item, format, settings, purpose)


def _rdf_format(file: Path) -> Format | None:
    format = format_named(file.suffix.removeprefix("."))
    return format if format in RDF_INPUTS else None


def _reports(
    file: str, item: sources.Item, format: Format | None, settings: Settings, purpose: Purpose
) -> Iterator[Report]:
    """Yield the reports of one text, each with its file and line."""
    rdf = format if format in RDF_INPUTS else None
    try:
        if item.error:
            raise item.error
        reports = [f.report for f in examine(item.data, settings, rdf, purpose, item.name)]
        if not rdf:
            reports = _with_withdrawals(reports, item.data)
    except CtgraphError as error:  # unreadable or too large
        reports = [Report(item.name, problems=tuple(error.problems))]
    for report in reports:
        yield report.in_file(file, item.line)


def _with_withdrawals(reports: list[Report], data: bytes) -> list[Report]:
    """Replace the reports of envelopes that say a record was withdrawn: a load accepts them.

    They hold no document, so :func:`examine` refuses them.
    """
    # A text that cannot be read has one report without a CTID, and stays as it is.
    if b'"deleted_at"' not in data or all(report.ctid for report in reports):
        return reports
    try:
        value = read_json(data)
    except CtgraphError:
        return reports
    entries = value if isinstance(value, list) else [value]
    if len(entries) != len(reports):
        return reports
    return [_withdrawal(entry, report) for entry, report in zip(entries, reports, strict=True)]


def _withdrawal(entry: object, report: Report) -> Report:
    """Return the report of an envelope if it says that a record was withdrawn, else `report`."""
    try:
        record = withdrawn_record(entry)
    except CtgraphError as error:
        return Report(report.source, problems=tuple(error.problems))
    return Report(report.source, ctid=record) if record else report
