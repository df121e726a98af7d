"""The words for the severities of problems, for people and in the formats of reports."""

from __future__ import annotations

from dataclasses import dataclass

from ctgraph.problem import Severity


@dataclass(frozen=True)
class SeverityWords:
    """The words for one severity.

    :param counted: the word for such problems in a count, in the singular.
    :param caption: the word beside a problem on a page.
    :param demand: the word beside a shape on a page.
    :param sarif: the level in SARIF; `github` is the workflow command.
    """

    counted: str
    caption: str
    demand: str
    sarif: str
    github: str


WORDS = {
    Severity.VIOLATION: SeverityWords("violation", "Violation", "Required", "error", "error"),
    Severity.WARNING: SeverityWords("warning", "Warning", "Advised", "warning", "warning"),
    Severity.INFO: SeverityWords("recommendation", "Recommended", "Recommended", "note", "notice"),
}
"""The words for each severity, the worst first."""
