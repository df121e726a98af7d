"""The folder listing is the architecture: imports point downward, without circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

from tests.support.paths import ROOT

# From the top; a room may import from its own floor and from those below.
FLOORS = (
    {"web", "cli"},
    {
        "accounts",
        "finder",
        "ler",
        "harvest",
        "pathways",
        "bulk",
        "publishing",
        "records",
        "server",
        "sparql",
        "spreadsheets",
        "uploads",
    },
    {"projections"},
    {"ledger"},
    {"forms", "links", "validation", "documents"},
    {"shapes", "vocab", "identity"},
    {"rdf", "work", "settings", "errors", "mail", "problem", "translation"},
)
LEVEL = {room: number for number, floor in enumerate(FLOORS) for room in floor}
PACKAGE = ROOT / "ctgraph"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_by(path: Path) -> Iterator[str]:
    """Yield the modules of this package that a file imports; of a package, what it takes of it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("ctgraph"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ctgraph"):
            assert node.module
            folder = ROOT.joinpath(*node.module.split("."))
            inner = [
                name.name
                for name in node.names
                if (folder / f"{name.name}.py").exists() or (folder / name.name).is_dir()
            ]
            yield from (f"{node.module}.{name}" for name in inner)
            if len(inner) < len(node.names):
                yield node.module


def arrows() -> list[tuple[str, str]]:
    return [
        (module_of(path), target)
        for path in sorted(PACKAGE.rglob("*.py"))
        for target in imported_by(path)
    ]


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_room_has_a_floor() -> None:
    rooms = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__"} == LEVEL.keys()


def test_imports_point_downward() -> None:
    upward = [
        f"{source} imports {target}"
        for source, target in arrows()
        if room(source) and room(target) and LEVEL[room(target)] < LEVEL[room(source)]
    ]
    assert upward == []


def test_rooms_have_no_circles() -> None:
    between: nx.DiGraph[str] = nx.DiGraph(
        (room(a), room(b)) for a, b in arrows() if room(a) and room(b)
    )
    between.remove_edges_from(list(nx.selfloop_edges(between)))
    assert list(nx.simple_cycles(between)) == []


def test_modules_have_no_circles() -> None:
    # The front of a package names what is in it: that is no dependency of its modules on it.
    fronts = {module_of(path.parent / "__init__.py") for path in PACKAGE.rglob("__init__.py")}
    modules: nx.DiGraph[str] = nx.DiGraph((a, b) for a, b in arrows() if a not in fronts)
    assert list(nx.simple_cycles(modules)) == []


def test_no_view_imports_a_sibling() -> None:
    def view(module: str) -> str:
        parts = module.split(".")
        return parts[2] if parts[:2] == ["ctgraph", "web"] and len(parts) > 3 else ""

    siblings = [
        f"{a} imports {b}" for a, b in arrows() if view(a) and view(b) not in ("", "http", view(a))
    ]
    assert siblings == []


def test_no_test_imports_from_another_test() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {node.module}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("tests", "test_", "conftest"))
        and not (node.module or "").startswith("tests.support.")
    ]
    assert found == []
