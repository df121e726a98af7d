"""The start of the processes of this room: they open the registry, and report their errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import sqlalchemy as sa

from ctgraph.errors import CtgraphError
from ctgraph.ledger import Ledger, settled
from ctgraph.ledger.failures import ledger_error
from ctgraph.problem import one_line
from ctgraph.settings import Settings, load_settings
from ctgraph.work.collecting import collect_seldom

UMASK = 0o077
"""Only the owner may read the files of these processes: the ledger holds the hashes of keys."""


def run_process(work: Callable[[Settings, Ledger], None]) -> None:
    """Do the work of a process for the registry that the environment names.

    An error is written to stderr in one line, and the exit code is 1 then.
    """
    os.umask(UMASK)
    collect_seldom()
    try:
        settings = settled(load_settings())
        work(settings, Ledger.of(settings))
    except (CtgraphError, OSError, sa.exc.SQLAlchemyError) as error:
        sys.exit(one_line(in_a_line(error)))


def in_a_line(error: Exception) -> str:
    """Return the text of an error in one line."""
    known = ledger_error(error) if isinstance(error, sa.exc.SQLAlchemyError) else error
    if isinstance(known, CtgraphError):
        return known.message
    return " ".join(f"{type(error).__name__}: {error}".split())
