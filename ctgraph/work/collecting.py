"""How often a process looks for objects that only refer to each other."""

from __future__ import annotations

import gc

COLLECTED_OBJECTS = 200_000
"""New objects after which a process looks for cycles. Documents, quads and answers are made of
thousands that are no cycles, and to look at them again and again took up to a third of the time."""


def collect_seldom() -> None:
    """Let this process look for cycles seldom."""
    gc.set_threshold(COLLECTED_OBJECTS)
