"""The results of a SHACL engine as problems with place, remedy and address of the rule.

Whether a shape applies to a node depends on its document: a provisional record needs less than
others, and so does a node without a CTID.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from ctgraph.documents import PLACE, Document, PlacedNode, Places, Purpose, placed_name
from ctgraph.documents.json_text import step
from ctgraph.documents.node_values import each, name_of, type_of
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.problem import Detail, Problem, Severity
from ctgraph.rdf.namespaces import CETERMS, TYPE, Iri
from ctgraph.rdf.terms import RdfTerm, term_of
from ctgraph.settings import Settings
from ctgraph.shapes import ClassShape, Shape, shapes
from ctgraph.validation.engines import Result
from ctgraph.vocab import meant, vocabulary
from ctgraph.vocab.former_names import names_of
from ctgraph.vocab.suggestions import MAX_SUGGESTIONS

_STATUS = Iri("http://www.w3.org/ns/adms#status")
_TARGET = Iri(f"{CETERMS}targetNode")
_PROVISIONAL = "graphpublicationstatus:provisional"
_NOWHERE = PlacedNode("", {})


def is_provisional(record: Ctid, places: Places, identity: Identity) -> bool:
    """Tell whether a record says that it is provisional: announced, but not complete.

    Its primary entity says so by ``adms:status``, with the status itself or an alignment object.
    """
    statements = places.statements
    said = statements.get(identity.resource(record), {}).get(_STATUS, [])
    aligned = (term for one in said for term in statements.get(Iri(one.value), {}).get(_TARGET, ()))
    return any(
        isinstance(term, ox.NamedNode) and term.value.lower() == _PROVISIONAL
        for term in (*said, *aligned)
    )


class Placer:
    """Gives the problems of one document, as it was read for a purpose, places and details."""

    def __init__(self, document: Document, purpose: Purpose, settings: Settings) -> None:
        places = document.places
        self._nodes = places.nodes
        self._spellings = document.spellings
        self._unread = frozenset(_unread(document))
        self._purpose = purpose
        self._provisional = is_provisional(document.ctid, places, Identity.of(settings))
        self._base = settings.base_url
        # Where in a list each value stands, by the list: lists may be long.
        self._indices: dict[int, dict[str, int]] = {}
        self._questions = 0

    def problems(self, results: Iterable[Result]) -> Iterator[Problem]:
        """Yield the results of an engine as problems, except those that do not apply here."""
        known = shapes()
        # A value may break several constraints of one shape, which has one message.
        seen: set[tuple[str, str, str]] = set()
        for result in sorted(results):
            mistake = (result.focus, result.shape, result.value)
            shape = known.by_iri[Iri(term_of(result.shape).value)]
            focus = _focus(result)
            severity = self._severity(shape, focus)
            if not severity or self._is_undefined(focus) or self._was_unread(shape, focus):
                continue
            if mistake not in seen:
                seen.add(mistake)
                yield self._problem(shape, focus, severity, result)

    def place(
        self, focus: Iri, path: Iri | NoId = "", value: RdfTerm | None = None
    ) -> tuple[str | None, Detail]:
        """Return the JSON Pointer of a problem, and the details of the place.

        :param focus: IRI of the focus node.
        :param path: IRI of the property, or empty.
        :param value: the value that is wrong, if it is one value.
        """
        vocab = vocabulary()
        placed = self._nodes.get(focus)
        node = placed.content if placed else {}
        kind = type_of(node)
        detail = Detail(
            label=name_of(node) or vocab.label(kind),
            type=kind,
            ctid=str(node.get("ceterms:ctid", "")),
            focus="" if focus.startswith(PLACE) else focus,
            property=path,
            property_label=vocab.label(path) if path else "",
            documentation=f"{self._base}/vocab/{vocab.compact(path)}" if path else "",
            value=self._shown(value) if value else "",
        )
        key = _key(path, node) if path else ""
        if placed is None:
            return None, detail
        inner = placed.step(key) + self._index(node[key], value) if key else ""
        return placed.pointer + inner, detail

    def _severity(self, shape: Shape, focus: Iri) -> Severity | None:
        """Return how severe a result is in this document; None when it does not apply here."""
        usual = shape.severity
        if usual is Severity.VIOLATION and not shape.contradiction:
            usual = self._purpose.of_incomplete
        if shape.family == "provisional":
            return usual if self._provisional else None
        node = self._node(focus)
        if "ceterms:ctid" not in node and self._only_of_records(shape, node):
            return None
        wanting = shape.rule and "ceterms:ctid" in node
        wanting = wanting or (shape.required and shape.name != "ctid")
        return Severity.INFO if self._provisional and wanting else usual

    def _is_undefined(self, focus: Iri) -> bool:
        """Tell whether a node is a labelled blank node without a definition, which is reported."""
        is_labelled = focus.startswith(PLACE) and not focus.startswith(f"{PLACE}_")
        return is_labelled and focus not in self._nodes

    def _was_unread(self, shape: Shape, focus: Iri) -> bool:
        """Tell whether a shape is about something that could not be read, which is reported."""
        placed = self._nodes.get(focus, _NOWHERE)
        return bool(self._unread) and any(
            placed.pointer + step(key) in self._unread
            for iri in shape.properties
            for key in {_key(iri, placed.content) or _names(iri)[0], iri}
        )

    def _only_of_records(self, shape: Shape, node: dict[str, Any]) -> bool:
        """Tell whether every class shape that applies the shape to the node is for records."""
        meeting = self._meeting(shape, node)
        return bool(meeting) and all(one.record for one in meeting)

    def _meeting(self, shape: Shape, node: dict[str, Any]) -> list[ClassShape]:
        """Return the class shapes that apply a shape to a node."""
        classes = [vocabulary().expand(str(name)) for name in each(node.get("@type"))]
        return [one for name in classes for one in shapes().of_class(name) if shape in one.shapes]

    def _problem(self, shape: Shape, focus: Iri, severity: Severity, result: Result) -> Problem:
        value = term_of(result.value) if result.value not in ("", result.focus) else None
        pointer, detail = self.place(focus, self._about(shape, focus), value)
        detail = replace(
            detail,
            shape=shape.iri,
            constraint=result.component,
            documentation=self._documentation(shape, focus),
        )
        remedy = self._question(detail.property, value) + shape.remedy
        return Problem(shape.message, remedy, pointer, severity, detail)

    def _question(self, path: str, value: RdfTerm | None) -> str:
        """Return the question whether a concept of its list was meant by a value that names none.

        It ends in a blank; it is empty where nobody knows.
        """
        term = vocabulary().term(Iri(path)) if path and value else None
        schemes = term.target_scheme if term else ()
        if not schemes or not value or self._questions == MAX_SUGGESTIONS:
            return ""
        self._questions += 1
        node = self._node(Iri(value.value))
        target = each(node.get("ceterms:targetNode")) if node else [value.value]
        concepts = [one for scheme in schemes for one in vocabulary().concepts_of(scheme)]
        likely = meant(str(target[0]), concepts) if target else None
        return f"Did you mean {likely}? " if likely else ""

    def _about(self, shape: Shape, focus: Iri) -> Iri | NoId:
        """Return the property that a result is about; empty if it is about several.

        Of several properties that meet a shape, the result is about one that is there.
        """
        node = self._node(focus)
        there = [iri for iri in shape.properties if _key(iri, node)]
        candidates = there if not shape.rule and there else shape.properties
        return candidates[0] if len(candidates) == 1 else ""

    def _documentation(self, shape: Shape, focus: Iri) -> str:
        """Return the address of the page of the minimum data for the node's class."""
        meeting = self._meeting(shape, self._node(focus))
        one = meeting[0] if meeting else shape
        part = f"{one.name}." if meeting else ""
        return f"{self._base}/shapes/{one.family}#{part}{shape.name}"

    def _node(self, iri: Iri) -> dict[str, Any]:
        return self._nodes.get(iri, _NOWHERE).content

    def _index(self, values: object, value: RdfTerm | None) -> str:
        """Return where among the values of a property one stands, if there are several."""
        if not isinstance(values, list) or value is None:
            return ""
        indices = self._indices.get(id(values))
        if indices is None:
            indices = self._indices[id(values)] = _indices(values)
        for spelling in (value.value, vocabulary().compact(value.value)):
            if spelling in indices:
                return step(indices[spelling])
        return ""

    def _shown(self, value: RdfTerm) -> str:
        """Return a value as people read it."""
        if not isinstance(value, ox.NamedNode) or not value.value.startswith(PLACE):
            return self._spellings.get(value.value, value.value)
        node = self._node(Iri(value.value))
        return name_of(node) or vocabulary().label(type_of(node))


