"""Reading the files of shapes into values. A shape that cannot be used is refused with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from ctgraph.problem import Severity
from ctgraph.rdf.graph import Graph, local_name
from ctgraph.rdf.namespaces import CTGS, DCT, OWN, RDF, RDFS, SH, Iri
from ctgraph.shapes.shape import ClassShape, Family, Shape
from ctgraph.shapes.shape_file import ShapeFile
from ctgraph.vocab import vocabulary


class Reader:
    """Reads files that refer to the shapes of each other.

    :param graph: the triples of all files.
    :raises SettingsError: when a shape cannot be used.
    """

    def __init__(self, graph: Graph, files: Iterable[ShapeFile]) -> None:
        self.shapes = {shape.iri: shape for file in files for shape in _shapes(file)}
        ctid = ox.NamedNode(f"{CTGS}ctid")
        self._record_classes = frozenset(
            target.value
            for node in graph.subjects(f"{RDF}type", f"{SH}NodeShape")
            if ctid in graph.objects(node, f"{SH}property")
            for target in graph.objects(node, f"{SH}targetClass")
        )

    def family(self, file: ShapeFile) -> Family:
        """Return the family of shapes in one file."""
        about = ox.NamedNode(f"{OWN}shapes/{file.name}")
        classes = tuple(
            self._class_shape(file, node)
            for node in file.graph.subjects(f"{RDF}type", f"{SH}NodeShape")
            if file.graph.objects(node, f"{SH}targetClass")
        )
        free = (
            self.shapes[node.value]
            for name in ("targetSubjectsOf", "targetObjectsOf")
            for node in file.graph.having(f"{SH}{name}")
            if node.value in self.shapes
        )
        return Family(
            name=file.name,
            title=file.graph.text(about, f"{DCT}title") or file.name,
            description=file.graph.text(about, f"{DCT}description"),
            classes=classes,
            shapes=tuple(dict.fromkeys(free)),
        )

    def _class_shape(self, file: ShapeFile, node: Any) -> ClassShape:
        graph = file.graph
        classes = tuple(o.value for o in graph.objects(node, f"{SH}targetClass"))
        links = [o.value for o in graph.objects(node, f"{SH}property")]
        unknown = [iri for iri in links if iri not in self.shapes]
        if unknown:
            raise file.wrong(node, f"names a shape that no file defines: {unknown[0]}")
        record = f"{CTGS}ctid" in links
        listed = [self.shapes[iri] for iri in links]
        if node.value in self.shapes:
            listed.append(self.shapes[node.value])
        stop = self._record_classes if record else frozenset()
        return ClassShape(
            iri=node.value,
            name=local_name(node),
            family=file.name,
            label=graph.text(node, f"{RDFS}label"),
            description=graph.text(node, f"{RDFS}comment"),
            classes=classes,
            reaches=frozenset(_reached(classes, stop)),
            record=record,
            shapes=tuple(sorted(listed, key=lambda shape: shape.order)),
        )


def _shapes(file: ShapeFile) -> Iterator[Shape]:
    """Yield the shapes of a file that may report."""
    graph = file.graph
    for node in graph.subjects(f"{RDF}type", f"{SH}PropertyShape"):
        paths = graph.objects(node, f"{SH}path")
        if len(paths) != 1:
            raise file.wrong(node, "has not exactly one sh:path")
        label = graph.text(node, f"{SH}name")
        if not label:
            raise file.wrong(node, "has no sh:name")
        yield _shape(file, node, label, tuple(graph.first_steps(paths[0])), rule=False)
    for node in graph.subjects(f"{RDF}type", f"{SH}NodeShape"):
        if graph.objects(node, f"{SH}message"):
            label = graph.text(node, f"{RDFS}label")
            if not label:
                raise file.wrong(node, "has no rdfs:label")
            properties = tuple(o.value for o in graph.objects(node, f"{RDFS}seeAlso"))
            yield _shape(file, node, label, properties, rule=True)


def _shape(
    file: ShapeFile, node: Any, label: str, properties: tuple[Iri, ...], rule: bool
) -> Shape:
    graph = file.graph
    message, dot, remedy = graph.text(node, f"{SH}message").partition(". ")
    if not dot or not remedy.endswith("."):
        raise file.wrong(node, "has no sh:message of two sentences: what is wrong, the remedy")
    severity = graph.text(node, f"{SH}severity").removeprefix(SH) or "Violation"
    return Shape(
        iri=node.value,
        name=local_name(node),
        family=file.name,
        label=label,
        description=graph.text(node, f"{SH}description"),
        properties=properties,
        group=local_name(graph.text(node, f"{SH}group")),
        order=int(graph.text(node, f"{SH}order") or 0),
        severity=Severity(severity.lower()),
        min_count=int(graph.text(node, f"{SH}minCount") or 0),
        rule=rule,
        contradiction=graph.text(node, f"{CTGS}contradiction") == "true",
        message=f"{message}.",
        remedy=remedy,
    )


def _reached(classes: Iterable[Iri], stop: frozenset[Iri]) -> Iterator[Iri]:
    """Yield the classes and their subclasses, down to those of `stop`."""
    vocab = vocabulary()
    for iri in classes:
        yield iri
        below = [child for child in vocab.children(iri) if child not in stop]
        yield from _reached(below, stop)
