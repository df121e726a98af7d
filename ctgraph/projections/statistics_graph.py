"""The counts of the registry as a named graph, ``{base}/void``.

VoID (W3C Interest Group Note, 2011) for classes and properties, the RDF Data Cube Vocabulary (W3C,
2014) for publishers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.projections.tallies import SCORE_PARTS, Measure, Tally
from ctgraph.rdf.namespaces import CTG, TYPE, XSD
from ctgraph.vocab import vocabulary

VOID = "http://rdfs.org/ns/void#"
QB = "http://purl.org/linked-data/cube#"
_SAFE = ":/?@!$&'()*+,;=-._~"  # what a fragment may hold besides letters and digits (RFC 3986)
_DIMENSION, _MEASURES = "organization", ("records", "meanCompleteness")


class Part(StrEnum):
    """The kinds of things that the graph describes."""

    DATASET = "dataset"
    CLASS = "class"
    PROPERTY = "property"
    PUBLISHER = "publisher"
    CUBE = "cube"


class Described(NamedTuple):
    """One thing that the graph describes, by its kind and the key of its counts."""

    part: Part
    key: str


DATASET = Described(Part.DATASET, "")
_PARTS = {
    Measure.DOCUMENTS: Part.DATASET,
    Measure.ENTITIES: Part.CLASS,
    Measure.RECORDS: Part.CLASS,
    Measure.KINDS: Part.CLASS,
    Measure.TRIPLES: Part.PROPERTY,
    Measure.LACKING: Part.PROPERTY,
    Measure.OWNED: Part.PUBLISHER,
    Measure.SCORED: Part.PUBLISHER,
    Measure.SCORES: Part.PUBLISHER,
}


def described(tally: Tally) -> set[Described]:
    """Return the things whose description a change of the counts concerns."""
    concerned = {
        Described(_PARTS[measure], key) for (measure, key), _ in tally.items() if measure in _PARTS
    }
    return concerned | {DATASET}


def node_of(identity: Identity, thing: Described) -> ox.NamedNode:
    """Return the node of a thing that the graph describes."""
    if thing.part is Part.DATASET:
        name = "registry"
    elif thing.part is Part.CUBE:
        name = "publishers"
    elif thing.part is Part.PUBLISHER:
        name = thing.key.rpartition("/")[2]
    else:
        name = vocabulary().compact(thing.key)
    return ox.NamedNode(f"{identity.statistics}#{quote(name, safe=_SAFE)}")


def is_about(quad: ox.Quad, thing: Described) -> bool:
    """Tell whether a quad with the node of a thing at an end describes it.

    What says that something is a part of the dataset goes with the part.
    """
    return thing.part is not Part.DATASET or quad.predicate not in _PARTITIONS


def statistics_quads(identity: Identity, tally: Tally, thing: Described) -> list[ox.Quad]:
    """Return the quads about one thing: none where nothing is counted of it."""
    graph, node = ox.NamedNode(identity.statistics), node_of(identity, thing)
    facts = {
        Part.DATASET: _dataset,
        Part.CLASS: _class,
        Part.PROPERTY: _property,
        Part.PUBLISHER: _publisher,
        Part.CUBE: _cube,
    }[thing.part](identity, node, tally, thing.key)
    return [ox.Quad(*fact, graph) for fact in facts]


def all_statistics(identity: Identity, tally: Tally) -> Iterator[ox.Quad]:
    """Yield the quads of the whole graph of some counts."""
    for thing in described(tally) | {Described(Part.CUBE, "")}:
        yield from statistics_quads(identity, tally, thing)


_PARTITIONS = {ox.NamedNode(f"{VOID}{what}Partition") for what in (Part.CLASS, Part.PROPERTY)}
_Fact = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


def _dataset(identity: Identity, node: ox.NamedNode, tally: Tally, key: str) -> Iterator[_Fact]:
    triples = [number for (measure, _), number in tally.items() if measure is Measure.TRIPLES]
    classes = sum(1 for measure, _ in tally if measure is Measure.ENTITIES)
    yield node, TYPE, _void("Dataset")
    yield node, _void("documents"), ox.Literal(tally[Measure.DOCUMENTS, key])
    yield node, _void("triples"), ox.Literal(sum(triples))
    yield node, _void("classes"), ox.Literal(classes)
    yield node, _void("properties"), ox.Literal(len(triples))


def _cube(identity: Identity, cube: ox.NamedNode, tally: Tally, key: str) -> Iterator[_Fact]:
    """Yield the structure of the observations about publishers (RDF Data Cube, section 6)."""
    structure = ox.NamedNode(f"{cube.value}-structure")
    yield cube, TYPE, _qb("DataSet")
    yield cube, _qb("structure"), structure
    yield structure, TYPE, _qb("DataStructureDefinition")
    for role, name in (("dimension", _DIMENSION), *(("measure", name) for name in _MEASURES)):
        component = ox.NamedNode(f"{structure.value}-{name}")
        yield structure, _qb("component"), component
        yield component, _qb(role), _ctg(name)


def _class(identity: Identity, node: ox.NamedNode, tally: Tally, key: str) -> Iterator[_Fact]:
    counted = (
        (_void("entities"), tally[Measure.ENTITIES, key]),
        (_ctg("records"), tally[Measure.RECORDS, key]),
        (_ctg("recordsOfKind"), tally[Measure.KINDS, key]),
    )
    yield from _partition(identity, node, "class", key, counted)


def _property(identity: Identity, node: ox.NamedNode, tally: Tally, key: str) -> Iterator[_Fact]:
    counted = (
        (_void("triples"), tally[Measure.TRIPLES, key]),
        (_ctg("recordsLacking"), tally[Measure.LACKING, key]),
    )
    yield from _partition(identity, node, "property", key, counted)


def _partition(
    identity: Identity,
    node: ox.NamedNode,
    what: str,
    key: str,
    counted: Iterable[tuple[ox.NamedNode, int]],
) -> Iterator[_Fact]:
    """Yield a partition of the dataset (VoID, section 4.5) with the counts that are not zero."""
    numbers = [(name, number) for name, number in counted if number]
    if numbers:
        dataset = node_of(identity, DATASET)
        yield dataset, _void(f"{what}Partition"), node
        yield node, _void(what), ox.NamedNode(key)
        for name, number in numbers:
            yield node, name, ox.Literal(number)


def _publisher(identity: Identity, node: ox.NamedNode, tally: Tally, key: str) -> Iterator[_Fact]:
    records, scored = tally[Measure.OWNED, key], tally[Measure.SCORED, key]
    if records:
        yield node, TYPE, _qb("Observation")
        yield node, _qb("dataSet"), node_of(identity, Described(Part.CUBE, ""))
        yield node, _ctg(_DIMENSION), ox.NamedNode(key)
        yield node, _ctg("records"), ox.Literal(records)
    if scored:
        mean = Decimal(tally[Measure.SCORES, key]) / (scored * SCORE_PARTS)
        said = ox.Literal(f"{mean:.4f}", datatype=ox.NamedNode(f"{XSD}decimal"))
        yield node, _ctg("meanCompleteness"), said


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{VOID}{name}")


def _qb(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{QB}{name}")


def _ctg(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{CTG}{name}")
