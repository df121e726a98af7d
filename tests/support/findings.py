"""What validation finds in a document, by either engine."""

from __future__ import annotations

from ctgraph.documents import parse
from ctgraph.errors import InvalidDocument
from ctgraph.problem import Problem
from ctgraph.settings import Settings
from ctgraph.shapes import CTGS
from ctgraph.validation import validate

FAST, REFERENCE = Settings(validation_engine="shacl"), Settings(validation_engine="pyshacl")


def findings(data: bytes, settings: Settings = FAST) -> list[Problem]:
    """Return what reading or validation finds."""
    try:
        return validate(parse(data, settings), settings)
    except InvalidDocument as error:
        return error.problems


def shape_of(problem: Problem) -> str:
    """Return the name of the shape that reported; nothing for what was found in other ways."""
    return problem.detail.shape.removeprefix(CTGS)


def blocking(problems: list[Problem]) -> set[str]:
    return {shape_of(problem) for problem in problems if problem.severity == "violation"}
