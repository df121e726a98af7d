"""How long something that failed rests before it goes on."""

from __future__ import annotations

FIRST_PAUSE_SECONDS = 0.5
"""How long the projector rests after its first failure. The time doubles with each further one. A
projector that died is started again after as long, counted from its start."""
MAX_PAUSE_SECONDS = 30.0
"""The longest rest, so that the projector goes on soon after the cause has gone."""


def next_pause(pause: float, calm: bool) -> float:
    """Return the pause after a failure, from the one before, which is 0 at first.

    :param calm: whether all was well for so long that the failure counts as the first.
    """
    return FIRST_PAUSE_SECONDS if calm or not pause else min(2 * pause, MAX_PAUSE_SECONDS)
