"""Where the project and the shared material lie."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
SHARED = ROOT.parent / "shared"


def shared(path: str) -> Path:
    """Return a path in the folder of shared material, or skip the test where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs ../shared/{path}, which is not part of a clone")
    return found
