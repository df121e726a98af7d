"""The minimum data as values: shapes, class shapes, and families of shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Iri


@dataclass(frozen=True)
class Shape:
    """A shape that may report: about one property, or a rule about the thing as a whole.

    :param name: the last part of its IRI.
    :param properties: IRIs of the properties that it is about; any of them meets it.
    :param min_count: how many values a thing must have to meet it.
    :param rule: whether it is a node shape, which judges the thing as a whole.
    :param contradiction: whether data that break it contradict themselves. Data that break another
        shape are merely incomplete, or not of today's form.
    """

    iri: Iri
    name: str
    family: str
    label: str
    description: str
    properties: tuple[Iri, ...]
    group: str
    order: int
    severity: Severity
    min_count: int
    rule: bool
    contradiction: bool
    message: str
    remedy: str

    @property
    def required(self) -> bool:
        """Whether a thing that has none of the properties does not meet it."""
        return self.min_count > 0


@dataclass(frozen=True)
class ClassShape:
    """The minimum data of a class.

    :param classes: IRIs of the classes that the file names.
    :param reaches: IRIs of all classes that it holds for.
    :param record: whether it is about records, which have a CTID.
    """

    iri: Iri
    name: str
    family: str
    label: str
    description: str
    classes: tuple[Iri, ...]
    reaches: frozenset[Iri]
    record: bool
    shapes: tuple[Shape, ...]

    def of_severity(self, severity: Severity) -> list[Shape]:
        """Return its shapes of one severity, in order."""
        return [shape for shape in self.shapes if shape.severity == severity]


@dataclass(frozen=True)
class Family:
    """One file of shapes. `shapes` are those that hold for a property on things of any class."""

    name: str
    title: str
    description: str
    classes: tuple[ClassShape, ...]
    shapes: tuple[Shape, ...]


class Group(NamedTuple):
    """A heading that properties are listed under, and its place among the headings."""

    order: int
    label: str
