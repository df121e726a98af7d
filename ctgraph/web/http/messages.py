"""The messages of errors, and the texts of ready-made queries, in the language of the page.

Messages are worded in English where they are found, often in another process, with values in them.
The catalogue ``problems`` has them with ``{}`` in the place of each value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from itertools import chain, zip_longest
from pathlib import Path

from babel.messages.mofile import read_mo

from ctgraph.web.http.languages import USUAL, language

HOLE = "{}"
"""Stands for a value in a message."""
MAX_SENTENCES = 8
"""Sentences that are looked for one after the other, where no message is the whole text."""
MAX_PARTS = 8
"""Messages within messages, and sentences one after the other, that are translated."""
_Pattern = tuple[tuple[str, ...], tuple[str, ...]]
"""What stands around the values of a message, and of its translation."""
_FOLDER = Path(__file__).parents[1] / "translations"
_END = re.compile(r"(?<=[.?!:]) ")


def worded(text: str) -> str:
    """Return a message in the language of the page; as it is where it has no translation."""
    return text if language() == USUAL else _worded(text, language())


def _worded(text: str, code: str, parts_before: int = 0) -> str:
    if parts_before > MAX_PARTS:
        return text
    further = partial(_worded, code=code, parts_before=parts_before + 1)
    if (said := _whole(text, code, further)) is not None:
        return said
    for end in [found.start() for found in _END.finditer(text)][:MAX_SENTENCES][::-1]:
        if (said := _whole(text[:end], code, further)) is not None:
            return f"{said} {further(text[end + 1 :])}"
    return text


def _whole(text: str, code: str, further: Callable[[str], str]) -> str | None:
    """Return a text that is one message, with its values; None where it is none."""
    exact, patterns = _catalogue(code)
    if text in exact:
        return exact[text]
    for parts, translation in patterns:
        if (values := _values(text, parts)) is not None:
            words = map(further, values)
            return "".join(chain.from_iterable(zip_longest(translation, words, fillvalue="")))
    return None


def _values(text: str, parts: tuple[str, ...]) -> list[str] | None:
    """Return what stands between the parts of a message in a text; None for another message.

    It takes the first place of each part, in time that grows with the text alone.
    """
    first, *between, last = parts
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or end < len(first):
        return None
    values, place = [], len(first)
    for part in between:
        if (found := text.find(part, place, end)) < 0:
            return None
        values.append(text[place:found])
        place = found + len(part)
    return [*values, text[place:end]]


@cache
def _catalogue(code: str) -> tuple[dict[str, str], tuple[_Pattern, ...]]:
    """Return the translations of messages without values, and of those with some.

    Of the latter, those that say most themselves come first.
    """
    with (_FOLDER / code / "LC_MESSAGES" / "problems.mo").open("rb") as file:
        found = {str(m.id): str(m.string) for m in read_mo(file) if m.id and m.string}
    patterns = sorted((m for m in found if HOLE in m), key=lambda m: (-len(m), m))
    return (
        {text: said for text, said in found.items() if HOLE not in text},
        tuple((tuple(text.split(HOLE)), tuple(found[text].split(HOLE))) for text in patterns),
    )
