"""A competency framework as a package of CASE: its document, items and associations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from ctgraph.documents.node_values import each, type_of
from ctgraph.errors import NotFound, RecordNotFound
from ctgraph.finder.schema_org import Reading
from ctgraph.finder.schema_org.values import day, iri_of, urls
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Envelope
from ctgraph.ler.case.associations import Association, associations
from ctgraph.ler.case.definitions import (
    COLLECTIONS,
    CONCEPTS,
    GROUPINGS,
    ITEM_TYPES,
    LICENSES,
    SUBJECTS,
    Definition,
    definitions,
)
from ctgraph.ler.case.fields import (
    ITEM_CODES,
    ITEM_LISTS,
    ITEM_TEXTS,
    ONLY_V1P1,
    STATUSES,
    Edition,
    Node,
    fitting,
    identifier_of,
)
from ctgraph.ler.subject import MAX_CHARS
from ctgraph.records import read
from ctgraph.vocab import vocabulary

FRAMEWORK, COMPETENCY = "ceasn:CompetencyFramework", "ceasn:Competency"
MAX_TITLE_CHARS = 200
"""Characters of a statement where it stands for the title of what an association leads to."""


@dataclass(frozen=True)
class Framework:
    """A framework in one edition of CASE.

    :param nodes: its document's entities, decoded; the framework itself alone, where only that is
        asked for.
    """

    edition: Edition
    identity: Identity
    envelope: Envelope
    owner: str
    nodes: tuple[Node, ...]

    def document(self, alone: bool = True) -> Node:
        """Return the framework as a CFDocument, outside of a package or in one."""
        node, text = self._own, self._text
        status = {ctdl: case for case, ctdl in reversed(STATUSES.items())}
        made: Node = {
            "identifier": identifier_of(self.envelope.ctid),
            "uri": self.address("CFDocuments", self.envelope.ctid),
            "caseVersion": "1.1",
            "creator": self.owner,
            "title": self._title,
            "lastChangeDateTime": self.envelope.updated_at,
            "officialSourceURL": next(
                iter(urls(node, "ceasn:source", "ceterms:subjectWebpage")), ""
            ),
            "publisher": text(node, "ceasn:publisherName") or self.owner,
            "description": text(node, "ceasn:description"),
            "subject": self._texts(node, "ceasn:localSubject"),
            "subjectURI": self._defined(SUBJECTS, self._texts(node, "ceasn:localSubject")),
            "licenseURI": self._first(LICENSES, urls(node, "ceasn:license")),
            "language": self._language,
            "version": text(node, "ceterms:versionCode"),
            "adoptionStatus": status.get(_concept(node.get("ceasn:publicationStatusType")), ""),
            "statusStartDate": day(text(node, "ceasn:dateValidFrom")),
            "statusEndDate": day(text(node, "ceasn:dateValidUntil")),
        }
        if alone:
            made["CFPackageURI"] = self._link("CFPackages", self.envelope.ctid, self._title)
        return self._fitting("CFDocument", made)

    def package(self) -> Node:
        """Return the whole framework."""
        made = {
            "CFDocument": self.document(alone=False),
            "CFItems": [self.item(node, alone=False) for node in self._competencies],
            "CFAssociations": [self.association(one, alone=False) for one in self.associations],
        }
        defined: Node = {name: [] for name in COLLECTIONS}
        for one in self.definitions.values():
            defined[one.collection].append(self.definition(one))
        return made | fitting({"CFDefinitions": fitting(defined)})

    def item(self, node: Node, alone: bool = True) -> Node:
        """Return a competency as a CFItem, outside of a package or in one."""
        record = Ctid(node["ceterms:ctid"])
        made: Node = {
            "identifier": identifier_of(record),
            "uri": self.address("CFItems", record),
            **{name: self._joined(node, key) for name, key in ITEM_TEXTS.items()},
            **{name: self._text(node, key) for name, key in ITEM_CODES.items()},
            **{name: self._texts(node, key) for name, key in ITEM_LISTS.items()},
            "language": self._text(node, "ceasn:inLanguage") or self._language,
            "educationLevel": self._reading.labels(node, "ceasn:educationLevelType"),
            "lastChangeDateTime": self.envelope.updated_at,
        }
        made["fullStatement"] = made["fullStatement"] or self._reading.name(node)
        made["CFItemTypeURI"] = self._first(ITEM_TYPES, [made["CFItemType"]])
        made["subjectURI"] = self._defined(SUBJECTS, made["subject"])
        made["licenseURI"] = self._first(LICENSES, urls(node, "ceasn:license"))
        if len(made["conceptKeywords"]) == 1:  # CASE has one address for all keywords of an item
            made["conceptKeywordsURI"] = self._first(CONCEPTS, made["conceptKeywords"])
        if alone:
            made["CFDocumentURI"] = self._link("CFDocuments", self.envelope.ctid, self._title)
        return self._fitting("CFItem", made)

    def items(self) -> Iterator[tuple[Ctid, Node]]:
        """Yield the competencies, with their CTIDs."""
        return ((Ctid(node["ceterms:ctid"]), node) for node in self._competencies)

    @cached_property
    def associations(self) -> list[Association]:
        """The associations of all competencies."""
        return list(associations(self.identity, self._own, self._competencies))

    def association(self, one: Association, alone: bool = True) -> Node:
        """Return an association as a CFAssociation, outside of a package or in one."""
        made: Node = {
            "identifier": one.identifier,
            "associationType": one.type,
            "sequenceNumber": one.number,
            "uri": f"{self._base}/CFAssociations/{one.identifier}",
            "originNodeURI": self._end(one.origin),
            "destinationNodeURI": self._end(one.destination),
            "lastChangeDateTime": self.envelope.updated_at,
            "notes": one.property,
            "CFAssociationGroupingURI": self._first(GROUPINGS, [one.property]),
        }
        if alone:
            made["CFDocumentURI"] = self._link("CFDocuments", self.envelope.ctid, self._title)
        return self._fitting("CFAssociation", made)

    @cached_property
    def definitions(self) -> dict[tuple[str, str], Definition]:
        """The definitions of what items and associations name, by collections and titles."""
        return definitions(self._own["@id"], self._words())

    def _words(self) -> Iterator[tuple[str, str]]:
        """Yield what is defined. Without its competencies, a framework begins alike."""
        for node in (self._own, *self._competencies):
            yield from ((LICENSES, one) for one in urls(node, "ceasn:license"))
            yield from ((SUBJECTS, one) for one in self._texts(node, ITEM_LISTS["subject"]))
        for node in self._competencies:
            yield ITEM_TYPES, self._joined(node, ITEM_TEXTS["CFItemType"])
            keywords = self._texts(node, ITEM_LISTS["conceptKeywords"])
            yield from ((CONCEPTS, one) for one in keywords)
        yield from ((GROUPINGS, one.property) for one in self.associations)

    def definition(self, one: Definition) -> Node:
        """Return a definition in its class, such as a CFSubject."""
        made: Node = {
            "identifier": one.identifier,
            "uri": f"{self._base}/{one.collection}/{one.identifier}",
            **one.fields(self._text(self._own, "ceasn:rights")),
            "lastChangeDateTime": self.envelope.updated_at,
        }
        return self._fitting("CFDefinition", made)

    def address(self, collection: str, record: Ctid) -> str:
        """Return the address of a thing in this edition."""
        return f"{self._base}/{collection}/{identifier_of(record)}"

    @property
    def _base(self) -> str:
        return f"{self.identity.base}/ims/case/{self.edition}"

    @cached_property
    def _own(self) -> Node:
        return next(node for node in self.nodes if type_of(node) == FRAMEWORK)

    @cached_property
    def _competencies(self) -> list[Node]:
        return [n for n in self.nodes if type_of(n) == COMPETENCY and "ceterms:ctid" in n]

    @cached_property
    def _by_iri(self) -> dict[str, Node]:
        return {node["@id"]: node for node in self._competencies}

    @cached_property
    def _title(self) -> str:
        return self._reading.name(self._own) or self.envelope.name or self.envelope.ctid

    @cached_property
    def _language(self) -> str:
        found = each(self._own.get("ceasn:inLanguage"))
        return found[0] if found and isinstance(found[0], str) else ""

    @cached_property
    def _reading(self) -> Reading:
        """What reads texts in the language of the framework: CASE has them in one alone."""
        own = self._language.partition("-")[0].lower()
        languages = tuple(dict.fromkeys(filter(None, (own, "en"))))
        return Reading(self.identity, languages=languages, max_chars=MAX_CHARS)

    def _text(self, node: Node, property: str) -> str:
        return self._reading.text(node, property)

    def _texts(self, node: Node, property: str) -> list[str]:
        return self._reading.texts(node, property)

    def _joined(self, node: Node, property: str) -> str:
        return "\n\n".join(self._texts(node, property))

    def _link(self, collection: str, record: Ctid, title: str) -> Node:
        return {
            "title": title,
            "identifier": identifier_of(record),
            "uri": self.address(collection, record),
        }

    def _defined(self, collection: str, titles: list[str]) -> list[Node]:
        """Return links to the definitions of words."""
        found = (self.definitions.get((collection, title)) for title in titles)
        return [
            {
                "title": one.title,
                "identifier": one.identifier,
                "uri": f"{self._base}/{collection}/{one.identifier}",
            }
            for one in found
            if one
        ]

    def _first(self, collection: str, titles: list[str]) -> Node | None:
        return next(iter(self._defined(collection, titles)), None)

    def _end(self, iri: str) -> Node:
        """Return an end of an association: in this framework, in this registry, or elsewhere."""
        record = self.identity.ctid_of(iri)
        if iri == self._own["@id"]:
            return self._link("CFDocuments", self.envelope.ctid, self._title)
        if record is None:
            kind = {"targetType": "ext:Web"} if self.edition is Edition.V1P1 else {}
            return {"title": iri, "identifier": iri, "uri": iri, **kind}
        node = self._by_iri.get(iri)
        title = self._reading.name(node)[:MAX_TITLE_CHARS] if node else iri
        return self._link("CFItems", record, title)

    def _fitting(self, kind: str, made: Node) -> Node:
        """Return a thing without empty fields, and those that its edition does not know."""
        return fitting(made, ONLY_V1P1[kind] if self.edition is Edition.V1P0 else ())


def framework_of(ledger: Ledger, identity: Identity, edition: Edition, record: Ctid) -> Framework:
    """Return the framework that a CTID names, or of which it names a competency.

    :raises RecordNotFound: when the registry holds neither.
    :raises Gone: when it was withdrawn.
    """
    held = read.held(ledger, record)
    if held.envelope.type != FRAMEWORK:
        raise RecordNotFound(record)
    nodes = tuple(orjson.loads(held.canonical)["@graph"])
    owner = ledger.organizations.get(held.envelope.owner).name
    return Framework(edition, identity, held.envelope, owner, nodes)


def item_of(framework: Framework, record: Ctid) -> Node:
    """Return a competency of a framework.

    :raises NotFound: when the framework does not have it.
    """
    for own, node in framework.items():
        if own == record:
            return node
    raise NotFound(f"There is no competency {record} in {framework.envelope.ctid}.")


def _concept(value: Any) -> str:
    return next((vocabulary().compact(iri_of(one)) for one in each(value)), "")
