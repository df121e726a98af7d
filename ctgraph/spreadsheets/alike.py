"""External identifiers that look the same and stand for different records."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator

from ctgraph.problem import Severity
from ctgraph.spreadsheets.headings import ID, IDENTIFIER
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.problems import SheetProblem


def alike(lines: Iterable[Line], known: Collection[str]) -> Iterator[SheetProblem]:
    """Yield a warning for each new identifier that looks like another one.

    :param lines: of records, or of addresses.
    :param known: the identifiers that are remembered.
    """
    looks = {_look(one): (one, "one in the registry") for one in known}
    for line in lines:
        text = line.roles.get(IDENTIFIER) or line.roles.get(ID, "")
        if not text:
            continue
        own = f"row {line.place.row} of {line.place.file}"
        other, of = looks.setdefault(_look(text), (text, own))
        if other != text and text not in known:
            message = f"{text!a} looks like {other!a}, the identifier of {of}."
            place = line.at(IDENTIFIER)
            yield SheetProblem(place, message, _REMEDY, text, Severity.WARNING)


_REMEDY = "It is another one. Write it in the same way if the same is meant."


def _look(text: str) -> str:
    """Return what people see of an identifier: not case, composition, or signs without a width."""
    seen = "".join(ch for ch in text if unicodedata.category(ch) != "Cf")
    plain = unicodedata.normalize("NFKC", seen)
    return unicodedata.normalize("NFKC", " ".join(plain.split()).casefold())
