"""A package of CASE as a document of CTDL-ASN. Its GUIDs become CTIDs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ctgraph.documents.json_text import read_json
from ctgraph.errors import InvalidDocument
from ctgraph.finder.schema_org.values import day
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ler.case import reading
from ctgraph.ler.case.definitions import COLLECTIONS, LICENSES
from ctgraph.ler.case.fields import (
    ALIGNMENTS,
    CHILD,
    DOCUMENT_FIELDS,
    DOCUMENT_TEXTS,
    EMPTY,
    ITEM_CODES,
    ITEM_FIELDS,
    ITEM_LISTS,
    ITEM_TEXTS,
    REVERSED,
    STATUSES,
    Node,
)
from ctgraph.settings import Settings
from ctgraph.vocab import CONTEXT_URLS

LANGUAGE = "en"
"""The language of texts for which a package names none."""
_USUAL = {"exactMatchOf": "ceasn:exactAlignment", "isRelatedTo": "ceasn:alignTo"} | {
    REVERSED: "ceasn:prerequisiteAlignment"
}
"""The alignment that an association stands for whose notes name no other one of its type."""
SYMMETRIC = ("ceasn:exactAlignment", "ceasn:alignTo")
"""The alignments that hold in both directions."""


@dataclass(frozen=True)
class Imported:
    """A document, and what of the package CTDL-ASN has no place for.

    :param left_out: how many things of each kind.
    """

    content: Node
    left_out: dict[str, int]


@dataclass
class _Package:
    """A package while it is read.

    :param nodes: the framework and its competencies, by the identifiers of CASE in lower case.
    :param licences: the addresses of licences, by the identifiers of their definitions.
    """

    identity: Identity
    language: str
    nodes: dict[str, Node] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    root: str = ""
    left_out: Counter[str] = field(default_factory=Counter)

    def node(self, end: Any) -> Node | None:
        """Return the thing of this package at an end of an association; None for another one."""
        return (
            self.nodes.get(reading.text(end, "identifier").lower())
            if isinstance(end, dict)
            else None
        )

    def iri(self, end: Any) -> str:
        """Return the IRI of an end of an association; an empty text if it has none."""
        if node := self.node(end):
            return str(node["@id"])
        uri = reading.text(end, "uri") if isinstance(end, dict) else ""
        return self.identity.canonical(uri) if uri.startswith(("http://", "https://")) else ""

    def licence(self, thing: Node) -> str:
        """Return the address of a thing's licence; an empty text if it names none."""
        link = thing.get("licenseURI")
        if not isinstance(link, dict):
            return ""
        return self.licences.get(reading.text(link, "identifier").lower()) or reading.address(
            link, "title", "uri"
        )

    def leave_out(
        self, thing: Node, known: frozenset[str], texts: Iterable[str], kind: str
    ) -> None:
        """Count the fields of a thing that CTDL-ASN has no place for, and texts that are none."""
        for name, value in thing.items():
            if name not in known and value not in EMPTY:
                self.left_out[f"{name[:40]} of {kind}"] += 1
        for name in reading.unusable(thing, texts):
            self.left_out[f"{name} of {kind} that is no text"] += 1


def is_package(data: bytes) -> bool:
    """Tell whether a document is a package of CASE, and not one of CTDL."""
    if b'"CFDocument"' not in data:
        return False
    try:
        value = read_json(data)
    except InvalidDocument:
        return False
    return isinstance(value, dict) and not {"CFDocument", "CFPackage"}.isdisjoint(value)


def imported_here(settings: Settings, data: bytes, owner: Ctid) -> Imported:
    """Return what :func:`imported` returns, for a worker process that knows the settings."""
    return imported(data, Identity.of(settings), owner)


