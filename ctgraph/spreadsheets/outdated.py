"""Records that keep an address of the owner as it was, although an upload changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson

from ctgraph.documents.node_values import name_of
from ctgraph.forms.values import Node
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.standing import standing_of
from ctgraph.problem import Severity
from ctgraph.spreadsheets.columns import listed
from ctgraph.spreadsheets.held import held
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.references import place_identifier

MAX_NAMES = 3
"""Records that a warning names."""
_AVAILABLE = "ceterms:availableAt"


class Outdated:
    """Finds the records that are available at addresses which an upload changes or removes.

    :param before: the addresses of the owner, by their identifiers.
    :param after: as the upload leaves them.
    """

    def __init__(self, before: Mapping[str, Node], after: Mapping[str, Node]) -> None:
        self.before = before
        self._changed = {
            name: after.get(name) for name, place in before.items() if after.get(name) != place
        }
        self._names: dict[str, list[str]] = {}
        self._seen: set[Ctid] = set()

    def look(self, document: Ctid, nodes: Iterable[Node]) -> None:
        """Look at the things of a document as the upload leaves it."""
        self._seen.add(document)
        for node in nodes if self._changed else ():
            for place in listed(node.get(_AVAILABLE)):
                name = place_identifier(place) if isinstance(place, dict) else ""
                if name in self._changed and place != self._changed[name]:
                    self._names.setdefault(name, []).append(name_of(node))

    def problems(
        self, database: Database, owner: Ctid, lines: Iterable[Line]
    ) -> Iterator[SheetProblem]:
        """Yield a warning for each address that records keep as it was.

        :param lines: the rows about addresses.
        """
        if self._changed:
            self._look_at_others(database, owner)
        for line in lines:
            if names := self._names.pop(line.place.identifier, None):
                some = ", ".join(map(repr, sorted(names)[:MAX_NAMES]))
                more = ", …" if len(names) > MAX_NAMES else ""
                count = "1 record keeps" if len(names) == 1 else f"{len(names):,} records keep"
                message = f"{count} this address as it was: {some}{more}."
                remedy = _RENEW if self._changed[line.place.identifier] else _LEAVE
                yield SheetProblem(line.place, message, remedy, severity=Severity.WARNING)

    def _look_at_others(self, database: Database, owner: Ctid) -> None:
        standing = standing_of(database, owner)
        others = [one.ctid for one in standing if one.ctid not in self._seen]
        for document, text in held(database, others):
            if text and _AVAILABLE.encode() in text:
                self.look(document, orjson.loads(text)["@graph"])


_RENEW = "Export them afterwards and upload the export: their Available At takes over the new one."
_LEAVE = "Write into their Available At where they are available instead, or #DELETE."
