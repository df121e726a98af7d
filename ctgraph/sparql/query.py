"""SPARQL queries as values: their forms and formats, and the refusal of some."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ctgraph.errors import NotFound, QueryError, QueryForbidden
from ctgraph.rdf.namespaces import CTG
from ctgraph.sparql.formats import GRAPH_TYPES, RESULT_TYPES
from ctgraph.sparql.query_tokens import position
from ctgraph.vocab import vocabulary

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# SPARQL 1.1 Query, section 19.8: first tokens that hide words from the grammar, then words. The
# possessive `*+` reads nothing twice, so no text takes long. An unclosed string ends the query.
# Long strings have the lazy `*?`: Python 3.11.2 fails at `'(?!'')` within a possessive one.
_TOKEN = re.compile(
    r"""<[^<>"{}|^`\\\x00-\x20]*+>
      | '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
      | (?P<open>'''|\"\"\")
      | '(?:[^'\\\n\r]|\\.)*+'? | "(?:[^"\\\n\r]|\\.)*+"? | \#[^\n\r]*+
      | [?$]\w++ | @[A-Za-z]++(?:-[A-Za-z0-9]++)*+
      | (?P<name>[\w.-]*+:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*+)
      | (?P<words>[\w.-]++) | \\.""",
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"\w+")
_OPENING = re.compile(r"[({\[]|<<")
_BRACKET = re.compile(r"(?P<opening>[({\[]|<<)|[)}\]]|>>")
MAX_REMEMBERED_CHARACTERS = 10_000
"""The longest query whose words are remembered: a request asks for them several times."""
MAX_LEVELS = 200
"""How deep the brackets of a query may be nested. With its stack, the engine crashes on some
queries of 5,000 levels, and on others of 20,000."""
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
# Most queries have none of these words, and need no scan for them. An escape may hide one.
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")  # and STRUUID, which contains one of them
_TELLING = ("\\", "SERVICE", "FROM", *_VOLATILE, *(_FORMS - {"SELECT"}), *_UPDATES)
_NAMING = {"GRAPH", "FROM", "NAMED", "DESCRIBE"}  # words behind which a name stands


@dataclass(frozen=True)
class Query:
    """A SPARQL query with the dataset and the formats that the client asked for.

    :param timeout: its deadline in seconds; None is the longest that the settings allow.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    result_type: str = RESULT_TYPES["json"]
    graph_type: str = GRAPH_TYPES["turtle"]
    timeout: float | None = None

    @property
    def is_volatile(self) -> bool:
        """Whether the result differs each time, so that no cache may keep it."""
        return is_volatile(self.text)


@cache
def usual_prefixes() -> dict[str, str]:
    """Return the prefixes that queries need not declare: those of CTDL, and ``ctg``."""
    return vocabulary().prefixes | {"ctg": CTG}


def words(text: str) -> frozenset[str]:
    """Return the words of a query that are part of its grammar, in upper case.

    Where no word names a form other than SELECT, a dataset, a service or a function whose value
    changes, only SELECT is returned.

    :raises QueryError: for a string that is not closed, since it hides the rest of the query.
    """
    # Escapes are resolved first, because a keyword may be written with them (section 19.2).
    return frozenset(_words(_without_escapes(text)))


def _without_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a query in order, in upper case; see :func:`words`."""
    return _remembered(text) if len(text) < MAX_REMEMBERED_CHARACTERS else tuple(_read(text))


@lru_cache(maxsize=100)
def _remembered(text: str) -> tuple[str, ...]:
    upper = text.upper()
    for word in _TELLING:
        if word in upper:
            return tuple(_read(text))
    return ("SELECT",) if "SELECT" in upper else ()


def _read(text: str) -> Iterator[str]:
    declared: set[str] = set()
    before = name = last = ""
    end = 0
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()].strip()
        end = match.end()
        if match["open"]:
            raise QueryError("The query does not parse: a long string is not closed.")
        if between.startswith("{"):
            yield from _glued(name, before, declared)
        if match[0].startswith("#") and not between:
            continue
        before, name, last = last, match["name"] or "", match[0].upper()
        if before == "PREFIX" and name:
            declared.add(name.partition(":")[0])
        elif last == "PREFIX:":  # the parser needs no space before the colon
            declared.add("")
        yield from (word.upper() for word in _WORD.findall(match["words"] or ""))
    if text[end:].strip().startswith("{"):
        yield from _glued(name, before, declared)


def _glued(name: str, before: str, declared: set[str]) -> Iterator[str]:
    """Yield the words before the colon: before a brace, the parser reads SERVICE:x as two words.

    It does not where the word before asks for a name, or where only the prefix is declared, and
    not the empty one.
    """
    prefix = name.partition(":")[0]
    if before not in _NAMING and (prefix not in declared or "" in declared):
        yield from (word.upper() for word in _WORD.findall(prefix))


def is_volatile(text: str) -> bool:
    """Tell whether a query asks for a value that differs each time, such as NOW() or UUID()."""
    # The parser needs no space between words: it reads 5NOW as two.
    return any(volatile in word for word in words(text) for volatile in _VOLATILE)


def undeclared_prefix(text: str, known: Collection[str]) -> tuple[str, int, int] | None:
    """Return the first prefix of a query that is not declared, with its line and column from 1.

    :param known: the prefixes that need no declaration.
    """
    declared, last = set(known), ""
    for match in _TOKEN.finditer(text):
        if match[0].startswith("#"):
            continue
        before, last = last, match[0].upper()
        # A number or a sign may stand before a name without a space.
        name = (match["name"] or "").lstrip("-.0123456789")
        prefix = name.partition(":")[0]
        is_iri = text.startswith("//", match.end())  # one that is not written as it must be
        if before == "PREFIX":
            declared.add(prefix)
        elif name and prefix not in declared | {"_"} and not is_iri:
            return prefix, *position(text, match.end() - len(name))
    return None


def query_form(text: str) -> str:
    """Return the first word that names the form of a request, such as SELECT or INSERT, or ''."""
    return next((word for word in _words(text) if word in _FORMS | _UPDATES), "")


def query_in_format(text: str, name: str) -> Query:
    """Return a query whose result comes in the format with this name.

    A name for the other kind of result is ignored: a CONSTRUCT query asked for CSV gives Turtle.

    :raises NotFound: when no format has this name.
    """
    if name not in RESULT_TYPES and name not in GRAPH_TYPES:
        raise NotFound(
            f"There is no result format {name!r}. "
            f"Use one of {', '.join([*RESULT_TYPES, *GRAPH_TYPES])}."
        )
    return Query(
        text,
        result_type=RESULT_TYPES.get(name, RESULT_TYPES["json"]),
        graph_type=GRAPH_TYPES.get(name, GRAPH_TYPES["turtle"]),
    )


def require_allowed(text: str) -> None:
    """Refuse a request for something that this endpoint never does.

    :raises QueryForbidden: for an update, and for a query that calls another endpoint.
    :raises QueryError: for a query that is nested too deeply.
    """
    # The parser needs no space between words: it reads 5SERVICE and SERVICESILENT as two.
    if any("SERVICE" in word for word in words(text)):
        raise QueryForbidden("SERVICE is not allowed here: this endpoint calls no other endpoint.")
    if query_form(text) in _UPDATES:
        raise update_refused()
    nested = depth(text)
    if nested > MAX_LEVELS:
        raise QueryError(
            f"The query is nested {nested:,} levels deep; at most {MAX_LEVELS} are evaluated. "
            "Write it flatter: a list in VALUES or IN instead of brackets in brackets, or several "
            "queries."
        )


def update_refused() -> QueryForbidden:
    """Return the error that tells how records change."""
    return QueryForbidden("Updates are not allowed here: records change by publishing.")


def depth(text: str) -> int:
    """Return how deep the brackets of a query are nested; 0 where it has only a few.

    Brackets in strings, IRIs and comments do not count.
    """
    plain = _without_escapes(text)
    if sum(1 for _ in _OPENING.finditer(plain)) <= MAX_LEVELS:
        return 0
    deepest = level = 0
    for bracket in _BRACKET.finditer(_TOKEN.sub(" ", plain)):
        level = level + 1 if bracket["opening"] else max(0, level - 1)
        deepest = max(deepest, level)
    return deepest
