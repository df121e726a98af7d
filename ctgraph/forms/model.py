"""The form of a class: its tabs and fields."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from ctgraph.forms.editors import Editor
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.shapes import Shape, shapes
from ctgraph.vocab import Term, vocabulary

_RANGES = {
    "rdf:langString": Editor.TEXT,
    "xsd:string": Editor.PLAIN,
    "xsd:anyURI": Editor.ADDRESS,
    "xsd:date": Editor.DATE,
    "schema:Date": Editor.PLAIN,
    "xsd:dateTime": Editor.PLAIN,
    "xsd:boolean": Editor.BOOLEAN,
    "xsd:float": Editor.NUMBER,
    "xsd:decimal": Editor.NUMBER,
    "xsd:integer": Editor.NUMBER,
    "schema:Duration": Editor.DURATION,
    "xsd:duration": Editor.DURATION,
    "xsd:language": Editor.LANGUAGE,
    "rdfs:Resource": Editor.REFERENCE,
}
"""The editors of values that are no things of their own."""


@dataclass(frozen=True)
class Field:
    """A property in a form.

    :param help: a sentence for whoever fills it in; empty where the shapes say none.
    :param is_required: whether a record without it is refused.
    :param is_recommended: whether a record without it is less complete.
    :param scheme: the concepts of its values, as CURIEs and labels.
    :param parts: the classes of its values that have no CTID.
    :param records: the classes of records that its values may be.
    :param is_alternative: whether another property may be filled in in its place.
    """

    property: Curie
    label: str
    help: str
    editor: Editor
    is_required: bool = False
    is_recommended: bool = False
    scheme: tuple[tuple[Curie, str], ...] = ()
    parts: tuple[Curie, ...] = ()
    records: tuple[Curie, ...] = ()
    is_alternative: bool = False

    @cached_property
    def concepts(self) -> frozenset[Curie]:
        """The concepts of its values."""
        return frozenset(concept for concept, _ in self.scheme)


@dataclass(frozen=True)
class Tab:
    """A group of fields."""

    group: str
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """The form of a class. Each property whose domain holds the class stands on exactly one tab."""

    kind: Curie
    tabs: tuple[Tab, ...]

    @property
    def minimum(self) -> tuple[Field, ...]:
        """The fields of the minimum data, which come first."""
        return tuple(field for tab in self.tabs for field in tab.fields if field.is_required)

    def tab(self, group: str) -> Tab | None:
        """Return a tab by the name of its group."""
        return next((tab for tab in self.tabs if tab.group == group), None)


@cache
def form_of(kind: Curie) -> Form:
    """Return the form of a class of records."""
    layout = _layout()
    by_group: dict[str, list[Field]] = {}
    for term in vocabulary().properties_of(kind):
        if term.curie not in layout["left_out"]:
            by_group.setdefault(_group(term), []).append(_field(term, _shapes_of(kind)))
    order = {name: place for place, name in enumerate(_named(layout["tab"]))}
    tabs = (
        Tab(tab["group"], tab["label"], tuple(sorted(fields, key=lambda f: _place(f, order))))
        for tab in layout["tab"]
        if (fields := by_group.get(tab["group"]))
    )
    return Form(kind, tuple(tabs))


@cache
def part_of(kind: Curie) -> tuple[Field, ...]:
    """Return the fields of a thing without a CTID, those first that are asked for."""
    fields = [_field(term, _shapes_of(kind)) for term in vocabulary().properties_of(kind)]
    order = {name: place for place, name in enumerate(_named(_layout()["tab"]))}
    return tuple(
        sorted(
            (field for field in fields if field.property not in _layout()["left_out"]),
            key=lambda f: (not f.is_required, not f.is_recommended, _place(f, order)),
        )
    )


@cache
def _layout() -> dict[str, Any]:
    text = files("ctgraph.forms").joinpath("layout.toml").read_text("utf-8")
    return tomllib.loads(text)


def _named(tabs: list[dict[str, Any]]) -> Iterator[str]:
    for tab in tabs:
        yield from tab.get("properties", ())


def _place(field: Field, order: Mapping[str, int]) -> tuple[int, str]:
    return order.get(field.property, len(order)), field.label


@cache
def _groups() -> dict[str, str]:
    return {name: tab["group"] for tab in _layout()["tab"] for name in tab.get("properties", ())}


def _group(term: Term) -> str:
    """Return the tab of a property."""
    if term.curie in _groups():
        return _groups()[term.curie]
    tabs: list[dict[str, Any]] = _layout()["tab"]
    ranges = set(map(vocabulary().compact, term.range_includes))
    for tab in tabs:
        if term.curie.endswith(tuple(tab.get("endings", ()))):
            return str(tab["group"])
    for tab in tabs:
        if not ranges.isdisjoint(tab.get("ranges", ())):
            return str(tab["group"])
    return str(tabs[-1]["group"])


def _field(term: Term, asked: Mapping[Iri, Shape]) -> Field:
    scheme = tuple(
        (Curie(concept.curie), concept.label)
        for name in term.target_scheme
        for concept in vocabulary().concepts_of(name)
    )
    ranges = [vocabulary().compact(one) for one in term.range_includes]
    parts = tuple(one for one in ranges if one not in _RANGES and one not in _records())
    shape = asked.get(term.iri)
    severity = shape.severity if shape and shape.required else None
    is_alternative = bool(shape and shape.required and len(shape.properties) > 1)
    return Field(
        term.curie,
        term.label if is_alternative or not shape else shape.label,
        shape.description if shape else "",
        _editor(term.curie, ranges, scheme, parts),
        severity is Severity.VIOLATION,
        severity is Severity.INFO,
        scheme,
        parts,
        tuple(one for one in ranges if one in _records()),
        is_alternative,
    )


def _editor(
    name: Curie, ranges: list[Curie], scheme: tuple[Any, ...], parts: tuple[Curie, ...]
) -> Editor:
    if name in _layout()["editors"]["long"]:
        return Editor.LONG_TEXT
    if scheme:
        return Editor.CHOICE
    plain = [_RANGES[one] for one in ranges if one in _RANGES]
    if plain and not parts:
        return plain[0]
    if parts:
        return Editor.PART
    return Editor.REFERENCE if ranges else Editor.NONE


@cache
def _records() -> frozenset[Curie]:
    """Return the classes whose things are records."""
    return frozenset(
        vocabulary().compact(iri) for one in shapes().classes if one.record for iri in one.reaches
    )


@cache
def _shapes_of(kind: Curie) -> dict[Iri, Shape]:
    """Return the shape that asks for each property of a class, the strictest one."""
    found: dict[Iri, Shape] = {}
    own = vocabulary().expand(kind)
    asked = [shape for one in shapes().of_class(own) if one.record for shape in one.shapes]
    asked = asked or [shape for one in shapes().of_class(own) for shape in one.shapes]
    for shape in sorted(asked, key=lambda s: s.severity is not Severity.VIOLATION):
        for property in shape.properties:
            if not shape.rule:
                found.setdefault(property, shape)
    return found
