"""The completeness of a record: the share of the properties asked of it that it has."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

from ctgraph.documents.node_values import each
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import TYPE, Iri
from ctgraph.shapes import Shape, shapes
from ctgraph.vocab import vocabulary


@dataclass(frozen=True)
class Completeness:
    """The recommended properties that a record has, and those that it lacks.

    :param present: shapes of the recommended properties that the record has.
    :param missing: shapes of those that it lacks.
    :param required: shapes of the required properties that it lacks. Only harvested and provisional
        records lack any.
    """

    present: tuple[Shape, ...]
    missing: tuple[Shape, ...]
    required: tuple[Shape, ...]

    @property
    def score(self) -> float:
        """The share of the properties asked of the record that it has, from 0 to 1.

        These are the recommended ones, and those required ones that it lacks.
        """
        asked = len(self.present) + len(self.missing) + len(self.required)
        return len(self.present) / asked


def completeness(classes: Iterable[Iri], properties: Set[Iri]) -> Completeness | None:
    """Measure a record.

    :param classes: IRIs of its classes.
    :param properties: IRIs of the properties that it has.
    :returns: None if nothing is recommended for its classes, and it lacks nothing required.
    """
    asked = dict.fromkeys(
        shape
        for name in classes
        for one in shapes().of_class(name)
        if one.record
        for shape in one.shapes
        if shape.severity is Severity.INFO or _demands(shape)
    )
    present = [s for s in asked if not properties.isdisjoint(s.properties)]
    lacking = [s for s in asked if properties.isdisjoint(s.properties)]
    found = Completeness(
        tuple(shape for shape in present if shape.severity is Severity.INFO),
        tuple(shape for shape in lacking if shape.severity is Severity.INFO),
        tuple(shape for shape in lacking if shape.severity is not Severity.INFO),
    )
    return found if found.present or found.missing or found.required else None


def _demands(shape: Shape) -> bool:
    """Tell whether a shape warns of a record that has none of its properties, or refuses it."""
    return shape.severity is not Severity.INFO and shape.required


def node_completeness(node: dict[str, Any]) -> Completeness | None:
    """Measure a record that is a node of canonical JSON-LD; see :func:`completeness`."""
    expand = vocabulary().expand
    given = {key for key, value in node.items() if value not in (None, [], {})}
    properties = {Iri(TYPE.value) if key == "@type" else expand(key) for key in given}
    return completeness(map(expand, each(node.get("@type"))), properties)
