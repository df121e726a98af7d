"""Which records the rows of an upload mean: by CTID, by external identifier, or as suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.ownership import Ownership
from ctgraph.ledger.standing import Standing, documents, standing, standing_of
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.headings import ACTION, CLASS, CTID, IDENTIFIER
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.nearest import remedy_for
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.things import Thing, Things
from ctgraph.vocab import vocabulary

_WEBPAGE = "ceterms:subjectWebpage"


@dataclass(frozen=True)
class Suggestion:
    """A record that a row may mean: it has the same name and type, and no other webpage.

    :param identifier: the external identifier of the row, by which it is confirmed.
    :param decided: what somebody decided: the record, or "" for a new one; None while it is open.
    """

    place: Place
    identifier: str
    record: Ctid
    name: str
    decided: str | None = None


class Resolver:
    """Finds the records that things mean.

    :ivar known: the records of the owner by the external identifiers that are remembered.
    :param confirmed: the records that somebody confirmed for external identifiers; "" for none.
    :param problems: gets what is wrong with the identifiers.
    """

    def __init__(
        self,
        ledger: Ledger,
        owner: Organization,
        confirmed: Mapping[str, Ctid | str],
        problems: list[SheetProblem],
    ) -> None:
        self._ledger = ledger
        self._owner = owner
        self._confirmed = confirmed
        self._problems = problems
        self.known = ledger.identifiers.of(owner.ctid)
        self._things: Things | None = None
        self.standing: dict[Ctid, Standing] = {}
        self.suggestions: list[Suggestion] = []

    def find(self, identifier: str) -> Ctid | None:
        """Return the record with an external identifier: of the upload, or of the registry."""
        thing = self._things.by_identifier.get(identifier) if self._things else None
        return (thing.ctid if thing else None) or self.known.get(identifier)

    def resolve(self, things: Things) -> None:
        """Give all things their CTIDs, and say of each whether it is new and where it stands."""
        self._things = things
        for thing in things:
            self._identify(thing, things)
        named = {thing.ctid for thing in things if thing.ctid}
        self.standing = standing(self._ledger.database, named | {self._owner.ctid})
        with self._ledger.database.engine.connect() as connection:
            ownership = Ownership(connection, named)
        for thing in things:
            if thing.ctid and ownership.owner(thing.ctid) not in (None, self._owner.ctid):
                self._wrong(thing.line, CTID, "The record belongs to another organization.", _OWN)
            self._stand(thing)
        self._suggest(things)
        for thing in things:
            if thing.ctid is None:
                thing.ctid = ctid.mint()
                things.by_ctid[thing.ctid] = thing
        for thing in things:
            thing.document = self._document(thing, things)
        wholes = {thing.document for thing in things if thing.document} - self.standing.keys()
        self.standing |= standing(self._ledger.database, wholes)

    def remembered(self, identifier: str) -> bool:
        """Tell whether the registry knows an external identifier already."""
        return identifier in self.known

    def _identify(self, thing: Thing, things: Things) -> None:
        known = self.known.get(thing.identifier) or self._confirmed.get(thing.identifier)
        if thing.ctid and known and known != thing.ctid:
            message = f"The external identifier is that of {known}, not of {thing.ctid}."
            self._wrong(thing.line, IDENTIFIER, message, "Correct one of them.")
        elif known:
            thing.ctid = Ctid(known)
        if not thing.ctid:
            return
        other = things.by_ctid.setdefault(thing.ctid, thing)
        if other is not thing:
            message = f"The row is about the same record as row {other.line.place.row}."
            remedy = "Write the same external identifier in both rows."
            self._wrong(thing.line, IDENTIFIER, message, remedy)

    def _stand(self, thing: Thing) -> None:
        """Say whether a thing is new, and of which class it is."""
        held = self.standing.get(thing.ctid) if thing.ctid else None
        thing.is_new = held is None or not held.is_current
        action = thing.line.roles.get(ACTION, "").lower() if thing.lines else ""
        if action in ("new", "add") and not thing.is_new:
            message, remedy = "The record is in the registry already.", "Write Update."
            self._wrong(thing.line, ACTION, message, remedy)
        if action == "update" and thing.is_new:
            message, remedy = "There is no such record to update.", "Write New."
            self._wrong(thing.line, ACTION, message, remedy)
        known = (*thing.type.classes, *thing.type.parts)
        if held and not thing.is_new:
            if held.type not in known:
                label, title = vocabulary().label(held.type), thing.type.title.lower()
                message = f"The record is of the type {label}, and this sheet holds {title}."
                self._wrong(thing.line, CTID, message, "Move the row to another sheet.")
            if not any(line.roles.get(CLASS) for line in thing.lines):
                thing.kind = held.type
        thing.kind = thing.kind or thing.type.default
        if thing.kind is None and not any(line.roles.get(CLASS) for line in thing.lines):
            labels = (vocabulary().label(one) for one in thing.type.classes)
            self._wrong(thing.line, CLASS, "The type is missing.", remedy_for("", labels))

    def _suggest(self, things: Things) -> None:
        """Suggest records for rows whose external identifiers are new."""
        asked = [one for one in things if not one.is_part and self._is_asked(one)]
        if not asked:
            return
        by_name: dict[tuple[str, str], Ctid] = {}
        for held in standing_of(self._ledger.database, self._owner.ctid):
            by_name.setdefault((held.type, held.name.casefold()), held.ctid)
        found = {
            thing.identifier: by_name[key]
            for thing in asked
            if (key := (str(thing.kind), _name(thing).casefold())) in by_name
        }
        kept = documents(self._ledger.database, set(found.values()))
        for thing in asked:
            record = found.get(thing.identifier)
            if record is None or not self._is_asked(things.by_ctid.get(record, thing)):
                continue
            node = orjson.loads(kept[record])["@graph"][0]
            page = thing.cell(_page(node))
            if not page or page == node.get(_page(node)):
                place = thing.line.at(IDENTIFIER)
                decided = self._confirmed.get(thing.identifier)
                suggested = Suggestion(place, thing.identifier, record, _name(thing), decided)
                self.suggestions.append(suggested)

    def _is_asked(self, thing: Thing) -> bool:
        """Tell whether nothing but the name, or a decision, says which record a thing is."""
        is_decided = thing.identifier in self._confirmed and not self.remembered(thing.identifier)
        return thing.ctid is None or is_decided

    def _document(self, thing: Thing, things: Things, below: tuple[Thing, ...] = ()) -> Ctid | None:
        """Return the record in whose document a thing stands; None where nothing tells it.

        :param below: the parts from which the way leads up to the thing.
        """
        held = self.standing.get(thing.ctid) if thing.ctid else None
        if not thing.is_part:
            return thing.ctid
        if held and not thing.is_new:
            return held.document
        for name in (thing.type.whole, thing.type.top, thing.type.up):
            if (cell := thing.cell(name)) and (named := self._named(cell)):
                above = things.by_ctid.get(named)
                if above in (thing, *below):
                    self._wrong(thing.line, "", "The row is a part of itself.", _PART)
                    return None
                if above:
                    return self._document(above, things, (thing, *below))
                return self._holder(thing, named)
        if thing.whole:
            return thing.whole.ctid
        message = f"The row does not say what it is a part of: no row of {_whole(thing)} is above."
        self._wrong(thing.line, "", message, "Put the rows of the parts below that of the whole.")
        return None

    def _named(self, cell: str) -> Ctid | None:
        local = cell if not cell.startswith("http") else cell.rpartition("/")[2]
        if ctid.is_ctid(local.lower()):
            return Ctid(local.lower())
        if found := self.find(cell):
            return found
        whole = f"ce-{local}".lower()
        return Ctid(whole) if ctid.is_ctid(whole) else None

    def _holder(self, thing: Thing, record: Ctid) -> Ctid | None:
        held = standing(self._ledger.database, {record}).get(record)
        if held is None:
            message = f"The row is a part of {record}, which is not in the registry."
            self._wrong(thing.line, "", message, _PART)
        return held.document if held else None

    def _wrong(self, line: Line, column: str, message: str, remedy: str) -> None:
        value = line.place.identifier if column in (CTID, IDENTIFIER) else ""
        self._problems.append(SheetProblem(line.at(column), message, remedy, value))


_PART = "Correct the reference, or upload the row of the whole too."
_OWN = "Leave the cell empty to make a record of your own."


def own_kinds(names: Iterable[str]) -> set[str]:
    """Return the classes of records of some types."""
    return {kind for name in names for kind in record_types()[name].classes}


def _page(node: dict[str, Any]) -> Any:
    return _WEBPAGE if _WEBPAGE in node else "ceasn:source"


def _name(thing: Thing) -> str:
    names = ("ceterms:name", "ceasn:name", "skos:prefLabel")
    cells = ((column.property, text) for line in thing.lines for column, text in line.cells)
    return next((text for name, text in cells if name in names), "")


def _whole(thing: Thing) -> str:
    return vocabulary().label(thing.type.classes[0]).lower()
