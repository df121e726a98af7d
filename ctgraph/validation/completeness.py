"""The completeness of a record: the share of the recommended properties that it has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ctgraph.documents.node_values import each
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Iri
from ctgraph.shapes import Shape, shapes
from ctgraph.vocab import vocabulary


@dataclass(frozen=True)
class Completeness:
    """The recommended properties that a record has, and those that it lacks.

    :param present: shapes of the recommended properties that the record has.
    :param missing: shapes of those that it lacks.
    """

    present: tuple[Shape, ...]
    missing: tuple[Shape, ...]

    @property
    def score(self) -> float:
        """The share of the recommended properties that the record has, from 0 to 1."""
        return len(self.present) / (len(self.present) + len(self.missing))


def completeness(classes: Iterable[Iri], properties: Collection[Iri]) -> Completeness | None:
    """Measure a record.

    :param classes: IRIs of its classes.
    :param properties: IRIs of the properties that it has.
    :returns: None if nothing is recommended for its classes.
    """
    recommended = dict.fromkeys(
        shape
        for name in classes
        for one in shapes().of_class(name)
        if one.record
        for shape in one.of_severity(Severity.INFO)
    )
    if not recommended:
        return None
    has = {shape: any(name in properties for name in shape.properties) for shape in recommended}
    return Completeness(
        tuple(shape for shape in recommended if has[shape]),
        tuple(shape for shape in recommended if not has[shape]),
    )


def node_completeness(node: dict[str, Any]) -> Completeness | None:
    """Measure a record that is a node of canonical JSON-LD; see :func:`completeness`."""
    expand = vocabulary().expand
    properties = {expand(key) for key, value in node.items() if value not in (None, [], {})}
    return completeness(map(expand, each(node.get("@type"))), properties)
