"""The new documents of an upload, from the documents of the registry and the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from ctgraph.forms.values import Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.standing import documents
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.code_book import CodeBooks
from ctgraph.spreadsheets.columns import listed
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.held import held
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.merge import Merging, begun, document_of, linked
from ctgraph.spreadsheets.outdated import Outdated
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.references import place_identifier
from ctgraph.spreadsheets.resolve import Resolver
from ctgraph.spreadsheets.things import Thing, Things
from ctgraph.spreadsheets.ties import Ties


@dataclass
class Change:
    """A thing before and after its rows.

    :param profiles: the profiles of its rows, each with its row.
    :param problems: what is wrong with its rows.
    """

    thing: Thing
    before: Node | None
    after: Node
    profiles: list[tuple[Line, Node]]
    problems: list[SheetProblem]


@dataclass
class Built:
    """A new document.

    :param base: the digest of the version that it replaces; empty for none.
    """

    record: Ctid
    base: str
    document: dict[str, Any]
    is_changed: bool
    changes: list[Change] = field(default_factory=list)


class Builder:
    """Builds the documents of an upload.

    :param problems: gets what is wrong with the rows.
    """

    def __init__(
        self,
        ledger: Ledger,
        identity: Identity,
        owner: Organization,
        resolver: Resolver,
        problems: list[SheetProblem],
    ) -> None:
        self._ledger = ledger
        self._resolver = resolver
        self._problems = problems
        self.owner = owner
        self.at = Context(identity, owner, resolver.find, codes=CodeBooks(ledger.codes))
        self.outdated = Outdated({}, {})
        self.ties = Ties(identity, owner.ctid)

    def built(self, things: Things) -> Iterator[Built]:
        """Yield the documents of an upload."""
        by_document: dict[Ctid, list[Thing]] = {}
        for thing in things:
            if thing.document and thing.kind and thing.ctid:
                by_document.setdefault(thing.document, []).append(thing)
        if self._has_own_rows(things):
            owner = by_document.setdefault(self.owner.ctid, [self._organization()])
            owner[0].places, owner[0].statements = things.places, things.statements
        self._know_places(by_document.get(self.owner.ctid, []))
        for record, kept in held(self._ledger.database, list(by_document)):
            if built := self._document(record, kept, by_document.pop(record)):
                yield built

    def _document(self, record: Ctid, kept: bytes | None, things: list[Thing]) -> Built | None:
        document = orjson.loads(kept) if kept else {"@graph": []}
        graph = document["@graph"]
        before = {node["ceterms:ctid"]: node for node in graph if "ceterms:ctid" in node}
        others = [node for node in graph if "ceterms:ctid" not in node]
        nodes = dict(before)
        changes = [self._change(thing, before) for thing in things]
        nodes |= {change.thing.ctid: change.after for change in changes}
        whole = nodes.get(record)
        if whole is None:
            for thing in things:
                message = f"The row is a part of {record}, which is not in the registry."
                remedy = "Upload the row of the whole too, or correct the reference."
                self._problems.append(SheetProblem(thing.line.place, message, remedy))
            return None
        for change in changes:
            if change.thing.is_part and change.after != change.before:
                linked(change.thing, whole, nodes, self.at)
        self.outdated.look(record, nodes.values())
        self.ties.look(record, nodes.values())
        parts = (node for key, node in nodes.items() if key != record)
        ordered = [whole, *parts, *others]
        document = document | {"@graph": ordered} if kept else document_of(ordered, self.at)
        is_changed = not kept or any(one.after != one.before for one in changes)
        standing = self._resolver.standing.get(record)
        base = standing.digest if standing and kept else ""
        return Built(record, base, document, is_changed, changes)

    def _change(self, thing: Thing, before: dict[Any, Node]) -> Change:
        assert thing.ctid
        assert thing.kind
        old = before.get(thing.ctid)
        problems: list[SheetProblem] = []
        merging = Merging(self.at, problems)
        node = dict(old) if old else begun(thing.kind, thing.ctid, self.at)
        node["@type"] = thing.kind
        after = merging.merged(thing, node)
        if thing.places:
            after = merging.places(thing.places, after)
        if thing.statements:
            after = merging.statements(thing.statements, after)
        self._problems += problems
        return Change(thing, old, after, merging.profiles, problems)

    def _organization(self) -> Thing:
        """Return the owner as a thing that only rows of its addresses or statements are about."""
        standing = self._resolver.standing[self.owner.ctid]
        kind, record = record_types()["organizations"], self.owner.ctid
        return Thing(kind, "", record, [], standing.type, record, None, False)

    def _has_own_rows(self, things: Things) -> bool:
        """Tell whether rows belong into the record of the owner, and there is one."""
        own = [*things.places, *things.statements]
        if not own:
            return False
        if self.owner.ctid in self._resolver.standing or self.owner.ctid in things.by_ctid:
            return True
        message = f"{self.owner.name} has no record in the registry yet."
        remedy = "Publish the record of the organization first, or upload its row too."
        self._problems.append(SheetProblem(own[0].place, message, remedy))
        return False

    def _know_places(self, owner: list[Thing]) -> None:
        """Find the addresses of the owner, as they are after the upload."""
        kept = documents(self._ledger.database, {self.owner.ctid}).get(self.owner.ctid)
        node: Node = orjson.loads(kept)["@graph"][0] if kept else {}
        before = _places(node)
        if owner:
            silent = Merging(self.at, [])
            node = silent.merged(owner[0], node or {"@type": owner[0].kind})
            node = silent.places(owner[0].places, node) if owner[0].places else node
        self.outdated = Outdated(before, _places(node))
        self.at.places = _places(node)


def _places(organization: Node) -> dict[str, Node]:
    values = listed(organization.get("ceterms:address"))
    return {place_identifier(one): one for one in values if isinstance(one, dict)}
