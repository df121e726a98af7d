"""Records that link to each other, and a registry that projects them in the test's own process."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pyoxigraph as ox

from ctgraph.documents import Purpose, from_json
from ctgraph.errors import CtgraphError
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.links.model import Link, Relation, Strength, Via
from ctgraph.links.node_facts import Fact
from ctgraph.links.statements import Extract
from ctgraph.pathways import Pathways
from ctgraph.pathways.model import Graph
from ctgraph.pathways.traversal import MAX_LEVEL_LINKS
from ctgraph.projections.checking import check
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_reader import reading
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.link_tables import TABLES
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.rdf.namespaces import CETERMS, CTG, Curie, Iri
from ctgraph.settings import load_settings
from tests.support.registry import ctid_number

CONTEXT = "https://credreg.net/ctdl/schema/context/json"
ORGANIZATIONS = tuple(ctid_number(900 + number) for number in range(3))


def iri(number: int) -> str:
    """Return the IRI of the record with a number."""
    return f"http://localhost:8000/resources/{ctid_number(number)}"


def number_of(id: str) -> int:
    """Return the number of a record."""
    return int(id[-12:])


def entity(number: int, kind: str = "Certificate", /, **says: Any) -> dict[str, Any]:
    """Return an entity with a CTID; `says` are its properties of ``ceterms``."""
    return {
        "@type": kind if ":" in kind else f"ceterms:{kind}",
        "@id": iri(number),
        "ceterms:ctid": ctid_number(number),
        "ceterms:name": {"en": f"{kind} {number}"},
        **named(says),
    }


def named(says: dict[str, Any]) -> dict[str, Any]:
    """Return properties with the prefix ``ceterms``, where they have none."""
    return {key if ":" in key else f"ceterms:{key}": value for key, value in says.items()}


def document(*entities: dict[str, Any]) -> dict[str, Any]:
    """Return a document; its first entity is the primary one."""
    record = entities[0]["ceterms:ctid"]
    return {
        "@context": CONTEXT,
        "@id": f"http://localhost:8000/graph/{record}",
        "@graph": [*entities],
    }


def record(number: int, kind: str = "Certificate", /, **says: Any) -> dict[str, Any]:
    """Return a document of one entity."""
    return document(entity(number, kind, **says))


def condition(**says: Any) -> dict[str, Any]:
    """Return a condition profile."""
    return {"@type": "ceterms:ConditionProfile", **named(says)}


def needs(*numbers: int, **says: Any) -> dict[str, Any]:
    """Return a condition profile that targets credentials."""
    return condition(targetCredential=[*map(iri, numbers)], **says)


def framework(number: int, *competencies: int) -> dict[str, Any]:
    """Return the document of a competency framework."""
    return document(
        entity(number, "ceasn:CompetencyFramework"),
        *(entity(each, "ceasn:Competency") for each in competencies),
    )


def pathway(number: int, *components: dict[str, Any], **says: Any) -> dict[str, Any]:
    """Return the document of a pathway."""
    return document(entity(number, "Pathway", **says), *components)


def pairs(graph: Graph) -> dict[tuple[int, int], str]:
    """Return the edges of an answer between records, each with its strength."""
    return {(number_of(e.source), number_of(e.target)): e.strength for e in graph.edges}


def _short(term: Any) -> Any:
    """Return a record's number, the local name of a term of ctgraph's, the value of others."""
    is_record = term.value.startswith(iri(0)[:-39])
    return number_of(term.value) if is_record else term.value.removeprefix(CTG)


class World:
    """A registry of three organizations; what is published can be asked for at once."""

    def __init__(self, home: Path) -> None:
        self.settings = load_settings(home=home)
        self.ledger = Ledger.initialise(self.settings)
        self.owners = [
            self.ledger.organizations.add(f"College {record[-1]}", record)
            for record in ORGANIZATIONS
        ]
        self.settings.store_path.mkdir()
        self.projector = Projector(self.settings, self.ledger)
        self.pathways = Pathways(self.settings, self.ledger)

    def publish(self, *documents: dict[str, Any], owner: int = 0) -> None:
        """Publish documents of an organization together."""
        self.change(*((each, owner) for each in documents))

    def withdraw(self, *numbers: int) -> None:
        """Withdraw records together."""
        self.change(*((number, 0) for number in numbers))

    def change(self, *changes: tuple[dict[str, Any] | int, int]) -> None:
        """Publish documents, and withdraw records by their numbers, all together.

        :param changes: each with the number of the organization that publishes.
        """
        submissions = []
        for change, owner in changes:
            if isinstance(change, int):
                submissions.append(Submission(None, ctid_number(change)))
            else:
                parsed = from_json(change, orjson.dumps(change), self.settings, Purpose.HARVEST)
                submissions.append(Submission(self.owners[owner], parsed.ctid, parsed))
        for outcome in append(self.ledger, submissions, "test"):
            if isinstance(outcome, CtgraphError):
                raise outcome
        while self.projector.step():
            pass

    def edges(self, property: str = "") -> dict[tuple[int, int], str]:
        """Return which record precedes which by the index, with the strongest strength.

        :param property: count only what this property says.
        """
        ids = {end for row in self._rows("SELECT earlier, later FROM link") for end in row}
        with reading(self.settings) as links:
            pairs = {step[:2] for step in links.steps(ids, True, MAX_LEVEL_LINKS)}
            said = links.statements(pairs, (), Relation.PRECEDES)
        order = sorted(
            (s for about in said.values() for s in about if s.property.endswith(property)),
            key=lambda s: -Strength(s.strength).rank,
        )
        return {(number_of(s.earlier), number_of(s.later)): s.strength for s in order}

    def kept(self, *numbers: int) -> set[tuple[Any, ...]]:
        """Return the rows of the link index of some documents, with the numbers of the rows."""
        records = tuple(map(ctid_number, numbers))
        return {row for row in self._rows("SELECT rowid, * FROM link") if row[1] in records}

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(store_folder_of(self.settings).links)) as db:
            return db.execute(query, values).fetchall()

    def store(self) -> ox.Store:
        """Return the triple store as queries see it."""
        self.projector.snapshot()
        return ox.Store.read_only(str(store_folder_of(self.settings).newest()))

    def says(self, number: int) -> set[tuple[Any, str, Any]]:
        """Return the RDF graph of the links that a document asserts: records as numbers."""
        graph = ox.NamedNode(f"http://localhost:8000/links/{ctid_number(number)}")
        return {
            (_short(q.subject), _short(q.predicate), _short(q.object))
            for q in self.store().quads_for_pattern(None, None, None, graph)
        }

    def differences(self) -> list[str]:
        """Return what `ctgraph check` finds."""
        self.projector.snapshot()
        with self._closed():
            return check(self.settings, self.ledger)

    def contents(self) -> tuple[Counter[tuple[Any, ...]], set[ox.Quad]]:
        """Return all rows of the link index, and all quads."""
        rows = Counter(
            (table, *row) for table in TABLES for row in self._rows(f"SELECT * FROM {table}")
        )
        return rows, set(self.store())

    def rebuild(self) -> None:
        """Make the projections anew, in small batches."""
        with self._closed(), patch("ctgraph.projections.triples.FILL_DOCUMENTS", 2):
            rebuild(self.settings, self.ledger)

    def index(self, links: Iterable[tuple[int, int]], **kinds: Collection[int]) -> None:
        """Put links into the index without publishing anything.

        :param kinds: the records that are of a class; the others are certificates.
        """
        classes = {number: kind for kind, numbers in kinds.items() for number in numbers}
        found: dict[int, list[Link]] = {}
        for earlier, later in links:
            found.setdefault(later, [])
            found.setdefault(earlier, []).append(
                Link(
                    Relation.PRECEDES,
                    ctid_number(earlier),
                    ctid_number(later),
                    ctid_number(earlier),
                    Curie("ceterms:isPreparationFor"),
                    Strength.PREPARATION,
                    Via.DIRECT,
                )
            )
        index = LinkIndex(store_folder_of(self.settings).links)
        index.apply(
            [
                IndexedDocument(
                    ctid_number(n),
                    ORGANIZATIONS[0],
                    Extract(
                        [
                            Fact(
                                ctid_number(n),
                                Iri(f"{CETERMS}{classes.get(n, 'Certificate')}"),
                                str(n),
                            )
                        ],
                        said,
                    ),
                )
                for n, said in found.items()
            ],
            1,
        )
        index.close()

    @contextmanager
    def _closed(self) -> Iterator[None]:
        """Let others open the store in the block."""
        del self.projector
        yield
        self.projector = Projector(self.settings, self.ledger)
