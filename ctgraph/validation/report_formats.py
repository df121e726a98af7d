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
from ctgraph.problem import Problem, Rule, one_line
from ctgraph.rdf.formats import TURTLE
from ctgraph.rdf.namespaces import CTG, CTGS, SH, TYPE, Iri
from ctgraph.shapes import shapes
from ctgraph.validation.report import Report
from ctgraph.validation.severity_words import WORDS

Reports = Sequence[Report]


@dataclass(frozen=True)
class ReportFormat:
    """A format for reports.

    :param name: its name in ``--format`` and ``?format=``; `title` is its name for people.
    :param one_by_one: whether reports that are written one after the other are the same as
        reports that are written together: no head or tail describes all of them.
    """

    name: str
    title: str
    media_type: str
    write: Callable[[Reports], str]
    one_by_one: bool = False


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


_COLUMNS: dict[str, Callable[[Report, Problem], object]] = {
    "source": lambda report, _: report.source,
    "ctid": lambda report, problem: problem.detail.ctid or report.ctid,
    "name": lambda report, problem: problem.detail.label or report.name,
    "severity": lambda _, problem: problem.severity,
    "line": lambda _, problem: problem.detail.line or "",
    "pointer": lambda _, problem: problem.pointer or "",
    "property": lambda _, problem: problem.detail.property,
    "message": lambda _, problem: problem.message,
    "remedy": lambda _, problem: problem.remedy,
    "value": lambda _, problem: problem.detail.value,
    "shape": lambda _, problem: _rule(problem),
    "documentation": lambda _, problem: problem.detail.documentation,
}
"""The columns of CSV: the heading of each, and the function that fills its cells."""


def as_csv(reports: Reports) -> str:
    """Write a row for each problem (RFC 4180), below a row of headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for report in reports:
        for problem in report.problems:
            writer.writerow(harmless(cell(report, problem)) for cell in _COLUMNS.values())
    return out.getvalue()


def as_turtle(reports: Reports) -> str:
    """Write SHACL validation reports (SHACL, section 3.6)."""
    triples = [
        triple
        for number, report in enumerate(reports, 1)
        for triple in _report_triples(report, f"report{number}")
    ]
    prefixes = {"sh": SH, "ctgs": CTGS, "ctg": CTG}
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def _report_triples(report: Report, label: str) -> list[ox.Triple]:
    """Return the triples of a report; `label` begins the labels of its blank nodes.

    Labels that are made from numbers are the same each time, so that answers are comparable.
    """
    about = ox.BlankNode(label)
    triples = [
        ox.Triple(about, TYPE, _sh("ValidationReport")),
        # In SHACL only a report without results conforms, even if the registry takes the document.
        ox.Triple(about, _sh("conforms"), ox.Literal(not report.problems)),
        ox.Triple(about, ox.NamedNode(f"{CTG}accepted"), ox.Literal(report.conforms)),
    ]
    labels = {f"{label}-result{n}": problem for n, problem in enumerate(report.problems, 1)}
    triples += [ox.Triple(about, _sh("result"), ox.BlankNode(name)) for name in labels]
    for name, problem in labels.items():
        triples += [ox.Triple(ox.BlankNode(name), *fact) for fact in _result(problem, name)]
    return triples


def _result(problem: Problem, label: str) -> list[tuple[ox.NamedNode, Any]]:
    detail = problem.detail
    # SHACL demands a constraint component. Problems of other origin name a rule of the registry.
    component = detail.constraint or CTG + (detail.advice or Rule.READING)
    facts: list[tuple[ox.NamedNode, Any]] = [
        (TYPE, _sh("ValidationResult")),
        (_sh("resultSeverity"), _sh(problem.severity.capitalize())),
        (_sh("resultMessage"), ox.Literal(f"{problem.message} {problem.remedy}".strip())),
        (_sh("sourceConstraintComponent"), ox.NamedNode(component)),
        (_sh("focusNode"), _named(detail.focus) or ox.BlankNode(f"{label}-focus")),
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


def as_sarif(reports: Reports) -> str:
    """Write the reports as one SARIF log (OASIS, version 2.1.0)."""
    used = {_rule(problem) for report in reports for problem in report.problems}
    results = [
        {
            "ruleId": _rule(problem),
            "level": WORDS[problem.severity].sarif,
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
    shape = shapes().by_iri.get(Iri(CTGS + name))
    rule: dict[str, Any] = {"id": name}
    if shape:
        rule["shortDescription"] = {"text": shape.message}
        rule["help"] = {"text": shape.remedy}
    return rule


def as_github(reports: Reports) -> str:
    """Write workflow commands, which GitHub shows beside the lines of a change."""
    return "".join(
        f"::{WORDS[problem.severity].github} file={_escape(_file(report), ',:')},"
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
        ReportFormat("json", "JSON", "application/json", as_json),
        ReportFormat("text", "plain text", "text/plain", as_text, one_by_one=True),
        ReportFormat("csv", "a table in CSV", "text/csv", as_csv),
        ReportFormat("turtle", "a SHACL validation report", TURTLE.media_type, as_turtle),
        ReportFormat("sarif", "SARIF, for code scanning", "application/sarif+json", as_sarif),
        ReportFormat(
            "github",
            "workflow commands of GitHub",
            "text/x-github-workflow-commands",
            as_github,
            one_by_one=True,
        ),
    )
}
"""The formats by name, the default of the HTTP face first."""
