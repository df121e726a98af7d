"""A registry whose versions were made on days of the past."""

from __future__ import annotations

import pytest

from ctgraph.web import create_app
from tests.support.history import Filled, changed, empty_registry


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A registry in which certificate 1 has three versions, and 2 was withdrawn and came again."""
    registry = empty_registry(tmp_path_factory.mktemp("history"))
    changed(registry, 1, "one", "2026-01-10")
    changed(registry, 2, "one", "2026-01-20")
    changed(registry, 1, "two", "2026-02-10")
    changed(registry, 2, None, "2026-02-20")
    changed(registry, 1, "three", "2026-03-10")
    changed(registry, 2, "two", "2026-03-20")
    return Filled(registry, create_app(registry.settings).test_client())
