"""Validation reports in the formats that people and programs read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
import pyoxigraph as ox

from ctgraph import __version__
from ctgraph.documents.csv_cells import harmless
from ctgraph.errors import Problem, Severity, one_line
from ctgraph.problem import Rule
from ctgraph.rdf.namespaces import CTG, CTGS, SH, TYPE
from ctgraph.shapes import shapes
from ctgraph.validation.report import Report

Reports = Sequence[Report]


@dataclass(frozen=True)
class ReportFormat:
    """A format for reports: its name in ``--format`` and ``?format=``, and its media type."""

    name: str
    media_type: str
    write: Callable[[Reports], str]


def as_text(reports: Reports) -> str:
    """Write reports for a terminal."""
    return "".join(f"{one_line(line)}\n" for report in reports for line in _lines(report))


def _lines(report: Report) -> list[str]:
    what = " ".join(filter(None, (report.ctid, report.name, report.type and f"({report.type})")))
    lines = [
        f"{report.source or 'document'}: {what}".rstrip(": ") if what else report.source,
        f"  {report.summary()}",
    ]
    for problem in report.problems:
        line = f"line {problem.detail.line}" if problem.detail.line else ""
        place = " ".join(filter(None, (line, problem.pointer)))
        lines.append(
            f"  {problem.severity}: {place}{': ' if place else ''}"
            f"{problem.message} {problem.remedy}"
        )
    return [line for line in lines if line.strip()]


def as_json(reports: Reports) -> str:
    """Write reports as JSON: one as an object, several as an object that lists them."""
    if len(reports) == 1:
        body = reports[0].to_json()
    else:
        body = {
            "conforms": all(report.conforms for report in reports),
            "reports": [report.to_json() for report in reports],
        }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n"


_COLUMNS = (
    "source",
    "ctid",
    "name",
    "severity",
    "line",
    "pointer",
    "property",
    "message",
    "remedy",
    "value",
    "shape",
    "documentation",
)


def as_csv(reports: Reports) -> str:
    """Write a row for each problem (RFC 4180), below a row of headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for report in reports:
        for problem in report.problems:
            detail = problem.detail
            cells = (
                report.source,
                detail.ctid or report.ctid,
                detail.label or report.name,
                problem.severity,
                detail.line or "",
                problem.pointer or "",
                detail.property,
                problem.message,
                problem.remedy,
                detail.value,
                _rule(problem),
                detail.documentation,
            )
            writer.writerow(map(harmless, cells))
    return out.getvalue()


def as_turtle(reports: Reports) -> str:
    """Write SHACL validation reports (SHACL, section 3.6)."""
    triples = [triple for report in reports for triple in _report_triples(report)]
    prefixes = {"sh": SH, "ctgs": CTGS, "ctg": CTG}
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def _report_triples(report: Report) -> list[ox.Triple]:
    about = ox.BlankNode()
    triples = [
        ox.Triple(about, TYPE, _sh("ValidationReport")),
        # In SHACL only a report without results conforms, even if the registry takes the document.
        ox.Triple(about, _sh("conforms"), ox.Literal(not report.problems)),
        ox.Triple(about, ox.NamedNode(f"{CTG}accepted"), ox.Literal(report.conforms)),
    ]
    nodes = {ox.BlankNode(): problem for problem in report.problems}
    triples += [ox.Triple(about, _sh("result"), node) for node in nodes]
    for node, problem in nodes.items():
        triples += [ox.Triple(node, predicate, value) for predicate, value in _result(problem)]
    return triples


