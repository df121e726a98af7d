"""The quads of a canonical document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
import pyoxigraph as ox

from ctgraph.documents.context import context_for
from ctgraph.errors import InvalidDocument
from ctgraph.problem import Problem

MAX_GROWTH = 64
"""How many times as long as the document its statements may be, beyond
:data:`FREE_CHARS`: names repeated in every statement would make gigabytes of a short one."""
FREE_CHARS = 1_000_000
"""Characters that the statements of any document may have, however short the document is."""


def to_quads(
    content: dict[str, Any], used: Iterable[str], prefixes: dict[str, str]
) -> list[ox.Quad]:
    """Return the quads of a canonical document.

    :param used: the keys and prefixes that the document uses.
    :param prefixes: those that it defines itself.
    :raises InvalidDocument: when the JSON-LD processor rejects the document; when its statements
        repeat long names so often that they are out of proportion to it.
    """
    context = context_for(used, prefixes)
    text = orjson.dumps(content | {"@context": context})
    room = MAX_GROWTH * len(text) + FREE_CHARS
    document = ox.NamedNode(content["@id"])
    quads: list[ox.Quad] = []
    try:
        for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD):
            room -= len(str(quad.subject)) + len(quad.predicate.value) + len(str(quad.object))
            if room < 0:
                raise _refused(
                    f"The statements of the document are {MAX_GROWTH} times as long as the "
                    "document.",
                    "Use shorter names for the nodes, properties and prefixes that are repeated.",
                )
            # What stands beside @graph is about the document, and belongs into its graph.
            quads.append(ox.Quad(quad.subject, quad.predicate, quad.object, document))
    except SyntaxError as error:
        raise _refused(
            f"The document is not JSON-LD: {error}.",
            "Look at its value objects: @type names a datatype, @language a language.",
        ) from error
    return quads


def _refused(message: str, remedy: str) -> InvalidDocument:
    return InvalidDocument(message, [Problem(message, remedy, "")])
