"""Questions about pathways as ratios to the same in SPARQL, and the share of links in a load."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pyoxigraph as ox

from ctgraph.bulk.sample import generate
from ctgraph.documents import parse
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import Change, Event
from ctgraph.links.statements import extract
from ctgraph.pathways import Asked, Pathways
from ctgraph.pathways.traversal import MAX_PAGE_NODES, walk
from ctgraph.projections.link_graphs import link_quads
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_reader import reading
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.rdf.namespaces import CTG, TYPE
from ctgraph.settings import Settings, load_settings
from ctgraph.validation import validate

CETERMS = "https://purl.org/ctdl/terms/"
MOMENT = "2026-01-01T00:00:00Z"
LEADS_TO = 4
WALK = Asked(depth=5, limit=MAX_PAGE_NODES)
# SPARQL 1.1 has no bounds for a path: each step but the first may be left out.
PATH = "<%s> ctg:precedes/ctg:precedes?/ctg:precedes?/ctg:precedes?%s ?b"
REACHED = "SELECT DISTINCT ?b {" + PATH % ("%s", "/ctg:precedes?") + "}"
# What an answer says: every link on the way, with who asserts it and how, and what it leads to.
SAID = (
    "SELECT ?a ?b ?name ?strength ?via ?by ?with ?owner WHERE { { SELECT DISTINCT (?b AS ?a) { {"
    + PATH % ("%s", "")
    + "} UNION { VALUES ?b { <%s> } } } } "
    "?link ctg:earlier ?a ; ctg:later ?b ; ctg:strength ?strength ; ctg:via ?via ; "
    "ctg:assertedBy ?by ; ctg:assertedWith ?with ; ctg:owner ?owner . "
    f"?b <{CETERMS}name> ?name }}"
)
STARTS, PAIRS, DOCUMENTS = 20, 200, 2000


def pathways(documents: int) -> None:
    """Measure traversal and routes over a registry of courses that each lead to four others.

    Five steps from any of them are about a thousand others, as in no hub and no dead end.
    """
    with tempfile.TemporaryDirectory(prefix="ctgraph-pathways-") as folder:
        settings = load_settings(home=Path(folder) / "home")
        asked = Pathways(settings, Ledger.initialise(settings))
        records = _fill(settings, documents)
        chance = random.Random(1)
        _walk(asked, chance.sample(records, STARTS), settings)
        _routes(asked, records, chance)


def _fill(settings: Settings, documents: int) -> list[Ctid]:
    """Make the projections of a registry, as a rebuild does; return its records."""
    identity = Identity.of(settings)
    store_folder = store_folder_of(settings)
    records = [canonical(f"ce-{number:08x}-0000-4000-8000-{0:012x}") for number in range(documents)]
    chance = random.Random(0)

    def changes() -> Iterator[Change]:
        for number, record in enumerate(records, 1):
            leads_to = chance.sample(records, LEADS_TO)
            yield Change(
                number,
                record,
                1,
                "",
                MOMENT,
                records[0],
                MOMENT,
                Event.PUBLISH,
                "benchmark",
                _quads(identity, record, leads_to),
            )

    store_folder.path.mkdir()
    links = LinkIndex(store_folder.links)
    store = EmbeddedStore(store_folder.live, identity, links)
    store.fill(changes(), [], documents)
    folder = store_folder.prepare(documents)
    store.backup(folder)
    store_folder.switch(folder)
    links.close()
    return records


def _quads(identity: Identity, record: Ctid, leads_to: list[Ctid]) -> bytes:
    subject, graph = f"<{identity.resource(record)}>", f"<{identity.graph(record)}>"
    facts = [
        f"<{TYPE.value}> <{CETERMS}Course>",
        f'<{CETERMS}ctid> "{record}"',
        f'<{CETERMS}name> "Course {record}"@en',
        *(f"<{CETERMS}isPreparationFor> <{identity.resource(other)}>" for other in leads_to),
    ]
    return "".join(f"{subject} {fact} {graph} .\n" for fact in facts).encode()


def _walk(asked: Pathways, starts: list[Ctid], settings: Settings) -> None:
    identity = Identity.of(settings)
    store = ox.Store.read_only(str(store_folder_of(settings).newest()))

    def ours(start: Ctid) -> int:
        return len(asked.succeeding(start, WALK).nodes)

    def sparql(query: str) -> int:
        rows = store.query(query, prefixes={"ctg": CTG})
        assert isinstance(rows, ox.QuerySolutions)
        return sum(1 for _ in rows)

    def reached(start: Ctid) -> int:
        return sparql(REACHED % identity.resource(start))

    def said(start: Ctid) -> int:
        return sparql(SAID % ((identity.resource(start),) * 2))

    def walked(start: Ctid) -> int:
        with reading(settings) as links:
            return len(walk(links, [start], True, WALK).depths)

    times: dict[str, list[float]] = {}
    for start in starts:
        for ask in (ours, said, walked, reached):
            took, count = _timed(ask, start)
            assert count > MAX_PAGE_NODES // 2
            times.setdefault(ask.__name__, []).append(took * 1e3)
    here, whole, bare, path = (statistics.median(found) for found in times.values())
    print(
        f"pathways, succeeding to depth 5, a page of {MAX_PAGE_NODES:,}: median {here:.1f} ms; the "
        f"same in SPARQL {whole:.1f} ms; ratio {here / whole:.2f}. Which nodes alone: {bare:.1f} "
        f"ms; SPARQL path {path:.1f} ms; ratio {bare / path:.2f}"
    )


def _routes(asked: Pathways, records: list[Ctid], chance: random.Random) -> None:
    found = [
        _timed(lambda a, b: len(asked.route(a, b).routes), *chance.sample(records, 2))
        for _ in range(PAIRS)
    ]
    times = sorted(took for took, _ in found)
    print(
        f"pathways, route between random records: median {times[PAIRS // 2] * 1e3:.1f} ms, "
        f"p95 {times[PAIRS * 95 // 100] * 1e3:.1f} ms; "
        f"{sum(1 for _, count in found if count)} of {PAIRS} have one"
    )


def _timed(ask: Callable[..., int], *ends: str) -> tuple[float, int]:
    began = time.perf_counter()
    count = ask(*ends)
    return time.perf_counter() - began, count


def share() -> None:
    """Measure what links take of a load, in processor time: read, indexed, written as RDF."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home")
        ledger, identity = Ledger.initialise(settings), Identity.of(settings)
        began = time.process_time()
        documents = [parse(orjson.dumps(one), settings) for one in generate(DOCUMENTS)]
        for document in documents:
            validate(document, settings)
        owners = ledger.organizations.register({d.owners[0]: d.name for d in documents})
        append(ledger, [Submission(owners[d.owners[0]], d.ctid, d) for d in documents], "benchmark")
        with hold(settings):
            Projector(settings, ledger).catch_up()
        whole = time.process_time() - began
        changes = ledger.changes.after(0, DOCUMENTS)
        quads = [
            list(ox.parse(change.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
            for change in changes
        ]
        began = time.process_time()
        said: list[IndexedDocument] = [
            IndexedDocument(change.ctid, change.owner, extract(record, change.ctid, identity))
            for change, record in zip(changes, quads, strict=True)
        ]
        LinkIndex(Path(folder) / "links.sqlite").apply(said, 1)
        kept = time.process_time() - began
        ox.Store(f"{folder}/links").bulk_extend(
            quad
            for document, owner, found in said
            for quad in link_quads(document, owner, found.links, identity)
        )
        links = time.process_time() - began
    print(
        f"pathways, extraction in a load of {DOCUMENTS:,} documents: {kept / whole:.1%} of its "
        f"processor time; with the links as RDF {links / whole:.1%}"
    )
