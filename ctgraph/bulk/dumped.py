"""The lines of a dump of ctgraph: a document with its owner and hash, or a withdrawal."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import orjson

from ctgraph.documents import Document, Purpose, read
from ctgraph.errors import InvalidDocument
from ctgraph.settings import Settings

WITHDRAW = "withdraw"
"""The event of a line that has no document."""


def is_dumped(entry: Any) -> bool:
    """Tell whether an entry of JSON lines comes from a dump."""
    return isinstance(entry, dict) and {"seq", "event", "sha256", "ctid"} <= entry.keys()


def dumped_document(settings: Settings, line: dict[str, Any]) -> Document:
    """Return the document of a line, once it is proved to be what the source published.

    IRIs of the source's records become IRIs of this registry.

    :raises InvalidDocument: when it has another hash, or another CTID.
    """
    content, received = line["document"], received_in(line)
    base = str(content["@id"]).rpartition("/graph/")[0]
    # What the source kept is canonical: no host but its own means its records.
    there = settings.model_copy(update={"base_url": base, "alias_hosts": ()})
    document = read(content, received, there, Purpose.HARVEST)
    if document.ctid != line["ctid"]:
        raise InvalidDocument(f"The document is that of {document.ctid}, not of {line['ctid']}.")
    if document.digest != line["sha256"]:
        raise InvalidDocument(
            f"The document of {document.ctid}, version {line['version']}, has the hash "
            f"{document.digest}, but was published with {line['sha256']}."
        )
    if base == settings.base_url:
        return document
    own = urlsplit(base)
    hosts = (own.netloc + own.path, *settings.alias_hosts)
    here = settings.model_copy(update={"alias_hosts": hosts})
    return read(content, received, here, Purpose.HARVEST)


def received_in(line: dict[str, Any]) -> bytes:
    """Return the bytes that were received, which a line tells where they differ from its document.

    :raises ValueError: when it does not tell them in base64 as it says.
    """
    if "received" in line:
        return str(line["received"]).encode()
    if "received_base64" in line:
        return base64.b64decode(str(line["received_base64"]), validate=True)
    return orjson.dumps(line["document"])
