"""How far a store has come: its sequence number, and the ledger's mark there."""

from __future__ import annotations

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.projections import default_graph
from ctgraph.rdf.namespaces import LEDGER, SEQUENCE

FORM = "11"
"""The form in which the store holds documents. A store of another form is made anew."""


def read(store: ox.Store, identity: Identity) -> tuple[int, str]:
    """Return the number of a store's last change, and the ledger's mark there.

    The mark is empty in a store that never held a change or has another form.
    """
    marks = store.quads_for_pattern(None, LEDGER, None, ox.NamedNode(identity.registry))
    found = (quad.object.value.split(" ", 2) for quad in marks)  # type: ignore[union-attr]
    known = ((int(seq), mark) for seq, form, mark in found if form == FORM)
    return max(known, default=(0, ""))


def write(store: ox.Store, identity: Identity, seq: int, mark: str) -> None:
    """Write how far a store has come; the new statement is there before the old one goes."""
    registry, subject = ox.NamedNode(identity.registry), ox.NamedNode(identity.base)
    said = {
        SEQUENCE: ox.Literal(seq),
        LEDGER: ox.Literal(f"{seq} {FORM} {mark}"),
    }
    marks = [ox.Quad(subject, name, value, registry) for name, value in said.items()]
    stale = [
        quad
        for name in said
        for quad in store.quads_for_pattern(None, name, None, registry)
        if quad not in marks
    ]
    store.extend(default_graph.with_default(marks))
    default_graph.remove(store, stale)
