"""Every ready-made query, and those that analysts write: here and at two other engines, in one run.

Oxigraph's own server reads a copy of the store. Virtuoso is loaded with the same quads; its default
graph is the one that holds our default graph.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

from benchmarks.running import Client, free_port, running, serve, snapshot
from benchmarks.sparql import oxigraph
from ctgraph.identity import Identity
from ctgraph.rdf.namespaces import CTG
from ctgraph.settings import load_settings
from ctgraph.sparql.query import usual_prefixes
from ctgraph.sparql.stored_queries import all_stored

TURNS = 3
DEFAULT_GRAPH = "urn:ctgraph:default"
BUFFERS = 170_000
"""Pages of 8 kB that Virtuoso keeps in memory: what its own file advises for 2 GB."""
JSON = {"Accept": "application/sparql-results+json"}
AD_HOC = {
    "all of one record": "SELECT ?p ?o { <resources/RECORD> ?p ?o }",
    "classes of everything": "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class",
    "links between owners": """SELECT ?from ?to (COUNT(*) AS ?links) {
        ?a ctg:precedes ?b . ?a ceterms:ownedBy ?from . ?b ceterms:ownedBy ?to }
        GROUP BY ?from ?to ORDER BY DESC(?links) LIMIT 100""",
    "links between owners, by sub-selects": """SELECT ?from ?to (COUNT(*) AS ?links) {
        ?a ctg:precedes ?b { SELECT ?a ?from { ?a ceterms:ownedBy ?from } }
        { SELECT ?b ?to { ?b ceterms:ownedBy ?to } } }
        GROUP BY ?from ?to ORDER BY DESC(?links) LIMIT 100""",
}
WORDS = ("nurs*", "welding", "data", "business", "manage*")
"""What is looked for by each engine's own index of words: 20 records, with their names."""
WORDED = {
    "ctgraph": """SELECT ?record ?name {
        ?record ctg:matches ("%s" 20) ; ceterms:name ?name }""",
    "Virtuoso": """SELECT ?record ?name {
        ?record ceterms:name ?name . ?name bif:contains "'%s'" } LIMIT 20""",
}
Ask = Callable[[str], tuple[float, bytes]]
"""Asks a query; returns the seconds and the answer."""


def queries(home: Path, workers: int) -> None:
    """Print what each query takes at each engine, in ms, and the ratio to ours."""
    port = free_port()
    with ExitStack() as stack:
        stack.enter_context(running(serve(port, workers), port, home, CTGRAPH_QUERY_CACHE="0"))
        peers: dict[str, Ask] = {}
        for name, start in (("Oxigraph", _oxigraph), ("Virtuoso", _virtuoso)):
            try:
                peers[name] = stack.enter_context(start(home))
            except (SystemExit, OSError, subprocess.CalledProcessError) as failed:
                print(f"queries: no figures of {name}: {failed}")
        ours = _asker(port, "/sparql")
        for name, text in _texts(home).items():
            _compare(name, text, ours, peers)
        _compare_words(_head(home), {"ctgraph": ours} | peers)


def _compare(name: str, text: str, ours: Ask, peers: dict[str, Ask]) -> None:
    here = _taken(ours, text)
    said = [f"{name:36} ctgraph {_shown(here)}"]
    for peer, ask in peers.items():
        there = _taken(ask, text)
        said.append(f"{peer} {_shown(there)}")
        if isinstance(here, float) and isinstance(there, float):
            said[-1] += f" ({here / there:.2f})"
    print("; ".join(said), flush=True)


def _compare_words(head: str, engines: dict[str, Ask]) -> None:
    """Print what a search for words in SPARQL takes at each engine that has an index of them."""
    said = []
    for name, ask in engines.items():
        if text := WORDED.get(name):
            answers = [ask(head + text % word) for word in WORDS for _ in range(TURNS)]
            rows = sum(len(json.loads(body)["results"]["bindings"]) for _, body in answers)
            taken = statistics.median(seconds for seconds, _ in answers)
            said.append(f"{name} {_shown(taken)} for {rows // len(answers)} rows")
    print("words in SPARQL: " + "; ".join(said))


