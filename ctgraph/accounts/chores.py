"""The chores of the staff that the background does: what is too long for a request, or is due."""

from __future__ import annotations

import logging
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from ctgraph.accounts import look_alikes
from ctgraph.accounts.lost_factors import LostFactors
from ctgraph.accounts.merging import Merging
from ctgraph.errors import CtgraphError
from ctgraph.ledger import Ledger
from ctgraph.projections.process import in_a_line
from ctgraph.settings import Settings

LOOK_SECONDS = 5.0
"""How often the background looks for chores while there are none."""
_log = logging.getLogger("ctgraph.accounts.chores")


def do_chores(settings: Settings, ledger: Ledger) -> bool:
    """Do a step of each chore; tell whether there is more to do at once."""
    LostFactors(ledger, settings.base_url).remove_due()
    merging = Merging(settings, ledger)
    moved = [merging.move(one) for one in ledger.mergers.unfinished()]
    return bool(look_alikes.follow(ledger)) or any(moved)


def run(settings: Settings, ledger: Ledger) -> None:
    """Do chores until the process ends."""
    pause = Event()
    while True:
        try:
            is_busy = do_chores(settings, ledger)
        except (SQLAlchemyError, CtgraphError) as error:  # the database is away; it comes back
            _log.warning("A chore waits: %s", in_a_line(error))
            is_busy = False
        if not is_busy:
            pause.wait(LOOK_SECONDS)
