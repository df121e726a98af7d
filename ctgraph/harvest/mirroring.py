"""Mirroring: this registry as a copy of another one, which it follows.

A copy of a ctgraph has the numbers, versions, owners and times of its source, and nothing else.
A copy of another kind of registry has its records, with numbers and times of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from ctgraph.errors import Conflict, Unreadable
from ctgraph.harvest import envelopes, feed
from ctgraph.harvest.feed import Standing
from ctgraph.harvest.loading import load_history
from ctgraph.harvest.remote import Remote
from ctgraph.harvest.replaying import replay_items
from ctgraph.ledger import Ledger
from ctgraph.ledger.mirrors import Origin
from ctgraph.ledger.replay import holds
from ctgraph.settings import Settings

MIN_DUMPED = 1000
"""Changes for which the newest dump is taken first: it comes in one piece, and the feed in many."""
Progress = Callable[[int, int], None]
"""Called with the number of further changes that are here, and the number of all."""


@dataclass(frozen=True)
class Mirror:
    """A registry that copies another one.

    :param report: gets a line of JSON for whatever cannot be taken.
    """

    settings: Settings
    ledger: Ledger
    remote: Remote
    report: IO[str]

    def catch_up(self, progress: Progress, is_followed: bool) -> int:
        """Copy what the source has and this registry has not; return how many changes.

        :param is_followed: whether a server projects them.
        :raises Conflict: when this registry holds something else, or the source's ledger became
            another one.
        :raises Unreadable: when the source cannot be had.
        :raises Damaged: when something does not have the hash that it should have.
        """
        origin = self.ledger.mirrors.origin()
        if origin and origin.url != self.remote.url:
            raise Conflict(
                f"This registry is a copy of {origin.url}. Mirror {self.remote.url} in a new "
                "CTGRAPH_HOME."
            )
        last = self.ledger.changes.last_sequence()
        if origin is None and last:
            raise Conflict(
                f"This registry holds {last} changes of its own. Mirror {self.remote.url} in a new "
                "CTGRAPH_HOME, where nothing was published."
            )
        source = feed.standing(self.remote)
        if source is None:
            return envelopes.catch_up(
                self.settings, self.ledger, self.remote, self.report, progress, is_followed
            )
        self._require_same(origin, source, last)
        self.ledger.mirrors.note(Origin(self.remote.url, source.incarnation))
        return self._follow(source, last, progress, is_followed)

    def _require_same(self, origin: Origin | None, source: Standing, last: int) -> None:
        is_other = origin is not None and origin.incarnation != source.incarnation
        if is_other or source.last < last:
            raise Conflict(
                f"The ledger of {self.remote.url} is not the one that this registry copied: it was "
                "restored from a backup, or made anew. Mirror it in a new CTGRAPH_HOME, and give "
                "up this one."
            )
        if last and not holds(self.ledger, last, feed.facts(self.remote, last)):
            raise Conflict(
                f"Change {last} is not the one that {self.remote.url} has: something was published "
                "in this registry. Mirror the source in a new CTGRAPH_HOME, and give up this one."
            )

    def _follow(self, source: Standing, last: int, progress: Progress, is_followed: bool) -> int:
        def further(done: int) -> None:
            progress(done, source.last)

        further(last)
        copied, downloads = 0, self.settings.home / "mirror"
        worth = last == 0 or source.last - last > MIN_DUMPED
        if worth and (dump := feed.dump(self.remote, source, last, downloads)):
            copied = load_history(
                self.settings, self.ledger, dump, self.report, further, is_followed
            )
            shutil.rmtree(downloads)
        now = self.ledger.changes.last_sequence()
        items = feed.changes(self.remote, source, now, source.last)
        copied += replay_items(self.settings, self.ledger, items, self.report, further, is_followed)
        if self.ledger.changes.last_sequence() < source.last:
            raise Unreadable(f"{self.remote.url} does not tell all its changes. Begin again.")
        return copied