def _taken(ask: Ask, text: str) -> float | str:
    """Return the median of the seconds of a query, or why there is no answer."""
    try:
        ask(text)  # The first answer loads modules and opens files.
        return statistics.median(ask(text)[0] for _ in range(TURNS))
    except (SystemExit, OSError) as failed:
        return " ".join(str(failed).split())[-80:]


def _shown(taken: float | str) -> str:
    return f"{taken * 1e3:,.1f} ms" if isinstance(taken, float) else f"no answer ({taken})"


def _texts(home: Path) -> dict[str, str]:
    """Return all queries, over records that the registry has, with their prefixes and base."""
    settings = load_settings(home=home)
    record, organization = _of_home(home)
    texts = {}
    for query in all_stored(settings):
        given = {
            parameter.name: organization if parameter.name == "organization" else record
            for parameter in query.parameters
            if parameter.takes_record
        }
        texts[query.name] = query.bound(given, settings)
    texts |= {name: text.replace("RECORD", record) for name, text in AD_HOC.items()}
    return {name: _head(home) + text for name, text in texts.items()}


def _head(home: Path) -> str:
    """Return the base and the prefixes of all queries."""
    prefixes = usual_prefixes()
    return f"BASE <{Identity.of(load_settings(home=home)).base}/>\n" + "".join(
        f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items()
    )


def _of_home(home: Path) -> tuple[str, str]:
    """Return the CTIDs of a record that stands between two others, and of its owner."""
    rows = ox.Store.read_only(str(snapshot(home))).query(
        "SELECT ?record ?owner { ?record ctg:precedes ?later ; ctg:succeeds ?earlier . "
        "?document ctg:about ?record ; ctg:owner ?owner } LIMIT 1",
        prefixes={"ctg": CTG},
    )
    assert isinstance(rows, ox.QuerySolutions)
    row = next(rows)
    return row["record"].value.rpartition("/")[2], row["owner"].value.rpartition("/")[2]


def _asker(port: int, path: str, **more: str) -> Ask:
    def ask(text: str) -> tuple[float, bytes]:
        body = urlencode({"query": text} | more).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return Client(port).request("POST", path, body, JSON | form)

    return ask


@contextmanager
def _oxigraph(home: Path) -> Iterator[Ask]:
    port, copy = free_port(), home.with_name("queries-copy")
    shutil.copytree(snapshot(home), copy, dirs_exist_ok=True)
    try:
        with running(oxigraph(copy, port), port, home):
            yield _asker(port, "/query")
    finally:
        shutil.rmtree(copy)


@contextmanager
def _virtuoso(home: Path) -> Iterator[Ask]:
    """Serve the quads of the store with Virtuoso 7, and wait until they are loaded."""
    server, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not server or not client:
        raise SystemExit("it needs virtuoso-t and isql-vt (Debian package virtuoso-opensource-7).")
    folder, sql, http = home.with_name("virtuoso"), free_port(), free_port()
    folder.mkdir()
    try:
        ox.Store.read_only(str(snapshot(home))).dump(
            str(folder / "all.nq"), format=ox.RdfFormat.N_QUADS
        )
        (folder / "virtuoso.ini").write_text(_ini(folder, sql, http))
        command = [server, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
        with running(command, http, home):
            load = (
                "DB.DBA.RDF_OBJ_FT_RULE_ADD(null, null, 'all'); "
                f"ld_dir('{folder}', '*.nq', '{DEFAULT_GRAPH}'); rdf_loader_run(); "
                "DB.DBA.VT_INC_INDEX_DB_DBA_RDF_OBJ(); checkpoint; "
                "SELECT COUNT(*) FROM DB.DBA.load_list WHERE ll_error IS NOT NULL;"
            )
            subprocess.run(
                [client, f"localhost:{sql}", "dba", "dba", f"exec={load}"],
                check=True,
                capture_output=True,
            )
            yield _asker(http, "/sparql", **{"default-graph-uri": DEFAULT_GRAPH})
    finally:
        shutil.rmtree(folder)


def _ini(folder: Path, sql: int, http: int) -> str:
    """Return the settings of Virtuoso: its own defaults, but for places, ports and memory."""
    return f"""[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = {folder}
NumberOfBuffers = {BUFFERS}
MaxDirtyBuffers = {BUFFERS * 3 // 4}
ServerThreads = 10
[HTTPServer]
ServerPort = {http}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 100000
"""
