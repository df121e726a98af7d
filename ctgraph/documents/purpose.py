"""Why a document is read: to publish it anew, or to take what was published elsewhere."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Why a document is read."""

    PUBLISH = "publish"
    """A new publish, by today's rules."""
    HARVEST = "harvest"
    """A load of documents that were published before, perhaps by the rules of their day."""
