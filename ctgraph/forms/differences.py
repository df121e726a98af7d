"""What differs between two states of a thing, in words, and how two changes of it are joined."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import ALIGNMENT
from ctgraph.forms.rows import called
from ctgraph.forms.values import Node
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

MAX_PACKED_BYTES = 5_000_000
"""Bytes of the values that a form was opened with."""
MAX_WORDS_CHARACTERS = 300
"""Characters of one value in words. People compare what they can see at once."""
_UNTOLD = {"@type", "@id", "ceterms:ctid"}
NAMELESS: Mapping[str, str] = MappingProxyType({})
"""The names of records where none is known."""


class Difference(NamedTuple):
    """The values of a property that only one of two states has, in words."""

    property: Curie
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Joined(NamedTuple):
    """Two changes of one thing, joined.

    :param node: with the changes of both where they changed different properties.
    :param disputed: the properties that both changed, each in another way.
    """

    node: Node
    disputed: tuple[Curie, ...]


def differences(before: Node, after: Node, names: Mapping[str, str] = NAMELESS) -> list[Difference]:
    """Return what differs between two states of a thing, property by property.

    :param names: see :func:`in_words`.
    """
    found = []
    for name in dict.fromkeys((*before, *after)):
        old, new = (list(in_words(node.get(name), names)) for node in (before, after))
        if before.get(name) == after.get(name):
            continue
        gone = tuple(words for words in old if words not in new)
        come = tuple(words for words in new if words not in old)
        label = vocabulary().label(name)
        found.append(Difference(Curie(name), label, gone, come))
    return found


def joined(base: Node, mine: Node, theirs: Node) -> Joined:
    """Join two changes of one thing, property by property.

    :param base: the thing as it was before both.
    """
    node, disputed = dict(theirs), []
    for name in dict.fromkeys((*base, *mine, *theirs)):
        own, other = mine.get(name), theirs.get(name)
        if own in (base.get(name), other):
            continue
        if other != base.get(name):
            disputed.append(Curie(name))
        elif own is None:
            node.pop(name)
        else:
            node[name] = own
    return Joined(node, tuple(disputed))


def part(node: Node, properties: Collection[str]) -> Node:
    """Return some properties of a thing, in its order."""
    return {name: value for name, value in node.items() if name in properties}


def pack(node: Node) -> str:
    """Return a thing as text for a hidden field of a form."""
    return base64.b85encode(zlib.compress(orjson.dumps(node))).decode()


def unpack(text: str) -> Node:
    """Return a thing again from what :func:`pack` made of it.

    :raises BadParameter: when it made no such text.
    """
    unpacker = zlib.decompressobj()
    try:
        node = orjson.loads(unpacker.decompress(base64.b85decode(text), MAX_PACKED_BYTES))
    except (ValueError, binascii.Error, zlib.error):
        node = None
    if not isinstance(node, dict):
        raise BadParameter("The form came back incomplete. Reload the page, and fill it in again.")
    return node


def in_words(value: Any, names: Mapping[str, str] = NAMELESS) -> Iterator[str]:
    """Yield each value of a property in words, shortened.

    :param names: those of records, by the addresses by which values refer to them.
    """
    if isinstance(value, list):
        for one in value:
            yield from in_words(one, names)
    elif isinstance(value, dict) and "@type" not in value and "@value" not in value:
        for language, texts in value.items():
            for text in texts if isinstance(texts, list) else [texts]:
                yield _shortened(f"{text} ({language})")
    elif value is not None:
        yield _shortened(_one_in_words(value, names))


def _one_in_words(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        term = vocabulary().term(Curie(value)) if ":" in value else None
        return term.label if term else names.get(value) or value
    if not isinstance(value, dict):
        return str(value)
    if "@value" in value:
        return str(value["@value"])
    if value.get("@type") == ALIGNMENT and "ceterms:targetNodeName" in value:
        names = value["ceterms:targetNodeName"]
        texts = names.values() if isinstance(names, dict) else [names]
        return ", ".join(dict.fromkeys(words for one in texts for words in in_words(one)))
    kind = called({"@type": value.get("@type", "")})
    inner = "; ".join(
        f"{vocabulary().label(name)}: {', '.join(in_words(held, names))}"
        for name, held in value.items()
        if name not in _UNTOLD
    )
    return f"{kind} ({inner})" if inner else kind


def _shortened(words: str) -> str:
    return words if len(words) <= MAX_WORDS_CHARACTERS else f"{words[:MAX_WORDS_CHARACTERS]}…"
