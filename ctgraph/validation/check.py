"""Validation of graph documents against the SHACL shapes of the CTDL minimum data.

:func:`refused` is the quick question that a bulk load asks; :func:`validate` says everything that
can be said about a document by itself. What only the registry can know (whether a link leads
anywhere) is :mod:`ctgraph.validation.submissions`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from ctgraph.documents import PLACE, Document, Located, locate, placed
from ctgraph.documents.json_text import step
from ctgraph.documents.node_values import each, name_of, type_of
from ctgraph.errors import InvalidDocument, Problem
from ctgraph.identity import Identity
from ctgraph.settings import Settings
from ctgraph.shapes import ClassShape, Shape, shapes
from ctgraph.validation.advice import advise
from ctgraph.validation.engines import Result, Run, compile_shapes
from ctgraph.validation.report import capped, in_order
from ctgraph.vocab import vocabulary

_STATUS = "http://www.w3.org/ns/adms#status"
_TARGET = "https://purl.org/ctdl/terms/targetNode"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def refused(document: Document, settings: Settings) -> bool:
    """Tell whether a document breaks the minimum data."""
    triples = document.quads.decode().replace(
        f" <{Identity.of(settings).graph(document.ctid)}> .\n", " .\n"
    )
    found = _engine(settings.validation_engine, blocking=True)(triples, "ntriples")
    if not found:
        return False
    # Some of it may be no violation here: a reference is not held to what a record needs.
    return any(problem.severity == "violation" for problem in validate(document, settings))


def validate(
    document: Document, settings: Settings, located: Located | None = None
) -> list[Problem]:
    """Return everything that is wrong with a document or missing in it, worst first.

    :param located: the places of its nodes, where they are known already.
    """
    located = located or locate(document, settings)
    found = _engine(settings.validation_engine)(located.ntriples, "ntriples")
    finder = _Finder(document, located, settings)
    problems = [*document.warnings, *finder.problems(found), *advise(located, finder.detail)]
    return capped(in_order(problems))


def prepare(settings: Settings) -> None:
    """Make what every validation needs, so that the first one takes no longer than others."""
    _engine(settings.validation_engine)


def check(document: Document, settings: Settings, located: Located | None = None) -> list[Problem]:
    """Return what there is to say about a document that may be published; see :func:`validate`.

    :raises InvalidDocument: listing every finding, when one of them is a violation.
    """
    problems = validate(document, settings, located)
    violations = sum(problem.severity == "violation" for problem in problems)
    if violations:
        count = "1 violation" if violations == 1 else f"{violations} violations"
        raise InvalidDocument(f"{document.ctid} breaks the minimum data: {count}.", problems)
    return problems


def provisional(document: Document, settings: Settings) -> bool:
    """Tell whether a record says that it is provisional: announced, but not complete.

    Its primary entity says so by ``adms:status``, with the status itself or an alignment object.
    """
    primary = Identity.of(settings).resource(document.ctid)
    quads = document.quads.decode()
    said = re.findall(rf"^<{re.escape(primary)}> <{_STATUS}> (\S+)", quads, re.MULTILINE)
    for status in said:
        aligned = rf"^{re.escape(status)} <{_TARGET}> (\S+)"
        if any(
            term.endswith("ublicationStatus:Provisional>")
            for term in (status, *re.findall(aligned, quads, re.MULTILINE))
        ):
            return True
    return False


class _Finder:
    """Turns the results of an engine into problems with their places."""

    def __init__(self, document: Document, located: Located, settings: Settings) -> None:
        self._nodes = located.nodes
        self._provisional = provisional(document, settings)
        self._base = settings.base_url
        # Where in a list each value stands, by the list: lists may be long.
        self._places: dict[int, dict[str, int]] = {}

    def problems(self, results: Iterable[Result]) -> Iterator[Problem]:
        known = shapes()
        # A value may break several constraints of one shape, which has one thing to say.
        seen: set[tuple[str, str, str]] = set()
        for result in sorted(results):
            mistake = (result.focus, result.shape, result.value)
            shape = known.by_iri[_bare(result.shape)]
            severity = self._severity(shape, result)
            if severity and mistake not in seen:
                seen.add(mistake)
                yield self._problem(shape, result, severity)

    def _severity(self, shape: Shape, result: Result) -> str:
        """Return how severe a result is in this document; empty when it does not hold here."""
        if shape.family == "provisional":
            return shape.severity if self._provisional else ""
        focus = self._nodes.get(_bare(result.focus), ("", {}))[1]
        if "ceterms:ctid" not in focus and self._only_of_records(shape, focus):
            return ""
        wanting = shape.rule and "ceterms:ctid" in focus
        wanting = wanting or (shape.required and shape.name != "ctid")
        return "info" if self._provisional and wanting else shape.severity

    def _only_of_records(self, shape: Shape, node: dict[str, Any]) -> bool:
        """Tell whether a shape speaks of nothing but records where it meets a node."""
        meeting = self._meeting(shape, node)
        return bool(meeting) and all(one.record for one in meeting)

    def _meeting(self, shape: Shape, node: dict[str, Any]) -> list[ClassShape]:
        """Return what puts a shape upon the classes of a node."""
        classes = [vocabulary().expand(str(name)) for name in each(node.get("@type"))]
        return [one for name in classes for one in shapes().of_class(name) if shape in one.shapes]

    def _problem(self, shape: Shape, result: Result, severity: str) -> Problem:
        focus = _bare(result.focus)
        value = "" if result.value == result.focus else result.value
        pointer, detail = self.detail(focus, self._about(shape, focus), value)
        detail |= {
            "shape": shape.iri,
            "constraint": result.component,
            "documentation": self._documentation(shape, focus),
        }
        return Problem(shape.message, shape.remedy, pointer, severity, detail)

    def _about(self, shape: Shape, focus: str) -> str:
        """Return the property that a result is about, where it is one: what is there goes first."""
        node = self._nodes.get(focus, ("", {}))[1]
        there = [iri for iri in shape.properties if _key(iri, node)]
        candidates = there if not shape.rule and there else shape.properties
        return candidates[0] if len(candidates) == 1 else ""

    def _documentation(self, shape: Shape, focus: str) -> str:
        """Return the address of what the minimum data says there, for the node's class."""
        meeting = self._meeting(shape, self._nodes.get(focus, ("", {}))[1])
        one = meeting[0] if meeting else shape
        part = f"{one.name}." if meeting else ""
        return f"{self._base}/shapes/{one.family}#{part}{shape.name}"

    def detail(self, focus: str, path: str, value: str = "") -> tuple[str | None, dict[str, str]]:
        """Return the place of a finding, and what there is to say about it.

        :param focus: IRI of the focus node.
        :param path: IRI of the property, or empty.
        :param value: the value in N-Triples syntax, or empty.
        """
        vocab = vocabulary()
        pointer, node = self._nodes.get(focus, (None, {}))
        kind = type_of(node)
        facts = {
            "label": name_of(node) or vocab.label(kind),
            "class": kind,
            "ctid": str(node.get("ceterms:ctid", "")),
        }
        if not focus.startswith(PLACE):
            facts["focusNode"] = focus
        if path:
            facts |= {
                "property": path,
                "propertyLabel": vocab.label(path),
                "documentation": f"{self._base}/vocab/{vocab.compact(path)}",
            }
            key = _key(path, node)
            if pointer is not None and key:
                pointer += step(key) + self._index(node[key], value)
        if value:
            facts["value"] = self._shown(value)
        return pointer, {key: text for key, text in facts.items() if text}

    def _index(self, values: object, value: str) -> str:
        """Return where among the values of a property one stands, where there are several."""
        if not isinstance(values, list) or not value:
            return ""
        places = self._places.get(id(values))
        if places is None:
            places = self._places[id(values)] = {}
            for index, item in enumerate(values):
                node = item if isinstance(item, dict) else {"@value": item}
                for key in ("@id", "@value", "ceterms:targetNode"):
                    places.setdefault(placed(str(node.get(key))), index)
        bare = _bare(value)
        for spelling in (bare, vocabulary().compact(bare), _lexical(value)):
            if spelling in places:
                return step(places[spelling])
        return ""

    def _shown(self, value: str) -> str:
        """Return a value as people read it."""
        bare = _bare(value)
        if bare.startswith(PLACE):
            node = self._nodes.get(bare, ("", {}))[1]
            return name_of(node) or vocabulary().label(type_of(node))
        return bare if value.startswith("<") else _lexical(value)


@cache
def _engine(name: str, blocking: bool = False) -> Run:
    return compile_shapes(name, shapes().ntriples(blocking))


def _bare(term: str) -> str:
    """Return the IRI of a term in N-Triples syntax."""
    return term[1:-1] if term.startswith("<") else term


def _key(path: str, node: dict[str, Any]) -> str:
    """Return the key under which a node has a property; nothing where it has not."""
    key = "@type" if path == _TYPE else vocabulary().compact(path)
    return key if key in node else path if path in node else ""


def _lexical(value: str) -> str:
    """Return the lexical form of a literal in N-Triples syntax."""
    if not value.startswith('"'):
        return value
    quad = next(iter(ox.parse(f"<x:> <x:> {value} .", format=ox.RdfFormat.N_TRIPLES, lenient=True)))
    return quad.object.value if isinstance(quad.object, ox.Literal) else value
