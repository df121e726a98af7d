"""The one exception hierarchy of ctgraph.

Every error that a user can cause is a :class:`CtgraphError`. It knows its HTTP status, a short
title, and its problems. HTTP renders it as a problem document (RFC 9457), the command line as text.
"""

from ctgraph.errors.base import CtgraphError
from ctgraph.errors.requests import (
    BadParameter,
    Conflict,
    DocumentTooLarge,
    DraftsFull,
    Forbidden,
    Gone,
    InvalidDocument,
    MalformedCtid,
    NoDocument,
    NotAcceptable,
    NotFound,
    QueryError,
    QueryForbidden,
    RecordNotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from ctgraph.errors.store import (
    Damaged,
    InsufficientStorage,
    LoadStopped,
    LockHeld,
    NotQueryable,
    RegistryNotReady,
    SettingsError,
    StoreError,
    Unreadable,
)
from ctgraph.errors.work import (
    Busy,
    ClientGone,
    Overloaded,
    PastNotReady,
    QueryLimit,
    TooManyPasts,
    TooManyQueries,
    ValidationLimit,
)

__all__ = [
    "BadParameter",
    "Busy",
    "ClientGone",
    "Conflict",
    "CtgraphError",
    "Damaged",
    "DocumentTooLarge",
    "DraftsFull",
    "Forbidden",
    "Gone",
    "InsufficientStorage",
    "InvalidDocument",
    "LoadStopped",
    "LockHeld",
    "MalformedCtid",
    "NoDocument",
    "NotAcceptable",
    "NotFound",
    "NotQueryable",
    "Overloaded",
    "PastNotReady",
    "QueryError",
    "QueryForbidden",
    "QueryLimit",
    "RecordNotFound",
    "RegistryNotReady",
    "SettingsError",
    "StoreError",
    "TooManyPasts",
    "TooManyQueries",
    "Unauthenticated",
    "Unreadable",
    "UnsupportedMediaType",
    "ValidationLimit",
]
