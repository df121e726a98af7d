"""The reports of readers about damaged projections, and the projector's answers to them."""

from __future__ import annotations

import logging
import time

from ctgraph.ledger.failures import is_passing
from ctgraph.projections.live_store import LiveStore
from ctgraph.projections.maintenance import unreadable
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import Settings

CALM_SECONDS = 600.0
"""The time without a report after which the next one counts as the first: it has another cause."""
_log = logging.getLogger("ctgraph.projector")


class Complaints:
    """Answers the reports of readers: first with a new snapshot, then with a rebuild.

    A rebuild does not remove the cause of a third report in a row, so that one is only logged.
    """

    def __init__(self, settings: Settings, live: LiveStore) -> None:
        self._store_folder = store_folder_of(settings)
        self._live = live
        self._count = 0
        self._last = float("-inf")

    def defect(self) -> str:
        """Return the reason why the store has to be made anew, or an empty text."""
        if not self._live.has_index():
            return "the link index was removed."
        report, moment = self._store_folder.reported(), time.monotonic()
        if not report:
            return ""
        if moment - self._last > CALM_SECONDS:
            self._count = 0
        self._count, self._last = self._count + 1, moment
        if self._count == 1:
            return self._examine(report)
        if self._count == 2:
            return f"readers report again that {report}"
        if self._count == 3:
            _log.warning("A rebuild did not help; readers still report: %s", report)
        return ""

    def _examine(self, report: str) -> str:
        """Give readers a new snapshot if all of it can be read; else return the damage."""
        _log.warning("Readers report, and the triple store is examined: %s", report)
        folder = self._store_folder.prepare(self._live.sequence, self._live.mark)
        try:
            self._live.store.backup(folder)
            damage = unreadable(folder, self._store_folder.links)
        except (RuntimeError, OSError) as error:
            if is_passing(error):
                raise
            damage = str(error)
        if damage:
            return f"it is damaged: {damage}"
        self._store_folder.switch(folder)
        return ""
