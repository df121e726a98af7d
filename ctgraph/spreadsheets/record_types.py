"""The types of records that spreadsheets hold, with their columns.

The columns come from the forms of the classes, and from the table of headings beside this module.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from ctgraph.forms import form_of, part_of
from ctgraph.forms.editors import Editor
from ctgraph.forms.model import Field
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.cells import Text
from ctgraph.spreadsheets.charges import Charge
from ctgraph.spreadsheets.columns import Column
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.readers import reader_named, reader_of
from ctgraph.vocab import vocabulary

CHARGES = Curie("ctgraph:charges")
"""Stands for the types and prices of the profiles of one cost while rows are read."""


@dataclass(frozen=True)
class Group:
    """Columns of a profile: a part of which a record may have several.

    :param kinds: the properties that lead to it, by the words of the column of the kind.
    :param kind: the headings of that column; none where there is one property.
    :param needs: the properties that each profile has.
    :param usual: the headings, without a prefix, in a template for which no columns were chosen.
    """

    name: str
    prefixes: tuple[str, ...]
    part: Curie
    kinds: Mapping[str, Curie]
    kind: tuple[str, ...]
    needs: tuple[Curie, ...]
    usual: frozenset[str]
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class RecordType:
    """A type of records that a sheet holds.

    :param classes: of its records.
    :param default: the class of a record that does not tell its class.
    :param parts: the classes of things that stand in the record's document.
    :param whole: the property that leads from a part to the record.
    :param top: the property of a part that stands below no other one.
    :param up: the property that leads from a part to the one above it.
    :param down: their inverses; that of "" leads from the record to all parts.
    :param class_headings: of the column that tells the class of a record.
    :param words: further names of classes.
    :param by_sheet: the classes of records that tell none, by the names of their sheets.
    :param embedded: the types whose records may stand beside, by the prefixes of their headings.
    :param usual: headings of a template without chosen columns, beside the required ones.
    :param is_topped: whether a part that is below no other one is at the top.
    :param roles: the headings of its columns that are no properties, by what each tells.
    """

    name: str
    title: str
    classes: tuple[Curie, ...]
    default: Curie | None
    parts: tuple[Curie, ...]
    whole: Curie | None
    top: Curie | None
    up: Curie | None
    down: Mapping[str, Curie]
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    class_headings: tuple[str, ...]
    sheets: frozenset[str]
    signs: frozenset[str]
    words: Mapping[str, Curie]
    by_sheet: Mapping[str, Curie]
    embedded: Mapping[str, str]
    usual: frozenset[str]
    is_topped: bool
    roles: Mapping[str, tuple[str, ...]]

    def class_named(self, name: str) -> Curie | None:
        """Return the class that a name means; None where it means none of this type."""
        return self._by_name.get(loose(name.partition(":")[2] or name))

    @cached_property
    def _by_name(self) -> dict[str, Curie]:
        """The classes by what counts of their names, labels and further names."""
        found: dict[str, Curie] = {}
        for kind in (*self.classes, *self.parts):
            for name in (kind.partition(":")[2], vocabulary().label(kind)):
                found.setdefault(loose(name), kind)
        for word, kind in self.words.items():
            found.setdefault(loose(word), kind)
        return found

    @cached_property
    def fields(self) -> dict[Curie, Field]:
        """The fields of its records, by their properties."""
        return {column.property: column.field for column in self.columns if not column.part}


@cache
def record_types() -> dict[str, RecordType]:
    """Return the types of records by their names."""
    return {found.name: found for found in map(_type, aliases()["type"])}


@cache
def aliases() -> dict[str, Any]:
    """Return the table of headings."""
    return tomllib.loads(files(__package__).joinpath("aliases.toml").read_text("utf-8"))


def simple(heading: str) -> str:
    """Return what counts of a heading."""
    return _UNCOUNTED.sub("", heading).replace(":", ".").casefold()


_UNCOUNTED = re.compile('[\\s*"“”\u200b-\u200f\u2060\ufeff]+')
"""Blanks, asterisks, quotation marks, and signs without a width that documents bring along."""


def _type(given: dict[str, Any]) -> RecordType:
    base = Curie(given["base"])
    others = {other["base"] for other in aliases()["type"]} - {base}
    below = [other for other in others if vocabulary().is_a(other, base)]
    classes = tuple(one for one in _concrete(base) if not vocabulary().is_a(one, *below))
    parts = tuple(dict.fromkeys(one for part in given.get("parts", ()) for one in _concrete(part)))
    only = given.get("only", ())
    lent = given.get("lent", {}).items()
    fields = [
        *_fields((*classes, *parts)),
        *(one for name, kind in lent for one in _fields((Curie(kind),)) if one.property == name),
    ]
    if only:
        fields = [replace(one, is_required=False) for one in fields if one.property in only]
        classes = ()
    default = Curie(given["default"]) if "default" in given else base if base in classes else None
    class_headings = (*given.get("class_headings", ()), *aliases()["roles"]["class"])
    roles = {**aliases()["roles"], "class": class_headings, **given.get("roles", {})}
    whole, top, up = (Curie(given[key]) if key in given else None for key in ("whole", "top", "up"))
    return RecordType(
        given["name"],
        given["title"],
        classes,
        default,
        parts,
        whole,
        top,
        up,
        {name: Curie(value) for name, value in given.get("down", {}).items()},
        _distinct(_columns(fields, given.get("headings", {})), roles),
        tuple(_groups({one.property for one in fields})),
        tuple(roles["class"]),
        frozenset(given["sheets"]),
        frozenset(map(simple, given["signs"])),
        {word: Curie(kind) for word, kind in given.get("words", {}).items()},
        {sheet: Curie(kind) for sheet, kind in given.get("by_sheet", {}).items()},
        given.get("embedded", {}),
        frozenset(given.get("usual", ())),
        given.get("is_topped", False),
        roles,
    )


def _concrete(base: str) -> tuple[Curie, ...]:
    """Return the classes that descend from one, without those that only group others."""
    found = sorted(vocabulary().compact(iri) for iri in vocabulary().subclasses(base))
    grouping = {"ceterms:Credential", "ceterms:PathwayComponent", "ceterms:CredentialingAction"}
    return tuple(one for one in found if one not in grouping)


def _fields(classes: Iterable[Curie]) -> Iterator[Field]:
    """Yield the fields of classes, each property once, in the order of the forms."""
    seen: set[Curie] = set()
    for kind in classes:
        form = form_of(kind)
        found = [one for tab in form.tabs for one in tab.fields] or list(part_of(kind))
        for one in (*found, *_undescribed(kind)):
            if one.property not in seen:
                seen.add(one.property)
                yield one


def _undescribed(kind: Curie) -> Iterator[Field]:
    """Yield the fields of a class that the vocabulary does not describe."""
    for one in aliases()["field"]:
        if one["of"] == kind:
            yield Field(
                Curie(one["property"]),
                one["label"],
                "",
                Editor(one["editor"]),
                parts=tuple(map(Curie, one.get("parts", ()))),
                records=tuple(map(Curie, one.get("records", ()))),
            )


def _columns(fields: Iterable[Field], own: Mapping[str, list[str]]) -> Iterator[Column]:
    """Yield the columns of things with some fields."""
    by_property = {one.property: one for one in fields}
    for name, one in by_property.items():
        reader = reader_of(one, aliases()["readers"].get(name, ""))
        if reader:
            given = own.get(name) or aliases()["headings"].get(name, ())
            several = one.editor not in (Editor.TEXT, Editor.LONG_TEXT)
            yield Column(
                _headings(given, one),
                name,
                one,
                reader,
                holds_several=several or name in aliases()["texts"]["several"],
            )
    for given in aliases()["column"]:
        if given["property"] in by_property:
            yield _further(given, by_property[given["property"]])


def _distinct(columns: Iterable[Column], roles: Mapping[str, Iterable[str]]) -> tuple[Column, ...]:
    """Return columns each with the headings that mean no other one, those that are needed first."""
    found = list(columns)
    taken = {simple(text) for texts in roles.values() for text in texts}
    own: dict[int, list[str]] = {id(column): [] for column in found}
    needed = sorted(
        found, key=lambda one: (not one.field.is_required, not one.field.is_recommended)
    )
    for rank in zip_longest(*(column.headings for column in needed)):
        for column, text in zip(needed, rank, strict=True):
            if text and simple(text) not in taken:
                taken.add(simple(text))
                own[id(column)].append(text)
    return tuple(replace(column, headings=tuple(own[id(column)])) for column in found)


def _further(given: dict[str, Any], one: Field) -> Column:
    """Return a column of its own for some values of a property."""
    headings, is_alternative = tuple(given["headings"]), given.get("alternative", False)
    if "inner" not in given:
        reader = reader_named(given["reader"], one)
        return Column(headings, one.property, one, reader, None, None, is_alternative)
    part, inner = Curie(given["part"]), Curie(given["inner"])
    within = next(found for found in part_of(part) if found.property == inner)
    reader = reader_of(within) or Text()
    several = within.editor is Editor.CHOICE
    label = replace(within, label=headings[0])
    return Column(headings, one.property, label, reader, part, inner, is_alternative, several)


def _headings(given: Iterable[str], one: Field) -> tuple[str, ...]:
    """Return the headings of a property: those of the table, its labels, and its names."""
    local = one.property.partition(":")[2]
    label = vocabulary().label(one.property)
    return tuple(dict.fromkeys((*given, label, one.label, one.property, local)))


def _groups(properties: set[Curie]) -> Iterator[Group]:
    """Yield the groups of columns whose profiles some properties lead to."""
    for given in aliases()["group"]:
        kinds = {word: Curie(name) for word, name in given["kinds"].items() if name in properties}
        if not kinds:
            continue
        part = Curie(given["part"])
        fields = (*part_of(part), *_undescribed(part))
        roles = {"identifier": aliases()["roles"]["identifier"], "kind": given.get("kind", ())}
        columns = list(_distinct(_columns(fields, {}), roles))
        if part == "ceterms:CostProfile":
            columns = [*_without_charges(columns), _charges(fields)]
        yield Group(
            given["name"],
            tuple(given["prefixes"]),
            part,
            kinds,
            tuple(given.get("kind", ())),
            tuple(map(Curie, given["needs"])),
            frozenset(given.get("usual", ())),
            tuple(columns),
        )


def _without_charges(columns: Iterable[Column]) -> Iterator[Column]:
    charged = ("ceterms:directCostType", "ceterms:price")
    return (column for column in columns if column.property not in charged)


def _charges(fields: Iterable[Field]) -> Column:
    kind = next(one for one in fields if one.property == "ceterms:directCostType")
    return Column(("Types List", "Type List"), CHARGES, kind, Charge(kind))
