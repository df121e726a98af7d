"""What every new registry has in common, made once for each process and copied from then on.

Thousands of tests have a registry of their own. To migrate its tables takes a quarter of a second,
to project the vocabulary a whole one.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.projections import default_graph, triples, vocabulary_graph
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.projections.vocabulary_graph import vocabulary_quads
from ctgraph.rdf.namespaces import Iri
from ctgraph.settings import Settings, load_settings


def make_vocabulary_once() -> None:
    """Let every projector of this process compare its store with the same quads."""
    known: dict[Identity, list[ox.Quad]] = {}

    def quads(identity: Identity, definitions: Mapping[Iri, str]) -> Iterable[ox.Quad]:
        if definitions:
            return vocabulary_quads(identity, definitions)
        if identity not in known:
            known[identity] = list(vocabulary_quads(identity, definitions))
        return known[identity]

    vars(vocabulary_graph)["vocabulary_quads"] = vars(triples)["vocabulary_quads"] = quads


def copy_ledger(settings: Settings) -> None:
    """Give a registry that has no home yet the ledger that `ctgraph init` would make."""
    if not settings.database_url and not settings.home.exists():
        settings.home.mkdir(mode=0o700, parents=True)
        shutil.copy(_first().home / "ledger.sqlite", settings.home)
        with closing(sqlite3.connect(settings.home / "ledger.sqlite")) as db, db:
            db.execute("UPDATE registry SET incarnation = ?", (str(uuid.uuid4()),))


def copy_store(settings: Settings) -> bool:
    """Give a registry that was never projected the store that has only the vocabulary in it.

    :returns: whether there was none before.
    """
    first, store = _first(), store_folder_of(settings).path
    if settings.base_url != first.base_url or store.exists():
        return False
    others = shutil.ignore_patterns("snapshots", "current")
    shutil.copytree(store_folder_of(first).path, store, ignore=others)
    return True


@cache
def _first() -> Settings:
    folder = TemporaryDirectory(prefix="ctgraph-first-")
    settings = load_settings(home=Path(folder.name) / "home")
    _folders.append(folder)
    ledger = Ledger.initialise(settings)
    with hold(settings):
        rebuild(settings, ledger)
        _unmark(settings)
    ledger.database.engine.dispose()
    return settings


def _unmark(settings: Settings) -> None:
    """Let a store without records fit every ledger: its mark names the ledger it was made from."""
    store = ox.Store(str(store_folder_of(settings).live))
    graph = ox.NamedNode(Identity.of(settings).registry)
    default_graph.remove(store, list(store.quads_for_pattern(None, None, None, graph)))
    store.optimize()


_folders: list[TemporaryDirectory[str]] = []
"""Removed when the process ends."""
