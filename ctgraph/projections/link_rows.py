"""The rows of the link index, made of documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import orjson

from ctgraph.identity.ctid import Ctid, NodeId, NoId
from ctgraph.links.model import Condition, Link, Relation, Strength, Via
from ctgraph.links.node_facts import Fact
from ctgraph.links.requirements import Requirement
from ctgraph.links.statements import Extract
from ctgraph.projections.link_tables import holds, insertion
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab import vocabulary


class NodeRow(NamedTuple):
    """A row of ``node``: the facts of one document about one thing."""

    id: NodeId
    document: Ctid
    owner: Ctid
    type: Iri
    name: str
    webpage: str
    cost: float | None
    currency: str
    days: float | None
    competency: bool

    @classmethod
    def of(cls, document: Ctid, owner: Ctid, fact: Fact) -> NodeRow:
        """Return the row of a fact."""
        return cls(
            fact.id,
            document,
            owner,
            fact.type,
            fact.name,
            fact.webpage,
            fact.cost,
            fact.currency,
            fact.days,
            _is_competency(fact.type),
        )


class LinkRow(NamedTuple):
    """A row of ``link``: one statement of one document.

    :param condition: the id of the condition that the link stands in; empty outside of one.
        `name`, `description`, `alternative` and `required` are those of the condition.
    :param manifest: the name of the manifest that the row makes a statement about, or uses.
    """

    document: Ctid
    owner: Ctid
    relation: str
    earlier: NodeId
    later: NodeId
    asserter: NodeId
    property: Curie
    strength: str
    via: str
    condition: NodeId | NoId
    name: str
    description: str
    alternative: NodeId | NoId
    required: int | None
    manifest: str | None

    @classmethod
    def of(cls, document: Ctid, owner: Ctid, link: Link, described: Collection[NodeId]) -> LinkRow:
        """Return the row of a link.

        :param described: the manifests that the document itself describes.
        """
        condition = link.condition or Condition("")
        manifest = {Relation.COMMON: link.later, Relation.USES: link.earlier}.get(link.relation)
        return cls(
            document,
            owner,
            link.relation,
            link.earlier,
            link.later,
            link.by,
            link.property,
            link.strength,
            link.via,
            condition.id,
            condition.name,
            condition.description,
            condition.group,
            condition.required,
            manifest and _manifest_name(document, manifest, described),
        )

    def link(self) -> Link:
        """Return the link that this row was made of."""
        condition = (
            Condition(self.condition, self.name, self.description, self.alternative, self.required)
            if self.condition
            else None
        )
        return Link(
            Relation(self.relation),
            self.earlier,
            self.later,
            self.asserter,
            self.property,
            Strength(self.strength),
            Via(self.via),
            condition,
        )


class RequirementRow(NamedTuple):
    """A row of ``requirement``: one condition of a record or of a manifest.

    :param tree: the condition as JSON.
    """

    document: Ctid
    record: NodeId
    manifest: str
    tree: bytes

    @classmethod
    def of(cls, document: Ctid, need: Requirement, described: Collection[NodeId]) -> RequirementRow:
        """Return the row of a requirement."""
        manifest = _manifest_name(document, need.record, described)
        return cls(document, need.record, manifest, need.need.to_json())


class IndexedDocument(NamedTuple):
    """A document, its owner, and the part of it for the index."""

    document: Ctid
    owner: Ctid
    extract: Extract

    def insert(self, db: sqlite3.Connection) -> None:
        """Write all rows of the document."""
        document, owner, extract = self
        described = {link.later for link in extract.links if link.relation == Relation.COMMON}
        described |= {need.record for need in extract.requirements}
        db.executemany(
            insertion("node", len(NodeRow._fields)),
            (NodeRow.of(document, owner, fact) for fact in extract.facts),
        )
        db.executemany(
            insertion("link", len(LinkRow._fields)),
            (LinkRow.of(document, owner, link, described) for link in extract.links),
        )
        db.executemany(
            insertion("requirement", len(RequirementRow._fields)),
            (RequirementRow.of(document, need, described) for need in extract.requirements),
        )


class AssertedLinks(NamedTuple):
    """A document, its owner, and links that it asserts."""

    document: Ctid
    owner: Ctid | NoId
    links: list[Link]


class AmendedLink(NamedTuple):
    """A link that has come to hold or holds no longer, with its document and the owner."""

    document: Ctid
    owner: Ctid
    link: Link
    is_held: bool


LINK_COLUMNS = ", ".join(f"link.{column}" for column in LinkRow._fields)
"""The columns that make a :class:`LinkRow`."""


def asserted_by(db: sqlite3.Connection, document: Ctid) -> AssertedLinks:
    """Return those links of a document that hold. A document without links has no owner here."""
    query = (
        f"SELECT {LINK_COLUMNS} FROM link WHERE document = ? AND {holds('link', 'link')} "
        "ORDER BY rowid"
    )
    rows = [LinkRow._make(row) for row in db.execute(query, (document,))]
    return AssertedLinks(document, rows[0].owner if rows else "", [row.link() for row in rows])


def _manifest_name(document: Ctid, manifest: NodeId, described: Collection[NodeId]) -> str:
    """Name the conditions of a manifest. A document that states them itself has its own ones."""
    own = manifest in described and manifest != document
    return f"{document} {manifest}" if own else manifest


@lru_cache(maxsize=1000)
def _is_competency(kind: Iri) -> bool:
    return vocabulary().is_a(kind, "ceasn:Competency", "ceterms:CredentialAlignmentObject")


def array(values: Collection[object]) -> str:
    """Return values as one parameter of a statement, which reads them by ``json_each``."""
    return orjson.dumps(list(values)).decode()
