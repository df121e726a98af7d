"""The one exception hierarchy of ctgraph.

Every error that a user can cause is a :class:`CtgraphError`: it knows its HTTP status, a short
title, and the single problems it is made of. The HTTP face renders it as RFC 9457
``application/problem+json``, the command line as text; nothing else decides how an error looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

MOST_TEXT = 1_000
"""How many characters a problem repeats of what it is about."""


def _beginning(value: Any) -> Any:
    long = isinstance(value, str) and len(value) > MOST_TEXT
    return f"{value[: MOST_TEXT - 1]}…" if long else value


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return a text without what would begin a line of its own, or steer a terminal."""
    return _CONTROL.sub(" ", text)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and how to mend it.

    :param message: what is wrong, in plain words.
    :param remedy: what the sender can do about it.
    :param pointer: where, as a JSON Pointer (RFC 6901) into the submitted document.
    :param severity: ``violation``, ``warning`` or ``info``; only violations block.
    :param detail: further facts (focus node, property, value), ready for JSON.
    """

    message: str
    remedy: str = ""
    pointer: str | None = None
    severity: str = "violation"
    detail: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A long text may be wrong in many places, and a report repeats it for each of them.
        for name in ("message", "remedy"):
            object.__setattr__(self, name, _beginning(getattr(self, name)))
        object.__setattr__(self, "detail", {k: _beginning(v) for k, v in self.detail.items()})

    def __str__(self) -> str:
        place = f"{self.pointer or '/'}: " if self.pointer is not None else ""
        return one_line(f"{place}{self.message}{' ' + self.remedy if self.remedy else ''}")

    def to_json(self) -> dict[str, Any]:
        """The problem as a JSON object, without its empty members."""
        members = {
            "message": self.message,
            "remedy": self.remedy or None,
            "pointer": self.pointer,
            "severity": self.severity,
            **self.detail,
        }
        return {key: value for key, value in members.items() if value is not None}


class CtgraphError(Exception):
    """Anything that goes wrong by what somebody asked or sent.

    :param message: one sentence that says what is wrong.
    :param problems: every single problem found, when there are several or they have places.
    :param extra: further members of the problem document (RFC 9457, section 3.2).
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    term: ClassVar[str] = "problem-bad-request"
    """The term in ``vocab/terms.ttl`` that is the problem type. It never changes; a title may."""
    public: ClassVar[str] = ""
    """What strangers are told instead of the message, where that may name hosts and paths."""
    retry_after: ClassVar[int] = 0
    """After how many seconds it may go better; 0 where it will not."""

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
    """A parameter of a request has a value that it cannot have."""

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
    """None of the representations that the client accepts exists."""

    status = 406
    title = "Not acceptable"
    term = "problem-not-acceptable"


class Conflict(CtgraphError):
    """The request contradicts what the registry already holds."""

    status = 409
    title = "Conflict"
    term = "problem-conflict"


class DraftsFull(Conflict):
    """An organization keeps as many drafts, or as many bytes of them, as it may."""

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
    """A SPARQL request asks for something this endpoint never does: SERVICE or an update."""

    status = 403
    title = "Query not allowed"
    term = "problem-query-forbidden"


class QueryLimit(CtgraphError):
    """A query ran past its deadline or its memory, or no worker became free in time."""

    status = 503
    title = "Query limit reached"
    term = "problem-query-limit"
    retry_after = 5


class ValidationLimit(CtgraphError):
    """Checking a document took too much time or memory; it will the next time too."""

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
    """The client closed its connection before it had an answer; nobody reads this."""

    status = 503
    title = "Client gone"
    term = "problem-client-gone"


class StoreError(CtgraphError):
    """The ledger or the triple store is not there, or cannot be used now."""

    status = 503
    title = "Store unavailable"
    term = "problem-store-unavailable"
    public = (
        "The registry cannot use its data now. Try again in a moment. If the problem lasts, tell "
        "the operator of the registry."
    )
    retry_after = 2


class NotQueryable(StoreError):
    """Queries cannot run, or do not see changes; the message is for monitoring."""

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
    """There is no room left to keep what was sent; nothing of it was kept."""

    status = 507
    title = "Insufficient storage"
    term = "problem-insufficient-storage"
    retry_after = 60


class Damaged(CtgraphError):
    """What should be kept or read is damaged: a backup, a kept document, or a projection that does
    not heal."""

    status = 500
    title = "Damaged"
    term = "problem-damaged"


class LoadStopped(CtgraphError):
    """A load ended before its end; it goes on where it stopped when it is run again."""

    title = "Load stopped"
    term = "problem-load-stopped"


class LockHeld(StoreError):
    """Another process, such as the projector of a running server, writes the triple store."""


class Unreadable(CtgraphError):
    """A file, or an entry of an archive, cannot be read."""

    title = "Unreadable source"
    term = "problem-unreadable-source"


class Busy(QueryLimit):
    """Other work is being done: this one's turn did not come in time, or was taken away."""

    title = "Busy"
    term = "problem-busy"


class Overloaded(QueryLimit):
    """A piece of work took too much time or memory."""

    title = "Too much work"
    term = "problem-overloaded"


class TooManyPasts(TooManyQueries):
    """One client has had several past states of the registry prepared in a short while."""

    title = "Too many past states"
    term = "problem-too-many-pasts"
    retry_after = 120
