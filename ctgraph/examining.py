"""Examining what somebody sends, without storing it: reading, the shapes, and the links.

:func:`examine` says what can be said of a submission by itself, and needs no registry;
:class:`LinkAdvisor` adds what only a registry knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson

from ctgraph.documents import Document, Located, from_json, locate, parse
from ctgraph.errors import CtgraphError, DocumentTooLarge, InvalidDocument, Problem
from ctgraph.exports.rdf import Format
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.nodes import each
from ctgraph.rdfinput import from_rdf
from ctgraph.settings import Settings
from ctgraph.strictjson import lines_of, read_json, step
from ctgraph.validation import check, validate
from ctgraph.validation.completeness import node_completeness
from ctgraph.validation.report import MOST_PROBLEMS, Report, capped
from ctgraph.vocab import vocabulary

MOST_DOCUMENTS = 1000
MOST_PROBLEMS_IN_ALL = 20_000
MOST_LINKS = 1000
MOST_OTHER_SIDES = 50
MOST_OTHER_BYTES = 2_000_000


@dataclass(frozen=True)
class Link:
    """A document's reference to a record outside of it.

    :param source: the CTID of the entity that refers, or empty for an embedded profile.
    :param property: a CURIE.
    :param target: the CTID that it refers to.
    :param line: the line of the submitted text; 0 where it is not known.
    """

    source: str
    property: str
    target: str
    pointer: str
    line: int = 0


@dataclass(frozen=True)
class Examined:
    """One document of a submission: the report, and the links that a registry can look at."""

    report: Report
    links: tuple[Link, ...] = ()


def examine(
    data: bytes, settings: Settings, format: Format | None = None, source: str = ""
) -> list[Examined]:
    """Examine a submission: a document, an envelope, or a JSON array of them.

    :param format: the RDF format it is in; None is JSON-LD.
    :param source: a name for it, for the reports.
    :raises DocumentTooLarge: when it is larger than ``max_document_bytes``.
    """
    if len(data) > settings.max_document_bytes:
        raise DocumentTooLarge(f"The document has {len(data):,} bytes; "
                               f"the limit is {settings.max_document_bytes:,}.")  # fmt: skip
    try:
        value = from_rdf(data, format, settings) if format else read_json(data)
        entries = value if isinstance(value, list) else [value]
        if not 0 < len(entries) <= MOST_DOCUMENTS:
            message = f"The array holds {len(entries):,} documents."
            remedy = f"Send 1 to {MOST_DOCUMENTS:,} at a time."
            raise InvalidDocument(message, [Problem(message, remedy, "")])
    except CtgraphError as error:
        return [Examined(Report(source, problems=tuple(error.problems)))]
    if format:
        # The places are those of the JSON-LD that it was turned into: nobody has seen it.
        return [_without_places(_one(value, orjson.dumps(value), settings, source))]
    if not isinstance(value, list):
        return _with_lines([_one(value, data, settings, source)], data)
    found = [
        _in_array(_one(entry, json.dumps(entry).encode(), settings, f"{source}[{i}]"), i)
        for i, entry in enumerate(entries)
    ]
    return _with_lines([_capped(one, MOST_PROBLEMS_IN_ALL // len(found)) for one in found], data)


def accept(ledger: Ledger, data: bytes, settings: Settings) -> tuple[Document, Report]:
    """Read a document that is to be published, and say what the registry knows of its links.

    :raises DocumentTooLarge: when it is too large.
    :raises InvalidDocument: with everything that is wrong with it.
    """
    document = parse(data, settings)
    located = locate(document, settings)
    problems = check(document, settings, located)
    found = _with_lines([_examined(document, located, problems, settings, "")], data)[0]
    return document, found.report.with_problems(LinkAdvisor(ledger, settings).advise(found.links))


def examine_in(
    ledger: Ledger, data: bytes, settings: Settings, format: Format | None
) -> list[Report]:
    """Examine a submission, and what the registry knows of its links; see :func:`examine`."""
    advisor = LinkAdvisor(ledger, settings)
    return [
        found.report.with_problems(advisor.advise(found.links))
        for found in examine(data, settings, format)
    ]


class LinkAdvisor:
    """Warns of links that lead nowhere, or that the other side does not know of.

    Bounded: it looks up :data:`MOST_LINKS` records, and reads :data:`MOST_OTHER_SIDES` of them, as
    long as these have no more than :data:`MOST_OTHER_BYTES` together. It says what it left out.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._lookups = MOST_LINKS
        self._reads = MOST_OTHER_SIDES
        self._bytes = MOST_OTHER_BYTES

    def advise(self, links: Iterable[Link]) -> Iterator[Problem]:
        """Yield a warning for each doubtful link of a document, and a word on what was left out."""
        by_target: dict[str, list[Link]] = {}
        for link in links:
            by_target.setdefault(link.target, []).append(link)
        looked_up = dict(islice(by_target.items(), self._lookups))
        self._lookups -= len(looked_up)
        standing = self._ledger.standing(looked_up) if looked_up else {}
        left_out = [by_target[target][0] for target in by_target if target not in looked_up]
        for target, leading in looked_up.items():
            withdrawn = standing.get(target)
            if withdrawn is None:
                yield _doubt(leading[0], "unknown", f"There is no record {target} here.",
                             "Check the CTID; or publish the record too.")  # fmt: skip
            elif withdrawn:
                yield _doubt(leading[0], "withdrawn",
                             f"The record {target} was withdrawn on {withdrawn[:10]}.",
                             "Refer to what replaced it.")  # fmt: skip
            elif any(_inverses(link) for link in leading):
                doubts = self._one_sided(leading)
                if doubts is None:
                    left_out.append(leading[0])
                yield from doubts or ()
        if left_out:
            yield _left_out(left_out)

    def _one_sided(self, links: list[Link]) -> list[Problem] | None:
        """Return the links to one record that its document does not return.

        None where the document was not read: enough others were, or it is too long.
        """
        if not self._reads:
            return None
        self._reads -= 1
        found = self._ledger.find_within(links[0].target, self._bytes)
        if found is None or found[1] == b"":
            return []
        if found[1] is None:
            return None
        self._bytes -= len(found[1])
        said = self._statements(orjson.loads(found[1])["@graph"])
        return [
            _doubt(link, "one-sided",
                   f"{found[0].name or link.target} does not say {inverses[0]} back.",
                   "Let its owner add it, so that both sides agree.")
            for link in links
            if (inverses := _inverses(link))
            and not any((link.target, name, link.source) in said for name in inverses)
        ]  # fmt: skip

    def _statements(self, nodes: list[Any]) -> set[tuple[str, str, str]]:
        """Return which record says which property of which other one, in a document's nodes."""
        return {
            (node["ceterms:ctid"], key, target)
            for node in nodes
            if "ceterms:ctid" in node
            for key, values in node.items()
            for value in each(values)
            if isinstance(value, str) and (target := self._identity.ctid_of(value))
        }


