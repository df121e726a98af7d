"""The entries of a competency framework or a concept scheme: their outline, and how it is changed.

A framework names its entries at the top, and each entry those below it and what is above it. Both
directions are kept in step. What an entry says besides stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from ctgraph.documents.node_values import each
from ctgraph.errors import BadParameter, Conflict, NotFound
from ctgraph.forms.entry_kinds import KINDS
from ctgraph.forms.values import LANGUAGE, Node, reworded, words_of
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid

MAX_TEXT_CHARACTERS = 5_000
"""Characters of the text of an entry: more than any competency has."""


_CREATOR, _PUBLISHER = "ceasn:creator", "ceasn:publisher"
_LIKE_WHOLE = ("ceasn:inLanguage", _CREATOR)


class Move(StrEnum):
    """Where an entry may go."""

    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"


class Entry(NamedTuple):
    """An entry in its outline.

    :param number: its place, such as `2.1.3`.
    :param level: 1 at the top.
    """

    record: Ctid
    number: str
    level: int
    text: str
    code: str


class Entries:
    """The entries of one document, which is not changed: :attr:`document` is another one.

    :param record: the CTID of its primary entity.
    :raises BadParameter: when its primary entity has no outline.
    """

    def __init__(self, document: Node, record: Ctid, identity: Identity) -> None:
        graph = [dict(node) if isinstance(node, dict) else node for node in document["@graph"]]
        self.document = document | {"@graph": graph}
        self._identity = identity
        self._root: Node = graph[0]
        kind = KINDS.get(self._root.get("@type", ""))
        if kind is None:
            raise BadParameter("Only competency frameworks and concept schemes have an outline.")
        self._kind, self._top = kind, record
        self._nodes: dict[Ctid, Node] = {
            named: node for node in graph[1:] if ctid.is_ctid(named := _named(node))
        } | {record: self._root}
        self._children: dict[Ctid, list[Ctid]] = {record: [] for record in self._nodes}
        self._parent: dict[Ctid, Ctid] = {}
        self._read()

    def _read(self) -> None:
        """Find the place of each entry: where it is named first, else below what it names."""
        for record in [self._top, *(one for one in self._nodes if one != self._top)]:
            for value in each(self._nodes[record].get(self._down(record))):
                self._attach(self._record(value), record)
        for record, node in self._nodes.items():
            if record != self._top and record not in self._parent:
                above = next(map(self._record, each(node.get(self._kind.above))), None)
                self._attach(record, above if above in self._nodes and above else self._top)

    def _attach(self, record: Ctid | None, parent: Ctid) -> None:
        if record not in self._nodes or record is None or record in self._parent:
            return
        if record == self._top or record in self._up_from(parent):
            return  # a circle: it comes to the top
        self._parent[record] = parent
        self._children[parent].append(record)

    def _up_from(self, record: Ctid) -> Iterator[Ctid]:
        found: Ctid | None = record
        while found:
            yield found
            found = self._parent.get(found)

    def __len__(self) -> int:
        return len(self._parent)

    def listed(self) -> Iterator[Entry]:
        """Yield the entries in the order of the outline."""
        ways = [(record, str(n)) for n, record in enumerate(self._children[self._top], 1)]
        ways.reverse()
        while ways:
            record, number = ways.pop()
            yield self._entry(record, number)
            below = enumerate(self._children[record], 1)
            ways += [(one, f"{number}.{n}") for n, one in below][::-1]

    def entry(self, record: Ctid) -> Entry:
        """Return one entry.

        :raises NotFound: when there is none.
        """
        self._require(record)
        numbers = [
            str(self._siblings(one).index(one) + 1)
            for one in self._up_from(record)
            if one != self._top
        ]
        return self._entry(record, ".".join(reversed(numbers)))

    def below(self, record: Ctid) -> int:
        """Return how many entries stand below one."""
        return len(self.subtree(record)) - 1

    def subtree(self, record: Ctid) -> set[Ctid]:
        """Return an entry and those below it."""
        found, ways = {record}, [record]
        while ways:
            below = self._children[ways.pop()]
            found |= {*below}
            ways += below
        return found

    def moves(self, record: Ctid) -> list[Move]:
        """Return where an entry can go from its place."""
        place, last = self._siblings(record).index(record), len(self._siblings(record)) - 1
        able = {
            Move.UP: place > 0,
            Move.DOWN: place < last,
            Move.IN: place > 0,
            Move.OUT: self._parent[record] != self._top,
        }
        return [move for move in Move if able[move]]

    def reword(self, record: Ctid, text: str, was: str) -> None:
        """Give an entry another text.

        :param was: the text that was seen.
        :raises NotFound: when there is no such entry.
        :raises BadParameter: when the text is empty or too long.
        :raises Conflict: when somebody else gave it another one meanwhile.
        """
        held, text = _plain(self.entry(record).text), _text(text)
        if held not in (_plain(was), text):
            raise Conflict(f"Somebody else wrote this meanwhile: {held}")
        if held != text:
            node = self._nodes[record]
            node[self._kind.text] = reworded(node.get(self._kind.text), text)

    def add(self, text: str, parent: Ctid | None = None, after: Ctid | None = None) -> Ctid:
        """Add an entry, and return its CTID.

        :param parent: the entry below which it comes last; None for the top.
        :param after: the entry after which it comes instead.
        :raises NotFound: when there is no such entry.
        :raises BadParameter: when the text is empty or too long.
        """
        above = parent or self._top
        if after:
            self._require(after)
            above = self._parent[after]
        elif parent:
            self._require(parent)
        record = ctid.mint()
        node: Node = {
            "@type": self._kind.entry,
            "@id": self._identity.resource(record),
            "ceterms:ctid": record,
            self._kind.text: {LANGUAGE: _text(text)},
            self._kind.whole: [self._identity.resource(self._top)],
        }
        if self._kind.entry == "ceasn:Competency":
            usual = {_CREATOR: self._root.get(_PUBLISHER)} | self._root
            node |= {name: usual[name] for name in _LIKE_WHOLE if usual.get(name)}
        self.document["@graph"].append(node)
        self._nodes[record], self._children[record] = node, []
        self._put(record, above, self._siblings(after).index(after) + 1 if after else None)
        return record

    def move(self, record: Ctid, move: Move) -> None:
        """Move an entry, with those below it, by one place.

        :raises NotFound: when there is no such entry.
        :raises BadParameter: when it cannot go there.
        """
        self._require(record)
        if move not in self.moves(record):
            raise BadParameter(f"This entry cannot go {move}.")
        siblings, above = self._siblings(record), self._parent[record]
        place = siblings.index(record)
        if move is Move.IN:
            above, to = siblings[place - 1], None
        elif move is Move.OUT:
            above, to = self._parent[above], self._siblings(above).index(above) + 1
        else:
            to = place - 1 if move is Move.UP else place + 1
        self._take(record)
        self._put(record, above, to)

    def remove(self, record: Ctid, below: int) -> None:
        """Remove an entry, and those below it.

        :param below: how many below it were seen.
        :raises NotFound: when there is no such entry.
        :raises Conflict: when there are others below it by now.
        """
        self._require(record)
        if below != self.below(record):
            raise Conflict(
                f"Somebody else changed what is below it meanwhile: {self.below(record)} now. Look "
                "at the outline again."
            )
        gone = self.subtree(record)
        self._take(record)
        graph = self.document["@graph"]
        graph[1:] = [one for one in graph[1:] if _named(one) not in gone]

    def _require(self, record: Ctid) -> None:
        if record not in self._parent:
            raise NotFound("There is no such entry any more. Look at the outline again.")

    def _entry(self, record: Ctid, number: str) -> Entry:
        node = self._nodes[record]
        text, code = words_of(node.get(self._kind.text)), words_of(node.get(self._kind.code))
        return Entry(record, number, number.count(".") + 1, text, code)

    def _siblings(self, record: Ctid) -> list[Ctid]:
        return self._children[self._parent[record]]

    def _take(self, record: Ctid) -> None:
        """Take an entry out of its place."""
        above = self._parent.pop(record)
        self._children[above].remove(record)
        self._name(above)
        node, back = self._nodes[record], self._back(above)
        left = [value for value in each(node.get(back)) if self._record(value) != above]
        if left:
            node[back] = left
        else:
            node.pop(back, None)

    def _put(self, record: Ctid, above: Ctid, place: int | None) -> None:
        """Put an entry below another one; last without a place."""
        siblings = self._children[above]
        siblings.insert(len(siblings) if place is None else place, record)
        self._parent[record] = above
        self._name(above)
        node, back = self._nodes[record], self._back(above)
        node[back] = [*each(node.get(back)), self._identity.resource(above)]

    def _name(self, record: Ctid) -> None:
        """Let a node name the entries below it in their order; what it names elsewhere stays."""
        node, down = self._nodes[record], self._down(record)
        held = {self._record(value): value for value in each(node.get(down))}
        own = [held.get(one, self._identity.resource(one)) for one in self._children[record]]
        others = [one for one in each(node.get(down)) if self._record(one) not in self._nodes]
        if named := [*own, *others]:
            node[down] = named
        else:
            node.pop(down, None)

    def _down(self, record: Ctid) -> str:
        return self._kind.top if record == self._top else self._kind.below

    def _back(self, above: Ctid) -> str:
        return self._kind.top_of if above == self._top else self._kind.above

    def _record(self, value: Any) -> Ctid | None:
        return self._identity.ctid_of(str(value.get("@id") if isinstance(value, dict) else value))


def _named(node: Any) -> str:
    return str(node.get("ceterms:ctid")) if isinstance(node, dict) else ""


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _text(text: str) -> str:
    plain = _plain(text)
    if not plain or len(plain) > MAX_TEXT_CHARACTERS:
        raise BadParameter(f"Give the text, in {MAX_TEXT_CHARACTERS:,} characters at most.")
    return plain
