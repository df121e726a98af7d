"""A file of shapes as it stands: its triples, and the line of each shape."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Any

import pyoxigraph as ox

from ctgraph.errors import SettingsError
from ctgraph.rdf.graph import Graph, local_name


class ShapeFile:
    """One Turtle file of shapes.

    :raises SettingsError: when it is not Turtle.
    """

    def __init__(self, file: Traversable) -> None:
        self.name = file.name.removesuffix(".ttl")
        self._file = file
        self._text = file.read_text("utf-8")
        try:
            self.quads = list(self._read())
        except SyntaxError as error:
            raise SettingsError(f"The shapes do not load: {file}: {error}") from error
        self.graph = Graph(self.quads)

    def _read(self) -> Iterator[ox.Quad]:
        """Yield the triples, their blank nodes numbered: every process writes the same labels."""
        labels: dict[ox.BlankNode, ox.BlankNode] = {}

        def named(term: Any) -> Any:
            if not isinstance(term, ox.BlankNode):
                return term
            return labels.setdefault(term, ox.BlankNode(f"{self.name}-{len(labels) + 1}"))

        for quad in ox.parse(self._text.encode(), format=ox.RdfFormat.TURTLE):
            yield ox.Quad(named(quad.subject), quad.predicate, named(quad.object))

    def wrong(self, node: Any, what: str) -> SettingsError:
        """Return the error for a shape that cannot be used, with its line in the file."""
        name = f"ctgs:{local_name(node)}"
        lines = self._text.splitlines()
        line = next((n for n, text in enumerate(lines, 1) if text.startswith(f"{name} ")), 1)
        return SettingsError(f"The shapes do not load: {self._file}, line {line}: {name} {what}.")
