"""The page that tells who refers to a record, before the record goes."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from ctgraph.documents.entities import ctids_in
from ctgraph.documents.node_values import name_of
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.reasons import MAX_REASON_CHARACTERS
from ctgraph.ledger.values import Organization
from ctgraph.publishing.drafting import Draft
from ctgraph.records.read import held
from ctgraph.web.accounts.forms import Press
from ctgraph.web.http import respond
from ctgraph.web.http.owners import referring
from ctgraph.web.http.registry import state


def withdrawing(own: Organization, record: Ctid, back: str) -> Response:
    """Ask whether a record shall be withdrawn.

    :param own: the organization of whoever looks.
    :param back: the path of the page that led here.
    :raises NotFound: when there is no such record.
    :raises Gone: when it was withdrawn already.
    """
    found = held(state().ledger, record)
    document = orjson.loads(found.canonical)
    return _asked(own, document, record, found.envelope.name, back, is_public=True)


def discarding(own: Organization, draft: Draft, back: str) -> Response:
    """Ask whether a draft shall be discarded; see :func:`withdrawing`."""
    return _asked(own, draft.document, draft.ctid, name_of(draft.entity), back, is_public=False)


def _asked(
    own: Organization, document: Any, record: Ctid, name: str, back: str, is_public: bool
) -> Response:
    """Show who refers to a record, or to a part of it, and ask whether it shall go."""
    targets = {record, *ctids_in(document, state().identity)}
    return respond.page(
        "accounts/leave.html",
        own=own,
        record=record,
        name=name or record,
        back=back,
        is_public=is_public,
        found=referring(own).to(targets, record),
        max_reason=MAX_REASON_CHARACTERS,
        form=Press(),
    )
