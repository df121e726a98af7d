"""Envelopes of another registry, and lines of a dump: the owner, and a withdrawal.

An envelope with a document is read by :mod:`ctgraph.documents`. One whose ``node_headers`` have a
``deleted_at`` has no document: it says that the record was withdrawn.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import orjson

from ctgraph.bulk.dumped import WITHDRAW, is_dumped
from ctgraph.errors import InvalidDocument
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.reasons import plain_reason

_TOKEN = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)


def named_owner(entry: Any) -> Ctid | None:
    """Return the CTID of the owner that an envelope or a line names; None for anything else.

    :raises MalformedCtid: when the name is not a CTID.
    """
    if is_dumped(entry):
        return ctid.canonical(str(entry.get("owner", "")))
    if not isinstance(entry, dict) or "envelope_community" not in entry:
        return None
    owner = entry.get("owned_by")
    return ctid.canonical(str(owner)) if owner else None


def withdrawn_record(entry: Any) -> Ctid | None:
    """Return the CTID of the record that was withdrawn as an envelope or a line says, else None.

    :raises MalformedCtid: when it does not have a CTID.
    """
    if is_dumped(entry):
        return ctid.canonical(str(entry["ctid"])) if entry["event"] == WITHDRAW else None
    headers = entry.get("node_headers") if isinstance(entry, dict) else None
    if not isinstance(headers, dict) or not headers.get("deleted_at"):
        return None
    return ctid.canonical(str(entry.get("envelope_ceterms_ctid", "")))


def require_proved(entry: Any) -> None:
    """Prove the document of an envelope, as far as the envelope says by what.

    Existing registries state the ``resource`` as it was signed, a JSON Web Token, and its SHA-256
    in base64 (``resource_digest``); newer ones state neither.

    :raises InvalidDocument: when the resource has another hash, or holds another document.
    """
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, str) or "decoded_resource" not in entry:
        return
    if not _TOKEN.fullmatch(resource) and _payload(resource) is None:
        return  # published examples have words there, such as "deleted for brevity"
    headers = entry.get("node_headers")
    stated = headers.get("resource_digest") if isinstance(headers, dict) else None
    found = hashlib.sha256(resource.encode())
    proofs = (found.hexdigest(), base64.b64encode(found.digest()).decode())
    if stated and str(stated) not in proofs:
        raise InvalidDocument(
            f"The resource of the envelope has the SHA-256 {proofs[1]}, but its node_headers say "
            f"{str(stated)[:64]}. Get it again from its registry."
        )
    is_json = entry.get("resource_format", "json") == "json"  # what XML became is not signed
    signed = _payload(resource) if is_json else None
    if signed is not None and signed != entry["decoded_resource"]:
        raise InvalidDocument(
            "The decoded_resource of the envelope is not what its resource holds. Get it again "
            "from its registry."
        )


def _payload(resource: str) -> Any:
    """Return the JSON that a token (RFC 7519) or a text holds; None where it holds none."""
    token = _TOKEN.fullmatch(resource)
    try:
        if token:
            text = base64.urlsafe_b64decode(token[1] + "=" * (-len(token[1]) % 4))
            return orjson.loads(text)
        return orjson.loads(resource)
    except ValueError:
        return None


def withdrawal_reason(entry: dict[str, Any]) -> str | None:
    """Return why a record was withdrawn, as the line of a dump says.

    :raises BadParameter: when the reason is too long.
    """
    return plain_reason(str(entry.get("reason") or "")) if is_dumped(entry) else None
