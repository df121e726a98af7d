"""The result of validating one document, as a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ctgraph.documents import Purpose
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.problem import Problem, Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.validation.completeness import Completeness
from ctgraph.validation.severity_words import WORDS

MAX_PROBLEMS = 1000
"""Problems that a report lists: nobody reads more, and a document may have millions."""
_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Report:
    """A validation report. It has no CTID if the document could not be read.

    :param source: where the document came from, for people.
    :param file: the file that it came from, or empty.
    :param ctid: the CTID of its primary entity, with its class and its name.
    :param problems: everything found, the worst first.
    :param completeness: of its primary entity.
    :param rules: the purpose whose rules it was held to.
    """

    source: str
    ctid: Ctid | NoId = ""
    type: Curie | NoId = ""
    name: str = ""
    problems: tuple[Problem, ...] = ()
    completeness: Completeness | None = None
    file: str = ""
    rules: Purpose = Purpose.PUBLISH

    @property
    def conforms(self) -> bool:
        """Whether the registry takes the document: nothing in it is a violation."""
        return not self.counts[Severity.VIOLATION]

    @property
    def counts(self) -> Counter[Severity]:
        """How many problems there are of each severity."""
        return Counter(problem.severity for problem in self.problems)

    def with_problems(self, more: Iterable[Problem]) -> Report:
        """Return the report with further problems, in the right order."""
        return replace(self, problems=tuple(in_order((*self.problems, *more))))

    def in_file(self, file: str, line: int = 0) -> Report:
        """Return the report with the file that it came from.

        :param line: the line that holds the whole document, in JSON lines.
        """
        if not line:
            return replace(self, file=file)
        problems = (replace(p, detail=replace(p.detail, line=line)) for p in self.problems)
        return replace(self, file=file, problems=tuple(problems))

    def summary(self) -> str:
        """Return one line that sums up the findings."""
        found = [
            f"{n} {words.counted}{'s' * (n != 1)}"
            for severity, words in WORDS.items()
            if (n := self.counts[severity])
        ]
        who = "This registry" if self.rules is Purpose.PUBLISH else "A load of harvested documents"
        does = "takes" if self.conforms else "refuses"
        text = f"{who} {does} it: {', '.join(found) or 'no problems'}."
        if self.completeness:
            text += f" Completeness {self.completeness.score:.0%}."
        return text

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        body: dict[str, Any] = {
            "conforms": self.conforms,
            "summary": self.summary(),
            "rules": self.rules,
            "source": self.source or None,
            "ctid": self.ctid or None,
            "type": self.type or None,
            "name": self.name or None,
            "counts": {severity.value: self.counts[severity] for severity in Severity},
        }
        if self.completeness:
            body["completeness"] = {
                "score": round(self.completeness.score, 4),
                "present": [shape.label for shape in self.completeness.present],
                "missing": [shape.label for shape in self.completeness.missing],
                "missingRequired": [shape.label for shape in self.completeness.required],
            }
        body["problems"] = [problem.to_json() for problem in self.problems]
        return body


def capped(problems: Sequence[Problem], most: int = MAX_PROBLEMS) -> list[Problem]:
    """Return the first `most` problems, and one that says how many more there are.

    It is as severe as the worst of those.
    """
    more = problems[most:]
    if not more:
        return list(problems)
    worst = min((problem.severity for problem in more), key=_RANK.__getitem__)
    rest = Problem(
        f"There are {len(more):,} further problems.", "Mend the listed ones first.", severity=worst
    )
    return [*problems[:most], rest]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with the worst first; those of one severity in the order of their places."""
    return sorted(problems, key=lambda p: (_RANK[p.severity], p.pointer or "", p.message))
