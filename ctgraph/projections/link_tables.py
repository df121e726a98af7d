"""The tables of the link index, and which of their links hold.

A row of ``link`` is one statement of one document. A demand that a manifest makes of all records
with its conditions ("common") is stored once, and so is each record that has them ("uses").
`manifest` joins the two when they are read.

A link with a competency at an end does not count. Only the document of the competency tells that
it is one, so this is decided when links are read, too. ``stale`` has the links that have come to
hold, or hold no longer, and that the triple store does not show that way yet.

Something outside of the registry is a ``node`` of every document that describes it.

A ``name`` is that of a record that can be found by words. The upper bits of its `place` are the
length of the name, so that the shortest names come first. ``trigram`` has three letters in a row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ctgraph.identity.ctid import Ctid
from ctgraph.links.model import Via

SCHEMA = """
CREATE TABLE IF NOT EXISTS node (
  id TEXT NOT NULL, document TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, webpage TEXT NOT NULL, cost REAL, currency TEXT NOT NULL, days REAL,
  competency INTEGER NOT NULL, PRIMARY KEY (id, document)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS node_of_document ON node (document);
CREATE INDEX IF NOT EXISTS node_of_owner ON node (owner);
CREATE INDEX IF NOT EXISTS competency ON node (id) WHERE competency;
CREATE TABLE IF NOT EXISTS link (
  document TEXT NOT NULL, owner TEXT NOT NULL, relation TEXT NOT NULL, earlier TEXT NOT NULL,
  later TEXT NOT NULL, asserter TEXT NOT NULL, property TEXT NOT NULL, strength TEXT NOT NULL,
  via TEXT NOT NULL, condition TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  alternative TEXT NOT NULL, required INTEGER, manifest TEXT
);
CREATE INDEX IF NOT EXISTS link_of_document ON link (document);
CREATE INDEX IF NOT EXISTS link_of_owner ON link (owner);
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
CREATE TABLE IF NOT EXISTS name (
  place INTEGER PRIMARY KEY, id TEXT NOT NULL, document TEXT NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS name_of_node ON name (id, document);
CREATE VIRTUAL TABLE IF NOT EXISTS trigram USING fts5(
  name, content='name', content_rowid='place', columnsize=0, tokenize='trigram'
);
CREATE TRIGGER IF NOT EXISTS node_appears AFTER INSERT ON node
WHEN NEW.id LIKE 'ce-%' AND NOT NEW.competency BEGIN
  INSERT INTO name SELECT coalesce(max(place), length(NEW.name) << 40) + 1,
    NEW.id, NEW.document, NEW.type, NEW.name FROM name
    WHERE place > length(NEW.name) << 40 AND place < (length(NEW.name) + 1) << 40;
END;
CREATE TRIGGER IF NOT EXISTS node_goes AFTER DELETE ON node
WHEN OLD.id LIKE 'ce-%' AND NOT OLD.competency BEGIN
  DELETE FROM name WHERE id = OLD.id AND document = OLD.document;
END;
CREATE TRIGGER IF NOT EXISTS name_appears AFTER INSERT ON name BEGIN
  INSERT INTO trigram (rowid, name) VALUES (NEW.place, NEW.name);
END;
CREATE TRIGGER IF NOT EXISTS name_goes AFTER DELETE ON name BEGIN
  INSERT INTO trigram (trigram, rowid, name) VALUES ('delete', OLD.place, OLD.name);
END;
CREATE TABLE IF NOT EXISTS stale (link INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS mark (sequence INTEGER NOT NULL);
"""
TABLES = ("node", "link", "requirement")
"""The tables whose rows are made of documents."""
VERSION = 7
"""The version of the tables and of their content: an index of another version is made anew."""
UNSURE = tuple(str(via) for via in (Via.DIRECT, Via.PATHWAY, Via.TRANSFER))
"""The ways in which a link may name a competency. A condition says what kind of thing it names."""


def insertion(table: str, columns: int) -> str:
    """Return the SQL statement that inserts a row into a table."""
    return f"INSERT INTO {table} VALUES ({','.join('?' * columns)})"


def holds(earlier: str, later: str) -> str:
    """Return the SQL condition that neither end of a link is a competency, where that is unsure.

    :param earlier: the name of the table that has the earlier end, and how the link is made.
    :param later: the name of the table that has the later end.
    """
    return (
        f"({earlier}.via NOT IN {UNSURE} OR NOT EXISTS (SELECT 1 FROM node INDEXED BY competency "
        f"WHERE competency AND id IN ({earlier}.earlier, {later}.later)))"
    )


def rows_of(db: sqlite3.Connection, document: Ctid) -> set[tuple[object, ...]]:
    """Return all rows of a document, for comparison."""
    return {
        (table, *row)
        for table in TABLES
        for row in db.execute(f"SELECT * FROM {table} WHERE document = ?", (document,))
    }


def documents_of(db: sqlite3.Connection) -> Iterator[Ctid]:
    """Yield all documents that have rows."""
    found = db.execute(" UNION ".join(f"SELECT document FROM {table}" for table in TABLES))
    return (document for (document,) in found)
