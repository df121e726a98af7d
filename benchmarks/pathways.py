"""Questions about pathways, against the same question in SPARQL; and what links cost a load."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pyoxigraph as ox

from ctgraph.bulk.sample import generate
from ctgraph.documents import parse
from ctgraph.identity import Identity
from ctgraph.iris import CTG
from ctgraph.ledger import Ledger
from ctgraph.ledger.writing import Submission, append, register_organizations
from ctgraph.links.extraction import extract
from ctgraph.pathways import Asked, Pathways
from ctgraph.pathways.traversal import LARGEST_PAGE
from ctgraph.settings import load_settings
from ctgraph.store.linkgraph import link_quads
from ctgraph.store.linkreader import reading
from ctgraph.store.links import LinkIndex, Said
from ctgraph.store.projector import Projector, hold
from ctgraph.validation import refused

WALK = Asked(depth=5, limit=LARGEST_PAGE)
# SPARQL 1.1 has no bounds for a path: each step but the first may be left out.
PATH = "/".join(["ctg:precedes", *["ctg:precedes?"] * 4])
STARTS, PAIRS, DOCUMENTS = 20, 200, 4000


def pathways(home: Path) -> None:
    """Measure traversal and routes over a loaded registry."""
    settings = load_settings(home=home)
    ledger = Ledger.of(settings)
    chance = random.Random(0)
    with reading(settings) as links:
        records = [row.id for row in links.named([], 50_000) if "Credential" not in row.type]
    asked = Pathways(settings, ledger)
    starts = _starts(asked, chance.sample(records, len(records)))
    _walk(asked, starts, home, Identity.of(settings))
    _routes(asked, records, chance)


def _starts(asked: Pathways, records: list[str]) -> list[str]:
    """Return records that lead to about a thousand others within five steps."""
    found = []
    for record in records[:5000]:
        graph = asked.succeeding(record, WALK)
        if graph.next is None and len(graph.nodes) >= 700:
            found.append(record)
        if len(found) == STARTS:
            break
    return found


def _walk(asked: Pathways, starts: list[str], home: Path, identity: Identity) -> None:
    store = ox.Store.read_only(str((home / "store" / "current").resolve()))

    def ours(start: str) -> int:
        return len(asked.succeeding(start, WALK).nodes)

    def sparql(start: str) -> int:
        query = f"SELECT DISTINCT ?b {{ <{identity.resource(start)}> {PATH} ?b }}"
        return sum(1 for _ in store.query(  # type: ignore[union-attr, misc]
            query, prefixes={"ctg": CTG}, use_default_graph_as_union=True))  # fmt: skip

    pairs = [(_timed(ours, start), _timed(sparql, start)) for start in starts]
    here, there = (statistics.median(took for took, _ in side) for side in zip(*pairs, strict=True))
    nodes = statistics.median(count for (_, count), _ in pairs)
    print(f"pathways, succeeding to depth 5, {nodes:,.0f} nodes: median {here * 1e3:.1f} ms; "
          f"SPARQL path {there * 1e3:.1f} ms; ratio {here / there:.2f}")  # fmt: skip


def _routes(asked: Pathways, records: list[str], chance: random.Random) -> None:
    found = [_timed(lambda _: len(asked.route(*chance.sample(records, 2)).routes), "")
             for _ in range(PAIRS)]  # fmt: skip
    times = sorted(took for took, _ in found)
    print(f"pathways, route between random records: median {times[PAIRS // 2] * 1e3:.1f} ms, "
          f"p95 {times[PAIRS * 95 // 100] * 1e3:.1f} ms; "
          f"{sum(1 for _, count in found if count)} of {PAIRS} have one")  # fmt: skip


def _timed(ask: Callable[[str], int], start: str) -> tuple[float, int]:
    began = time.perf_counter()
    count = ask(start)
    return time.perf_counter() - began, count


def share() -> None:
    """Measure what links take of a load, in processor time: read, indexed, written as RDF."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home")
        ledger, identity = Ledger.initialise(settings), Identity.of(settings)
        began = time.process_time()
        documents = [parse(orjson.dumps(one), settings) for one in generate(DOCUMENTS)]
        for document in documents:
            refused(document, settings)
        owners = register_organizations(ledger, {d.owners[0]: d.name for d in documents})
        append(ledger, [Submission(owners[d.owners[0]], d.ctid, d) for d in documents], "benchmark")
        with hold(settings):
            Projector(settings, ledger).catch_up()
        whole = time.process_time() - began
        changes = ledger.changes(0, DOCUMENTS)
        quads = [list(ox.parse(change.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
                 for change in changes]  # fmt: skip
        began = time.process_time()
        said: list[Said] = [(change.ctid, change.owner, extract(record, change.ctid, identity))
                            for change, record in zip(changes, quads, strict=True)]  # fmt: skip
        LinkIndex(Path(folder) / "links.sqlite").apply(said, 1)
        kept = time.process_time() - began
        ox.Store(f"{folder}/links").bulk_extend(
            quad for document, owner, found in said
            for quad in link_quads(document, owner, found.links, identity)
        )  # fmt: skip
        links = time.process_time() - began
    print(f"pathways, extraction in a load of {DOCUMENTS:,} documents: {kept / whole:.1%} of its "
          f"processor time; with the links as RDF {links / whole:.1%}")  # fmt: skip