def _unread(document: Document) -> Iterator[str]:
    """Yield the places of what could not be read, and the places around these."""
    for problem in document.problems:
        pointer = problem.pointer if problem.severity is Severity.VIOLATION else None
        while pointer:
            yield pointer
            pointer = pointer.rpartition("/")[0]


def _focus(result: Result) -> Iri:
    """Return the IRI of a focus node; a shape that comes by a value may have a literal."""
    term = term_of(result.focus)
    return Iri(term.value if isinstance(term, ox.NamedNode) else str(term))


def _indices(values: list[Any]) -> dict[str, int]:
    """Return where in a list each value stands, by every way in which a result may name it."""
    found: dict[str, int] = {}
    for index, item in enumerate(values):
        node = item if isinstance(item, dict) else {"@value": item}
        for key in node.keys() & {"@id", "@value", "ceterms:targetNode"}:
            found.setdefault(placed_name(str(node[key])), index)
    return found


def _key(path: Iri, node: dict[str, Any]) -> str:
    """Return the key under which a node has a property; empty if it does not have it."""
    return next((spelling for spelling in _names(path) if spelling in node), "")


def _names(path: Iri) -> tuple[str, ...]:
    """Return the keys under which nodes may have a property, the usual one first."""
    return ("@type",) if path == TYPE.value else (*names_of(vocabulary().compact(path)), path)
