"""What was found in an upload, as people look through it: a part of the records and problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ctgraph.spreadsheets.problems import HEADINGS

PAGE_ROWS = 200
"""Records, and problems, of one page of an upload."""
MAX_WORDS = 10
"""Words that are looked for at once."""
_FILE, _SHEET, _ROW = (HEADINGS.index(one) for one in ("File", "Sheet", "Row"))


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of an upload.

    :param words: those that a record or a problem has; case does not count.
    :param effect: what becomes of the records; empty for all.
    :param is_wrong: whether only records with a problem are wanted.
    :param page: its number, from 1.
    """

    words: str = ""
    effect: str = ""
    is_wrong: bool = False
    page: int = 1


@dataclass(frozen=True)
class Seen:
    """A page of an upload.

    :param pages: how many there are.
    :param record_count: of all records that are wanted.
    :param problem_count: of all problems that are wanted.
    """

    records: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Sequence[str]] = ()
    pages: int = 1
    record_count: int = 0
    problem_count: int = 0
    wanted: Wanted = field(default_factory=Wanted)


def seen(report: Mapping[str, Any], wanted: Wanted) -> Seen:
    """Return the records and problems of a report that somebody wants to see."""
    words = [word.casefold() for word in wanted.words.split()[:MAX_WORDS]]
    wrong = {(one[_FILE], one[_SHEET], one[_ROW]) for one in report.get("problems", ())}

    def fits(record: Mapping[str, Any]) -> bool:
        at = record["place"]
        texts = [record["identifier"], record["name"], record["type"]]
        texts += [record["ctid"]] * (record["ctid"] in words)  # digits are in most CTIDs
        return (
            (not wanted.effect or record["effect"] == wanted.effect)
            and (not wanted.is_wrong or (at["file"], at["sheet"], str(at["row"] or "")) in wrong)
            and _has(words, texts)
        )

    records = [one for one in report.get("records", ()) if fits(one)]
    problems = [one for one in report.get("problems", ()) if _has(words, one)]
    most = max(len(records), len(problems), 1)
    some = slice((wanted.page - 1) * PAGE_ROWS, wanted.page * PAGE_ROWS)
    pages = -(-most // PAGE_ROWS)
    return Seen(records[some], problems[some], pages, len(records), len(problems), wanted)


def _has(words: Sequence[str], texts: Sequence[str]) -> bool:
    if not words:
        return True
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words)
