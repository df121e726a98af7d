"""Accessibility faults of a page that is open in a browser, found by axe-core."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.paths import ROOT

AXE = ROOT / "ctgraph" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
FAULTS = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target.join(" ")}: ${failureSummary}`)))"""


def faults(page: Any) -> list[str]:
    """Return the accessibility faults of a page: the rule, the element, and how to mend it.

    Skips the test where axe-core is not installed, which `make lint` does with npm.
    """
    if not AXE.exists():
        pytest.skip("needs axe-core; make lint installs it where there is npm")
    if not page.evaluate("'axe' in window"):  # the page was not looked at yet
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(FAULTS)
    return found
