"""The one exception hierarchy of ctgraph.

Every error that a user can cause is a :class:`CtgraphError`. It knows its HTTP status, a short
title, and its problems. HTTP renders it as a problem document (RFC 9457), the command line as text.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ctgraph.problem import Problem as Problem
from ctgraph.problem import Severity as Severity
from ctgraph.problem import one_line as one_line


class CtgraphError(Exception):
    """An error caused by a request or a document.

    :param message: one sentence that says what is wrong.
    :param problems: every single problem found, when there are several or they have places.
    :param extra: further members of the problem document (RFC 9457, section 3.2).
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    term: ClassVar[str] = "problem-bad-request"
    """The term in ``vocab/terms.ttl`` that is the problem type. It never changes; a title may."""
    public: ClassVar[str] = ""
    """The text that strangers get in place of a message that may name hosts and paths."""
    retry_after: ClassVar[int] = 0
    """Seconds after which another attempt may succeed; 0 if none will."""

    def __init__(
        self, message: str, problems: list[Problem] | None = None, /, **extra: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems or [Problem(message)]
        self.extra = extra


class SettingsError(CtgraphError):
    """A setting has a value that cannot be used."""

    title = "Unusable setting"
    term = "problem-setting"


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


class Conflict(CtgraphError):
    """The request contradicts what the registry already holds."""

    status = 409
    title = "Conflict"
    term = "problem-conflict"


class DraftsFull(Conflict):
    """An organization has reached the limit of drafts, or of their bytes."""

    title = "Too many drafts"
    term = "problem-drafts-full"


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


class QueryLimit(CtgraphError):
    """A query exceeded its deadline or its memory, or no worker became free in time."""

    status = 503
    title = "Query limit reached"
    term = "problem-query-limit"
    retry_after = 5


class ValidationLimit(CtgraphError):
    """Checking a document took too much time or memory. Another attempt will not help."""

    status = 422
    title = "Validation limit reached"
    term = "problem-validation-limit"


class TooManyQueries(CtgraphError):
    """One client has too many questions waiting."""

    status = 429
    title = "Too many queries"
    term = "problem-too-many-queries"
    retry_after = 2


class PastNotReady(CtgraphError):
    """A past state of the registry is still being prepared for an as-of query."""

    status = 503
    title = "Past being prepared"
    term = "problem-past-not-ready"
    retry_after = 10


class ClientGone(CtgraphError):
    """The client closed its connection before it had an answer. Nobody reads this error."""

    status = 503
    title = "Client gone"
    term = "problem-client-gone"


class StoreError(CtgraphError):
    """The ledger or the triple store is missing, or cannot be used now."""

    status = 503
    title = "Store unavailable"
    term = "problem-store-unavailable"
    public = (
        "The registry cannot use its data now. Try again in a moment. If the problem lasts, tell "
        "the operator of the registry."
    )
    retry_after = 2


class NotQueryable(StoreError):
    """Queries cannot run, or do not see new changes; the message is for monitoring."""

    title = "Not queryable"
    term = "problem-not-queryable"
    public = ""


class RegistryNotReady(CtgraphError):
    """No registry is where the settings say, or its tables are not those of this ctgraph."""

    status = 503
    title = "Registry not ready"
    term = "problem-registry-not-ready"
    public = "The registry is not set up. Tell its operator, whose log says what to do."
    retry_after = 60


class InsufficientStorage(CtgraphError):
    """There is no room left to keep the document or draft. Nothing of it was kept."""

    status = 507
    title = "Insufficient storage"
    term = "problem-insufficient-storage"
    retry_after = 60


class Damaged(CtgraphError):
    """A backup, a kept document, or a projection is damaged."""

    status = 500
    title = "Damaged"
    term = "problem-damaged"


class LoadStopped(CtgraphError):
    """A load was interrupted. It continues where it stopped when it is run again."""

    title = "Load stopped"
    term = "problem-load-stopped"


class LockHeld(StoreError):
    """Another process, such as the projector of a running server, writes the triple store."""


class Unreadable(CtgraphError):
    """A file, or an entry of an archive, cannot be read."""

    title = "Unreadable source"
    term = "problem-unreadable-source"


class Busy(QueryLimit):
    """A job did not get its turn in time, or lost its place to another job."""

    title = "Busy"
    term = "problem-busy"


class Overloaded(QueryLimit):
    """A job took too much time or memory."""

    title = "Too much work"
    term = "problem-overloaded"


class TooManyPasts(TooManyQueries):
    """One client asked for several past states of the registry in a short time."""

    title = "Too many past states"
    term = "problem-too-many-pasts"
    retry_after = 120
