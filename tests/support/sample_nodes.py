"""The nodes of the sample documents, and documents with changes to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from ctgraph.shapes import ClassShape, Shape, shapes
from ctgraph.vocab import vocabulary
from tests.support.paths import DATA

SAMPLES = sorted(DATA.glob("[123]-*/**/*.json"))
PROVISIONAL = DATA / "2-records/stonebridge-tc/micro-credential-solar-micro.json"
DROP = object()
ALIGNMENT = {"@type": "ceterms:CredentialAlignmentObject"}
Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A node of a sample document, and the way to it."""

    file: Path
    steps: Steps
    node: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.node["@type"])


@dataclass(frozen=True)
class Mutation:
    """Changes to a document, and what exactly must be said about it.

    :param edits: the nodes changed, with property and new value; the first tells the place.
    :param expected: severity and name of each shape that must report.
    """

    name: str
    file: Path
    edits: tuple[tuple[Steps, str, Any], ...]
    expected: frozenset[tuple[str, str]]

    def and_also(self, *edits: tuple[Steps, str, Any]) -> Mutation:
        return replace(self, edits=(*self.edits, *edits))

    def data(self) -> bytes:
        content = json.loads(self.file.read_bytes())
        for steps, key, value in self.edits:
            node = reduce(getitem, steps, content)
            if value is DROP:
                node.pop(key, None)
            else:
                node[key] = value
        return json.dumps(content).encode()

    def is_at(self, pointer: str | None) -> bool:
        """Tell whether a pointer leads to the changed node, or to the changed property of it."""
        steps, key, _ = self.edits[0]
        node = "".join(f"/{step}" for step in steps)
        return pointer == node or f"{pointer}/".startswith(f"{node}/{key}/")


def mutate(what: str, place: Place, changes: dict[str, Any], *expected: str) -> Mutation:
    """Make a mutation of one node. An expected shape is a violation, or as in `warning:ctid`."""
    wanted = (name.rpartition(":") for name in expected)
    edits = tuple((place.steps, key, value) for key, value in changes.items())
    return Mutation(
        f"{place.kind.rpartition(':')[2]}-{what}",
        place.file,
        edits,
        frozenset((severity or "violation", name) for severity, _, name in wanted),
    )


def places() -> list[Place]:
    """Return every sample node that has a class, those of small documents first."""

    def walk(value: Any, file: Path, steps: Steps) -> Iterator[Place]:
        if "@type" in value:
            yield Place(file, steps, value)
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, dict | list):
                yield from walk(item, file, (*steps, key))

    # Nothing is required of the provisional document; it has tests of its own.
    files = sorted((p for p in SAMPLES if p != PROVISIONAL), key=lambda p: (p.stat().st_size, p))
    return [place for file in files for place in walk(json.loads(file.read_bytes()), file, ())]


PLACES = places()


def find(kind: str, *keys: str, **more: Any) -> Place:
    """Return the first sample node of a class (of any class, where it is empty) with some keys.

    Of `more`, each value is a function that tells whether a node will do.
    """
    return next(
        place
        for place in PLACES
        if kind in ("", place.kind)
        and all(key in place.node for key in keys)
        and all(fits(place.node) for fits in more.values())
    )


def is_blank(node: dict[str, Any]) -> bool:
    return str(node.get("@id")).startswith("_:")


def met(kind: ClassShape) -> list[Place]:
    """Return the sample nodes that a shape speaks of: records, or things of any kind."""
    reached = {vocabulary().compact(iri) for iri in kind.reaches}
    return [
        place
        for place in PLACES
        if place.kind in reached and ("ceterms:ctid" in place.node or not kind.record)
    ]


def keys_of(shape: Shape) -> list[str]:
    return [vocabulary().compact(iri) for iri in shape.properties]


def free(family: str, prefix: str) -> Iterator[tuple[Shape, str]]:
    """Yield the shapes that hold wherever their property stands, with that property."""
    found = shapes().family(family)
    for shape in found.shapes if found else ():
        if shape.name.startswith(prefix):
            yield shape, keys_of(shape)[0]
