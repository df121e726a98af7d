"""Pages of pathways in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def opening(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page; its options are those of a browser context."""
    contexts: list[Any] = []
    errors: list[str] = []

    def opened(address: str, **options: Any) -> Any:
        contexts.append(browser.new_context(reduced_motion="reduce", **options))
        page = contexts[-1].new_page()
        page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else 0)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [error for error in errors if "401" not in error and "422" not in error] == []
