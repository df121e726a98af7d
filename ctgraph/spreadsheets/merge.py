"""A record and its rows become the new record. What the rows do not say stays."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from ctgraph.errors import BadParameter
from ctgraph.forms import form_of
from ctgraph.forms.model import Field
from ctgraph.forms.values import LANGUAGE, Node, aligned, words_of
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.assurance import assured
from ctgraph.spreadsheets.columns import DELETE, Column, listed
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.headings import ACTION
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.problems import Place, SheetProblem, column_of
from ctgraph.spreadsheets.profiles import Profiles
from ctgraph.spreadsheets.references import place_identifier
from ctgraph.spreadsheets.things import Thing
from ctgraph.vocab import CONTEXT_URLS, vocabulary

_LANGUAGES = Curie("ceterms:inLanguage"), Curie("ceasn:inLanguage")
_BEGUN = {
    Curie("ceterms:credentialStatusType"): Curie("credentialStat:Active"),
    Curie("ceterms:lifeCycleStatusType"): Curie("lifeCycle:Active"),
}
"""The states of new records that tell none, as in the form of a record."""


class Merging:
    """Puts the rows of one thing into it.

    :param problems: gets what is wrong with the rows.
    """

    def __init__(self, at: Context, problems: list[SheetProblem]) -> None:
        self._at = at
        self._problems = problems
        self._line: Line | None = None
        self._prefix = ""
        self.profiles: list[tuple[Line, Node]] = []

    def merged(self, thing: Thing, node: Node) -> Node:
        """Return a thing with what its rows say."""
        self._at.language = language_of(node)
        result = dict(node)
        for line in thing.lines:
            self._line = line
            for column, text in sorted(line.cells, key=lambda cell: not _is_language(cell[0])):
                self.put(column, result, text)
                if _is_language(column):
                    self._at.language = language_of(result)
            for place in listed(result.get(_ADDRESS)):
                self._look_at_zip(line, place)
        if thing.is_new:
            self._complete(result)
        profiles = Profiles(result, self._at, self._wrong)
        counted: set[str] = set()
        for line in thing.lines:
            self._line = line
            for given in line.profiles:
                is_further = given.group.name in counted or _appends(line)
                counted.add(given.group.name)
                self._prefix = f"{given.group.prefixes[0]}: "
                try:
                    profile = profiles.put(given, is_further)
                except BadParameter as error:
                    self._note(column_of(error), error, given.kind)
                else:
                    self.profiles += [(line, profile)] if profile else []
                self._doubt("", "")
                self._prefix = ""
        profiles.close()
        return result

    def put(self, column: Column, node: Node, text: str) -> None:
        """Put a cell into a thing; note what is wrong with it."""
        try:
            column.put(node, text, self._at)
        except BadParameter as error:
            self._wrong(column, text, error)
        self._doubt(column.heading, text)

    def places(self, lines: Iterable[Line], node: Node) -> Node:
        """Return an organization with the addresses of some rows."""
        held = [dict(one) if isinstance(one, dict) else one for one in listed(node.get(_ADDRESS))]
        by_identifier = {place_identifier(one): one for one in held if isinstance(one, dict)}
        for line in lines:
            self._line = line
            identifier = line.place.identifier
            old = by_identifier.pop(identifier, None)
            new = self._location(line, old)
            if old:
                held = [one for one in (new if one is old else one for one in held) if one]
            elif new:
                held.append(new)
            if new:
                by_identifier[identifier] = new
        result = node | {_ADDRESS: held}
        return result if held else {key: one for key, one in result.items() if key != _ADDRESS}

    def _location(self, line: Line, old: Node | None) -> Node | None:
        """Return the address of a row; None where the row clears all that it has."""
        if line.cells and all(text == DELETE for _, text in line.cells):
            cleared = {_IDENTIFIER, *(column.property for column, _ in line.cells)}
            columns = (one for one in line.type.columns if one.property not in cleared)
            if not old or not any(one.show(old, self._at) for one in columns):
                return None
        new = dict(old or {"@type": "ceterms:Place"})
        for column, text in line.cells:
            self.put(column, new, text)
        self._look_at_zip(line, new)
        if not new.keys() - {"@type"}:
            refusal = "The location is new, and the row says nothing of it."
            self._problems.append(SheetProblem(line.place, refusal, "Fill in its address."))
        if new != old:
            new.setdefault(_IDENTIFIER, [_identifier(line.place.identifier)])
        return new

    def _look_at_zip(self, line: Line, place: Any) -> None:
        """Note a ZIP code that a row gives a place, if it seems to have lost its zeros."""
        country = words_of(place.get("ceterms:addressCountry")) if isinstance(place, dict) else ""
        for column, text in line.cells:
            is_code = _POSTAL in (column.property, column.inner) and place.get(_POSTAL) == text
            if is_code and loose(country) in _STATES and (meant := plain.zip_of(text)):
                message = "A ZIP code of the United States has five digits."
                remedy = f"Format the column as text, and write {meant}."
                where = line.at(column.heading)
                self._problems.append(SheetProblem(where, message, remedy, text, Severity.WARNING))

    def statements(self, lines: Iterable[Line], node: Node) -> Node:
        """Return an organization with what some rows state of others."""
        result = dict(node)
        for line in lines:
            self._line = line
            try:
                assured(line, result, self._at)
            except BadParameter as error:
                self._note(column_of(error), error, "")
        return result

    def _complete(self, node: Node) -> None:
        """Fill in what a new record says unless its rows say otherwise."""
        fields = _fields(Curie(node["@type"]))
        for name in _LANGUAGES:
            if name in fields and fields[name].is_required:
                node.setdefault(name, [self._at.language])
        for name, concept in _BEGUN.items():
            if name in fields:
                node.setdefault(name, aligned(fields[name], concept))
        owning = _owning(Curie(node["@type"]))
        owner = self._at.identity.resource(self._at.owner.ctid)
        named = [one for name in owning for one in listed(node.get(name))]
        if owning and owning[0] not in node and owner not in named:
            node[owning[0]] = [owner]

    def _wrong(self, column: Column, text: str, error: BadParameter) -> None:
        self._note(column.heading, error, text)

    def _note(self, heading: str, error: BadParameter, text: str) -> None:
        place = self._place(heading)
        self._problems += (
            SheetProblem(place, one.message, one.remedy, text) for one in error.problems
        )

    def _place(self, heading: str) -> Place:
        """Return the place of a cell of the current row, and of the current profile if in one."""
        assert self._line
        return self._line.at(f"{self._prefix}{heading}".removesuffix(": "))

    def _doubt(self, heading: str, text: str) -> None:
        if not self._at.doubts:
            return
        place = self._place(heading)
        self._problems += (
            SheetProblem(place, message, remedy, text, Severity.WARNING)
            for message, remedy in dict.fromkeys(self._at.doubts)
        )
        self._at.doubts.clear()


_ADDRESS, _IDENTIFIER = "ceterms:address", "ceterms:identifier"
_POSTAL = "ceterms:postalCode"
_STATES = frozenset(("", "us", "usa", "u.s.", "u.s.a.", "unitedstates", "unitedstatesofamerica"))
"""What counts of the names of the country whose ZIP codes are known; a place may name none."""


def begun(kind: Curie, record: Ctid, at: Context) -> Node:
    """Return a new thing of a class."""
    return {"@type": kind, "@id": at.identity.resource(record), "ceterms:ctid": record}


def document_of(entities: list[Node], at: Context) -> dict[str, Any]:
    """Return a new document of some things, the record first."""
    kind, record = entities[0]["@type"], entities[0]["ceterms:ctid"]
    own = "ctdlasn" if kind.startswith(("ceasn:", "asn:", "skos:")) else "ctdl"
    return {
        "@context": CONTEXT_URLS[own],
        "@id": at.identity.graph(record),
        "@graph": entities,
    }


def linked(thing: Thing, whole: Node, nodes: dict[Ctid, Node], at: Context) -> None:
    """Link a part with the record that it stands in, and with the part above it."""
    kind, record = thing.type, thing.ctid
    assert record
    node = nodes[record]
    own = at.identity.resource(record)
    known = {term.curie for term in vocabulary().properties_of(Curie(node["@type"]))}
    if kind.whole and kind.whole in known:
        _link(node, kind.whole, whole["@id"])
    is_below = any(name and name in node for name in (kind.up, kind.top))
    if kind.top and kind.is_topped and not is_below:
        _link(node, kind.top, whole["@id"])
    for name, inverse in kind.down.items():
        targets = [whole["@id"]] if not name else map(str, listed(node.get(name)))
        for target in targets:
            above = at.identity.ctid_of(target)
            if above in nodes:
                _link(nodes[above], inverse, own)


def _link(node: Node, name: str, iri: str) -> None:
    values = listed(node.get(name))
    if iri not in values and {"@id": iri} not in values:
        node[name] = [*values, iri]


@cache
def _fields(kind: Curie) -> dict[Curie, Field]:
    return {one.property: one for tab in form_of(kind).tabs for one in tab.fields}


@cache
def _owning(kind: Curie) -> list[Curie]:
    """Return the properties that say whose a record is, those first that usually do."""
    usual = ("ceterms:ownedBy", "ceasn:publisher")
    found = [
        one
        for one in _fields(kind).values()
        if any(vocabulary().is_a(held, "ceterms:Organization") for held in one.records)
        and (one.is_required or one.property in usual)
    ]
    found.sort(key=lambda one: (not one.is_required, one.property not in usual))
    return [one.property for one in found]


def language_of(node: Node) -> str:
    """Return the language of a record: the first one that it names."""
    for name in _LANGUAGES:
        for value in listed(node.get(name)):
            plain = value.get("@value") if isinstance(value, dict) else value
            if isinstance(plain, str):
                return plain
    return LANGUAGE


def _is_language(column: Column) -> bool:
    return column.property in _LANGUAGES


def _appends(line: Line) -> bool:
    return line.roles.get(ACTION, "").lower() == "append"


def _identifier(value: str) -> Node:
    return {
        "@type": "ceterms:IdentifierValue",
        "ceterms:identifierTypeName": {LANGUAGE: "External Identifier"},
        "ceterms:identifierValueCode": value,
    }
