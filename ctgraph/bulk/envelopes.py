"""Envelopes of another registry, as bulk files hold them: the owner, and a withdrawal.

An envelope with a document is read by :mod:`ctgraph.documents`. One whose ``node_headers`` have a
``deleted_at`` has no document: it says that the record was withdrawn.
"""

from __future__ import annotations

from typing import Any

from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid


def named_owner(entry: Any) -> Ctid | None:
    """Return the CTID of the owner that an envelope names; None for anything else.

    :raises MalformedCtid: when the name is not a CTID.
    """
    if not isinstance(entry, dict) or "envelope_community" not in entry:
        return None
    owner = entry.get("owned_by")
    return ctid.canonical(str(owner)) if owner else None


def withdrawn_record(entry: Any) -> Ctid | None:
    """Return the CTID of the record that an envelope says was withdrawn; None for anything else.

    :raises MalformedCtid: when the envelope does not have a CTID.
    """
    headers = entry.get("node_headers") if isinstance(entry, dict) else None
    if not isinstance(headers, dict) or not headers.get("deleted_at"):
        return None
    return ctid.canonical(str(entry.get("envelope_ceterms_ctid", "")))