def imported(data: bytes, identity: Identity, owner: Ctid) -> Imported:
    """Return the document of CTDL-ASN that a package in JSON says the same as.

    :param owner: the organization that publishes it.
    :raises InvalidDocument: when it is no package; the problems have their places.
    """
    value = read_json(data)
    if isinstance(value, dict):
        value = value.get("CFPackage", value)
    document = value.get("CFDocument") if isinstance(value, dict) else None
    if not isinstance(document, dict):
        raise InvalidDocument(
            "This is no package of CASE: it has no CFDocument. Take one from "
            "…/ims/case/v1p1/CFPackages/{id}."
        )
    package = _Package(identity, str(document.get("language") or LANGUAGE))
    _define(package, value)
    _framework(package, document, owner)
    for number, item in enumerate(reading.listed(value, "CFItems")):
        _competency(package, item, f"/CFItems/{number}")
    _associate(package, reading.listed(value, "CFAssociations"))
    if rubrics := reading.listed(value, "CFRubrics"):
        package.left_out["rubrics"] += len(rubrics)  # they are records of their own in CTDL-ASN
    record = reading.record(document, "/CFDocument")
    content = {
        "@context": CONTEXT_URLS["ctdlasn"],
        "@id": identity.graph(record),
        "@graph": list(package.nodes.values()),
    }
    return Imported(content, dict(package.left_out))


def _define(package: _Package, value: Node) -> None:
    """Read the licences of a package; tell what its other definitions say besides their titles."""
    given = value.get("CFDefinitions")
    defined = given if isinstance(given, dict) else {}
    for collection in COLLECTIONS:
        for one in reading.listed(defined, collection):
            thing = one if isinstance(one, dict) else {}
            if collection == LICENSES:
                address = reading.address(thing, "title", "licenseText", "uri")
                package.licences[reading.text(thing, "identifier").lower()] = address
            elif reading.text(thing, "description") not in ("", reading.text(thing, "title")):
                package.left_out[f"description of {collection}"] += 1


def _framework(package: _Package, document: Node, owner: Ctid) -> None:
    record = reading.record(document, "/CFDocument")
    language = package.language
    title = reading.text(document, "title") or record
    maker = reading.text(document, "publisher") or reading.text(document, "creator")
    about = reading.text(document, "description") or reading.text(document, "notes")
    node: Node = {
        "@type": "ceasn:CompetencyFramework",
        "@id": package.identity.resource(record),
        "ceterms:ctid": record,
        "ceasn:name": {language: title},
        # CASE requires no description, and the minimum data of the registry does.
        "ceasn:description": {language: about or f"Competency framework: {title} ({maker})"},
        "ceasn:inLanguage": [language],
        "ceasn:publisher": [package.identity.resource(owner)],
    }
    if maker:
        node["ceasn:publisherName"] = {language: [maker]}
    if source := reading.text(document, "officialSourceURL"):
        node["ceasn:source"] = [source]
    if status := STATUSES.get(reading.text(document, "adoptionStatus")):
        node["ceasn:publicationStatusType"] = status
    for name, property in (
        ("statusStartDate", "ceasn:dateValidFrom"),
        ("statusEndDate", "ceasn:dateValidUntil"),
        ("lastChangeDateTime", "ceasn:dateModified"),
    ):
        if moment := day(reading.text(document, name)):
            node[property] = f"{moment}T00:00:00Z"
        elif document.get(name) not in EMPTY:
            package.left_out[f"{name} of frameworks that is no date"] += 1
    if subjects := reading.words(document, "subject") or reading.titles(document, "subjectURI"):
        node["ceasn:localSubject"] = {language: subjects}
    if licence := package.licence(document):
        node["ceasn:license"] = [licence]
    package.leave_out(document, DOCUMENT_FIELDS, DOCUMENT_TEXTS, "frameworks")
    if version := reading.text(document, "version"):
        node["ceterms:versionCode"] = version
    package.root = record.removeprefix("ce-")
    package.nodes[package.root] = node