def _result(problem: Problem) -> list[tuple[ox.NamedNode, Any]]:
    detail = problem.detail
    # SHACL demands a constraint component. Problems of other origin name a rule of the registry.
    component = detail.constraint or CTG + (detail.advice or Rule.READING)
    facts: list[tuple[ox.NamedNode, Any]] = [
        (TYPE, _sh("ValidationResult")),
        (_sh("resultSeverity"), _sh(problem.severity.capitalize())),
        (_sh("resultMessage"), ox.Literal(f"{problem.message} {problem.remedy}".strip())),
        (_sh("sourceConstraintComponent"), ox.NamedNode(component)),
        (_sh("focusNode"), _named(detail.focus) or ox.BlankNode()),
    ]
    path = _named(detail.property)
    if path:
        facts.append((_sh("resultPath"), path))
    if detail.value:
        facts.append((_sh("value"), _value(detail.value)))
    if detail.shape:
        facts.append((_sh("sourceShape"), ox.NamedNode(detail.shape)))
    if problem.pointer is not None:
        facts.append((ox.NamedNode(f"{CTG}pointer"), ox.Literal(problem.pointer)))
    return facts


def _named(text: str) -> ox.NamedNode | None:
    """Return the node that an IRI names; None if the text of the document is not an IRI."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def _value(text: str) -> ox.NamedNode | ox.Literal:
    named = _named(text) if text.startswith(("http://", "https://")) else None
    return named or ox.Literal(text)


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{SH}{name}")


_SARIF_LEVELS = {
    Severity.VIOLATION: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}
_GITHUB_COMMANDS = {
    Severity.VIOLATION: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def as_sarif(reports: Reports) -> str:
    """Write the reports as one SARIF log (OASIS, version 2.1.0)."""
    used = {_rule(problem) for report in reports for problem in report.problems}
    results = [
        {
            "ruleId": _rule(problem),
            "level": _SARIF_LEVELS[problem.severity],
            "message": {"text": f"{problem.message} {problem.remedy}".strip()},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(_file(report))},
                        "region": {"startLine": _line(problem)},
                    },
                    "logicalLocations": [
                        {"fullyQualifiedName": problem.pointer or report.ctid or "/"}
                    ],
                }
            ],
        }
        for report in reports
        for problem in report.problems
    ]
    driver = {
        "name": "ctgraph",
        "version": __version__,
        "informationUri": "https://w3id.org/ctgraph",
        "rules": [_sarif_rule(name) for name in sorted(used)],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode() + "\n"


def _sarif_rule(name: str) -> dict[str, Any]:
    shape = shapes().by_iri.get(CTGS + name)
    rule: dict[str, Any] = {"id": name}
    if shape:
        rule["shortDescription"] = {"text": shape.message}
        rule["help"] = {"text": shape.remedy}
    return rule


def as_github(reports: Reports) -> str:
    """Write workflow commands, which GitHub shows beside the lines of a change."""
    return "".join(
        f"::{_GITHUB_COMMANDS[problem.severity]} file={_escape(_file(report), ',:')},"
        f"line={_line(problem)},title={_escape(_rule(problem), ',:')}"
        f"::{_escape(f'{problem.message} {problem.remedy}'.strip())}\n"
        for report in reports
        for problem in report.problems
    )


def _escape(text: str, more: str = "") -> str:
    for sign in ("%", "\r", "\n", *more):
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _rule(problem: Problem) -> str:
    """Return the name of the shape, or of the advice, that a problem comes from."""
    detail = problem.detail
    return detail.shape.rpartition("#")[2] or detail.advice or Rule.READING


def _file(report: Report) -> str:
    return report.file or "document.json"


def _line(problem: Problem) -> int:
    return problem.detail.line or 1


REPORT_FORMATS = {
    format.name: format
    for format in (
        ReportFormat("json", "application/json", as_json),
        ReportFormat("text", "text/plain", as_text),
        ReportFormat("csv", "text/csv", as_csv),
        ReportFormat("turtle", "text/turtle", as_turtle),
        ReportFormat("sarif", "application/sarif+json", as_sarif),
        ReportFormat("github", "text/x-github-workflow-commands", as_github),
    )
}
"""The formats by name, the default of the HTTP face first."""
