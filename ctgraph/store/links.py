"""The link index: what precedes what, ready to be traversed. A projection like the triple store.

One SQLite file, written by the projector alone, in one transaction a batch; readers see the state
before or after it. It knows the last sequence number that it holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import orjson

from ctgraph.links.extraction import Extract, Link
from ctgraph.links.model import Condition
from ctgraph.vocab import vocabulary

# A row of `link` is one statement of one document. What a manifest says of all that have its
# conditions ("common") becomes a row of each of them. A link with a competency at an end is none,
# but only the document of the competency tells: it is kept as "not precedes", "not common" …
# Things outside of the registry are a `node` of every document that describes them.
SCHEMA = """
CREATE TABLE IF NOT EXISTS node (
  id TEXT NOT NULL, document TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, webpage TEXT NOT NULL, cost REAL, currency TEXT NOT NULL, days REAL,
  PRIMARY KEY (id, document)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS node_of_document ON node (document);
CREATE TABLE IF NOT EXISTS link (
  document TEXT NOT NULL, owner TEXT NOT NULL, relation TEXT NOT NULL, earlier TEXT NOT NULL,
  later TEXT NOT NULL, asserter TEXT NOT NULL, property TEXT NOT NULL, strength TEXT NOT NULL,
  via TEXT NOT NULL, condition TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  alternative TEXT NOT NULL, required INTEGER, manifest TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS link_of_document ON link (document);
CREATE INDEX IF NOT EXISTS link_forward ON link (earlier, relation, later, strength);
CREATE INDEX IF NOT EXISTS link_backward ON link (later, relation, earlier, strength);
CREATE TABLE IF NOT EXISTS requirement (
  document TEXT NOT NULL, record TEXT NOT NULL, manifest TEXT NOT NULL, tree BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS requirement_of_document ON requirement (document);
CREATE INDEX IF NOT EXISTS requirement_of_record ON requirement (record);
CREATE TABLE IF NOT EXISTS mark (sequence INTEGER NOT NULL);
"""
TABLES = ("node", "link", "requirement")
VERSION = 1
"""Of the schema, and of what is read from documents: another one makes the index anew."""
MOST_COMMON = 500
_INSERT = {
    "node": "INSERT INTO node VALUES (?,?,?,?,?,?,?,?,?)",
    "link": f"INSERT INTO link VALUES ({','.join('?' * 15)})",
    "requirement": "INSERT INTO requirement VALUES (?,?,?,?)",
}
# A condition says what kind of thing it points at; whatever points directly may mean a competency.
_SURE = ("", "condition")
_SET_ASIDE = f"""
UPDATE link SET relation = CASE WHEN relation LIKE 'not %' THEN substr(relation, 5)
                                ELSE 'not ' || relation END
WHERE (document IN (SELECT value FROM json_each(:documents))
       OR earlier IN (SELECT value FROM json_each(:ids))
       OR later IN (SELECT value FROM json_each(:ids)))
  AND via NOT IN {_SURE} AND (via <> 'manifest' OR condition = '')
  AND (relation LIKE 'not %') <> EXISTS (
    SELECT 1 FROM node WHERE id IN (earlier, later) AND is_competency(type))
RETURNING document
"""
Said = tuple[str, str, Extract]
"""A document's CTID, its owner, and what is read from it."""


class LinkIndex:
    """The projector's side of the index.

    :param path: its file; None is a temporary one.
    """

    def __init__(self, path: Path | None) -> None:
        if path and not _is_usable(path):
            remove(path)
        self._db = sqlite3.connect(path or "", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA user_version={VERSION}")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.create_function("is_competency", 1, _is_competency, deterministic=True)
        self._db.executescript(SCHEMA)

    def sequence(self) -> int:
        """Return the number of the last change that the index holds; 0 for an empty one."""
        found = self._db.execute("SELECT sequence FROM mark").fetchone()
        return int(found[0]) if found else 0

    def apply(self, said: Iterable[Said], seq: int) -> None:
        """Replace what the index knows of some documents, and note the sequence number."""
        with self.applying(said, seq):
            pass

    @contextmanager
    def applying(self, said: Iterable[Said], seq: int) -> Iterator[set[str]]:
        """Do as :meth:`apply`, at the end of the block: if the block fails, nothing is done.

        It gives the documents whose links are not just what they say: those that have the
        conditions of a manifest, or name a competency, if they or it are among these.
        """
        with self._writing(seq):
            yield self._replace(list(said))

    @contextmanager
    def filling(self, seq: int) -> Iterator[Callable[[list[Said]], set[str]]]:
        """Replace everything by the batches that are handed to the function this gives.

        The function returns the documents among them that are in :meth:`sharing`. Readers see the
        old state until the end of the block.
        """

        def take(said: list[Said]) -> set[str]:
            return self._replace(said) | {
                document for document, _, extract in said
                if any(link.via not in _SURE for link in extract.links)
            }  # fmt: skip

        with self._writing(seq):
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")
            yield take

    def documents(self) -> Iterator[str]:
        """Yield the documents that assert links, in order."""
        for (document,) in self._db.execute("SELECT DISTINCT document FROM link ORDER BY 1"):
            yield document

    def sharing(self) -> set[str]:
        """Return the documents whose links depend on others: on a manifest, or on what they name.

        Whether something that is named directly is a competency only its own document says.
        """
        found = self._db.execute(
            f"SELECT DISTINCT document FROM link WHERE relation = 'uses' OR via NOT IN {_SURE}"
        )
        return {document for (document,) in found}

    def links(self, document: str) -> tuple[str, list[Link]]:
        """Return the owner of a document, and the links that it asserts."""
        return links_of(self._db, document)

    def rows(self, document: str) -> set[tuple[object, ...]]:
        """Return everything that the index holds of a document, to compare."""
        return {
            (table, *row) for table in TABLES
            for row in self._db.execute(f"SELECT * FROM {table} WHERE document = ?", (document,))
        }  # fmt: skip

    def known(self) -> Iterator[str]:
        """Yield all documents that the index holds anything of."""
        found = self._db.execute(" UNION ".join(f"SELECT document FROM {t}" for t in TABLES))
        return (document for (document,) in found)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _writing(self, seq: int) -> Iterator[None]:
        """Run a transaction that ends with noting its sequence number."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("DELETE FROM mark")
            self._db.execute("INSERT INTO mark VALUES (?)", (seq,))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _replace(self, said: list[Said]) -> set[str]:
        documents = [document for document, _, _ in said]
        competencies = self._competencies(documents)
        for table in TABLES:
            self._db.execute(f"DELETE FROM {table} WHERE document IN "
                             "(SELECT value FROM json_each(?))", (_array(documents),))  # fmt: skip
        rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}
        for document, owner, extract in said:
            rows["node"] += [(f.id, document, owner, f.type, f.name, f.webpage, f.cost, f.currency,
                              f.days) for f in extract.facts]  # fmt: skip
            rows["link"] += [_row(document, owner, link) for link in extract.links]
            rows["requirement"] += [(document, need.record, "", orjson.dumps(need.tree))
                                    for need in extract.requirements]  # fmt: skip
        for table, found in rows.items():
            self._db.executemany(_INSERT[table], found)
        shared = self._share(said)
        return shared | self._set_aside(shared.union(documents),
                                        competencies ^ self._competencies(documents))  # fmt: skip

    def _competencies(self, documents: Collection[str]) -> set[str]:
        """Return the competencies that some documents hold."""
        found = self._db.execute(
            "SELECT id FROM node WHERE document IN (SELECT value FROM json_each(?)) "
            "AND is_competency(type)", (_array(documents),),
        )  # fmt: skip
        return {id for (id,) in found}

    def _set_aside(self, documents: Collection[str], ids: Collection[str]) -> set[str]:
        """Make links none that have a competency at an end, and links again that no longer have.

        :param ids: what has become a competency, or is none any more.
        :returns: the documents concerned.
        """
        named = {"documents": _array(documents), "ids": _array(ids)}
        return {document for (document,) in self._db.execute(_SET_ASIDE, named)}

    def _share(self, said: list[Said]) -> set[str]:
        """Bring the conditions of manifests to what has them; return the documents concerned."""
        uses = {(link.earlier, link.later, document, owner) for document, owner, extract in said
                for link in extract.links if link.relation == "uses"}  # fmt: skip
        # All that uses a manifest whose document is among these, or was before this change.
        for manifest in (document for document, _, _ in said):
            uses |= set(self._db.execute(
                "SELECT earlier, later, document, owner FROM link "
                "WHERE earlier = ? AND relation = 'uses'", (manifest,),
            ))  # fmt: skip
        for manifest, record, document, owner in uses:
            for table in ("link", "requirement"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE document = ? AND manifest = ? AND "
                    f"{'later' if table == 'link' else 'record'} = ?",
                    (document, manifest, record),
                )
            self._db.execute(
                "INSERT INTO link SELECT ?, ?, 'precedes', earlier, ?, ?, property, strength, "
                "'manifest', condition, name, description, alternative, required, ? "
                "FROM link WHERE later = ? AND relation IN ('common', 'not common') "
                f"AND earlier <> ? AND document IN (?, ?) ORDER BY rowid LIMIT {MOST_COMMON}",
                (document, owner, record, record, manifest, manifest, record, manifest, document),
            )
            self._db.execute(
                "INSERT INTO requirement SELECT ?, ?, ?, tree FROM requirement "
                "WHERE record = ? AND manifest = '' AND document IN (?, ?) ORDER BY rowid "
                f"LIMIT {MOST_COMMON}",
                (document, record, manifest, manifest, manifest, document),
            )
        return {document for _, _, document, _ in uses}


def remove(path: Path) -> None:
    """Remove an index with what SQLite keeps beside it; who reads it goes on with what it was."""
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        file.unlink(missing_ok=True)


def _is_usable(path: Path) -> bool:
    """Tell whether a file is an index of this version; one that is none is made anew."""
    if not path.exists():
        return True
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] == VERSION)
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()


def links_of(db: sqlite3.Connection, document: str) -> tuple[str, list[Link]]:
    """Return the owner of a document, and the links that it asserts; no owner without links."""
    query = "SELECT * FROM link WHERE document = ? ORDER BY rowid"
    rows = db.execute(query, (document,)).fetchall()
    links = [Link(row[2], row[3], row[4], row[5], row[6], row[7], row[8], _condition(row))
             for row in rows]  # fmt: skip
    return (rows[0][1] if rows else ""), links


@lru_cache(maxsize=1000)
def _is_competency(kind: str) -> bool:
    return vocabulary().is_a(kind, "ceasn:Competency", "ceterms:CredentialAlignmentObject")


def _array(ids: Collection[str]) -> str:
    return orjson.dumps(list(ids)).decode()


def _row(document: str, owner: str, link: Link) -> tuple[object, ...]:
    c = link.condition or Condition("")
    return (document, owner, link.relation, link.earlier, link.later, link.by, link.property,
            link.strength, link.via, c.id, c.name, c.description, c.group, c.required, ""
    )  # fmt: skip


def _condition(row: tuple[str, ...]) -> Condition | None:
    return Condition(row[9], row[10], row[11], row[12], row[13]) if row[9] else None  # type: ignore[arg-type]
