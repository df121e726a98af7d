"""Errors of requests, and of the documents that they carry."""

from __future__ import annotations

from collections.abc import Iterable

from ctgraph.errors.base import CtgraphError


class InvalidDocument(CtgraphError):
    """A submitted document cannot be read as a graph document, or breaks the minimum data."""

    status = 422
    title = "Invalid document"
    term = "problem-invalid-document"


class NoDocument(CtgraphError):
    """A request that should carry a document carries none."""

    title = "No document"
    term = "problem-no-document"


class DocumentTooLarge(CtgraphError):
    """A submitted document is larger than the registry takes."""

    status = 413
    title = "Document too large"
    term = "problem-document-too-large"


class MalformedCtid(CtgraphError):
    """A CTID in a request does not have the form ``ce-`` + UUID."""

    title = "Malformed CTID"
    term = "problem-malformed-ctid"


class Unauthenticated(CtgraphError):
    """A request that needs an API key came without a valid one."""

    status = 401
    title = "Authentication required"
    term = "problem-unauthenticated"


class Forbidden(CtgraphError):
    """The caller is known but may not do this."""

    status = 403
    title = "Not allowed"
    term = "problem-forbidden"


class BadParameter(CtgraphError):
    """A parameter of a request has an invalid value."""

    title = "Unusable parameter"
    term = "problem-bad-parameter"


class NotFound(CtgraphError):
    """There is no such record, version or page."""

    status = 404
    title = "Not found"
    term = "problem-not-found"


class RecordNotFound(NotFound):
    """The registry never held a record with this CTID."""

    def __init__(self, record: str) -> None:
        super().__init__(f"There is no record {record} in this registry.")


class NotAcceptable(CtgraphError):
    """The client accepts no representation that exists."""

    status = 406
    title = "Not acceptable"
    term = "problem-not-acceptable"

    @classmethod
    def naming(cls, message: str, media_types: Iterable[str]) -> NotAcceptable:
        """Return the error that lists the available media types."""
        available = list(dict.fromkeys(media_types))
        return cls(f"{message} Available: {', '.join(available)}.", available=available)


class Conflict(CtgraphError):
    """The request contradicts what the registry already holds."""

    status = 409
    title = "Conflict"
    term = "problem-conflict"


class DraftsFull(Conflict):
    """An organization has reached the limit of drafts, or of their bytes."""

    title = "Too many drafts"
    term = "problem-drafts-full"


class ChangedMeanwhile(Conflict):
    """The content is another one than ``If-Match`` names (RFC 9110, section 13.1.1)."""

    status = 412
    title = "Changed meanwhile"
    term = "problem-changed-meanwhile"


class Gone(CtgraphError):
    """The record was withdrawn; ``extra`` carries the tombstone."""

    status = 410
    title = "Record withdrawn"
    term = "problem-gone"


class UnsupportedMediaType(CtgraphError):
    """The request body comes in a media type that this address does not read."""

    status = 415
    title = "Unsupported media type"
    term = "problem-unsupported-media-type"


class QueryError(CtgraphError):
    """A SPARQL query cannot be run as it stands."""

    title = "Malformed query"
    term = "problem-malformed-query"


class QueryForbidden(QueryError):
    """A SPARQL request asks for SERVICE or an update, which this endpoint never does."""

    status = 403
    title = "Query not allowed"
    term = "problem-query-forbidden"