def _links(document: Document, located: Located, settings: Settings) -> Iterator[Link]:
    """Yield a document's references to records outside of it."""
    identity = Identity.of(settings)
    own = {entity.ctid for entity in document.entities}
    for pointer, node in located.nodes.values():
        for key, values in node.items():
            for index, value in enumerate(each(values) if not key.startswith("@") else ()):
                iri = value.get("@id") if isinstance(value, dict) and len(value) == 1 else value
                target = identity.ctid_of(iri) if isinstance(iri, str) else None
                if target and target not in own:
                    place = pointer + step(key) + (step(index) if isinstance(values, list) else "")
                    yield Link(str(node.get("ceterms:ctid", "")), key, target, place)


def _one(value: Any, received: bytes, settings: Settings, source: str) -> Examined:
    """Examine one document; `received` is its JSON text."""
    try:
        document = from_json(value, received, settings)
    except CtgraphError as error:
        return Examined(Report(source, problems=tuple(capped(error.problems))))
    located = locate(document, settings)
    problems = validate(document, settings, located)
    return _examined(document, located, problems, settings, source)


def _examined(
    document: Document, located: Located, problems: list[Problem], settings: Settings, source: str
) -> Examined:
    report = Report(source, document.ctid, document.type, document.name, tuple(problems),
                    node_completeness(document.content["@graph"][0]))  # fmt: skip
    return Examined(report, tuple(_links(document, located, settings)))


def _capped(found: Examined, most: int) -> Examined:
    problems = capped(found.report.problems, min(most, MOST_PROBLEMS))
    return replace(found, report=replace(found.report, problems=tuple(problems)))


def _in_array(found: Examined, index: int) -> Examined:
    """Let the places of a document be those in the array that holds it."""
    problems = (replace(p, pointer=step(index) + (p.pointer or "")) for p in found.report.problems)
    links = (replace(link, pointer=step(index) + link.pointer) for link in found.links)
    return Examined(replace(found.report, problems=tuple(problems)), tuple(links))


def _without_places(found: Examined) -> Examined:
    problems = (replace(problem, pointer=None) for problem in found.report.problems)
    links = (replace(link, pointer="") for link in found.links)
    return Examined(replace(found.report, problems=tuple(problems)), tuple(links))


def _with_lines(all_found: list[Examined], data: bytes) -> list[Examined]:
    """Tell of each problem and link on which line of the JSON text it is."""
    places = {p.pointer for found in all_found for p in found.report.problems if p.pointer}
    places |= {link.pointer for found in all_found for link in found.links}
    lines = lines_of(data.decode("utf-8-sig"), places | {""})

    def placed(problem: Problem) -> Problem:
        line = lines.get(problem.pointer) if problem.pointer is not None else None
        return replace(problem, detail=problem.detail | {"line": line}) if line else problem

    return [
        Examined(
            replace(found.report, problems=tuple(map(placed, found.report.problems))),
            tuple(replace(link, line=lines.get(link.pointer, 0)) for link in found.links),
        )
        for found in all_found
    ]


def _inverses(link: Link) -> list[str]:
    """Return the properties that say the same from the other side, as CURIEs."""
    vocab = vocabulary()
    term = vocab.term(link.property)
    return [vocab.compact(iri) for iri in term.inverse_of] if term and link.source else []


def _doubt(link: Link, rule: str, message: str, remedy: str) -> Problem:
    detail: dict[str, Any] = {
        "property": vocabulary().expand(link.property), "value": link.target, "advice": rule,
        "propertyLabel": vocabulary().label(link.property),
    }  # fmt: skip
    if link.line:
        detail["line"] = link.line
    return Problem(message, remedy, link.pointer or None, "warning", detail)


def _left_out(links: list[Link]) -> Problem:
    """Say that links were not looked at, in the place of the first."""
    first = links[0]
    rest = f" and to {len(links) - 1:,} further records" if len(links) > 1 else ""
    detail = {"advice": "not-looked-at"} | ({"line": first.line} if first.line else {})
    return Problem(
        f"The links to {first.target}{rest} were not compared with the other side: up to "
        f"{MOST_LINKS:,} records are looked up, and up to {MOST_OTHER_SIDES} of them read, with no "
        f"more than {MOST_OTHER_BYTES:,} bytes together.",
        "Nothing has to be done; look at them yourself where it matters.",
        first.pointer or None, "info", detail,
    )  # fmt: skip
