"""Why a document is read: to publish it anew, or to take what was published elsewhere."""

from __future__ import annotations

from enum import StrEnum

from ctgraph.problem import Severity


class Purpose(StrEnum):
    """Why a document is read. What is lost or contradictory is a violation for either purpose."""

    PUBLISH = "publish"
    """A new publish, by today's rules."""
    HARVEST = "harvest"
    """A load of documents that were published before, perhaps by the rules of their day."""

    @property
    def of_incomplete(self) -> Severity:
        """The severity of what is merely incomplete, or can be mended without loss of meaning."""
        return Severity.WARNING if self is Purpose.HARVEST else Severity.VIOLATION
