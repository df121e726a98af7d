"""The link index: what precedes what, ready to be traversed. A projection like the triple store.

One SQLite file, written by the projector alone, in one transaction a batch; readers see the state
before or after it. It knows the last sequence number that it holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from ctgraph.links.model import Link, Relation
from ctgraph.links.statements import Extract
from ctgraph.projections.link_rows import (
    INSERT,
    SCHEMA,
    TABLES,
    UNSURE,
    VERSION,
    documents_of,
    holds,
    is_competency,
    link_of,
    links_of,
    manifest_of,
    row_of,
    rows_of,
)

_STALE = f"""
INSERT OR IGNORE INTO stale SELECT rowid FROM link
WHERE %s IN (SELECT value FROM json_each(:ids)) AND via IN {UNSURE}
  AND relation IN ('precedes', 'common')
  AND document NOT IN (SELECT value FROM json_each(:documents))
"""
Said = tuple[str, str, Extract]
"""A document's CTID, its owner, and what is read from it."""
Asserted = tuple[str, str, list[Link]]
"""A document's CTID, its owner, and links that it asserts."""


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
    def applying(self, said: Iterable[Said], seq: int) -> Iterator[list[Asserted]]:
        """Do as :meth:`apply`, at the end of the block: if the block fails, nothing is done.

        It gives the documents with those of their links that hold.
        """
        said = list(said)
        documents = [document for document, _, _ in said]
        with self._writing(seq):
            before = self._competencies(documents)
            self._replace(said)
            changed = before ^ self._competencies(documents)
            named = {"ids": _array(changed), "documents": _array(documents)}
            for end in ("earlier", "later"):
                self._db.execute(_STALE % end, named)
            yield self._holding(said)

    @contextmanager
    def filling(self, seq: int) -> Iterator[Callable[[list[Said]], list[Asserted]]]:
        """Replace everything by the batches that are handed to the function this gives.

        The function returns the documents among them that are not :meth:`unsure`. Readers see the
        old state until the end of the block.
        """

        def take(said: list[Said]) -> list[Asserted]:
            self._replace(said)
            return [
                (document, owner, extract.links)
                for document, owner, extract in said
                if all(link.via not in UNSURE for link in extract.links)
            ]

        with self._writing(seq):
            for table in (*TABLES, "stale"):
                self._db.execute(f"DELETE FROM {table}")
            yield take

    @contextmanager
    def amending(self, most: int) -> Iterator[list[tuple[str, str, Link, bool]]]:
        """Give links that have come to hold or to hold no longer, by what became of their ends.

        Each comes with its document, the owner, and whether it holds. At the end of the block they
        are not stale any more; if the block fails, they still are.

        :param most: how many to give.
        """
        with self._transaction():
            numbers = _array(
                [
                    number
                    for (number,) in self._db.execute(
                        "SELECT link FROM stale ORDER BY link LIMIT ?", (most,)
                    )
                ]
            )
            rows = self._db.execute(
                f"SELECT link.*, {holds('link', 'link')} FROM json_each(?) AS number "
                "CROSS JOIN link ON link.rowid = number.value",
                (numbers,),
            )
            yield [(row[0], row[1], link_of(row), bool(row[-1])) for row in rows]
            self._db.execute(
                "DELETE FROM stale WHERE link IN (SELECT value FROM json_each(?))", (numbers,)
            )

    def stale(self) -> int:
        """Return how many links the triple store has still to be told of."""
        return int(self._db.execute("SELECT count(*) FROM stale").fetchone()[0])

    def documents(self) -> Iterator[str]:
        """Yield the documents that assert links, in order."""
        for (document,) in self._db.execute("SELECT DISTINCT document FROM link ORDER BY 1"):
            yield document

    def unsure(self) -> Iterator[str]:
        """Yield the documents with links that hold or not by what other documents say.

        Whether something that is named directly is a competency only its own document says.
        """
        query = f"SELECT DISTINCT document FROM link WHERE via IN {UNSURE} ORDER BY 1"
        for (document,) in self._db.execute(query):
            yield document

    def links(self, document: str) -> tuple[str, list[Link]]:
        """Return the owner of a document, and those of the links that it asserts that hold."""
        return links_of(self._db, document)

    def rows(self, document: str) -> set[tuple[object, ...]]:
        """Return everything that the index holds of a document, to compare."""
        return rows_of(self._db, document)

    def known(self) -> Iterator[str]:
        """Yield all documents that the index holds anything of."""
        return documents_of(self._db)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _writing(self, seq: int) -> Iterator[None]:
        """Run a transaction that ends with noting its sequence number."""
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

    def _replace(self, said: list[Said]) -> None:
        documents = _array([document for document, _, _ in said])
        for table in TABLES:
            self._db.execute(
                f"DELETE FROM {table} WHERE document IN (SELECT value FROM json_each(?))",
                (documents,),
            )
        for document, owner, extract in said:
            described = {
                link.later for link in extract.links if link.relation == Relation.COMMON
            } | {need.record for need in extract.requirements}
            self._db.executemany(
                INSERT["node"],
                (
                    (
                        f.id,
                        document,
                        owner,
                        f.type,
                        f.name,
                        f.webpage,
                        f.cost,
                        f.currency,
                        f.days,
                        is_competency(f.type),
                    )
                    for f in extract.facts
                ),
            )
            self._db.executemany(
                INSERT["link"], (row_of(document, owner, link, described) for link in extract.links)
            )
            self._db.executemany(
                INSERT["requirement"],
                (
                    (
                        document,
                        need.record,
                        manifest_of(document, need.record, described),
                        need.need.to_json(),
                    )
                    for need in extract.requirements
                ),
            )

    def _holding(self, said: list[Said]) -> list[Asserted]:
        """Return documents with those of their links that hold."""
        competencies = self._named_competencies(
            {
                end
                for _, _, extract in said
                for link in extract.links
                if link.via in UNSURE
                for end in (link.earlier, link.later)
            }
        )
        return [
            (
                document,
                owner,
                [
                    link
                    for link in extract.links
                    if link.via not in UNSURE or competencies.isdisjoint((link.earlier, link.later))
                ],
            )
            for document, owner, extract in said
        ]

    def _named_competencies(self, ids: Collection[str]) -> set[str]:
        """Return which of some nodes are competencies."""
        found = self._db.execute(
            "SELECT id FROM node INDEXED BY competency "
            "WHERE competency AND id IN (SELECT value FROM json_each(?))",
            (_array(ids),),
        )
        return {id for (id,) in found}

    def _competencies(self, documents: Collection[str]) -> set[str]:
        """Return the competencies that some documents hold."""
        found = self._db.execute(
            "SELECT id FROM node WHERE document IN (SELECT value FROM json_each(?)) AND competency",
            (_array(documents),),
        )
        return {id for (id,) in found}


def remove(path: Path) -> None:
    """Remove an index with what SQLite keeps beside it; who reads it goes on with what it was."""
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        file.unlink(missing_ok=True)


def _is_usable(path: Path) -> bool:
    """Tell whether a file is an index of this version; another one is made anew."""
    if not path.exists():
        return True
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] == VERSION)
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()


def _array(ids: Collection[str]) -> str:
    return orjson.dumps(list(ids)).decode()
