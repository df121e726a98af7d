"""SPARQL queries as values: their forms and formats, and what is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ctgraph.errors import NotFound, QueryForbidden

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# SPARQL 1.1 Query, section 19.8: what hides words from the grammar, and then the words.
_TOKEN = re.compile(
    r"""<[^<>"{}|^`\\\x00-\x20]*> | '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
      | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*" | \#[^\n\r]*
      | [?$@][\w-]+ | [\w.-]*:[^\s{}()<>\[\];,'"]* | (\w+)""",
    re.VERBOSE | re.DOTALL,
)
RESULT_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPH_TYPES = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}


@dataclass(frozen=True)
class Query:
    """A SPARQL query with the dataset and the formats that the client asked for.

    :param timeout: its deadline in seconds; None is the longest that the settings allow.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    result_type: str = "application/sparql-results+json"
    graph_type: str = "text/turtle"
    timeout: float | None = None


@lru_cache(maxsize=256)
def words(text: str) -> frozenset[str]:
    """Return the words of a query that are part of its grammar, in upper case."""
    # Escapes are resolved first, for a keyword may be written with them (section 19.2).
    plain = _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)
    return frozenset(word.upper() for word in _TOKEN.findall(plain) if word)


@lru_cache(maxsize=256)
def query_form(text: str) -> str:
    """Return the first word that says what a request does, such as SELECT or INSERT, if any."""
    ordered = (match[1].upper() for match in _TOKEN.finditer(text) if match[1])
    return next((word for word in ordered if word in _FORMS | _UPDATES), "")


def query_in_format(text: str, name: str) -> Query:
    """Return a query whose result comes in the format with this name.

    A name of the other kind of result is passed over: asking a CONSTRUCT query for CSV gives
    Turtle.

    :raises NotFound: when no format has this name.
    """
    if name not in RESULT_TYPES and name not in GRAPH_TYPES:
        raise NotFound(
            f"{name!r} is no result format. There are {', '.join([*RESULT_TYPES, *GRAPH_TYPES])}."
        )
    return Query(
        text,
        result_type=RESULT_TYPES.get(name, RESULT_TYPES["json"]),
        graph_type=GRAPH_TYPES.get(name, GRAPH_TYPES["turtle"]),
    )


def refuse(text: str) -> None:
    """Refuse what this endpoint never does.

    :raises QueryForbidden: for an update, and for a query that calls another endpoint.
    """
    if "SERVICE" in words(text):
        raise QueryForbidden("SERVICE is not allowed here: this endpoint calls no other endpoint.")
    if query_form(text) in _UPDATES:
        raise QueryForbidden("Updates are not allowed here: records change by publishing.")
