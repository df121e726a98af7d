"""The bounds and settings of the code, and `docs/limits.md`, which is made of them.

``python -m tests.support.limits`` (or ``make docs``) writes the page.
"""

from __future__ import annotations

import ast
import importlib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctgraph.settings import Settings
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "limits.md"
UNITS = "SECONDS|DAYS|BYTES|CHARS|CHARACTERS|ROWS|TIMES|LEVELS|STEPS|QUADS"
"""The last words of names that are bounds even without MAX_ or MIN_ in front."""
NAME = re.compile(rf"_?(?:(?:MAX|MIN)_\w+|\w+_(?:{UNITS}))")


@dataclass(frozen=True)
class Bound:
    """A module-level constant that limits something.

    :param reason: the docstring below it; empty where there is none.
    :param path: the module, from the root of the repository.
    """

    name: str
    value: float
    reason: str
    path: Path

    @property
    def unit(self) -> str:
        """What it counts: the last word of its name."""
        return {"chars": "characters"}.get(word := self.name.rpartition("_")[2].lower(), word)


def bounds() -> list[Bound]:
    """Return all bounds of the package, by module and in the order of their lines."""
    modules = sorted((ROOT / "ctgraph").rglob("*.py"))
    return [bound for module in modules for bound in _bounds_of(module)]


def _bounds_of(module: Path) -> Iterator[Bound]:
    path = module.relative_to(ROOT)
    body = ast.parse(module.read_text("utf-8")).body
    for statement, below in zip(body, [*body[1:], None], strict=True):
        for name in _assigned(statement):
            if NAME.fullmatch(name):
                loaded = importlib.import_module(".".join(path.with_suffix("").parts))
                value = getattr(loaded, name)
                if isinstance(value, int | float):
                    yield Bound(name, value, _docstring(below), path)


def _assigned(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Assign(targets=targets):
            nodes = [node for target in targets for node in ast.walk(target)]
        case ast.AnnAssign(target=target):
            nodes = [target]
        case _:
            return []
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _docstring(statement: ast.stmt | None) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return " ".join(text.split())
        case _:
            return ""


def page() -> str:
    """Return `docs/limits.md` as the code has it now."""
    settings = [
        f"| `CTGRAPH_{name.upper()}` | {_default(field.get_default())} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    limits = [
        f"| `{bound.name}` | {_number(bound.value)} | {bound.unit} | {_cell(bound.reason)} "
        f"| `{bound.path.relative_to('ctgraph')}` |"
        for bound in bounds()
    ]
    head = """\
        # Settings and limits

        This page is generated from the code by `make docs`. A test fails when the two differ.

        ## Settings

        Settings come from the environment, or from the TOML file that `CTGRAPH_CONFIG` names, where
        their keys are in lower case and without the prefix. Sizes are in bytes, times in seconds.

        | variable | default | meaning |
        | --- | --- | --- |
        """
    between = """
        ## Limits

        Everything that strangers can make grow is bounded by a setting or by a constant. These are
        the constants. The last column names the module below `ctgraph/`.

        | name | value | unit | reason | module |
        | --- | --- | --- | --- | --- |
        """
    tables = (textwrap.dedent(head), *_lines(settings), textwrap.dedent(between), *_lines(limits))
    return "".join(tables)


def _lines(rows: list[str]) -> Iterator[str]:
    return (f"{row}\n" for row in rows)


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`" if value != "" else ""


def _number(value: float) -> str:
    return f"{value:,}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
