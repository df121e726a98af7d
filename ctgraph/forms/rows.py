"""The values of a thing as rows of a form, and the thing again from what was filled in.

What a row cannot show, such as a thing where an address is expected, is kept as it is. Values whose
rows come back as they were shown are not touched, so saving without a change changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import ALIGNMENT
from ctgraph.forms.editors import Editor
from ctgraph.forms.model import Field, part_of
from ctgraph.forms.values import LANGUAGE, Node, aligned, named, read
from ctgraph.identity import Identity
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

MAX_ROWS = 5_000
"""Rows of one property in a form."""
Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Row:
    """One value in a form.

    :param name: what the names of its inputs begin with.
    :param editor: NONE for a value that is kept as it is.
    :param text: the value; for one that is kept, or that names a code, what people know it by.
    :param language: of the text.
    :param kind: the class of a part.
    :param filled: the fields of a part, each with its rows.
    """

    name: str
    editor: Editor
    text: str = ""
    language: str = ""
    kind: Curie | None = None
    filled: tuple[Filled, ...] = ()


@dataclass(frozen=True)
class Filled:
    """A field and its values.

    :param name: what the names of its inputs begin with.
    """

    field: Field
    name: str
    rows: tuple[Row, ...]

    @property
    def chosen(self) -> frozenset[str]:
        """The concepts that are chosen, as CURIEs."""
        return frozenset(row.text for row in self.rows if row.editor is Editor.CHOICE)


def filled(fields: Sequence[Field], node: Node, prefix: str = "") -> tuple[Filled, ...]:
    """Return the fields of a thing with the rows of its values."""
    return tuple(
        Filled(
            field, name := f"{prefix}{field.property}", _rows(field, node.get(field.property), name)
        )
        for field in fields
    )


def edited(
    fields: Sequence[Field], node: Node, posted: Posted, identity: Identity, prefix: str = ""
) -> Node:
    """Return a thing with the values of some fields as they were filled in.

    :param posted: the inputs by their names: that of a property, the number of the row, and what
        the row holds, with dots between: `ceterms:name.0.text`.
    :raises BadParameter: when a value cannot be read.
    """
    result = dict(node)
    for field in fields:
        old = node.get(field.property)
        value = _edited(field, old, posted, identity, prefix)
        if value is not old and value in (None, [], {}):
            result.pop(field.property, None)
        elif value is not None:
            result[field.property] = value
    return result


def _rows(field: Field, value: Any, name: str) -> tuple[Row, ...]:
    if isinstance(value, dict) and field.editor in (Editor.TEXT, Editor.LONG_TEXT):
        return tuple(
            Row(f"{name}.{number}", field.editor, text, language)
            for number, (language, text) in enumerate(_pairs(value))
        )
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(_row(field, one, f"{name}.{number}") for number, one in enumerate(values))


def _pairs(value: Node) -> list[tuple[str, str]]:
    """Return the languages and texts of a language map."""
    return [
        (language, str(text))
        for language, texts in value.items()
        for text in (texts if isinstance(texts, list) else [texts])
    ]


def _row(field: Field, value: Any, name: str) -> Row:
    if field.editor is Editor.CHOICE and (concept := _concept(field, value)):
        return Row(name, Editor.CHOICE, concept)
    plain = value.get("@value", value) if isinstance(value, dict) else value
    if isinstance(plain, bool):
        plain = "true" if plain else "false"
    if isinstance(value, dict) and value.get("@type") in field.parts:
        kind = Curie(value["@type"])
        title = coded(value) if kind == ALIGNMENT else ""
        inner = filled(part_of(kind), value, f"{name}.")
        return Row(name, Editor.PART, title, kind=kind, filled=inner)
    if isinstance(plain, str | int | float) and field.editor is not Editor.CHOICE:
        is_part = field.editor is Editor.PART
        return Row(name, Editor.REFERENCE if is_part else field.editor, str(plain))
    return Row(name, Editor.NONE, called(value))


def called(value: Any) -> str:
    """Return what people know a kept value by."""
    if not isinstance(value, dict):
        return str(value)
    for name in ("ceterms:name", "ceasn:name", "skos:prefLabel", "ceterms:targetNodeName"):
        if name in value:
            found = value[name]
            return str(next(iter(found.values()), "") if isinstance(found, dict) else found)
    return vocabulary().label(str(value.get("@type", "")))


def coded(value: Node) -> str:
    """Return the code that an alignment names, with its name; empty where it names none."""
    code = value.get("ceterms:codedNotation")
    if not isinstance(code, str):
        return ""
    return f"{code} {called(value)}" if "ceterms:targetNodeName" in value else code


def _concept(field: Field, value: Any) -> str:
    """Return the concept of the field's scheme that a value stands for; empty for another value."""
    target = value.get("ceterms:targetNode", "") if isinstance(value, dict) else value
    found = vocabulary().compact(vocabulary().expand(str(target)))
    return found if any(found == concept for concept, _ in field.scheme) else ""


