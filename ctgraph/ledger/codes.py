"""Lists of codes that the operator imported. The newest edition of each is in use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from ctgraph.errors import BadParameter, NotFound
from ctgraph.forms.codes import Code, CodeList, words_of
from ctgraph.ledger.code_tables import code, code_list
from ctgraph.ledger.database import Database, Row
from ctgraph.ledger.values import now
from ctgraph.rdf.namespaces import Curie

MAX_CODES = 20_000
"""Codes of one list: the largest public lists of occupations have 3,000."""
MAX_FOUND_CODES = 30
"""Codes in one answer: nobody reads more, and more words narrow the search."""
MAX_CODE_WORDS = 12
"""Words of one search for codes. The longest titles have more, but few words tell them apart."""
_LISTS = (
    code_list.c.id,
    code_list.c.edition,
    code_list.c.size,
    code_list.c.source,
    code_list.c.created_at,
    code_list.c.key,
    code_list.c.framework,
    code_list.c.title,
    code_list.c.page,
    code_list.c.properties,
    code_list.c.language,
)
_CODES = code.c.code, code.c.name, code.c.definition, code.c.parent


@dataclass(frozen=True)
class Edition:
    """A list of codes as one import left it.

    :param number: of the edition, from 1.
    :param size: how many codes it has.
    :param source: the name of the file that it came from.
    """

    id: int
    number: int
    size: int
    source: str
    created_at: str
    list: CodeList


class Codes:
    """The lists of codes of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, connection: sa.Connection, of: CodeList, codes: Sequence[Code], source: str
    ) -> tuple[Edition, bool]:
        """Keep a list as a new edition, unless it is that of the newest one.

        :returns: the edition, and whether it is new.
        """
        digest = sha256(orjson.dumps([of, codes])).hexdigest()
        newest = code_list.select().where(code_list.c.key == of.key)
        last = connection.execute(newest.order_by(code_list.c.edition.desc()).limit(1)).first()
        if last and last.digest == digest:
            return _edition(last), False
        edition, at = (last.edition if last else 0) + 1, now()
        values = {
            "key": of.key,
            "edition": edition,
            "framework": of.framework,
            "title": of.title,
            "page": of.page,
            "properties": " ".join(of.properties),
            "language": of.language,
            "source": source,
            "size": len(codes),
            "digest": digest,
            "created_at": at,
        }
        inserted = code_list.insert().values(values).returning(code_list.c.id)
        made = connection.execute(inserted).scalar_one()
        rows = [_row(made, position, one) for position, one in enumerate(codes)]
        connection.execute(code.insert(), rows)
        return Edition(made, edition, len(codes), source, at, of), True

    def editions(self, key: str = "") -> list[Edition]:
        """Return all editions, or those of one list; the newest of each list first."""
        query = sa.select(*_LISTS).order_by(code_list.c.key, code_list.c.edition.desc())
        if key:
            query = query.where(code_list.c.key == key)
        return [_edition(row) for row in self._database.rows(query)]

    def newest(self, property: str = "") -> list[Edition]:
        """Return the newest edition of each list, or of those whose codes a property takes."""
        newest = sa.select(sa.func.max(code_list.c.id)).group_by(code_list.c.key)
        query = sa.select(*_LISTS).where(code_list.c.id.in_(newest)).order_by(code_list.c.id)
        found = map(_edition, self._database.rows(query))
        return [one for one in found if not property or property in one.list.properties]

    def edition(self, key: str, number: int = 0) -> Edition:
        """Return an edition of a list, or its newest one.

        :raises NotFound: when there is none.
        """
        for one in self.editions(key):
            if number in (0, one.number):
                return one
        known = ", ".join(one.list.key for one in self.newest()) or "none"
        what = f"edition {number} of {key[:40]!r}" if number else f"list of codes {key[:40]!r}"
        raise NotFound(f"There is no {what}. The lists are: {known}.")

    def remove(self, connection: sa.Connection, key: str) -> int:
        """Remove all editions of a list; return how many there were."""
        mine = sa.select(code_list.c.id).where(code_list.c.key == key)
        connection.execute(code.delete().where(code.c.list.in_(mine)))
        return connection.execute(code_list.delete().where(code_list.c.key == key)).rowcount

    def all(self, edition: Edition) -> list[Code]:
        """Return all codes of an edition, in its order."""
        query = sa.select(*_CODES).where(code.c.list == edition.id).order_by(code.c.position)
        return [Code(*row) for row in self._database.rows(query)]

    def after(self, edition: Edition, last: str) -> list[Code]:
        """Return the codes that follow one in the order of the list, MAX_FOUND_CODES at most.

        :param last: empty for the first codes.
        :raises BadParameter: when the edition has no such code.
        """
        query = sa.select(*_CODES).where(code.c.list == edition.id).order_by(code.c.position)
        if last:
            same = sa.select(code.c.position).where(code.c.list == edition.id, code.c.code == last)
            rows = self._database.rows(same)
            if not rows:
                raise BadParameter(f"{edition.list.title} has no code {last[:40]!r}.")
            query = query.where(code.c.position > rows[0][0])
        return [Code(*row) for row in self._database.rows(query.limit(MAX_FOUND_CODES))]

    def search(self, editions: Collection[Edition], typed: str) -> list[tuple[Edition, Code]]:
        """Return the codes of some editions that some words, or the beginning of a code, find.

        The code itself comes first, then codes that begin so, then those whose names have all
        words, the shortest names first, then those that other titles lead to.

        :raises BadParameter: when there are more than MAX_CODE_WORDS words.
        """
        words = words_of(typed)
        if len(words) > MAX_CODE_WORDS:
            raise BadParameter(f"Search with {MAX_CODE_WORDS} words at most.")
        if not words or not editions:
            return []
        by_id = {one.id: one for one in editions}
        begun = typed.strip()
        rank = sa.case(
            (code.c.code == begun, 0),
            (code.c.code.startswith(begun, autoescape=True), 1),
            (sa.and_(*(_has(code.c.words, word) for word in words)), 2),
            else_=3,
        )
        query = (
            sa.select(code.c.list, *_CODES)
            .where(
                code.c.list.in_(by_id),
                *(sa.or_(_has(code.c.words, word), _has(code.c.others, word)) for word in words),
            )
            .order_by(rank, sa.func.length(code.c.name), code.c.code, code.c.list)
            .limit(MAX_FOUND_CODES)
        )
        return [(by_id[row[0]], Code(*row[1:])) for row in self._database.rows(query)]

    def named(self, edition: Edition, one: str) -> Code | None:
        """Return a code of an edition; None where it has none such."""
        query = sa.select(*_CODES).where(code.c.list == edition.id, code.c.code == one)
        return next((Code(*row) for row in self._database.rows(query)), None)


def _has(column: sa.Column[str], word: str) -> sa.ColumnElement[bool]:
    """Return the condition that a word in a column begins so."""
    return column.contains(f" {word}", autoescape=True)


def _edition(row: Row) -> Edition:
    properties = tuple(map(Curie, row.properties.split()))
    of = CodeList(row.key, row.framework, row.title, row.page, properties, row.language)
    return Edition(row.id, row.edition, row.size, row.source, row.created_at, of)


def _row(of: int, position: int, one: Code) -> dict[str, Any]:
    own = *words_of(one.code), "".join(words_of(one.code)), *words_of(one.name)
    others = dict.fromkeys(word for title in one.others for word in words_of(title))
    return {
        "list": of,
        "position": position,
        "code": one.code,
        "name": one.name,
        "definition": one.definition,
        "parent": one.parent,
        "words": "".join(f" {word}" for word in own),
        "others": "".join(f" {word}" for word in others),
    }
