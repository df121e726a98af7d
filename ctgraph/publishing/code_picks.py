"""Codes as people name them in the form of a record: by the code, or by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ctgraph.errors import BadParameter
from ctgraph.forms import Field
from ctgraph.forms.codes import Code, alignment
from ctgraph.forms.values import Node
from ctgraph.ledger.codes import Codes, Edition

MAX_PICKED_CODES = 100
"""Codes that are added to one property at once."""
MAX_CODE_SEARCHES = 5
"""Searches by words that one field asks for. It has one field for words."""
Coded: TypeAlias = tuple[Edition, Code]


@dataclass(frozen=True)
class CodePicks:
    """What the look-up of one field holds.

    :param editions: the lists whose codes the field takes.
    :param chosen: the codes that are certain.
    :param matches: the codes to choose from, where words fit several.
    :param wrong: a sentence for each text that names no code, or several.
    """

    editions: tuple[Edition, ...]
    chosen: tuple[Coded, ...] = ()
    matches: tuple[Coded, ...] = ()
    wrong: tuple[str, ...] = ()

    def added(self, values: Any) -> list[Any]:
        """Return the values of the property with the codes that are certain, each once."""
        found = values if isinstance(values, list) else [] if values is None else [values]
        held = {_known_by(one) for one in found}
        new = (alignment(edition.list, code.code, code.name) for edition, code in self.chosen)
        return [*found, *(one for one in new if _known_by(one) not in held)]


def code_picks(
    codes: Codes, field: Field, editions: Sequence[Edition], given: Sequence[str]
) -> CodePicks:
    """Return what was given to the look-up of a field.

    :param editions: the lists whose codes the field takes.
    :param given: codes as `soc:29-1141`, codes alone, or words.
    :raises BadParameter: when there are more than MAX_PICKED_CODES, or MAX_CODE_SEARCHES searches.
    """
    texts = dict.fromkeys(" ".join(text.replace("\0", "").split()) for text in given)
    texts.pop("", None)
    by_key = {one.list.key: one for one in editions}
    chosen: dict[Coded, None] = {}
    matches: dict[Coded, None] = {}
    wrong, searches = [], 0
    for text in texts:
        key, _, code = text.partition(":")
        if key in by_key and (found := codes.named(by_key[key], code)):
            chosen[by_key[key], found] = None
            continue
        searches += 1
        if len(texts) > MAX_PICKED_CODES or searches > MAX_CODE_SEARCHES:
            raise BadParameter(f"{field.label}: look up fewer codes at once.")
        hits = codes.search(editions, text)
        exact = [hit for hit in hits if text.casefold() in _spellings(hit[1])]
        certain = exact or hits
        if len(certain) == 1:
            chosen[certain[0]] = None
        elif certain:
            matches |= dict.fromkeys(certain)
            wrong.append(f"{field.label}: choose among the codes that fit {text[:60]!r}.")
        else:
            wrong.append(f"{field.label}: no code fits {text[:60]!r}. Try fewer or other words.")
    return CodePicks(tuple(editions), tuple(chosen), tuple(matches), tuple(wrong))


def _spellings(code: Code) -> tuple[str, str]:
    """Return the texts that name a code and no other one."""
    return code.code.casefold(), code.name.casefold()


def _known_by(value: Node | str) -> tuple[str, str] | str:
    """Return what tells codes apart: their frameworks, and how these write them."""
    if not isinstance(value, dict):
        return str(value)
    return str(value.get("ceterms:framework")), str(value.get("ceterms:codedNotation"))
