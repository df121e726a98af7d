"""What the rows of an upload are about: records, and the parts that stand in their documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ctgraph.documents.node_values import NAMES
from ctgraph.errors import MalformedCtid
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.columns import DELETE
from ctgraph.spreadsheets.headings import ACTION, CLASS, CTID, ID, IDENTIFIER
from ctgraph.spreadsheets.lines import MAX_IDENTIFIER_CHARACTERS, Line
from ctgraph.spreadsheets.nearest import nearest, remedy_for
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.record_types import RecordType
from ctgraph.vocab import vocabulary

PLACES = "locations"
"""The type whose rows are addresses of the owner."""
STATEMENTS = "assurances"
"""The type whose rows are statements of the owner about others."""
MAX_RECORD_ROWS = 500
"""Rows about one record: each further one adds a profile to it."""
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_ACTIONS = {"new": "new", "add": "new", "update": "update", "append": "append", "": ""}


@dataclass(eq=False, slots=True)
class Thing:
    """A record, or a part of one, with all rows that are about it.

    :param identifier: its external identifier; empty where it has none.
    :param ctid: its CTID, once it is known or minted.
    :param kind: its class, if a row tells it.
    :param document: the CTID of the record whose document it stands in.
    :param whole: the record that the rows above are about, for a part.
    :param is_new: whether the registry does not hold it yet.
    :param places: the rows about its addresses, for the owner of the upload.
    :param statements: the rows of what it states of others, likewise.
    """

    type: RecordType
    identifier: str
    ctid: Ctid | None
    lines: list[Line] = field(default_factory=list)
    kind: Curie | None = None
    document: Ctid | None = None
    whole: Thing | None = None
    is_new: bool = True
    places: list[Line] = field(default_factory=list)
    statements: list[Line] = field(default_factory=list)

    @property
    def line(self) -> Line:
        """The first row about it."""
        return (self.lines or self.places or self.statements)[0]

    @property
    def is_part(self) -> bool:
        """Whether it stands in the document of another thing."""
        return self.kind in self.type.parts

    def cell(self, property: Curie | None) -> str:
        """Return the first cell of a property; empty where there is none."""
        cells = ((column.property, text) for line in self.lines for column, text in line.cells)
        return next((text for name, text in cells if name == property and text != DELETE), "")


@dataclass
class Things:
    """The things of an upload, by their external identifiers and CTIDs.

    :param places: the rows about addresses of the owner.
    :param statements: the rows of what the owner states of others.
    """

    identity: Identity
    problems: list[SheetProblem]
    by_identifier: dict[str, Thing] = field(default_factory=dict)
    by_ctid: dict[Ctid, Thing] = field(default_factory=dict)
    places: list[Line] = field(default_factory=list)
    statements: list[Line] = field(default_factory=list)
    _order: list[Thing] = field(default_factory=list)
    _above: dict[tuple[str, str], Thing] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Thing]:
        return iter(self._order)

    def add(self, line: Line) -> None:
        """Take a row; note what is wrong with it."""
        if line.type.name == PLACES:
            self.places.append(line)
            return
        if line.type.name == STATEMENTS:
            self.statements.append(line)
            return
        identifier, record = self._named(line)
        if identifier is None:
            return
        thing = self.by_identifier.get(identifier) if identifier else None
        thing = thing or (self.by_ctid.get(record) if record else None)
        is_first = thing is None
        if thing is None:
            thing = Thing(line.type, identifier, record)
            self._order.append(thing)
        elif len(thing.lines) >= MAX_RECORD_ROWS:
            message = f"The record has more than {MAX_RECORD_ROWS} rows."
            self._wrong(line, IDENTIFIER, message, "Give each record its own.", identifier)
            return
        elif not self._agrees(thing, line, identifier, record):
            return
        thing.lines.append(line)
        self._know(thing, identifier, record)
        self._classify(thing, line)
        if is_first:
            self._place(thing, line)
        elif line.roles.get(ACTION, "").lower() in ("new", "add"):
            self._wrong(line, ACTION, "The record stands in a row above.", "Write Append.")

    def _named(self, line: Line) -> tuple[str | None, Ctid | None]:
        """Return the external identifier and the CTID of a row; None where it is wrong."""
        identifier = line.roles.get(IDENTIFIER, "")
        given = line.roles.get(CTID) or ""
        own = line.roles.get(ID, "")
        if own and not given:
            local = self.identity.ctid_of(own) or own
            if _UUID.fullmatch(local):
                given = f"ce-{local}"
            elif local.lower().startswith("ce-"):
                given = local
            elif len(own) <= MAX_IDENTIFIER_CHARACTERS:
                identifier = identifier or own
            else:
                message = "This is neither a CTID nor an address of this registry, and too long."
                remedy = f"Write at most {MAX_IDENTIFIER_CHARACTERS} characters of your choice."
                self._wrong(line, ID, message, remedy, own)
                return None, None
        action = line.roles.get(ACTION, "").lower()
        if action not in _ACTIONS:
            self._wrong(line, ACTION, f"There is no action {action!r}.", _ACTION_REMEDY)
            return None, None
        try:
            return identifier, ctid.canonical(given) if given else None
        except MalformedCtid:
            message = "This is no CTID: it has ce- and 32 letters and digits with four hyphens."
            self._wrong(line, CTID, message, "Copy it anew, or leave the cell empty.", given)
            return None, None

    def _know(self, thing: Thing, identifier: str, record: Ctid | None) -> None:
        if identifier:
            thing.identifier = identifier
            self.by_identifier[identifier] = thing
        if record:
            thing.ctid = record
            self.by_ctid[record] = thing

    def _agrees(self, thing: Thing, line: Line, identifier: str, record: Ctid | None) -> bool:
        """Tell whether a further row agrees with those above it."""
        above = f"row {thing.line.place.row} of {thing.line.place.file}"
        others = {(thing.identifier, identifier), (str(thing.ctid or ""), str(record or ""))}
        if any(one and other and one != other for one, other in others):
            message = f"The row and {above} have one identifier in common, and another one not."
            self._wrong(line, IDENTIFIER, message, "Write the same ones, or others.", identifier)
            return False
        if line.type is not thing.type:
            message = f"The identifier stands for another type of record in {above}."
            self._wrong(line, IDENTIFIER, message, "Give each record its own.", identifier)
            return False
        before = {id(column): text for one in thing.lines for column, text in one.cells}
        differing = [
            (column, text) for column, text in line.cells if before.get(id(column), text) != text
        ]
        names = [(column, text) for column, text in differing if column.property in NAMES]
        if names and identifier:
            ((_, name), *_) = names
            message = f"The identifier is used twice: here for {name[:60]!r}, and in {above}."
            remedy = "Give each record its own. If both rows are about one, write the same name."
            self._wrong(line, IDENTIFIER, message, remedy, identifier)
            return False
        for column, text in differing:
            message = f"{column.heading} is another one than in {above}."
            remedy = "Write the same value, or leave the cell empty in rows that add a profile."
            self._wrong(line, column.heading, message, remedy, text)
        return not differing

    def _classify(self, thing: Thing, line: Line) -> None:
        text = line.roles.get(CLASS, "")
        if text:
            kind = line.type.class_named(text)
            if kind is None:
                labels = [vocabulary().label(one) for one in line.type.classes]
                message = f"{text[:60]!r} is no type of {line.type.title.lower()}."
                self._wrong(line, CLASS, message, remedy_for(text, labels), text)
                # The rest of the row is checked all the same, as of the likeliest class.
                near = [line.type.class_named(one) for one in nearest(text, labels)]
                thing.kind = thing.kind or next(iter(near), None) or _usual(line.type)
            elif thing.kind not in (None, kind):
                message = "The type is another one than in a row above."
                self._wrong(line, CLASS, message, "Write the same type.", text)
            else:
                thing.kind = kind
        elif thing.kind is None:
            thing.kind = _supposed(line)

    def _place(self, thing: Thing, line: Line) -> None:
        """Note the record above a part, and the action of its row."""
        sheet = line.place.file, line.place.sheet
        if thing.is_part:
            thing.whole = self._above.get(sheet)
        elif line.type.parts:
            self._above[sheet] = thing
        if line.roles.get(ACTION, "").lower() == "append":
            message = "Append needs a row above about the same record."
            self._wrong(line, ACTION, message, "Write New or Update.")

    def _wrong(self, line: Line, column: str, message: str, remedy: str, value: str = "") -> None:
        self.problems.append(SheetProblem(line.at(column), message, remedy, value))


def _usual(kind: RecordType) -> Curie:
    return kind.default or kind.classes[0]


def _supposed(line: Line) -> Curie | None:
    """Return the class of a row that tells none: by what it belongs to, or by its sheet."""
    above = {line.type.whole, line.type.top, line.type.up} - {None}
    if len(line.type.parts) == 1 and any(column.property in above for column, _ in line.cells):
        return line.type.parts[0]
    sheet = line.place.sheet or line.place.file.rpartition(".")[0]
    return line.type.by_sheet.get(sheet.lower())


_ACTION_REMEDY = "Write New, Update or Append, or leave the cell empty."
