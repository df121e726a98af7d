"""What the records of an upload say of each other: circles, and references to what is withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson

from ctgraph.documents.node_values import name_of
from ctgraph.documents.references import references
from ctgraph.forms.values import Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.standing import standing_of
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.held import held
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.things import Things
from ctgraph.vocab import vocabulary

MAX_NAMES = 3
"""Records that a warning names."""
_UP = (
    "ceterms:isPartOf",
    "ceasn:isPartOf",
    "ceasn:isChildOf",
    "skos:broader",
    "ceterms:supersedes",
    "ceterms:previousVersion",
    "ceterms:parentOrganization",
    "ceterms:precedes",
)
"""Properties by which nothing comes back to itself."""
_DOWN = {
    "ceterms:hasPart": "ceterms:isPartOf",
    "ceasn:hasChild": "ceasn:isChildOf",
    "skos:narrower": "skos:broader",
    "ceterms:supersededBy": "ceterms:supersedes",
    "ceterms:nextVersion": "ceterms:previousVersion",
    "ceterms:subOrganization": "ceterms:parentOrganization",
    "ceterms:isPrecededBy": "ceterms:precedes",
}
"""Their inverses."""
_MAY_BE_ITSELF = ("ceterms:latestVersion",)


class Ties:
    """The references among records, as an upload leaves them.

    :param owner: of the upload; everything refers to it.
    """

    def __init__(self, identity: Identity, owner: Ctid) -> None:
        self._identity = identity
        self._owner = owner
        self._up: dict[str, dict[Ctid, set[Ctid]]] = {}
        self._itself: dict[Ctid, str] = {}
        self._sources: dict[Ctid, dict[Ctid, str]] = {}
        self._seen: set[Ctid] = set()

    def look(self, document: Ctid, nodes: Iterable[Node]) -> None:
        """Look at the things of a document as the upload leaves it."""
        self._seen.add(document)
        for node in nodes:
            if source := node.get("ceterms:ctid"):
                told = name_of(node)
                for name, target in references(node, self._identity):
                    if target not in (self._owner, source):
                        self._sources.setdefault(target, {})[document] = told
                    self._take(source, name, target)

    def _take(self, source: Ctid, name: str, target: Ctid) -> None:
        if name in _UP:
            self._up.setdefault(name, {}).setdefault(source, set()).add(target)
        elif name in _DOWN:
            self._up.setdefault(_DOWN[name], {}).setdefault(target, set()).add(source)
        elif target == source != self._owner and name not in _MAY_BE_ITSELF:
            self._itself[source] = name

    def circles(self, things: Things) -> Iterator[SheetProblem]:
        """Yield a warning for each record that refers to itself, also by way of others."""
        for record, name in self._itself.items():
            yield from self._circle(things, name, [record])
        for name, above in self._up.items():
            done: set[Ctid] = set()
            for record in above:
                if way := _circle_from(record, above, done):
                    yield from self._circle(things, name, way)

    def _circle(self, things: Things, name: str, way: list[Ctid]) -> Iterator[SheetProblem]:
        own = [things.by_ctid[one] for one in way if one in things.by_ctid]
        told = [thing for thing in own if thing.lines]
        if not told:
            return
        thing = min(told, key=lambda one: (one.line.place.file, one.line.place.row))
        label = vocabulary().label(Curie(name))
        names = {one.ctid: one.identifier for one in own}
        others = [names.get(one) or one for one in way if one != thing.ctid]
        through = f" by way of {', '.join(others[:MAX_NAMES])}" if others else ""
        message = f"The record refers to itself in {label!r}{through}."
        column = next((c.heading for c in thing.type.columns if c.property == name), "")
        remedy = "Take one of the references out."
        yield SheetProblem(thing.line.at(column), message, remedy, severity=Severity.WARNING)

    def severed(self, database: Database, gone: Mapping[Ctid, str]) -> Iterator[SheetProblem]:
        """Yield a warning for each record that is withdrawn although others refer to it.

        :param gone: the names of the records that are withdrawn.
        """
        known = self._seen | gone.keys()
        standing = standing_of(database, self._owner)
        others = [one.ctid for one in standing if one.ctid not in known]
        for document, text in held(database, others):
            if text:
                self.look(document, orjson.loads(text)["@graph"])
        for record, text in held(database, gone):
            nodes = orjson.loads(text)["@graph"] if text else []
            parts = (self._sources.get(node.get("ceterms:ctid"), {}) for node in nodes)
            sources = {key: name for part in parts for key, name in part.items()}
            names = [name for key, name in sources.items() if key not in gone]
            if names:
                some = ", ".join(map(repr, sorted(names)[:MAX_NAMES]))
                more = f" and {len(names) - MAX_NAMES:,} others" if len(names) > MAX_NAMES else ""
                verb = "refers" if len(names) == 1 else "refer"
                message = f"{gone[record]!r} would be withdrawn, and {some}{more} {verb} to it."
                place = Place(identifier=record)
                yield SheetProblem(place, message, _KEEP, severity=Severity.WARNING)


_KEEP = "Put its row into the files, or take the references out."


def _circle_from(start: Ctid, above: Mapping[Ctid, set[Ctid]], done: set[Ctid]) -> list[Ctid]:
    """Return the records of a circle that is reached from one; empty where there is none.

    :param done: the records from which no circle is reached, or whose circle was told.
    """
    way = dict.fromkeys([start] if start not in done else [])
    left = [iter(above.get(one, ())) for one in way]
    while left:
        target = next(left[-1], None)
        if target is None:
            left.pop()
            done.add(way.popitem()[0])
        elif target in way:
            done.update(way)
            records = list(way)
            return records[records.index(target) :]
        elif target not in done:
            left.append(iter(above.get(target, ())))
            way[target] = None
    return []
