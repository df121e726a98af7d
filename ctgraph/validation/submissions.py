"""The examination of a submission, without storing it: reading, the shapes, and the links.

Nothing here needs a registry. :mod:`ctgraph.publishing.intake` adds the advice that does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ctgraph.documents import Document, Places, Purpose, read
from ctgraph.documents.json_text import lines_of, read_json, step
from ctgraph.documents.node_values import each
from ctgraph.documents.rdf_input import from_rdf
from ctgraph.documents.size import require_fitting
from ctgraph.errors import CtgraphError, InvalidDocument
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.problem import Problem, Rule
from ctgraph.rdf.formats import Format
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.validation import require_valid, validate
from ctgraph.validation.completeness import node_completeness
from ctgraph.validation.report import MAX_PROBLEMS, Report, capped

MAX_DOCUMENTS = 1000
"""Documents of one submission, so that a report stays readable. A bulk load takes any number."""
MAX_PROBLEMS_IN_ALL = 20_000
"""Problems in all reports of one submission together: the answer stays below about 20 MB."""
_WORD = re.compile(r"[\w-]+")
_SUBJECT = re.compile(r'\s*<([^<>\s]+)>\s|.*\brdf:about="([^"]+)"')
"""How a line begins to describe a thing, in Turtle and its kin, and in RDF/XML."""


@dataclass(frozen=True)
class Link:
    """A document's reference to a record outside of it.

    :param source: the CTID of the entity that refers, or empty for an embedded profile.
    :param property: a CURIE.
    :param target: the CTID that it refers to.
    :param line: the line of the submitted text; 0 where it is not known.
    """

    source: Ctid | NoId
    property: Curie
    target: Ctid
    pointer: str
    line: int = 0


@dataclass(frozen=True)
class ExaminedDocument:
    """One document of a submission: the report, and the links that a registry can check."""

    report: Report
    links: tuple[Link, ...] = ()


def examine(
    data: bytes,
    settings: Settings,
    format: Format | None = None,
    purpose: Purpose = Purpose.PUBLISH,
    source: str = "",
) -> list[ExaminedDocument]:
    """Examine a submission: a document, an envelope, or a JSON array of them.

    :param format: the RDF format it is in; None is JSON-LD.
    :param purpose: the rules that it is held to.
    :param source: a name for it, for the reports.
    :raises DocumentTooLarge: when it is larger than ``max_document_bytes``.
    """
    require_fitting(data, settings)
    try:
        value = from_rdf(data, format, settings) if format else read_json(data)
        entries = value if isinstance(value, list) else [value]
        if not 0 < len(entries) <= MAX_DOCUMENTS:
            message = f"The array holds {len(entries):,} documents."
            remedy = f"Send 1 to {MAX_DOCUMENTS:,} at a time."
            raise InvalidDocument(message, [Problem(message, remedy, "")])
    except CtgraphError as error:
        return [ExaminedDocument(Report(source, problems=tuple(error.problems), rules=purpose))]
    if format:
        # The places would be in the JSON-LD made of it, which the sender has not seen.
        one = _one(value, orjson.dumps(value), settings, purpose, source)
        return [_without_places(_with_lines_of_text(one, value, data))]
    if not isinstance(value, list):
        return _with_lines([_one(value, data, settings, purpose, source)], data)
    found = [
        _in_array(_one(entry, json.dumps(entry).encode(), settings, purpose, f"{source}[{i}]"), i)
        for i, entry in enumerate(entries)
    ]
    return _with_lines([_capped(one, MAX_PROBLEMS_IN_ALL // len(found)) for one in found], data)


def examine_document(data: bytes, settings: Settings) -> tuple[Document, ExaminedDocument]:
    """Read and check a document that is to be published.

    :raises DocumentTooLarge: when it is too large.
    :raises InvalidDocument: with everything that is wrong with it.
    """
    require_fitting(data, settings)
    document = read(read_json(data), data, settings)
    found = _examined(document, require_valid(document, settings), settings, Purpose.PUBLISH, "")
    return document.without_places(), _with_lines([found], data)[0]


def _links(document: Document, places: Places, settings: Settings) -> Iterator[Link]:
    """Yield a document's references to records outside of it."""
    identity = Identity.of(settings)
    own = {entity.ctid for entity in document.entities}
    for placed in places.nodes.values():
        node = placed.content
        for key, values in node.items():
            for index, value in enumerate(each(values) if not key.startswith("@") else ()):
                iri = value.get("@id") if isinstance(value, dict) and len(value) == 1 else value
                target = identity.ctid_of(iri) if isinstance(iri, str) else None
                if target and target not in own:
                    place = placed.pointer + placed.step(key)
                    place += step(index) if isinstance(values, list) else ""
                    yield Link(node.get("ceterms:ctid", ""), Curie(key), target, place)