def _competency(package: _Package, item: Any, place: str) -> None:
    if not isinstance(item, dict):
        raise reading.broken("A competency is a JSON object.", place)
    record = reading.record(item, place)
    language = reading.text(item, "language") or package.language
    node: Node = {
        "@type": "ceasn:Competency",
        "@id": package.identity.resource(record),
        "ceterms:ctid": record,
        "ceasn:inLanguage": [language],
        "ceasn:isPartOf": [package.nodes[package.root]["@id"]],
    }
    for name, property in ITEM_TEXTS.items():
        if text := reading.text(item, name) or next(iter(reading.titles(item, f"{name}URI")), ""):
            node[property] = {language: text}
    for name, property in ITEM_CODES.items():
        if text := reading.text(item, name):
            node[property] = text
    for name, property in ITEM_LISTS.items():
        if words := reading.words(item, name) or reading.titles(item, f"{name}URI"):
            node[property] = {language: words}
    if licence := package.licence(item):
        node["ceasn:license"] = [licence]
    texts = (*ITEM_TEXTS, *ITEM_CODES, *ITEM_LISTS, "educationLevel")
    package.leave_out(item, ITEM_FIELDS, texts, "competencies")
    if levels := reading.words(item, "educationLevel"):
        node["ceasn:educationLevelType"] = [
            {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:targetNodeName": {language: level},
            }
            for level in levels
        ]
    package.nodes[record.removeprefix("ce-")] = node


def _associate(package: _Package, found: list[Any]) -> None:
    """Place the competencies below their parents, and align them with others."""
    children: list[tuple[float, Node, Node]] = []
    for one in found:
        given = one if isinstance(one, dict) else {}
        kind, origin, end = (
            reading.text(given, "associationType"),
            given.get("originNodeURI"),
            given.get("destinationNodeURI"),
        )
        child, parent = package.node(origin), package.node(end)
        if kind == CHILD and child and parent and child is not parent:
            number = given.get("sequenceNumber")
            if not isinstance(number, int | None):
                package.left_out["sequenceNumber of associations that is no whole number"] += 1
            children.append((number if isinstance(number, int) else math.inf, child, parent))
        elif not _align(package, kind, given, origin, end):
            known = kind in (CHILD, *ALIGNMENTS.values())
            lost = known and not (package.node(origin) and package.iri(end))
            why = " of things that the package does not hold" if lost else ""
            package.left_out[f"associations of the type {kind[:40] or '(none)'}{why}"] += 1
    root, placed = package.nodes[package.root], set[str]()
    for _, child, parent in sorted(children, key=lambda one: one[0]):
        _place(root, child, parent)
        placed.add(child["@id"])
    for node in package.nodes.values():
        if node is not root and node["@id"] not in placed:
            _place(root, node, root)


def _place(root: Node, child: Node, parent: Node) -> None:
    down, up = ("ceasn:hasChild", "ceasn:isChildOf")
    if parent is root:
        down, up = ("ceasn:hasTopChild", "ceasn:isTopChildOf")
    for node, property, other in ((parent, down, child), (child, up, parent)):
        listed = node.setdefault(property, [])
        if other["@id"] not in listed:
            listed.append(other["@id"])


def _align(package: _Package, kind: str, given: Node, origin: Any, end: Any) -> bool:
    """Add an alignment to the competency that states it; tell whether there is one."""
    noted = reading.text(given, "notes") or next(
        iter(reading.titles(given, "CFAssociationGroupingURI")), ""
    )
    property = noted if ALIGNMENTS.get(noted) == kind else _USUAL.get(kind, "")
    own, other = (end, origin) if kind == REVERSED else (origin, end)
    if property in SYMMETRIC and not package.node(own):
        own, other = other, own  # the competency of this package can say it, too
    node, iri = package.node(own), package.iri(other)
    if not property or not node or not iri or node is package.nodes[package.root]:
        return False
    node.setdefault(property, []).append(iri)
    return True
