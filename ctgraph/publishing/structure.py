"""The structure of an organization: its campuses, departments and parent, drafted in its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ctgraph.documents.node_values import each
from ctgraph.errors import BadParameter, Conflict, NotFound, RecordNotFound
from ctgraph.forms.places import place_fields, place_of
from ctgraph.forms.rows import called
from ctgraph.forms.values import LANGUAGE, Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.publishing.drafting import Draft, Drafting
from ctgraph.rdf.namespaces import Curie

DEPARTMENT, SUB = Curie("ceterms:department"), Curie("ceterms:subOrganization")
PARENT = Curie("ceterms:parentOrganization")
RELATIONS = (DEPARTMENT, SUB, PARENT)
"""The properties by which an organization names its parts, or those that it is a part of."""
_BACK = {DEPARTMENT: PARENT, SUB: PARENT, PARENT: SUB}
_ADDRESS = "ceterms:address"
_LIKE_PARENT = ("ceterms:agentSectorType", "ceterms:agentType")
_GONE = "There is no such entry any more. Reload the page."


class Unit(NamedTuple):
    """An organization that another one names as its part, or as its parent.

    :param number: its place among the values of the relation.
    :param record: None for one that no registry holds.
    :param name: of one without a record.
    """

    relation: Curie
    number: int
    record: Ctid | None
    name: str


@dataclass(frozen=True)
class Structure:
    """The structure of the organization whose records are drafted.

    What changes it takes the state of the draft that was seen, see :attr:`Draft.seen`, and raises
    Conflict where that is another one by now.
    """

    drafting: Drafting

    @property
    def _identity(self) -> Identity:
        return Identity.of(self.drafting.settings)

    def open(self) -> Draft:
        """Return the record of the organization.

        :raises NotFound: when it has none yet.
        """
        try:
            return self.drafting.open(self.drafting.owner.ctid)
        except RecordNotFound:
            raise NotFound(
                "The organization has no record yet. It is published when the registry approves "
                "the organization; one that the operator added imports it."
            ) from None

    def campuses(self, draft: Draft) -> list[Node]:
        """Return the places of the organization, in their order."""
        return [one for one in each(draft.entity.get(_ADDRESS)) if isinstance(one, dict)]

    def units(self, draft: Draft) -> list[Unit]:
        """Return the organizations that the organization names, by their relations."""
        return [
            Unit(relation, number, self._record(value), called(value))
            for relation in RELATIONS
            for number, value in enumerate(each(draft.entity.get(relation)))
        ]

    def campus(self, draft: Draft, number: int) -> Node:
        """Return one place of the organization.

        :raises NotFound: when there is none.
        """
        held = self.campuses(draft)
        if number >= len(held):
            raise NotFound(_GONE)
        return held[number]

    def put_campus(self, seen: str, number: int | None, fields: Mapping[str, str]) -> None:
        """Change a campus, or add one.

        :param number: None for a new one.
        :param fields: see :func:`ctgraph.forms.places.place_fields`.
        :raises BadParameter: when no field is filled in.
        :raises NotFound: when there is no such campus.
        """
        draft = self._seen(seen)
        was = self.campus(draft, number) if number is not None else {}
        place = place_of(was, fields)
        if not any(place_fields(place).values()):
            raise BadParameter("Fill in the name or the address of the campus.")
        held = [place if one is was else one for one in each(draft.entity.get(_ADDRESS))]
        _put(self.drafting, draft, {_ADDRESS: held if was else [*held, place]})

    def remove_campus(self, seen: str, number: int) -> None:
        """Remove a campus.

        :raises NotFound: when there is no such campus.
        """
        draft = self._seen(seen)
        gone = self.campus(draft, number)
        held = [one for one in each(draft.entity.get(_ADDRESS)) if one is not gone]
        _put(self.drafting, draft, {_ADDRESS: held})

    def begin_unit(self, seen: str, relation: Curie, name: str) -> Ctid:
        """Begin the record of a part of the organization, and name it; return its CTID.

        It leads back to the organization, and is of the same class, kind and sector at first.

        :raises BadParameter: without a name, or for a parent, which is no part.
        """
        draft, name = self._seen(seen), " ".join(name.split())
        if relation not in (DEPARTMENT, SUB) or not name or draft.kind is None:
            raise BadParameter("Give the name of the department or sub-organization.")
        record = self.drafting.begin(draft.kind)
        usual = {name: draft.entity[name] for name in _LIKE_PARENT if name in draft.entity}
        begun = self.drafting.open(record)
        _put(self.drafting, begun, usual | {"ceterms:name": {LANGUAGE: name}})
        self.add_unit(seen, relation, record)
        return record

    def add_unit(self, seen: str, relation: Curie, record: Ctid) -> None:
        """Name an organization as a part or as the parent.

        A record of the organization's own names it back.

        :raises BadParameter: when there is no such relation, or for the organization itself.
        """
        draft = self._seen(seen)
        if relation not in RELATIONS or record == draft.ctid:
            raise BadParameter("Choose how another organization belongs to this one.")
        self._name(draft, relation, record)
        try:
            other = self.drafting.open(record)
        except RecordNotFound:
            return  # somebody else's: what it says is theirs
        self._name(other, _BACK[relation], draft.ctid)

    def remove_unit(self, seen: str, relation: str, number: int) -> None:
        """Name an organization no more. Its record stays.

        :raises NotFound: when it is not named.
        """
        draft = self._seen(seen)
        held = each(draft.entity.get(relation))
        if relation not in RELATIONS or number >= len(held):
            raise NotFound(_GONE)
        kept = [one for n, one in enumerate(held) if n != number]
        _put(self.drafting, draft, {relation: kept})

    def _name(self, draft: Draft, relation: Curie, record: Ctid) -> None:
        held = each(draft.entity.get(relation))
        if record not in map(self._record, held):
            named = [*held, self._identity.resource(record)]
            _put(self.drafting, draft, {relation: named})

    def _record(self, value: Any) -> Ctid | None:
        address = value.get("@id", "") if isinstance(value, dict) else value
        return self._identity.ctid_of(str(address))

    def _seen(self, seen: str) -> Draft:
        draft = self.open()
        if draft.seen != seen:
            raise Conflict("Somebody else changed this record meanwhile. Reload the page.")
        return draft


def _put(drafting: Drafting, draft: Draft, values: Node) -> None:
    """Save a draft with other values of some properties; an empty list takes one away."""
    entity = {name: value for name, value in (draft.entity | values).items() if value != []}
    document = draft.document | {"@graph": [entity, *draft.document["@graph"][1:]]}
    if not drafting.save(draft.ctid, document, draft.digest):
        raise Conflict("Somebody else changed this record meanwhile. Reload the page.")