def _edited(field: Field, old: Any, posted: Posted, identity: Identity, prefix: str) -> Any:
    name = f"{prefix}{field.property}"
    if field.editor is Editor.CHOICE:
        return _chosen(field, old, posted.get(name, ()))
    rows = _rows(field, old, name)
    if field.editor in (Editor.TEXT, Editor.LONG_TEXT) and all(
        row.editor is not Editor.NONE for row in rows
    ):
        return _texts(old, rows, posted, name)
    values = old if isinstance(old, list) else [] if old is None else [old]
    found = []
    for number in _numbers(posted, name, len(rows)):
        row = rows[number] if number < len(rows) else None
        was = values[number] if row else None
        value = _value(field, row, was, posted, identity, f"{name}.{number}")
        if value is not None:
            found.append(value)
    if found == values:
        return old
    return found[0] if len(found) == 1 and not isinstance(old, list) else found


def _numbers(posted: Posted, name: str, known: int) -> range:
    """Return the numbers of the rows that are known or were filled in."""
    begin = len(name) + 1
    given = {key[begin:].partition(".")[0] for key in posted if key.startswith(f"{name}.")}
    last = max((int(one) for one in given if one.isdecimal() and len(one) < 6), default=-1)
    if last >= MAX_ROWS:
        raise BadParameter(f"{name} has too many values. Use {MAX_ROWS:,} at most.")
    return range(max(known, last + 1))


def _one(posted: Posted, name: str) -> str:
    found = posted.get(name, ())
    return found[0].strip() if found else ""


def _texts(old: Any, rows: tuple[Row, ...], posted: Posted, name: str) -> Any:
    pairs = [
        (_one(posted, f"{name}.{n}.language"), _one(posted, f"{name}.{n}.text"))
        for n in _numbers(posted, name, len(rows))
    ]
    given = [(language, text) for language, text in pairs if text]
    if given == [(row.language, row.text.strip()) for row in rows]:
        return old
    if all(not row.language for row in rows) and rows and not any(lang for lang, _ in given):
        texts = [text for _, text in given]
        return texts[0] if len(texts) == 1 and not isinstance(old, list) else texts
    found: dict[str, Any] = {}
    for language, text in given:
        key = language or LANGUAGE
        found[key] = [*_listed(found[key]), text] if key in found else text
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _chosen(field: Field, old: Any, given: Sequence[str]) -> Any:
    values = old if isinstance(old, list) else [] if old is None else [old]
    was = [(_concept(field, value), value) for value in values]
    if {concept for concept, _ in was if concept} == set(given):
        return old
    kept = [value for concept, value in was if not concept or concept in given]
    known = {concept for concept, _ in was}
    added = [aligned(field, Curie(one)) for one in given if one not in known]
    return [*kept, *added]


def _value(
    field: Field, row: Row | None, was: Any, posted: Posted, identity: Identity, name: str
) -> Any:
    if _one(posted, f"{name}.remove"):
        return None
    if row and row.editor is Editor.NONE:
        return was
    if (row and row.editor is Editor.PART) or (not row and _one(posted, f"{name}.kind")):
        kind = row.kind if row and row.kind else Curie(_one(posted, f"{name}.kind"))
        if kind not in field.parts:
            raise BadParameter(f"{field.label} takes no {kind[:80]}.")
        node = was if row else {"@type": kind}
        found = edited(part_of(kind), node, posted, identity, f"{name}.")
        return found if len(found) > 1 else None
    text = _one(posted, f"{name}.text")
    if not row and not text:
        new = (_one(posted, f"{name}.new.{part}") for part in ("kind", "name", "webpage"))
        return named(field, *new)
    if row and text == row.text.strip():
        return was
    editor = row.editor if row else field.editor
    return read(editor, text, field, identity) if text else None


def added(node: Node, name: str, kind: Curie) -> Node:
    """Return a thing with one more empty part.

    :param name: where it goes: `ceterms:requires`, or `ceterms:requires.0.ceterms:estimatedCost`.
    :raises BadParameter: when there is no such place.
    """
    property, _, rest = name.partition(".")
    values = list(_listed(node[property])) if property in node else []
    if not rest:
        return node | {property: [*values, {"@type": kind}]}
    number, _, below = rest.partition(".")
    if (
        not number.isdecimal()
        or len(number) > 5
        or int(number) >= len(values)
        or not isinstance(values[int(number)], dict)
    ):
        raise BadParameter(f"There is no {name[:80]} in this record. Reload the page.")
    values[int(number)] = added(values[int(number)], below, kind)
    return node | {property: values}
