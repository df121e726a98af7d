"""The SHACL shapes of the CTDL minimum data, read into values.

The Turtle files beside this module are the one source for validation, for forms, for CSV headings
and for the pages that document the minimum data. They stay within SHACL Core (W3C Recommendation,
2017), and follow three conventions:

- Every shape that may report has an IRI and one ``sh:message``: a sentence that says what is
  wrong, and then the remedy.
- ``sh:Violation`` (the default) marks data that the registry refuses, ``sh:Info`` data that is
  recommended, and ``sh:Warning`` data that is probably a mistake.
- ``ctgs:contradiction true`` marks a shape that nothing may break, not even harvested documents:
  data that break it contradict themselves.
- A node shape that demands a CTID is about records. Things of its class without a CTID are
  references to something elsewhere, and need not meet it. It reaches the subclasses of its class
  down to those that have a record shape of their own. Every other node shape reaches all
  subclasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pyoxigraph as ox

from ctgraph.errors import SettingsError
from ctgraph.problem import Severity
from ctgraph.rdf.graph import Graph, iri_of, local_name
from ctgraph.rdf.namespaces import CTGS, OWL, RDF, RDFS, SH, Iri
from ctgraph.shapes.reader import Reader
from ctgraph.shapes.shape import ClassShape, Family, Group
from ctgraph.shapes.shape_file import ShapeFile
from ctgraph.vocab import vocabulary

_PREFIXES = {"sh": SH, "ctgs": CTGS, "owl": OWL}


class Shapes:
    """All shapes of a folder.

    :raises SettingsError: when they do not load, with the file and the line.
    """

    def __init__(self, folder: Traversable) -> None:
        found = sorted(
            (f for f in folder.iterdir() if f.name.endswith(".ttl")), key=lambda file: file.name
        )
        read = {file.name.removesuffix(".ttl"): ShapeFile(file) for file in found}
        if not read:
            raise SettingsError(f"The shapes do not load: {folder} has no .ttl file.")
        self._files = read
        self._graph = Graph(quad for file in read.values() for quad in file.quads)
        reader = Reader(self._graph, read.values())
        self.by_iri = reader.shapes
        self.families = tuple(map(reader.family, read.values()))
        self.classes = tuple(one for family in self.families for one in family.classes)

    def family(self, name: str) -> Family | None:
        """Return a family by its name."""
        return next((family for family in self.families if family.name == name), None)

    @cache  # noqa: B019 - the shapes live as long as the process
    def of_class(self, iri: Iri) -> tuple[ClassShape, ...]:
        """Return the class shapes that hold for a class."""
        return tuple(shape for shape in self.classes if iri in shape.reaches)

    @cached_property
    def groups(self) -> dict[str, Group]:
        """The property groups by the last part of their IRIs."""
        found = self._graph.subjects(f"{RDF}type", f"{SH}PropertyGroup")
        return {
            local_name(group): Group(
                order=int(self._graph.text(group, f"{SH}order")),
                label=self._graph.text(group, f"{RDFS}label"),
            )
            for group in found
        }

    def values_of(self, iri: Iri) -> tuple[Iri, ...]:
        """Return the IRIs of the concepts that a property takes, or none if it takes any value."""
        prefix = f"{CTGS}concept-in-"
        for shape in self.by_iri.values():
            if shape.iri.startswith(prefix) and iri in shape.properties:
                kind = self._graph.objects(ox.NamedNode(shape.iri), f"{SH}node")[0]
                return tuple(o.value for o in self._graph.members(kind, f"{SH}in"))
        return ()

    def ntriples(self, recommendations: bool = True) -> str:
        """Return all shapes as N-Triples, their targets written out for every class reached.

        :param recommendations: whether to include the shapes that only recommend.
        """
        left_out = {
            ox.NamedNode(shape.iri)
            for shape in self.by_iri.values()
            if not recommendations and shape.severity is Severity.INFO
        }
        quads = [q for q in self._graph.quads if left_out.isdisjoint((q.subject, q.object))]
        return _serialize(self._targeted(quads), ox.RdfFormat.N_TRIPLES).decode()

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
