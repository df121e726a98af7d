"""The SHACL shapes of the CTDL minimum data, read into values.

The Turtle files beside this module are the one source for validation, for forms, for CSV headings
and for the pages that document the minimum data. They stay within SHACL Core (W3C Recommendation,
2017), and follow three conventions:

- Every shape that may report has an IRI and one ``sh:message``: a sentence that says what is
  wrong, and then the remedy.
- ``sh:Violation`` (the default) is what the registry refuses, ``sh:Info`` marks what is only
  recommended, ``sh:Warning`` what is probably not meant.
- A node shape that asks for a CTID speaks of records: things of its class that stand in a document
  without a CTID are references to something elsewhere, and not held to it. It reaches the
  subclasses of its class down to those that have a record shape of their own; every other node
  shape reaches all subclasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pyoxigraph as ox

from ctgraph.errors import SettingsError, Severity
from ctgraph.rdf.graph import RDF, SH, File, Graph, iri_of, local_name
from ctgraph.vocab import vocabulary

CTGS = "https://w3id.org/ctgraph/shapes#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_DCT = "http://purl.org/dc/terms/"
_PREFIXES = {"sh": SH, "ctgs": CTGS, "owl": "http://www.w3.org/2002/07/owl#"}


@dataclass(frozen=True)
class Shape:
    """A shape that may report: about one property, or a rule about the thing as a whole.

    :param name: the last part of its IRI.
    :param properties: IRIs of the properties that it is about; any of them meets it.
    :param min_count: how many values a thing must have to meet it.
    :param rule: whether it is a node shape, which judges the thing as a whole.
    """

    iri: str
    name: str
    family: str
    label: str
    description: str
    properties: tuple[str, ...]
    group: str
    order: int
    severity: Severity
    min_count: int
    rule: bool
    message: str
    remedy: str

    @property
    def required(self) -> bool:
        """Whether a thing that has none of the properties does not meet it."""
        return self.min_count > 0


@dataclass(frozen=True)
class ClassShape:
    """What the minimum data says about things of a class.

    :param classes: IRIs of the classes that the file names.
    :param reaches: IRIs of all classes that it holds for.
    :param record: whether it speaks of records, which have a CTID.
    """

    iri: str
    name: str
    family: str
    label: str
    description: str
    classes: tuple[str, ...]
    reaches: frozenset[str]
    record: bool
    shapes: tuple[Shape, ...]

    def of_severity(self, severity: Severity) -> list[Shape]:
        """Return its shapes of one severity, in order."""
        return [shape for shape in self.shapes if shape.severity == severity]


@dataclass(frozen=True)
class Family:
    """One file of shapes; `shapes` are those that hold wherever their property stands."""

    name: str
    title: str
    description: str
    classes: tuple[ClassShape, ...]
    shapes: tuple[Shape, ...]


class Shapes:
    """All shapes of a folder.

    :raises SettingsError: when they do not load, with the file and the line.
    """

    def __init__(self, folder: Traversable) -> None:
        found = sorted(
            (f for f in folder.iterdir() if f.name.endswith(".ttl")), key=lambda file: file.name
        )
        read = {file.name.removesuffix(".ttl"): File(file) for file in found}
        if not read:
            raise SettingsError(f"The shapes do not load: {folder} holds none.")
        self._files = read
        self._graph = Graph(quad for file in read.values() for quad in file.quads)
        self.by_iri = {shape.iri: shape for file in read.values() for shape in self._shapes(file)}
        records = self._record_classes()
        self.families = tuple(self._family(file, records) for file in read.values())
        self.classes = tuple(one for family in self.families for one in family.classes)

    def family(self, name: str) -> Family | None:
        """Return a family by its name."""
        return next((family for family in self.families if family.name == name), None)

    @cache  # noqa: B019 - the shapes live as long as the process
    def of_class(self, iri: str) -> tuple[ClassShape, ...]:
        """Return what holds for a class."""
        return tuple(shape for shape in self.classes if iri in shape.reaches)

    @cached_property
    def groups(self) -> dict[str, tuple[int, str]]:
        """The property groups: order and label by the last part of their IRIs."""
        found = self._graph.subjects(f"{RDF}type", f"{SH}PropertyGroup")
        return {
            local_name(group): (
                int(self._graph.text(group, f"{SH}order")),
                self._graph.text(group, f"{_RDFS}label"),
            )
            for group in found
        }

    def values_of(self, iri: str) -> tuple[str, ...]:
        """Return the IRIs of the concepts that a property takes; none where it is free."""
        prefix = f"{CTGS}concept-in-"
        for shape in self.by_iri.values():
            if shape.iri.startswith(prefix) and iri in shape.properties:
                kind = self._graph.objects(ox.NamedNode(shape.iri), f"{SH}node")[0]
                return tuple(o.value for o in self._graph.members(kind, f"{SH}in"))
        return ()

    def ntriples(self, blocking: bool = False) -> str:
        """Return all shapes as N-Triples, their targets written out for every class reached.

        :param blocking: leave out the shapes that only warn or recommend.
        """
        left_out = {
            s.iri for s in self.by_iri.values() if blocking and s.severity != Severity.VIOLATION
        }
        quads = self._targeted(self._graph.quads)
        kept = (q for q in quads if left_out.isdisjoint({iri_of(q.subject), iri_of(q.object)}))
        return _serialize(kept, ox.RdfFormat.N_TRIPLES).decode()

    def turtle(self, family: str = "") -> bytes:
        """Return one family, or all, as Turtle that any SHACL processor can use by itself."""
        files = [self._files[family]] if family else list(self._files.values())
        quads = [quad for file in files for quad in file.quads]
        if family:  # with the shapes and groups of other files that it refers to
            quads += self._borrowed(quads)
        return _serialize(self._targeted(quads), ox.RdfFormat.TURTLE)

    def _borrowed(self, quads: list[ox.Quad]) -> list[ox.Quad]:
        known: set[Any] = {quad.subject for quad in quads}
        waiting = [quad.object for quad in quads]
        found: list[ox.Quad] = []
        while waiting:
            term = waiting.pop()
            if term not in known and term in self._graph.by_subject:
                known.add(term)
                # Their own targets would reach beyond this family.
                own = [
                    q
                    for q in self._graph.by_subject[term]
                    if not q.predicate.value.startswith(f"{SH}target")
                ]
                found += own
                waiting += [quad.object for quad in own]
        return found

    def _targeted(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        reached = {shape.iri: shape.reaches for shape in self.classes}
        target = ox.NamedNode(f"{SH}targetClass")
        for quad in quads:
            if quad.predicate != target:
                yield quad
            elif (iri := iri_of(quad.subject)) in reached:
                for name in sorted(reached.pop(iri)):
                    yield ox.Quad(quad.subject, target, ox.NamedNode(name))

    def _shapes(self, file: File) -> Iterator[Shape]:
        for node in file.graph.subjects(f"{RDF}type", f"{SH}PropertyShape"):
            yield self._shape(file, node)
        for node in file.graph.subjects(f"{RDF}type", f"{SH}NodeShape"):
            if file.graph.objects(node, f"{SH}message"):
                yield self._shape(file, node, rule=True)

    def _shape(self, file: File, node: Any, rule: bool = False) -> Shape:
        graph = file.graph
        if rule:
            properties = tuple(o.value for o in graph.objects(node, f"{_RDFS}seeAlso"))
        else:
            path = graph.objects(node, f"{SH}path")
            if len(path) != 1:
                raise file.wrong(node, "has not exactly one sh:path")
            properties = tuple(graph.first_steps(path[0]))
        message, dot, remedy = graph.text(node, f"{SH}message").partition(". ")
        if not dot or not remedy.endswith("."):
            raise file.wrong(node, "has no sh:message of two sentences: what is wrong, the remedy")
        severity = graph.text(node, f"{SH}severity").removeprefix(SH) or "Violation"
        label = graph.text(node, f"{_RDFS}label" if rule else f"{SH}name")
        if not label:
            raise file.wrong(node, f"has no {'rdfs:label' if rule else 'sh:name'}")
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
            message=f"{message}.",
            remedy=remedy,
        )

    def _record_classes(self) -> frozenset[str]:
        """Return the classes that a file names for a record shape."""
        ctid = ox.NamedNode(f"{CTGS}ctid")
        return frozenset(
            target.value
            for node in self._graph.subjects(f"{RDF}type", f"{SH}NodeShape")
            if ctid in self._graph.objects(node, f"{SH}property")
            for target in self._graph.objects(node, f"{SH}targetClass")
        )

    def _family(self, file: File, records: frozenset[str]) -> Family:
        about = ox.NamedNode(f"https://w3id.org/ctgraph/shapes/{file.name}")
        classes = tuple(
            self._class_shape(file, node, records)
            for node in file.graph.subjects(f"{RDF}type", f"{SH}NodeShape")
            if file.graph.objects(node, f"{SH}targetClass")
        )
        free = tuple(
            self.by_iri[node.value]
            for name in ("targetSubjectsOf", "targetObjectsOf")
            for node in file.graph.having(f"{SH}{name}")
            if node.value in self.by_iri
        )
        return Family(
            file.name,
            file.graph.text(about, f"{_DCT}title") or file.name,
            file.graph.text(about, f"{_DCT}description"),
            classes,
            tuple(dict.fromkeys(free)),
        )

    def _class_shape(self, file: File, node: Any, records: frozenset[str]) -> ClassShape:
        graph = file.graph
        classes = tuple(o.value for o in graph.objects(node, f"{SH}targetClass"))
        links = [o.value for o in graph.objects(node, f"{SH}property")]
        unknown = [iri for iri in links if iri not in self.by_iri]
        if unknown:
            raise file.wrong(node, f"names a shape that no file defines: {unknown[0]}")
        record = f"{CTGS}ctid" in links
        listed = [self.by_iri[iri] for iri in links]
        if node.value in self.by_iri:
            listed.append(self.by_iri[node.value])
        return ClassShape(
            node.value,
            local_name(node),
            file.name,
            graph.text(node, f"{_RDFS}label"),
            graph.text(node, f"{_RDFS}comment"),
            classes,
            frozenset(_reached(classes, records if record else frozenset())),
            record,
            tuple(sorted(listed, key=lambda shape: shape.order)),
        )


def _reached(classes: Iterable[str], records: frozenset[str]) -> Iterator[str]:
    """Yield the classes and their subclasses, down to those of `records`."""
    vocab = vocabulary()
    for iri in classes:
        yield iri
        below = [child for child in vocab.children(iri) if child not in records]
        yield from _reached(below, records)


def _serialize(quads: Iterable[ox.Quad], format: ox.RdfFormat) -> bytes:
    triples = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
    prefixes = vocabulary().prefixes_in("\n".join(map(str, triples))) | _PREFIXES
    return ox.serialize(triples, format=format, prefixes=prefixes) or b""


@cache
def shapes() -> Shapes:
    """Return the shapes that ship with ctgraph.

    :raises SettingsError: when they do not load, with the file and the line.
    """
    return Shapes(files("ctgraph.shapes"))
