"""Profiles in rows: conditions, connections and costs, of which a record may have several.

An external identifier of a profile is kept as its blank node label. A profile without one is known
by an identifier that is made of its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ctgraph.errors import BadParameter
from ctgraph.forms.values import Node
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.cells import scalar
from ctgraph.spreadsheets.columns import DELETE, Column, listed
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.record_types import CHARGES, Group
from ctgraph.spreadsheets.references import content_identifier
from ctgraph.vocab import vocabulary

COST = "ceterms:CostProfile"
_CHARGE = ("ceterms:directCostType", "ceterms:price")
_LABEL = re.compile(r"_:ext-[A-Za-z]+-[0-9a-f]{8}-([A-Za-z0-9_-]*)")


@dataclass(frozen=True)
class ProfileCells:
    """The cells of a row that are about one profile.

    :param identifier: of the profile; empty where none is given.
    :param kind: the words for the property that leads to it.
    """

    group: Group
    identifier: str
    kind: str
    cells: tuple[tuple[Column, str], ...]


@dataclass
class Profiles:
    """The profiles of one thing while its rows are read.

    :param wrong: called with each column whose cell cannot be read, and why.
    """

    node: Node
    at: Context
    wrong: Callable[[Column, str, BadParameter], None]
    _held: dict[Curie, list[Node]] = field(default_factory=dict)
    _touched: list[Node] = field(default_factory=list)
    _changed: set[Curie] = field(default_factory=set)

    def put(self, given: ProfileCells, is_further: bool) -> Node | None:
        """Put the profile of a row into the thing; return it as it is then.

        :param is_further: whether it is not the first one of the thing and does not replace it.
        :raises BadParameter: when it is not clear which profile is meant, or it lacks something.
        """
        group, property = given.group, _property(given.group, given.kind)
        found = self._meant(given, property, is_further)
        if given.kind == DELETE:
            if found:
                self._replace(found, [])
            return None
        property = found[0] if found else property
        if property is None:
            kinds = ", ".join(group.kinds)
            missing = f"{group.prefixes[0]}: the type is missing."
            refuse(missing, f"Write one of: {kinds}.", _kind_heading(group))
        old: Node = found[1] if found else {"@type": group.part}
        new = dict(old)
        if given.identifier and not found:
            new["@id"] = self._label(property, given.identifier)
        for column, cell in given.cells:
            try:
                column.put(new, cell, self.at)
            except BadParameter as error:
                self.wrong(column, cell, error)
        if not found and (same := self._same(property, new)):
            new = same
        elif new != old or not found:
            _require(group, new)
            self._replace((property, old), [new]) if found else self._add(property, new)
        self._touched.append(new)
        return new

    def close(self) -> None:
        """Write the profiles that changed into the thing."""
        for property in self._changed:
            values = [one for held in self._held[property] for one in _unfolded(held)]
            if values:
                self.node[property] = values
            else:
                self.node.pop(property, None)

    def _meant(
        self, given: ProfileCells, property: Curie | None, is_further: bool
    ) -> tuple[Curie, Node] | None:
        """Return the profile that a row means, with the property that leads to it."""
        among = [property] if property else list(given.group.kinds.values())
        held = [(name, one) for name in among for one in self._profiles(name)]
        untouched = [pair for pair in held if not self._is_touched(pair[1])]
        if given.identifier:
            named = (p for p in (*untouched, *held) if identifier_of(p[1]) == given.identifier)
            return next(named, None)
        if is_further or not untouched:
            return None
        if len(untouched) > 1:
            probe = _filled(given, self.at)
            if any(_content(one) == _content(probe) for _, one in untouched):
                return None
            refuse(
                f"The record has {len(untouched)} profiles of this kind already.",
                f"Write {given.group.prefixes[0]}: External Identifier; an export has it.",
                "External Identifier",
            )
        return untouched[0]

    def _profiles(self, property: Curie) -> list[Node]:
        if property not in self._held:
            self._held[property] = list(_folded(listed(self.node.get(property))))
        return self._held[property]

    def _is_touched(self, one: Node) -> bool:
        return any(one is other for other in self._touched)

    def _same(self, property: Curie, new: Node) -> Node | None:
        """Return an untouched profile with the same content."""
        held = (one for one in self._profiles(property) if not self._is_touched(one))
        return next((one for one in held if _content(one) == _content(new)), None)

    def _replace(self, found: tuple[Curie, Node], by: Sequence[Node]) -> None:
        property, old = found
        held = self._profiles(property)
        place = next(n for n, one in enumerate(held) if one is old)
        held[place : place + 1] = by
        self._changed.add(property)

    def _add(self, property: Curie, new: Node) -> None:
        self._profiles(property).append(new)
        self._changed.add(property)

    def _label(self, property: Curie, identifier: str) -> str:
        own = str(self.node.get("ceterms:ctid", ""))[3:11]
        kept = "".join(
            ch if ch.isascii() and ch.isalnum() else f"-{ord(ch):x}_" for ch in identifier
        )
        return f"_:ext-{property.partition(':')[2]}-{own}-{kept}"


def _require(group: Group, profile: Node) -> None:
    """Make sure that a profile has what each of its kind needs.

    :raises BadParameter: when not.
    """
    lacking = [_heading(group, name) for name in group.needs if name not in profile]
    if lacking:
        wanted = " and ".join(f"{group.prefixes[0]}: {heading}" for heading in lacking)
        refuse(f"{wanted} missing.", f"Fill in {wanted}.", lacking[0])


def rows_of(node: Node, group: Group, at: Context) -> Iterator[ProfileCells]:
    """Yield the profiles of a thing that the columns of a group express."""
    for kind, property in group.kinds.items():
        for one in _folded(listed(node.get(property))):
            if isinstance(one, dict) and one.get("@type") == group.part:
                cells = ((column, column.show(one, at)) for column in group.columns)
                shown = tuple((column, text) for column, text in cells if text)
                yield ProfileCells(group, identifier_of(one), kind, shown)


def identifier_of(profile: Node) -> str:
    """Return the identifier of a profile: its external one, or one made of its content."""
    found = _LABEL.fullmatch(str(profile.get("@id", "")))
    if not found:
        return content_identifier(profile)
    return re.sub(r"-([0-9a-f]+)_", lambda code: chr(int(code[1], 16)), str(found[1]))


def _property(group: Group, kind: str) -> Curie | None:
    """Return the property that a cell names.

    :raises BadParameter: when it names none.
    """
    if not kind or kind == DELETE:
        return next(iter(group.kinds.values())) if len(group.kinds) == 1 else None
    for word, name in group.kinds.items():
        label = vocabulary().label(name)
        if loose(kind) in (loose(word), loose(name), loose(label)):
            return name
    remedy = f"Write one of: {', '.join(group.kinds)}."
    refuse(f"{kind[:40]!r} is no type here.", remedy, _kind_heading(group))


def _kind_heading(group: Group) -> str:
    return group.kind[0] if group.kind else ""


def _filled(given: ProfileCells, at: Context) -> Node:
    """Return the profile that the cells alone describe, as far as they can be read."""
    new: Node = {"@type": given.group.part}
    for column, cell in given.cells:
        try:
            column.put(new, cell, at)
        except BadParameter:
            continue
    return new


def _content(profile: Node) -> Node:
    return {name: value for name, value in profile.items() if name != "@id"}


def _heading(group: Group, name: Curie) -> str:
    return next(column.heading for column in group.columns if column.property == name)


def _folded(profiles: Sequence[Node]) -> Iterator[Node]:
    """Yield profiles; those that differ only in the type and price of a cost become one."""
    held: Node | None = None
    for one in profiles:
        if not isinstance(one, dict) or one.get("@type") != COST:
            if held:
                yield held
            held = None
            yield one
            continue
        charge = {name: one[name] for name in _CHARGE if name in one}
        base = {name: value for name, value in one.items() if name not in _CHARGE}
        if _is_labelled(base):
            base["@id"] = base["@id"].partition(".")[0]
        if held and charge and CHARGES in held and base == _without_charges(held):
            held[CHARGES].append(charge)
            continue
        if held:
            yield held
        held = base | ({CHARGES: [charge]} if charge else {})
    if held:
        yield held


def _unfolded(profile: Node) -> Iterator[Node]:
    """Yield the profiles that :func:`_folded` made one of."""
    charges = listed(profile.get(CHARGES)) if isinstance(profile, dict) else []
    if not charges:
        yield profile
        return
    base = _without_charges(profile)
    for number, charge in enumerate(charges, 1):
        label = {"@id": f"{base['@id']}.{number}"} if _is_labelled(base) and number > 1 else {}
        yield base | label | charge


def _without_charges(profile: Node) -> Node:
    return {name: value for name, value in profile.items() if name != CHARGES}


def _is_labelled(profile: Node) -> bool:
    return str(scalar(profile.get("@id", ""))).startswith("_:ext-")
