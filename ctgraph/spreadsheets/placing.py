"""Problems of documents at the rows and columns that they come from."""

from __future__ import annotations

from ctgraph.forms.values import Node
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.build import Built, Change
from ctgraph.spreadsheets.columns import listed
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.record_types import CHARGES, Group
from ctgraph.vocab import vocabulary


def placed(problem: Problem, built: Built) -> SheetProblem:
    """Return a problem of a document at the row and the column that it comes from."""
    steps = (problem.pointer or "").split("/")[1:]
    change = _change(built, steps)
    property = steps[2] if len(steps) > 2 else ""
    inner = _property(problem, steps)
    group = next((one for one in change.thing.type.groups if property in one.kinds.values()), None)
    line, heading = change.thing.line, ""
    if group:
        line = _line(change, property, steps)
        heading = f"{group.prefixes[0]}: {_inner_heading(group, inner)}"
    else:
        heading = _heading(change, inner or property) or _heading(change, property)
    message = problem.message
    if not heading and (inner or property):
        message = f"{message} ({vocabulary().label(inner or property)})"
    value = problem.detail.value
    words = vocabulary().labelled
    return SheetProblem(
        line.at(heading), words(message), words(problem.remedy), value, problem.severity
    )


def _change(built: Built, steps: list[str]) -> Change:
    """Return the thing that a pointer leads into; the first one for a pointer elsewhere."""
    if len(steps) > 1 and steps[0] == "@graph" and steps[1].isdecimal():
        node = built.document["@graph"][int(steps[1])]
        for change in built.changes:
            if change.after is node:
                return change
    return built.changes[0]


def _property(problem: Problem, steps: list[str]) -> Curie | str:
    """Return the property that a problem is about, by what it says or by where it is."""
    if found := problem.detail.property:
        return vocabulary().compact(found)
    return next((step for step in reversed(steps[3:]) if ":" in step), "")


def _heading(change: Change, property: str) -> str:
    """Return the heading of a property in the files of a thing, or in a template."""
    columns = change.thing.type.columns
    found = [one for one in columns if property in (one.property, one.inner)]
    found.sort(key=lambda one: one.part is not None)
    given = {column.heading for line in change.thing.lines for column, _ in line.cells}
    used = [one for one in found if one.heading in given]
    return (used or found)[0].heading if found else ""


def _inner_heading(group: Group, property: str) -> str:
    charged = property in ("ceterms:directCostType", "ceterms:price")
    wanted = CHARGES if charged else property
    found = (one for one in group.columns if wanted in (one.property, one.inner))
    column = next(found, None)
    return column.heading if column else (group.kind or ("External Identifier",))[0]


def _line(change: Change, property: str, steps: list[str]) -> Line:
    """Return the row that a profile comes from."""
    values = listed(change.after.get(property))
    number = int(steps[3]) if len(steps) > 3 and steps[3].isdecimal() else 0
    value = values[number] if number < len(values) else None
    for line, profile in change.profiles:
        if isinstance(value, dict) and _content(profile) == _content(value):
            return line
    return change.thing.line


def _content(profile: Node) -> Node:
    left_out = ("@id", CHARGES, "ceterms:directCostType", "ceterms:price")
    return {name: value for name, value in profile.items() if name not in left_out}
