"""The causes of errors of a database, a file or a store, and the errors that users see."""

from __future__ import annotations

import sqlalchemy as sa

from ctgraph.errors import CtgraphError, InsufficientStorage, StoreError

_FULL = ("disk is full", "no space left", "disk quota exceeded", "could not extend file")
"""Words of SQLite and PostgreSQL for a disk or a quota that is full."""
_REFUSED = (
    "permission denied",
    "operation not permitted",
    "read-only file system",
    "too many open files",
    "no locks available",
    "cannot allocate memory",
)
"""Words of the operating system for files that are not damaged, but cannot be used now."""
_DAMAGED = ("malformed", "not a database", "could not decode", "invalid page")
"""Words of SQLite and PostgreSQL for a database that is not as it was written."""
_BUGS = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError, sa.exc.NotSupportedError)


def is_full(error: BaseException) -> bool:
    """Tell whether an error of a database, a file or a store means that the disk is full."""
    text = str(error).lower()
    return any(words in text for words in _FULL)


def is_passing(error: BaseException) -> bool:
    """Tell whether an error may pass: the disk is full, or the operating system refuses."""
    text = str(error).lower()
    return is_full(error) or any(words in text for words in _REFUSED)


def ledger_error(error: sa.exc.SQLAlchemyError) -> CtgraphError | None:
    """Return the error to raise for an error of the database; None for a bug of ctgraph."""
    if isinstance(error, _BUGS) or not isinstance(error, sa.exc.DBAPIError | sa.exc.TimeoutError):
        return None
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    if is_full(error):
        return InsufficientStorage("The disk of the ledger is full; nothing was kept.")
    if any(words in text.lower() for words in _DAMAGED):
        return StoreError(
            f"The ledger is damaged ({text}). Stop the server, move the ledger away, "
            "and restore the newest backup: ctgraph restore FILE"
        )
    return StoreError(f"The ledger cannot be used now: {text}{_remedy(text.lower())}")


def _remedy(text: str) -> str:
    """Return the remedy for an operator, as the end of a sentence, or ''."""
    if "readonly" in text or "unable to open" in text:
        return ". Give the user that runs ctgraph access to it and to its folder."
    if "disk i/o error" in text:
        return (
            ". The disk may be full or failing. If it is neither, the ledger is damaged: restore "
            "the newest backup by ctgraph restore FILE"
        )
    return ""
