"""Values that a record takes over from another one: those of one tab, or some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ctgraph.documents.node_values import each
from ctgraph.forms.differences import NAMELESS, in_words
from ctgraph.forms.model import Field
from ctgraph.forms.values import Node


class Offer(NamedTuple):
    """A value of another record.

    :param key: what names it in the form: its property, and its number in a list of things.
    :param words: the value in words.
    :param replaces: whether it takes the place of a value that is there already.
    :param is_there: whether the record has the same value already.
    """

    key: str
    field: Field
    words: str
    replaces: bool
    is_there: bool


class _Value(NamedTuple):
    key: str
    field: Field
    value: Any
    is_one_of_many: bool


def offered(
    fields: Sequence[Field], source: Node, target: Node, names: Mapping[str, str] = NAMELESS
) -> list[Offer]:
    """Return the values of some fields that a record may take over.

    :param source: the primary entity of the other record.
    :param target: that of the record.
    :param names: those of records, by the addresses by which values refer to them.
    """
    return [
        Offer(
            one.key,
            one.field,
            "; ".join(in_words(one.value, names)),
            one.field.property in target and not one.is_one_of_many,
            one.value in _held(one, target),
        )
        for one in _values(fields, source)
    ]


def left(fields: Sequence[Field], source: Node) -> int:
    """Return how many values stay in the other record: they hold parts with identities."""
    held = (source.get(field.property) for field in fields)
    number = sum(len(each(value)) for value in held)
    return number - sum(1 for _ in _values(fields, source))


def taken(fields: Sequence[Field], source: Node, target: Node, keys: Collection[str]) -> Node:
    """Return a record with the values that were chosen. Those of lists are added to its own."""
    result = dict(target)
    for one in _values(fields, source):
        name = one.field.property
        if one.key not in keys or one.value in _held(one, result):
            continue
        result[name] = [*each(result.get(name)), one.value] if one.is_one_of_many else one.value
    return result


def _values(fields: Sequence[Field], source: Node) -> Iterator[_Value]:
    for field in fields:
        value = source.get(field.property)
        if isinstance(value, list):
            for number, one in enumerate(value):
                if _is_free(one):
                    yield _Value(f"{field.property}|{number}", field, one, True)
        elif value is not None and _is_free(value):
            yield _Value(field.property, field, value, isinstance(value, dict) and "@type" in value)


def _held(one: _Value, target: Node) -> list[Any]:
    value = target.get(one.field.property)
    return each(value) if one.is_one_of_many else [value]


def _is_free(value: Any) -> bool:
    """Tell whether a value holds nothing with an identity, which two records cannot both have."""
    if isinstance(value, list):
        return all(map(_is_free, value))
    if not isinstance(value, dict):
        return not (isinstance(value, str) and value.startswith("_:"))
    return "ceterms:ctid" not in value and all(map(_is_free, value.values()))
