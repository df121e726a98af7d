"""Profiles in rows: conditions, connections and costs, of which a record may have several.

An external identifier of a profile is kept as its blank node label. A profile without one is known
by an identifier that is made of its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ctgraph.errors import BadParameter
from ctgraph.forms.values import Node
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.columns import DELETE, Column, listed
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.folded import folded, is_labelled, unfolded
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.record_types import Group
from ctgraph.spreadsheets.references import content_identifier
from ctgraph.vocab import vocabulary

_LABEL = re.compile(r"_:ext-[A-Za-z]+-[0-9a-f]{8}-([A-Za-z0-9_-]*)")


@dataclass(frozen=True, slots=True)
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
        clears = bool(given.cells) and all(cell == DELETE for _, cell in given.cells)
        if given.identifier == DELETE:
            given = _unnamed(given, clears or given.kind == DELETE)
        found = self._meant(given, property, is_further and not clears)
        if given.kind == DELETE or (clears and not (found and self._left(given, found[1]))):
            if found:
                self._replace(found, [])
            return None
        property = property or (found[0] if found else None)
        if property is None:
            kinds = ", ".join(group.kinds)
            missing = f"{group.prefixes[0]}: the type is missing."
            refuse(missing, f"Write one of: {kinds}.", _kind_heading(group))
        old: Node = found[1] if found else {"@type": group.part}
        new = dict(old)
        moves = found is not None and found[0] != property
        if given.identifier and (not found or (moves and is_labelled(old))):
            new["@id"] = self._label(property, given.identifier)
        for column, cell in given.cells:
            try:
                column.put(new, cell, self.at)
            except BadParameter as error:
                self.wrong(column, cell, error)
        if not found and (same := self._same(property, new)):
            new = same
        elif new != old or not found or moves:
            self._require(given, new)
            if found:
                self._replace(found, [] if moves else [new])
            if not found or moves:
                self._add(property, new)
        self._touched.append(new)
        return new

    def close(self) -> None:
        """Write the profiles that changed into the thing."""
        for property in self._changed:
            values = [one for held in self._held[property] for one in unfolded(held)]
            if values:
                self.node[property] = values
            else:
                self.node.pop(property, None)

    def _meant(
        self, given: ProfileCells, property: Curie | None, is_further: bool
    ) -> tuple[Curie, Node] | None:
        """Return the profile that a row means, with the property that leads to it."""
        if given.identifier:
            return self._named(given, property)
        among = [property] if property else list(given.group.kinds.values())
        held = [(name, one) for name in among for one in self._profiles(name)]
        untouched = [pair for pair in held if not self._is_touched(pair[1])]
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

    def _named(self, given: ProfileCells, property: Curie | None) -> tuple[Curie, Node] | None:
        """Return the profile with the identifier of a row: of its type, else of another one.

        :raises BadParameter: when profiles of several types have it, and it is none of theirs.
        """
        held = [
            (name, one)
            for name in given.group.kinds.values()
            for one in self._profiles(name)
            if identifier_of(one) == given.identifier
        ]
        untouched = [pair for pair in held if not self._is_touched(pair[1])]
        if own := [pair for pair in (*untouched, *held) if pair[0] == property]:
            return own[0]
        others = untouched if property else untouched or held
        if len({name for name, _ in others}) > 1:
            kinds = " and ".join(
                word for word, name in given.group.kinds.items() if name in dict(others)
            )
            refuse(
                f"Profiles of the types {kinds} have the identifier {given.identifier[:60]!r}.",
                f"Write which one is meant into {given.group.prefixes[0]}: {given.group.kind[0]}.",
                _kind_heading(given.group),
            )
        return others[0] if others else None

    def _left(self, given: ProfileCells, profile: Node) -> list[str]:
        """Return the headings of the cells that a profile has and a row does not clear."""
        cleared = {column.property for column, _ in given.cells}
        return [
            column.heading
            for column in given.group.columns
            if column.property not in cleared and column.show(profile, self.at)
        ]

    def _require(self, given: ProfileCells, profile: Node) -> None:
        """Make sure that a profile has what each of its kind needs.

        :raises BadParameter: when not.
        """
        group, prefix = given.group, given.group.prefixes[0]
        lacking = [_heading(group, name) for name in group.needs if name not in profile]
        if not lacking:
            return
        wanted = " and ".join(f"{prefix}: {heading}" for heading in lacking)
        remedy = f"Fill in {wanted}."
        if all(cell == DELETE for _, cell in given.cells):
            left = ", ".join(f"{prefix}: {heading}" for heading in self._left(given, profile))
            remedy = f"{remedy} To remove the profile, write #DELETE into {left} too."
        refuse(f"{wanted} missing.", remedy, lacking[0])

    def _profiles(self, property: Curie) -> list[Node]:
        if property not in self._held:
            self._held[property] = list(folded(listed(self.node.get(property))))
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


def rows_of(node: Node, group: Group, at: Context) -> Iterator[ProfileCells]:
    """Yield the profiles of a thing that the columns of a group express."""
    for kind, property in group.kinds.items():
        for one in folded(listed(node.get(property))):
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


def _unnamed(given: ProfileCells, is_removed: bool) -> ProfileCells:
    """Return a profile whose identifier is cleared too.

    :raises BadParameter: unless all of it is removed.
    """
    if not is_removed:
        refuse(
            "The identifier of a profile cannot be cleared.",
            "Leave the cell as it was.",
            "External Identifier",
        )
    return replace(given, identifier="")


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
