"""The sentences in the code that tell people what is wrong, with `{}` for each value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from werkzeug.exceptions import default_exceptions

from ctgraph.forms.entries import Move
from ctgraph.shapes import shapes
from ctgraph.web.http.messages import HOLE
from tests.support.paths import ROOT

ROOMS = (
    "documents/size.py",
    "errors",
    "finder",
    "forms/differences.py",
    "forms/entries.py",
    "forms/rows.py",
    "forms/values.py",
    "identity",
    "pathways",
    "publishing/code_picks.py",
    "records",
    "sparql",
    "validation/advice.py",
    "validation/campuses.py",
    "validation/contradictions.py",
    "validation/wholes.py",
    "web/finder",
    "web/harvest",
    "web/http",
    "web/pathways",
    "web/publishing",
    "web/records",
    "web/reference",
    "web/site",
    "web/sparql",
    "work",
)
"""The rooms whose messages pages show."""
REFUSALS = [default_exceptions[code] for code in (400, 403, 404, 405, 406, 410, 413, 414, 415, 429)]
"""The errors that the framework makes itself."""
REWORDED = (404, 405)
"""Those whose descriptions are replaced."""
NAMED = (
    "class",
    "member",
    "parameter",
    "The body of the request has too many bytes",
    "property",
    "a link",
    "a text",
    *Move,
)
"""What messages name with words of their own."""
_SENTENCE = re.compile(r"[\w{'\"].*\b[A-Za-z]{2,}:? .*[.?!]")
_NAMED = re.compile(r"\w+:[\w-]+(, \w+:[\w-]+)*")
"""The terms that a shape of controlled values names."""
_ELSEWHERE = {"_", "gettext", "lazy_gettext", "ngettext", "warning", "info", "exception", "error"}
"""Calls whose texts are in the catalogue of pages, or in a log."""


def sentences() -> Iterator[tuple[str, str]]:
    """Yield the files with the sentences in them."""
    for room in ROOMS:
        place = ROOT / "ctgraph" / room
        for path in [place] if place.suffix else sorted(place.rglob("*.py")):
            for text in _of(ast.parse(path.read_text("utf-8"))):
                yield path.relative_to(ROOT).as_posix(), text
    for path in sorted((ROOT / "queries").glob("*.rq")):
        for text in re.findall(r"^# (?:title|description): (.+)$", path.read_text("utf-8"), re.M):
            yield path.relative_to(ROOT).as_posix(), text
    yield from _of_shapes()
    for text in NAMED:
        yield "ctgraph/web/http", text
    for error in REFUSALS:
        if error.code not in REWORDED:
            yield "werkzeug", error.description or ""


def _of_shapes() -> Iterator[tuple[str, str]]:
    """Yield what forms say of properties, and the names of those that have controlled values."""
    for shape in shapes().by_iri.values():
        file = f"ctgraph/shapes/{shape.family}.ttl"
        name = shape.label.lower()
        for text in filter(None, (shape.message, shape.remedy, shape.description)):
            is_made = shape.family == "values"
            yield file, _NAMED.sub(HOLE, text.replace(name, HOLE)) if is_made else text
        if shape.family == "values":
            yield file, name


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _ELSEWHERE:
            return
        case ast.Constant(value=str(text)):
            found = text
        case ast.JoinedStr():
            found = "".join(
                str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values
            )
        case _:
            found = ""
    if _SENTENCE.fullmatch(found.strip()) and "{who}" not in found:
        yield found.strip()
    for inner in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(inner, ast.Constant)):
            yield from _of(inner)
