"""Triples and results as text that every parser of their format reads back without loss.

The serializers of Oxigraph write characters and names into XML that XML 1.0 does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox

from ctgraph.errors import NotAcceptable
from ctgraph.rdf.formats import GRAPHS
from ctgraph.rdf.namespaces import Iri

MAX_KEPT_ANSWERS = 4096
"""Answers about names of properties that are kept in memory: more than the vocabularies have."""
_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_IN_BYTES = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""The characters that XML 1.0 cannot hold, even escaped (section 2.2)."""
_TYPE = re.compile(
    rb'"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#type":'
    rb'\[((?:\{"@id":"(?:[^"\\]|\\.)*"\},?)+)\]'
)
_REFERENCE = re.compile(rb'\{"@id":("(?:[^"\\]|\\.)*")\}')


def write(
    statements: Iterable[ox.Triple | ox.Quad], format: ox.RdfFormat, prefixes: Mapping[str, str]
) -> bytes:
    """Write statements in an RDF format.

    :raises NotAcceptable: when the format cannot carry one of them; it names others that can.
    """
    given: Any = carried(statements, format)
    written = ox.serialize(given, format=format, prefixes=dict(prefixes)) or b""
    if format == ox.RdfFormat.JSON_LD:
        return _TYPE.sub(_as_keyword, written)
    return xml(written, _others(format)) if format == ox.RdfFormat.RDF_XML else written


def carried(
    statements: Iterable[ox.Triple | ox.Quad], format: ox.RdfFormat
) -> Iterable[ox.Triple | ox.Quad]:
    """Return statements, to be read once, each of which an RDF format can carry.

    :raises NotAcceptable: at a statement that it cannot carry.
    """
    if format == ox.RdfFormat.RDF_XML:
        return map(_require_xml, statements)
    return map(_require_json_ld, statements) if format == ox.RdfFormat.JSON_LD else statements


def _as_keyword(found: re.Match[bytes]) -> bytes:
    """Return classes under the keyword that expanded JSON-LD has for them (section 9.4)."""
    return b'"@type":[' + _REFERENCE.sub(rb"\1", found[1]) + b"]"


def xml(written: bytes, others: Iterable[str]) -> bytes:
    """Return XML of Oxigraph so that a parser reads each character in it.

    A parser reads a carriage return as a line feed unless it is escaped (section 2.11).

    :param others: the media types to ask for instead.
    :raises NotAcceptable: when it has a character that XML cannot hold.
    """
    found = _IN_BYTES.search(written)
    if found:
        message = f"XML cannot hold the character {_code(found[0].decode())}."
        raise NotAcceptable.naming(message, others)
    return written.replace(b"\r", b"&#xD;")


@lru_cache(maxsize=MAX_KEPT_ANSWERS)
def in_xml(property: Iri) -> bool:
    """Tell whether the IRI of a property ends in a possible name of an XML element."""
    try:
        node = ox.NamedNode(property)
        written = ox.serialize([ox.Triple(node, node, node)], format=ox.RdfFormat.RDF_XML) or b""
        ElementTree.fromstring(written)
    except (ValueError, OSError, ElementTree.ParseError):  # OSError: a name that RDF/XML reserves
        return False
    return True


def _require_xml(statement: Any) -> Any:
    """Return a statement that RDF/XML can carry."""
    property, value = statement.predicate.value, statement.object
    if not in_xml(property):
        raise NotAcceptable.naming(
            f"RDF/XML cannot carry the property {property}: its IRI does not end in a name that "
            "XML allows for an element.",
            _others(ox.RdfFormat.RDF_XML),
        )
    if isinstance(value, ox.Triple):
        _require_xml(value)
    elif isinstance(value, ox.Literal) and (found := _NO_CHARACTER.search(value.value)):
        message = f"XML cannot hold the character {_code(found[0])} in the value of {property}."
        raise NotAcceptable.naming(message, _others(ox.RdfFormat.RDF_XML))
    return statement


def _require_json_ld(statement: Any) -> Any:
    """Return a statement that JSON-LD can carry."""
    if isinstance(statement.object, ox.Triple):
        message = f"JSON-LD cannot carry the triple term that {statement.predicate.value} has."
        raise NotAcceptable.naming(message, _others(ox.RdfFormat.JSON_LD))
    return statement


def _others(format: ox.RdfFormat) -> list[str]:
    return [f.media_type for f in GRAPHS if f.media_type != format.media_type]


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
