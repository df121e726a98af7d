"""The limit of a document's size, and the error for a larger one."""

from __future__ import annotations

from ctgraph.errors import DocumentTooLarge
from ctgraph.settings import Settings


def require_fitting(data: bytes, settings: Settings, what: str = "document") -> None:
    """Make sure that a document is not larger than the registry takes.

    :param what: the sender's word for it, such as "draft".
    :raises DocumentTooLarge: when it is.
    """
    if len(data) > settings.max_document_bytes:
        raise too_large(f"The {what} has {len(data):,} bytes", settings)


def too_large(found: str, settings: Settings) -> DocumentTooLarge:
    """Return the error that names the size found, and the limit."""
    return DocumentTooLarge(
        f"{found}; this registry takes {settings.max_document_bytes:,} at most."
    )
