"""Shape files as they stand: their triples, and where in the file a shape is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from typing import Any

import pyoxigraph as ox

from ctgraph.errors import SettingsError

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


class Graph:
    """Triples, to be asked by subject."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.quads = list(quads)
        self.by_subject: dict[Any, list[ox.Quad]] = defaultdict(list)
        for quad in self.quads:
            self.by_subject[quad.subject].append(quad)

    def objects(self, subject: Any, predicate: str) -> list[Any]:
        """Return the values of a property of a subject."""
        found = self.by_subject.get(subject, ())
        return [quad.object for quad in found if quad.predicate.value == predicate]

    def text(self, subject: Any, predicate: str) -> str:
        """Return the first value of a property as text; nothing where there is none."""
        return next((o.value for o in self.objects(subject, predicate)), "")

    def subjects(self, predicate: str, value: str) -> list[Any]:
        """Return what has an IRI as the value of a property."""
        return [
            quad.subject
            for quad in self.quads
            if quad.predicate.value == predicate and iri_of(quad.object) == value
        ]

    def having(self, predicate: str) -> list[Any]:
        """Return what has a property."""
        return [quad.subject for quad in self.quads if quad.predicate.value == predicate]

    def members(self, subject: Any, predicate: str) -> Iterator[Any]:
        """Yield the members of an RDF list."""
        rest = self.objects(subject, predicate)
        while rest and iri_of(rest[0]) != f"{RDF}nil":
            yield from self.objects(rest[0], f"{RDF}first")
            rest = self.objects(rest[0], f"{RDF}rest")

    def first_steps(self, path: Any) -> Iterator[str]:
        """Yield the properties that a path may begin with, inverse ones left out."""
        if isinstance(path, ox.NamedNode):
            yield path.value
        elif self.objects(path, f"{SH}alternativePath"):
            for step in self.members(path, f"{SH}alternativePath"):
                yield from self.first_steps(step)
        elif first := self.objects(path, f"{RDF}first"):
            yield from self.first_steps(first[0])


class File:
    """One Turtle file."""

    def __init__(self, file: Traversable) -> None:
        self.name = file.name.removesuffix(".ttl")
        self._file = file
        self._text = file.read_text("utf-8")
        try:
            self.quads = list(
                ox.parse(self._text.encode(), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
            )
        except SyntaxError as error:
            raise SettingsError(f"The shapes do not load: {file}: {error}") from error
        self.graph = Graph(self.quads)

    def wrong(self, node: Any, what: str) -> SettingsError:
        """Return the error that a shape makes, with its place."""
        name = f"ctgs:{local_name(node)}"
        lines = self._text.splitlines()
        line = next((n for n, text in enumerate(lines, 1) if text.startswith(f"{name} ")), 1)
        return SettingsError(f"The shapes do not load: {self._file}, line {line}: {name} {what}.")


def iri_of(term: Any) -> str:
    """Return the IRI of a term; nothing for a literal or a blank node."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def local_name(term: Any) -> str:
    """Return what stands behind the # of a term's IRI."""
    return str(getattr(term, "value", term)).rpartition("#")[2]
