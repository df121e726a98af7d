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
from ctgraph.problem import Problem
from ctgraph.publishing.drafting import Draft, Drafting
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

DEPARTMENT, SUB = Curie("ceterms:department"), Curie("ceterms:subOrganization")
PARENT = Curie("ceterms:parentOrganization")
RELATIONS = (DEPARTMENT, SUB, PARENT)
"""The properties by which an organization names its parts, or those that it is a part of."""
_BACK = {DEPARTMENT: PARENT, SUB: PARENT, PARENT: SUB}
_ADDRESS, _NAME, _IDENTIFIER = "ceterms:address", "ceterms:name", "ceterms:identifier"
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
    Conflict where that is another one by now. A value that it cannot take has its property as the
    place of the problem.
    """

    drafting: Drafting

    @property
    def _identity(self) -> Identity:
        return Identity.of(self.drafting.settings)

    def open(self) -> Draft:
        """Return the record of the organization.

        :raises NotFound: when it has none yet.
        :raises BadParameter: when a program saved a draft of it that no form can show.
        """
        try:
            draft = self.drafting.open(self.drafting.owner.ctid)
        except RecordNotFound:
            raise NotFound(
                "The organization has no record yet. It is published when the registry approves "
                "the organization; one that the operator added imports it."
            ) from None
        if draft.kind is None:
            raise BadParameter(
                "The draft of the organization's record has no @type. Edit it as JSON-LD first."
            )
        return draft

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

        :param number: None for a new one, which comes after those that there are by now.
        :param fields: see :func:`ctgraph.forms.places.place_fields`.
        :raises BadParameter: when no field is filled in, or another campus has the identifier.
        :raises NotFound: when there is no such campus.
        """
        draft = self.open() if number is None else self._seen(seen)
        was = self.campus(draft, number) if number is not None else {}
        place = place_of(was, fields)
        filled = place_fields(place)
        if not any(filled.values()):
            raise _refused(_NAME, "Fill in the name or the address of the campus.")
        if filled[_IDENTIFIER] != place_fields(was)[_IDENTIFIER]:
            self._require_free(draft, was, filled[_IDENTIFIER])
        held = [place if one is was else one for one in each(draft.entity.get(_ADDRESS))]
        _put(self.drafting, draft, {_ADDRESS: held if was else [*held, place]})

    def _require_free(self, draft: Draft, was: Node, identifier: str) -> None:
        """Make sure that no other campus has an identifier: rows of a bulk upload name it."""
        for place in self.campuses(draft):
            other = place_fields(place)
            code = other[_IDENTIFIER]
            if place is not was and code and code.casefold() == identifier.casefold():
                name = other[_NAME] or other["ceterms:streetAddress"] or "Another campus"
                raise _refused(
                    _IDENTIFIER, f"{name} has the identifier {code} already. Choose another one."
                )

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
        if relation not in (DEPARTMENT, SUB) or not name:
            raise _refused(_NAME, "Give the name of the department or sub-organization.")
        record = self.drafting.begin(Curie(draft.entity["@type"]))
        usual = {name: draft.entity[name] for name in _LIKE_PARENT if name in draft.entity}
        begun = self.drafting.open(record)
        _put(self.drafting, begun, usual | {"ceterms:name": {LANGUAGE: name}})
        self.add_unit(seen, relation, record)
        return record

    def add_unit(self, seen: str, relation: Curie, record: Ctid) -> None:
        """Name an organization as a part or as the parent.

        A record of the organization's own names it back.

        :raises BadParameter: when there is no such relation, for the organization itself, and for
            what is no organization of this registry nor a draft of one.
        """
        draft = self._seen(seen)
        if relation not in RELATIONS or record == draft.ctid:
            raise _refused(relation, "Choose how another organization belongs to this one.")
        self._require_organization(relation, record)
        self._name(draft, relation, record)
        try:
            other = self.drafting.open(record)
        except RecordNotFound:
            return  # somebody else's: what it says is theirs
        self._name(other, _BACK[relation], draft.ctid)

    def _require_organization(self, relation: Curie, record: Ctid) -> None:
        records = self.drafting.ledger.records
        kind = records.classes([record]).get(record)
        if kind and records.withdrawn_at([record]).get(record):
            raise _refused(relation, f"{record} was withdrawn. Name an organization that stands.")
        try:
            kind = kind or self.drafting.open(record).kind
        except RecordNotFound:
            kind = None
        if kind is None:
            raise _refused(
                relation,
                f"There is no organization {record} here. Check the CTID, or begin its record.",
            )
        if not vocabulary().is_a(vocabulary().expand(kind), "ceterms:Organization"):
            label = vocabulary().label(kind)
            raise _refused(relation, f"{record} is no organization but of the type {label}.")

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

    def forget(self, record: Ctid) -> None:
        """Name a part or a parent no more whose draft was discarded, if nothing else is left of it.

        What refers to it is changed in the draft of the organization.
        """
        try:
            self.drafting.open(record)
        except RecordNotFound:
            if record in self.drafting.ledger.records.classes([record]):
                return  # it is somebody else's, or was published once
        else:
            return
        try:
            draft = self.open()
        except (NotFound, BadParameter):
            return
        for one in RELATIONS:
            named = each(draft.entity.get(one))
            left = [value for value in named if self._record(value) != record]
            if left != named:
                _put(self.drafting, draft, {one: left})
                draft = self.open()

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


def _refused(property: str, message: str) -> BadParameter:
    return BadParameter(message, [Problem(message, pointer=f"/{property}")])


def _put(drafting: Drafting, draft: Draft, values: Node) -> None:
    """Save a draft with other values of some properties; an empty list takes one away."""
    entity = {name: value for name, value in (draft.entity | values).items() if value != []}
    document = draft.document | {"@graph": [entity, *draft.document["@graph"][1:]]}
    if not drafting.save(draft.ctid, document, draft.digest):
        raise Conflict("Somebody else changed this record meanwhile. Reload the page.")
