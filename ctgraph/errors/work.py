"""Errors of work that may take long: its bounds, its turn, or its client ended it."""

from __future__ import annotations

from ctgraph.errors.base import CtgraphError


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


class Busy(QueryLimit):
    """A job did not get its turn in time, or lost its place to another job."""

    title = "Busy"
    term = "problem-busy"


class Overloaded(QueryLimit):
    """A job took too much time or memory."""

    title = "Too much work"
    term = "problem-overloaded"


class TooManyQueries(CtgraphError):
    """One client has too many questions waiting."""

    status = 429
    title = "Too many queries"
    term = "problem-too-many-queries"
    retry_after = 2


class TooManyAttempts(CtgraphError):
    """Somebody tried too often what strangers may try, such as to sign in."""

    status = 429
    title = "Too many attempts"
    term = "problem-too-many-attempts"
    retry_after = 900


class ProviderFailed(CtgraphError):
    """The identity provider of an organization does not answer as it should."""

    status = 502
    title = "Identity provider failed"
    term = "problem-provider-failed"


class TooManyFollowers(CtgraphError):
    """Too many clients stay connected to follow the changes."""

    status = 503
    title = "Too many followers"
    term = "problem-too-many-followers"
    retry_after = 30


class TooManyPasts(TooManyQueries):
    """One client asked for several past states of the registry in a short time."""

    title = "Too many past states"
    term = "problem-too-many-pasts"
    retry_after = 120


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
