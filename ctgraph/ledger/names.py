"""The words of the names of people and organizations, by whose beginnings the staff finds them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import metadata, organization, person

MAX_WORD_CHARACTERS = 40
"""Characters of a word that are kept: the beginnings of longer ones are enough to find them."""
MAX_WORDS = 30
"""Words of one name that are kept, and words of a search that are looked for."""
MAX_COUNTED = 1_000
"""Up to where the names with a word are counted, to begin a search with its rarest word."""
MAX_LOOKED_AT = 500
"""Names with all the words of a search of which the first are listed."""
# PostgreSQL sorts by the rules of a language otherwise, and finds no beginnings by an index.
_WORD = sa.String(MAX_WORD_CHARACTERS).with_variant(
    sa.String(MAX_WORD_CHARACTERS, collation="C"), "postgresql"
)

name_word = sa.Table(
    "name_word",
    metadata,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("word", _WORD, primary_key=True),
    sa.Column("subject", sa.String(39), primary_key=True),
    sa.Index("name_word_subject", "kind", "subject", "word"),
)
"""The words of names, and of the e-mail addresses of people, in lower case, without accents."""


class Kind(StrEnum):
    """Whose the names are."""

    PEOPLE = "people"
    ORGANIZATIONS = "organizations"


_COLUMNS = {
    Kind.PEOPLE: (person.c.id, person.c.name, person.c.email),
    Kind.ORGANIZATIONS: (organization.c.ctid, organization.c.name, organization.c.ctid),
}


@dataclass(frozen=True)
class Named:
    """Somebody, or something, that the staff searched.

    :param id: of a person, or the CTID of an organization.
    :param more: the e-mail address of a person, the CTID of an organization.
    """

    id: str
    name: str
    more: str = ""


def words_of(text: str) -> list[str]:
    """Return the words of a name or an address as they are kept.

    >>> words_of("Escuela Técnica, rita@pine.example.org")
    ['escuela', 'tecnica', 'rita', 'pine', 'example', 'org']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    found = re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return list(dict.fromkeys(word[:MAX_WORD_CHARACTERS] for word in found))[:MAX_WORDS]


def note(
    connection: sa.Connection, kind: Kind, texts: Mapping[str, str] | Mapping[Ctid, str]
) -> None:
    """Keep the words of some names, in the place of those that were kept.

    :param texts: the names, and what else names somebody, by ids.
    """
    gone = name_word.delete().where(
        name_word.c.kind == kind, name_word.c.subject == sa.bindparam("id")
    )
    if texts:
        connection.execute(gone, [{"id": id} for id in texts])
    rows = [
        {"kind": kind, "word": word, "subject": id}
        for id, text in texts.items()
        for word in words_of(text)
    ]
    if rows:
        connection.execute(name_word.insert(), rows)


def rename(connection: sa.Connection, names: Mapping[Ctid, str]) -> None:
    """Give organizations other names."""
    of_key = organization.update().where(organization.c.ctid == sa.bindparam("key"))
    named = [{"key": record, "to": name} for record, name in names.items()]
    connection.execute(of_key.values(name=sa.bindparam("to")), named)
    note(connection, Kind.ORGANIZATIONS, names)


def get(database: Database, id: str) -> Named | None:
    """Return the person or the organization with an id or a CTID; None where there is none."""
    for columns in _COLUMNS.values():
        for row in database.rows(sa.select(*columns).where(columns[0] == id)):
            return Named(*row)
    return None


def search(database: Database, kind: Kind, words: str, most: int) -> list[Named]:
    """Return those whose names have words that begin like all of some words, by their names.

    :param words: as somebody typed them, or a CTID.
    """
    id, name, more = _COLUMNS[kind]
    wanted = words_of(words)
    condition: sa.ColumnElement[bool] = id == words.lower()
    if wanted and not re.fullmatch("ce-[0-9a-f-]{36}", words.lower()):
        condition = id.in_(_having(database, kind, wanted))
    query = sa.select(id, name, more).where(condition).order_by(name, id).limit(most)
    return [Named(*row) for row in database.rows(query)]


def _having(database: Database, kind: Kind, words: list[str]) -> list[str]:
    """Return the first that have all of some words, by way of the rarest of these."""

    def beginning(table: sa.FromClause, word: str) -> sa.ColumnElement[bool]:
        column = table.c.word
        return (table.c.kind == kind) & (column >= word) & (column < f"{word}\U0010ffff")

    def number(word: str) -> int:
        some = sa.select(name_word.c.subject).where(beginning(name_word, word)).limit(MAX_COUNTED)
        return len(database.rows(some))

    rarest, *others = sorted(words, key=number)
    query = sa.select(name_word.c.subject).where(beginning(name_word, rarest))
    for word in others:
        other = name_word.alias()
        same = other.c.subject == name_word.c.subject
        query = query.where(sa.exists().where(same, beginning(other, word)))
    return [row.subject for row in database.rows(query.limit(MAX_LOOKED_AT))]
