"""What the link index keeps: its tables, and the links of documents as their rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from ctgraph.links.model import Condition, Link, Relation, Strength, Via
from ctgraph.vocab import vocabulary

# A row of `link` is one statement of one document. What a manifest says of all that have its
# conditions ("common") stands once, and so does each record that has them ("uses"): `manifest`
# joins the two when they are read. A link with a competency at an end does not count. Only the
# document of the competency tells that, so it is decided when they are read, too. `stale` are the
# links of which the triple store has yet to be told that they hold now, or hold no longer. Things
# outside of the registry are a `node` of every document that describes them.
SCHEMA = """
CREATE TABLE IF NOT EXISTS node (
  id TEXT NOT NULL, document TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, webpage TEXT NOT NULL, cost REAL, currency TEXT NOT NULL, days REAL,
  competency INTEGER NOT NULL, PRIMARY KEY (id, document)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS node_of_document ON node (document);
CREATE INDEX IF NOT EXISTS competency ON node (id) WHERE competency;
CREATE TABLE IF NOT EXISTS link (
  document TEXT NOT NULL, owner TEXT NOT NULL, relation TEXT NOT NULL, earlier TEXT NOT NULL,
  later TEXT NOT NULL, asserter TEXT NOT NULL, property TEXT NOT NULL, strength TEXT NOT NULL,
  via TEXT NOT NULL, condition TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  alternative TEXT NOT NULL, required INTEGER, manifest TEXT
);
CREATE INDEX IF NOT EXISTS link_of_document ON link (document);
CREATE INDEX IF NOT EXISTS link_forward ON link (earlier, relation, later, strength, via);
CREATE INDEX IF NOT EXISTS link_backward ON link (later, relation, earlier, strength, via);
CREATE INDEX IF NOT EXISTS link_of_manifest ON link (manifest, relation, earlier, later)
  WHERE manifest IS NOT NULL;
CREATE TABLE IF NOT EXISTS requirement (
  document TEXT NOT NULL, record TEXT NOT NULL, manifest TEXT NOT NULL, tree BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS requirement_of_document ON requirement (document);
CREATE INDEX IF NOT EXISTS requirement_of_record ON requirement (record);
CREATE INDEX IF NOT EXISTS requirement_of_manifest ON requirement (manifest);
CREATE TABLE IF NOT EXISTS stale (link INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS mark (sequence INTEGER NOT NULL);
"""
TABLES = ("node", "link", "requirement")
VERSION = 3
"""Of the schema, and of what is read from documents: another one makes the index anew."""
INSERT = {
    "node": "INSERT INTO node VALUES (?,?,?,?,?,?,?,?,?,?)",
    "link": f"INSERT INTO link VALUES ({','.join('?' * 15)})",
    "requirement": "INSERT INTO requirement VALUES (?,?,?,?)",
}
# A condition says what kind of thing it points at; whatever points directly may mean a competency.
UNSURE = tuple(str(via) for via in (Via.DIRECT, Via.PATHWAY, Via.TRANSFER))


def holds(earlier: str, later: str) -> str:
    """Return the SQL condition that neither end of a link is a competency, if that is unsure.

    :param earlier: the name of the table that the earlier end and the way stand in; `later`
        likewise for the later end.
    """
    return (
        f"({earlier}.via NOT IN {UNSURE} OR NOT EXISTS (SELECT 1 FROM node INDEXED BY competency "
        f"WHERE competency AND id IN ({earlier}.earlier, {later}.later)))"
    )


def links_of(db: sqlite3.Connection, document: str) -> tuple[str, list[Link]]:
    """Return the owner of a document, and those of the links that it asserts that hold.

    There is no owner without links.
    """
    query = f"SELECT * FROM link WHERE document = ? AND {holds('link', 'link')} ORDER BY rowid"
    rows = db.execute(query, (document,)).fetchall()
    return (rows[0][1] if rows else ""), list(map(link_of, rows))


def rows_of(db: sqlite3.Connection, document: str) -> set[tuple[object, ...]]:
    """Return everything that is kept of a document, to compare."""
    return {
        (table, *row)
        for table in TABLES
        for row in db.execute(f"SELECT * FROM {table} WHERE document = ?", (document,))
    }


def documents_of(db: sqlite3.Connection) -> Iterator[str]:
    """Yield all documents that something is kept of."""
    found = db.execute(" UNION ".join(f"SELECT document FROM {table}" for table in TABLES))
    return (document for (document,) in found)


@lru_cache(maxsize=1000)
def is_competency(kind: str) -> bool:
    return vocabulary().is_a(kind, "ceasn:Competency", "ceterms:CredentialAlignmentObject")


def manifest_of(document: str, manifest: str, described: Collection[str]) -> str:
    """Name the conditions of a manifest: those that a document itself states are its own word."""
    own = manifest in described and manifest != document
    return f"{document} {manifest}" if own else manifest


def row_of(document: str, owner: str, link: Link, described: Collection[str]) -> tuple[object, ...]:
    c = link.condition or Condition("")
    name = {Relation.COMMON: link.later, Relation.USES: link.earlier}.get(link.relation)
    manifest = name and manifest_of(document, name, described)
    return (
        document,
        owner,
        link.relation,
        link.earlier,
        link.later,
        link.by,
        link.property,
        link.strength,
        link.via,
        c.id,
        c.name,
        c.description,
        c.group,
        c.required,
        manifest,
    )


def link_of(row: tuple[Any, ...]) -> Link:
    condition = Condition(*row[9:14]) if row[9] else None
    relation, earlier, later, by, property, strength, via = row[2:9]
    return Link(
        Relation(relation),
        earlier,
        later,
        by,
        property,
        Strength(strength),
        Via(via),
        condition,
    )
