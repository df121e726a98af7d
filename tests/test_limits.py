"""`docs/limits.md` lists every setting and every bound of the code, with its reason."""

from __future__ import annotations

from tests.support.limits import PAGE, bounds, page


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "Run `make docs`."


def test_every_bound_has_its_reason_below_it() -> None:
    assert [f"{bound.path}: {bound.name}" for bound in bounds() if not bound.reason] == []
