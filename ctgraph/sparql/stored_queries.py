"""The ready-made queries: those that ship with ctgraph, those of the operator, their parameters.

A stored query is a plain SPARQL file. Comment lines at its top say ``# title: …``,
``# description: …``, ``# tags: one, two`` and ``# param: variable: what it is``. A parameter is a
variable whose default stands in a ``VALUES`` block of one variable. A value for the parameter
replaces that block, so the file itself runs everywhere as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from math import inf, isfinite
from pathlib import Path

import pyoxigraph as ox

from ctgraph.errors import MalformedCtid, NotFound, QueryError
from ctgraph.identity import Identity, ctid
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary

SHIPPED = Path(__file__).with_name("queries")
"""The queries that ship with ctgraph. In the repository it is a link to its folder ``queries/``."""
_BLOCK = re.compile(r"(VALUES \?(\w+) \{)([^{}]*)(\})")
_RECORDS = ("<resources/", "<graph/")
"""How the defaults of parameters begin that take a record."""
_HEAD = re.compile(r"^# (title|description|tags|param): *(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a stored query: its variable, its description, its default in SPARQL."""

    name: str
    description: str
    default: str

    @property
    def takes_record(self) -> bool:
        """Whether its values are records, or the graphs of records."""
        return self.default.startswith(_RECORDS)

    @property
    def default_record(self) -> str:
        """The CTID in its default, if it takes a record."""
        return self.default.strip("<>").rpartition("/")[2]


@dataclass(frozen=True)
class StoredQuery:
    """A stored query: the name of its file, the fields of its head, and its text."""

    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str

    def bound(self, given: dict[str, str], settings: Settings) -> str:
        """Return the text with parameters in place of their defaults.

        :raises QueryError: for a value of another kind than the default.
        """
        terms = {
            p.name: _term(given[p.name], p, settings) for p in self.parameters if p.name in given
        }
        # All in one pass, because a value may look like the block of another parameter.
        return _BLOCK.sub(lambda m: f"{m[1]}{terms.get(m[2], m[3])}{m[4]}", self.text)


def all_stored(settings: Settings) -> tuple[StoredQuery, ...]:
    """Return the stored queries in the order of their titles.

    A query of the operator takes the place of one of the same name that ships with ctgraph.
    """
    return _read_all(
        tuple((file, file.stat().st_mtime_ns) for file in stored_files(settings).values())
    )


def stored_files(settings: Settings) -> dict[str, Path]:
    """Return the files of the stored queries by the names of the queries."""
    return {file.stem: file for folder in (SHIPPED, settings.queries) for file in _files(folder)}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.rq")) if folder.is_dir() else []


def stored(name: str, settings: Settings) -> StoredQuery:
    """Return a stored query.

    :raises NotFound: when no stored query has this name.
    """
    for query in all_stored(settings):
        if query.name == name:
            return query
    near = get_close_matches(name, stored_files(settings), 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise NotFound(f"There is no stored query {name[:80]!r}.{hint} See /queries for all of them.")


@lru_cache(maxsize=1)
def _read_all(files: tuple[tuple[Path, int], ...]) -> tuple[StoredQuery, ...]:
    read = (_read(file.stem, file.read_text("utf-8-sig")) for file, _ in files)
    return tuple(sorted(read, key=lambda query: query.title))


def _read(name: str, text: str) -> StoredQuery:
    head: dict[str, list[str]] = {"title": [name], "description": [""], "tags": [""], "param": []}
    for key, value in _HEAD.findall(text):
        head[key] = [*head[key], value] if key == "param" else [value]
    parameters = []
    for line in head["param"]:
        variable, _, description = line.partition(": ")
        block = _block(variable).search(text)
        if block is None:
            raise QueryError(f"{name}.rq has no VALUES block of ?{variable} alone.")
        parameters.append(Parameter(variable, description, block[2].strip()))
    tags = tuple(tag.strip() for tag in head["tags"][0].split(",") if tag.strip())
    return StoredQuery(
        name, head["title"][0], head["description"][0], tags, tuple(parameters), text
    )


def _block(variable: str) -> re.Pattern[str]:
    return re.compile(rf"(VALUES \?{re.escape(variable)} \{{)([^{{}}]*)(\}})")


def _term(given: str, parameter: Parameter, settings: Settings) -> str:
    """Return a value as a SPARQL term of the same kind as the parameter's default."""
    default = parameter.default
    if default.startswith("<"):
        return f" {_resource(given, default, settings)} "
    if default.startswith('"'):
        datatype = default.rpartition('"')[2].removeprefix("^^<").removesuffix(">")
        if datatype.endswith("#dateTime"):
            given = _moment(given, parameter)
        kind = ox.NamedNode(datatype) if datatype else None
        return f" {ox.Literal(given, datatype=kind)} "
    try:
        number = float(given)
    except ValueError:
        number = inf
    if not isfinite(number):
        raise QueryError(
            f"{parameter.name}={given[:40]!r} is not a number. Write it like 30 or 0.5."
        )
    return f" {number!r} "


def _moment(given: str, parameter: Parameter) -> str:
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise QueryError(
            f"{parameter.name}={given[:40]!r} is not a date or time. Write it like 2026-05-01 or "
            "2026-05-01T12:00:00Z."
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _resource(given: str, default: str, settings: Settings) -> str:
    """Return the IRI for a CTID of a record, a CURIE of a term, or an IRI."""
    identity = Identity.of(settings)
    try:
        record = identity.ctid_of(given.strip()) or ctid.canonical(given.strip())
        graph = default.startswith("<graph/")
        iri = identity.graph(record) if graph else identity.resource(record)
    except MalformedCtid:
        iri = vocabulary().expand(given)
    try:
        return str(ox.NamedNode(iri))
    except ValueError as error:
        raise QueryError(f"{given[:80]!r} is neither a CTID nor an IRI. Correct it.") from error
