"""What the preview of an upload tells: its records, and what becomes of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ctgraph.forms.differences import Difference
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.problem import Severity
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.resolve import Suggestion
from ctgraph.spreadsheets.tables import SheetTold


class Mode(StrEnum):
    """What an upload does."""

    UPDATE = "update"
    """Records are added and updated; others stay."""
    WHOLE = "whole"
    """The files are the whole list: records of their types that are not in them are withdrawn."""


class Effect(StrEnum):
    """What becomes of a record."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"
    UNDECIDED = "undecided"
    """Somebody has to say whether it is a record that the registry has."""
    FAILED = "failed"


PLANNED = {
    Effect.ADDED: "would be added",
    Effect.UPDATED: "would be updated",
    Effect.UNCHANGED: "unchanged",
    Effect.WITHDRAWN: "would be withdrawn",
    Effect.UNDECIDED: "to be decided",
    Effect.FAILED: "with errors",
}
"""The words for what becomes of records, as long as nothing is saved."""


def planned(counts: Mapping[Effect, int]) -> str:
    """Return how many records there are of each effect, in words, before they are saved."""
    found = [(counts.get(one, 0), words) for one, words in PLANNED.items()]
    return ", ".join(f"{count:,} {words}" for count, words in found if count)


@dataclass(frozen=True)
class RecordPreview:
    """A record of an upload, and what becomes of it.

    :param ctid: empty where its rows are so wrong that nothing tells which record they mean.
    :param place: of its first row; empty for one that would be withdrawn.
    :param type: the label of its class.
    :param differences: what changes, for one that is updated, or the first properties of a new one.
    """

    ctid: Ctid | NoId
    identifier: str
    name: str
    type: str
    place: Place
    effect: Effect
    differences: tuple[Difference, ...] = ()


@dataclass
class Preview:
    """What an upload would do.

    :param rows: those that are about records.
    :param steps: how many documents would be saved or withdrawn, or are given identifiers.
    :param plan: what is to be saved; empty where it cannot be.
    """

    sheets: list[SheetTold] = field(default_factory=list)
    records: list[RecordPreview] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    rows: int = 0
    steps: int = 0
    seconds: float = 0.0
    plan: bytes = b""

    @property
    def counts(self) -> Counter[Effect]:
        """How many records there are of each effect."""
        return Counter(record.effect for record in self.records)

    @property
    def errors(self) -> int:
        """How many problems keep the upload from being saved."""
        return sum(one.severity is Severity.VIOLATION for one in self.problems)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide on a suggestion before the upload can be saved."""
        return any(one.decided is None for one in self.suggestions)

    @property
    def can_be_saved(self) -> bool:
        """Whether the upload can be saved as it is."""
        return bool(self.plan)
