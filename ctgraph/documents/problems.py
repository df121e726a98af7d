"""The problems that one document has as it is read, with a bound."""

from __future__ import annotations

from typing import Any

from ctgraph.documents.json_text import Place, Repeated, pointer
from ctgraph.documents.purpose import Purpose
from ctgraph.problem import Problem, Severity

MAX_PROBLEM_CHARS = 10_000_000
"""Characters of all problems of one document together, about. A pointer is as long as the place is
deep, so a hostile document could have a report a thousand times as long as itself."""
PROBLEM_CHARS = 500
"""Characters of a problem beside its pointer, about."""
MAX_SHOWN_CHARS = 80
"""The longest part of a value that a message quotes, so that it stays a line."""


class Problems:
    """Collects the problems of one document that is read for a purpose.

    `violations` counts those that refuse the document, whether or not there is room to list them.
    """

    def __init__(self, purpose: Purpose) -> None:
        self.purpose = purpose
        self.found: list[Problem] = []
        self.violations = 0
        self._room = MAX_PROBLEM_CHARS
        self._left_out: set[Severity] = set()

    def add(
        self, at: Place, message: str, remedy: str, severity: Severity = Severity.VIOLATION
    ) -> None:
        """Note a problem in a place, unless there are too many already."""
        self.violations += severity is Severity.VIOLATION
        if self._room < 0:
            self._left_out.add(severity)
            return
        problem = Problem(message, remedy, pointer(at), severity)
        self.found.append(problem)
        self._room -= len(problem.pointer or "") + PROBLEM_CHARS

    def once(self, value: dict[str, Any], at: Place) -> None:
        """Report an object that names a key twice: JSON would keep the last and lose the first."""
        if isinstance(value, Repeated):
            self.add(
                (at, value.key),
                f"The key {shown(value.key)} stands twice in one object.",
                "Keep one, or join the values in an array.",
            )

    def close(self) -> None:
        """Add a problem for each severity of which problems were left out."""
        for severity in sorted(self._left_out):
            self.found.append(
                Problem(
                    "There are more problems than can be listed.",
                    "Mend the listed ones first.",
                    severity=severity,
                )
            )


def shown(value: Any) -> str:
    """Return a value, or its beginning, as a message quotes it."""
    text = str(value)
    return repr(value if len(text) <= MAX_SHOWN_CHARS else f"{text[:MAX_SHOWN_CHARS]}…")
