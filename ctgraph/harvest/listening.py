"""Hearing of the changes of another ctgraph as they happen, by its server-sent events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

import httpx

from ctgraph.errors import Unreadable
from ctgraph.harvest.remote import Remote

POLL_SECONDS = 2.0
"""How often a source that sends no events is asked for changes: one short question."""
HEARD_POLL_SECONDS = 60.0
"""How often a source that sends events is asked all the same."""
MAX_AWAY_SECONDS = 60.0
"""The longest pause between two attempts to reach a source again."""
_SLICE_SECONDS = 0.2
"""How long it takes at most until somebody who ends the command is heard."""


class Listener:
    """Rings when a source tells of a change. Use it in a ``with`` block.

    The thread that listens only rings: what changed is then read, and proved, as at any other time.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._rung = threading.Event()
        self._is_heard = self._is_over = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True

    def wait(self, is_over: Callable[[], bool]) -> None:
        """Wait for the next change, or until it is time to ask for changes, or all is over."""
        begun = time.monotonic()
        while not self._rung.wait(_SLICE_SECONDS) and not is_over():
            patience = HEARD_POLL_SECONDS if self._is_heard else POLL_SECONDS
            if time.monotonic() - begun >= patience:
                break
        self._rung.clear()

    def _listen(self) -> None:
        pause = POLL_SECONDS
        while not self._is_over:
            try:
                for _ in self._remote.events("/changes?after=now"):
                    # The first one is the greeting: what happened before it was not told.
                    self._is_heard, pause = True, POLL_SECONDS
                    self._rung.set()
                    if self._is_over:
                        return
            except (httpx.HTTPError, httpx.InvalidURL, Unreadable, RuntimeError):
                pass  # the client is closed, or the source is away; whoever waits asks it
            self._is_heard = False
            time.sleep(pause)
            pause = min(2 * pause, MAX_AWAY_SECONDS)
