"""The link index, a projection: the links of all records, ready to be traversed.

The index is one SQLite file. The projector alone writes it, one transaction for each batch, so that
readers see the state before or after a batch. The file holds its sequence number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ctgraph.identity.ctid import Ctid, NodeId
from ctgraph.projections.link_rows import (
    LINK_COLUMNS,
    AmendedLink,
    AssertedLinks,
    IndexedDocument,
    LinkRow,
    array,
    asserted_by,
)
from ctgraph.projections.link_tables import (
    SCHEMA,
    TABLES,
    UNSURE,
    VERSION,
    documents_of,
    holds,
    rows_of,
)
from ctgraph.projections.tally_table import TallyTable

CACHE_KILOBYTES = 65_536
"""Pages of the index that its writer keeps in memory: rows go to random places of it."""
_STALE = f"""
INSERT OR IGNORE INTO stale SELECT rowid FROM link
WHERE %s IN (SELECT value FROM json_each(:ids)) AND via IN {UNSURE}
  AND relation IN ('precedes', 'common')
  AND document NOT IN (SELECT value FROM json_each(:documents))
"""


class LinkIndex:
    """The projector's side of the index.

    :param path: its file; None makes a temporary one.
    """

    def __init__(self, path: Path | None) -> None:
        if path and not _is_usable(path):
            remove(path)
        self._db = sqlite3.connect(path or "", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA user_version={VERSION}")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(f"PRAGMA cache_size=-{CACHE_KILOBYTES}")
        self._db.executescript(SCHEMA)
        self.tallies = TallyTable(self._db)

    def sequence(self) -> int:
        """Return the number of the last change that the index holds; 0 for an empty one."""
        found = self._db.execute("SELECT sequence FROM mark").fetchone()
        return int(found[0]) if found else 0

    def apply(self, said: Iterable[IndexedDocument], seq: int) -> None:
        """Replace the rows of some documents, and note the sequence number."""
        with self.applying(said, seq):
            pass

    @contextmanager
    def applying(self, said: Iterable[IndexedDocument], seq: int) -> Iterator[list[AssertedLinks]]:
        """Replace the rows of some documents at the end of the block. If it fails, nothing changes.

        Yields the documents with those of their links that hold.
        """
        said = list(said)
        documents = [one.document for one in said]
        with self._writing(seq):
            before = self._competencies(documents)
            self._replace(said)
            changed = before ^ self._competencies(documents)
            named = {"ids": array(changed), "documents": array(documents)}
            for end in ("earlier", "later"):
                self._db.execute(_STALE % end, named)
            yield self._holding(said)

    @contextmanager
    def filling(self, seq: int) -> Iterator[Callable[[list[IndexedDocument]], list[AssertedLinks]]]:
        """Replace everything by the batches that the yielded function takes, each document once.

        The function returns those documents of a batch whose links do not depend on other
        documents. Readers see the old state until the end of the block.
        """

        def take(said: list[IndexedDocument]) -> list[AssertedLinks]:
            for one in said:
                one.insert(self._db)
            return [
                AssertedLinks(one.document, one.owner, one.extract.links)
                for one in said
                if all(link.via not in UNSURE for link in one.extract.links)
            ]

        with self._writing(seq):
            for table in (*TABLES, "stale"):
                self._db.execute(f"DELETE FROM {table}")
            # Sorting all rows at the end is faster than finding the place of each.
            indexes = self._db.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            ).fetchall()
            for name, _ in indexes:
                self._db.execute(f"DROP INDEX {name}")
            yield take
            for _, statement in indexes:
                self._db.execute(statement)

    @contextmanager
    def amending(self, most: int) -> Iterator[list[AmendedLink]]:
        """Yield links that have come to hold, or hold no longer, because one of their ends changed.

        At the end of the block they are no longer stale. If the block fails, they still are.

        :param most: how many links to yield.
        """
        with self._transaction():
            numbers = array(
                [
                    number
                    for (number,) in self._db.execute(
                        "SELECT link FROM stale ORDER BY link LIMIT ?", (most,)
                    )
                ]
            )
            rows = self._db.execute(
                f"SELECT {LINK_COLUMNS}, {holds('link', 'link')} FROM json_each(?) AS number "
                "CROSS JOIN link ON link.rowid = number.value",
                (numbers,),
            )
            yield [_amended(LinkRow._make(columns), is_held) for *columns, is_held in rows]
            self._db.execute(
                "DELETE FROM stale WHERE link IN (SELECT value FROM json_each(?))", (numbers,)
            )

    def stale(self) -> int:
        """Return how many links still have to be amended in the triple store."""
        return int(self._db.execute("SELECT count(*) FROM stale").fetchone()[0])

    def documents(self) -> Iterator[Ctid]:
        """Yield the documents that assert links, in order."""
        for (document,) in self._db.execute("SELECT DISTINCT document FROM link ORDER BY 1"):
            yield document

    def unsure(self) -> Iterator[Ctid]:
        """Yield the documents whose links depend on other documents.

        Only its own document says whether something that is named directly is a competency.
        """
        query = f"SELECT DISTINCT document FROM link WHERE via IN {UNSURE} ORDER BY 1"
        for (document,) in self._db.execute(query):
            yield document

    def links(self, document: Ctid) -> AssertedLinks:
        """Return those links of a document that hold."""
        return asserted_by(self._db, document)

    def rows(self, document: Ctid) -> set[tuple[object, ...]]:
        """Return all rows of a document, for comparison."""
        return rows_of(self._db, document)

    def known(self) -> Iterator[Ctid]:
        """Yield all documents that have rows."""
        return documents_of(self._db)

    def close(self) -> None:
        """Close the index."""
        self._db.close()

    @contextmanager
    def _writing(self, seq: int) -> Iterator[None]:
        """Run a transaction that ends by noting its sequence number."""
        with self._transaction():
            yield
            self._db.execute("DELETE FROM mark")
            self._db.execute("INSERT INTO mark VALUES (?)", (seq,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _replace(self, said: list[IndexedDocument]) -> None:
        documents = array([one.document for one in said])
        for table in TABLES:
            self._db.execute(
                f"DELETE FROM {table} WHERE document IN (SELECT value FROM json_each(?))",
                (documents,),
            )
        for one in said:
            one.insert(self._db)

    def _holding(self, said: list[IndexedDocument]) -> list[AssertedLinks]:
        """Return documents with those of their links that hold."""
        competencies = self._named_competencies(
            {
                end
                for one in said
                for link in one.extract.links
                if link.via in UNSURE
                for end in (link.earlier, link.later)
            }
        )
        return [
            AssertedLinks(
                one.document,
                one.owner,
                [
                    link
                    for link in one.extract.links
                    if link.via not in UNSURE or competencies.isdisjoint((link.earlier, link.later))
                ],
            )
            for one in said
        ]

    def _named_competencies(self, ids: Collection[NodeId]) -> set[NodeId]:
        """Return which of some nodes are competencies."""
        found = self._db.execute(
            "SELECT id FROM node INDEXED BY competency "
            "WHERE competency AND id IN (SELECT value FROM json_each(?))",
            (array(ids),),
        )
        return {id for (id,) in found}

    def _competencies(self, documents: Collection[Ctid]) -> set[NodeId]:
        """Return the competencies that some documents hold."""
        found = self._db.execute(
            "SELECT id FROM node WHERE document IN (SELECT value FROM json_each(?)) AND competency",
            (array(documents),),
        )
        return {id for (id,) in found}


def _amended(row: LinkRow, is_held: object) -> AmendedLink:
    return AmendedLink(row.document, row.owner, row.link(), bool(is_held))


def reached(path: Path) -> int:
    """Return the number of the last change that an index holds; 0 where there is no index."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT max(sequence) FROM mark").fetchone()[0] or 0)
    except sqlite3.DatabaseError:
        return 0


def remove(path: Path) -> None:
    """Remove an index with the files that SQLite keeps beside it. Open readers keep their state."""
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        file.unlink(missing_ok=True)


def _is_usable(path: Path) -> bool:
    """Tell whether a file is an index of this version, or not there yet."""
    if not path.exists():
        return True
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] == VERSION)
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()
