"""Requests to the publishing interface of another registry, which are no documents.

Their senders are told what to send instead. An example is
``{"PublishForOrganizationIdentifier": "ce-…", "Credential": {"CTID": "ce-…", "Name": "…"}}``.
"""

from __future__ import annotations

from typing import Any

from ctgraph.problem import Problem

_OWN = {"PublishForOrganizationIdentifier", "GraphInput", "DefaultLanguage"}
"""Members that only such requests have."""
REQUEST = Problem(
    "This is a publishing request of the Registry Assistant API, not a graph document.",
    "Send the graph document that such a request becomes: {'@context', '@id', '@graph'}. The "
    "request's GraphInput, or the Payload of the answer to its format call, is one.",
    "",
)


def is_request(value: dict[str, Any]) -> bool:
    """Tell whether an object without a graph is such a request: by its own members, or its entity.

    An entity of a request names its properties without prefixes, and its CTID in capitals.
    """
    if not _OWN.isdisjoint(value):
        return True
    entities = (item for item in value.values() if isinstance(item, dict))
    return "@type" not in value and any(
        key.upper() == "CTID" for entity in (value, *entities) for key in entity
    )
