"""Waiting until something is so, however slow the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
"""How long a slow machine may take."""


def until(right: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 3 * PATIENCE_SECONDS
    while not right():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.05)
