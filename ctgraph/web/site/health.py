"""Health checks: whether the process answers, and whether queries are up to date."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.errors import NotQueryable
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@reads()
def healthz() -> Response:
    """Return 200, which shows that this process is alive."""
    return respond.json({"status": "ok"})


@blueprint.get("/readyz")
@reads()
def readyz() -> Response:
    """Return 200 when queries can run and a projector follows the ledger.

    :raises NotQueryable: when one of these does not hold.
    """
    store_folder = store_folder_of(state().settings)
    seen, last = store_folder.sequence(), state().ledger.changes.last_sequence()
    facts = {"sequence": last, "queryableSequence": seen, "lag": last - seen}
    if not store_folder.held():
        raise NotQueryable("No projector runs: changes do not become queryable.", **facts)
    if seen < 0:
        raise NotQueryable("The triple store is being built. Try again in a moment.", **facts)
    if store_folder.trouble():
        raise NotQueryable(
            "The projector fails: changes do not become queryable. Its log says why.", **facts
        )
    if not store_folder.shows(state().ledger):
        raise NotQueryable(
            "The triple store was made from another ledger. The projector rebuilds it.", **facts
        )
    return respond.json({"status": "ready", **facts})
