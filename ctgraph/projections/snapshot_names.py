"""The names of snapshots: ``{sequence}-{time}-{tag}``, and of past stores: ``{sequence}-{tag}``."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

HALF = "half-"
"""Prefix of the name of an unfinished snapshot."""
_WHOLE = re.compile(r"\d+-\d+-[0-9a-f]{12}")


def is_whole(snapshot: Path) -> bool:
    """Tell whether a folder has the name of a complete snapshot."""
    return bool(_WHOLE.fullmatch(snapshot.name))


def sequence_of(snapshot: Path) -> int:
    """Return the sequence number that a snapshot, or a past store, was made at; 0 without one."""
    number = snapshot.name.partition("-")[0]
    return int(number) if number.isdigit() else 0


def made_at(snapshot: Path) -> int:
    """Return when a complete snapshot was made, in nanoseconds of the Unix time."""
    return int(snapshot.name.split("-")[1])


def tag_of(mark: str) -> str:
    """Return the end of a snapshot's name, which identifies the ledger that it was made from."""
    return hashlib.sha256(mark.encode()).hexdigest()[:12]