def _one(
    value: Any, received: bytes, settings: Settings, purpose: Purpose, source: str
) -> ExaminedDocument:
    """Examine one document; `received` is its JSON text."""
    try:
        document = read(value, received, settings, purpose)
    except CtgraphError as error:
        problems = tuple(capped(error.problems))
        return ExaminedDocument(Report(source, problems=problems, rules=purpose))
    return _examined(document, validate(document, settings, purpose), settings, purpose, source)


def _examined(
    document: Document, problems: list[Problem], settings: Settings, purpose: Purpose, source: str
) -> ExaminedDocument:
    report = Report(
        source,
        document.ctid if document.named else "",
        document.type,
        document.name,
        tuple(problems),
        node_completeness(document.content["@graph"][0]),
        rules=purpose,
    )
    return ExaminedDocument(report, tuple(_links(document, document.places, settings)))


def _capped(found: ExaminedDocument, most: int) -> ExaminedDocument:
    problems = capped(found.report.problems, min(most, MAX_PROBLEMS))
    return replace(found, report=replace(found.report, problems=tuple(problems)))


def _in_array(found: ExaminedDocument, index: int) -> ExaminedDocument:
    """Move the places of a document into the array that holds it."""
    problems = (replace(p, pointer=step(index) + (p.pointer or "")) for p in found.report.problems)
    links = (replace(link, pointer=step(index) + link.pointer) for link in found.links)
    return ExaminedDocument(replace(found.report, problems=tuple(problems)), tuple(links))


def _without_places(found: ExaminedDocument) -> ExaminedDocument:
    problems = (replace(problem, pointer=None) for problem in found.report.problems)
    links = (replace(link, pointer="") for link in found.links)
    return ExaminedDocument(replace(found.report, problems=tuple(problems)), tuple(links))


def _with_lines_of_text(found: ExaminedDocument, value: Any, data: bytes) -> ExaminedDocument:
    """Add to problems their line of an RDF text, where the text itself tells which it is.

    An undeclared name stands on the first line that has it, and a value on the only line that has
    one of its words. What is missing, or wrong as a whole, is told where its thing is described.

    :param value: the document that was made of the text, in which the problems have places.
    """
    text = _LinesOfText(data)

    def placed(problem: Problem) -> Problem:
        detail = problem.detail
        words, subject = _said(value, problem.pointer)
        if detail.advice is Rule.UNDECLARED:
            line = text.of_name(_WORD.findall(detail.value or detail.property)[-1])
        else:
            line = text.of_value(detail.value or words)
        return replace(problem, detail=replace(detail, line=line or text.of_thing(subject)))

    report = replace(found.report, problems=tuple(map(placed, found.report.problems)))
    return replace(found, report=report)


def _said(value: Any, pointer: str | None) -> tuple[str, str]:
    """Return the text at a place, and the IRI of the thing that it is said of, or empty ones."""
    thing = ""
    for part in (pointer or "").split("/")[1:]:
        if isinstance(value, dict):
            thing = str(value.get("@id", thing))
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (LookupError, TypeError, ValueError):
            return "", thing
    if isinstance(value, dict):
        thing, value = str(value.get("@id", thing)), value.get("@value", "")
    return value if isinstance(value, str) else "", thing


class _LinesOfText:
    """On which lines of an RDF text names, values and things stand; 0 where nobody knows."""

    def __init__(self, data: bytes) -> None:
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._things: dict[str, int] = {}
        for number, text in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
            for word in _WORD.findall(text):
                self._first.setdefault(word, number)
                self._last[word] = number
            if begun := _SUBJECT.match(text):
                self._things.setdefault(begun[1] or begun[2], number)

    def of_name(self, name: str) -> int:
        return self._first.get(name, 0)

    def of_value(self, text: str) -> int:
        """Return the line of a value: the only one that has one of its words."""
        lines = ((self._first.get(word, 0), self._last.get(word)) for word in _WORD.findall(text))
        return next((first for first, last in lines if first == last), 0)

    def of_thing(self, iri: str) -> int:
        return self._things.get(iri, 0)


def _with_lines(all_found: list[ExaminedDocument], data: bytes) -> list[ExaminedDocument]:
    """Add to each problem and link its line in the JSON text."""
    places = {p.pointer for found in all_found for p in found.report.problems if p.pointer}
    places |= {link.pointer for found in all_found for link in found.links}
    lines = lines_of(data.decode("utf-8-sig"), places | {""})

    def placed(problem: Problem) -> Problem:
        line = lines.get(problem.pointer) if problem.pointer is not None else None
        return replace(problem, detail=replace(problem.detail, line=line)) if line else problem

    return [
        ExaminedDocument(
            replace(found.report, problems=tuple(map(placed, found.report.problems))),
            tuple(replace(link, line=lines.get(link.pointer, 0)) for link in found.links),
        )
        for found in all_found
    ]
