"""The scripts and templates of the pages: their unit tests, and what holds for every file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

WEB = ROOT / "ctgraph" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
MAX_COLUMNS = 120
OLDEST_NODE = (20, 19)
"""The first version that takes a script with `import` for a module without being told."""


def node_version() -> tuple[int, ...]:
    """Return the version of Node, or nothing where it is not installed."""
    if not shutil.which("node"):
        return ()
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return tuple(map(int, re.findall(r"\d+", told.stdout)))


@pytest.mark.skipif(
    node_version() < OLDEST_NODE, reason=f"needs Node {'.'.join(map(str, OLDEST_NODE))} or newer"
)
def test_the_unit_tests_of_the_scripts_pass() -> None:
    files = sorted((ROOT / "tests" / "web" / "static").rglob("*.test.mjs"))
    assert files
    run = subprocess.run(["node", "--test", *files], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_line_of_a_template_is_long(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [n for n, line in enumerate(lines, 1) if len(line) > MAX_COLUMNS] == []


def test_every_script_is_a_module() -> None:
    """Yasgui and Leaflet are exceptions: each comes as one classic script."""
    pages = "".join(path.read_text("utf-8") for path in TEMPLATES)
    scripts = re.findall(r"<script src=[^>]+>", pages)
    assert len(scripts) > 3
    classic = ("vendor/yasgui", "vendor/leaflet")
    assert all('type="module"' in tag or any(one in tag for one in classic) for tag in scripts)


def test_the_locked_packages_name_no_host() -> None:
    """Each comes from the registry that npm is set to, and is known by its hash."""
    lock = json.loads((WEB / "assets" / "package-lock.json").read_text("utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert not [name for name, one in packages.items() if "resolved" in one]
    assert not [name for name, one in packages.items() if "integrity" not in one]


_INPUT = re.compile(r"<input\b(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*>", re.DOTALL)
_SEARCHES = re.compile(r'type="search"|name="(?:q|words)"')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_what_is_typed_into_a_search_fits_an_address(path: Path) -> None:
    fields = [one for one in _INPUT.findall(path.read_text()) if _SEARCHES.search(one)]
    assert [one for one in fields if "maxlength" not in one and 'type="hidden"' not in one] == []
