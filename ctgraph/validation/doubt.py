"""One doubt about a document, before it has its place."""

from __future__ import annotations

from typing import NamedTuple

from ctgraph.problem import Rule, Severity
from ctgraph.rdf.terms import Value


class Advice(NamedTuple):
    """A rule, a sentence about the doubt, the remedy, and the value, if the doubt is about one."""

    rule: Rule
    message: str
    remedy: str
    value: Value | None = None
    severity: Severity = Severity.WARNING
