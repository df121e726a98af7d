"""Records as people name them in forms: by words of their names, or by a pasted CTID or address."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ctgraph.errors import BadParameter, MalformedCtid
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.pathways.model import Node
from ctgraph.pathways.questions import Pathways

MAX_PICKS = 250
"""Records that one form names: more than any question is answered for."""
MAX_SEARCHES = 5
"""Searches by words that one form asks for. A form has a few fields."""


@dataclass(frozen=True)
class Pick:
    """What one field of a form holds.

    :param text: what was typed, pasted or picked.
    :param record: the record that it names; None for words.
    :param name: the name of that record; empty if it has none, or is not known.
    :param matches: the records whose names contain the words.
    """

    text: str
    record: Ctid | None = None
    name: str = ""
    matches: tuple[Node, ...] = ()


NOTHING = Pick("")
"""What an empty field holds."""


def picks(
    asking: Pathways, identity: Identity, given: Iterable[str], kinds: Collection[str]
) -> list[Pick]:
    """Return what fields hold, each text once. Empty ones are left out.

    :param given: the texts of the fields. One may hold several CTIDs.
    :param kinds: the families and classes whose names are searched.
    :raises BadParameter: when there are more than MAX_PICKS, or words in more than MAX_SEARCHES.
    """
    texts = list(dict.fromkeys(part for text in given for part in _parts(text, identity)))
    records = {text: found for text in texts if (found := _record(text, identity))}
    if len(texts) > MAX_PICKS or len(texts) - len(records) > MAX_SEARCHES:
        raise BadParameter(
            f"Name at most {MAX_PICKS} records, and at most {MAX_SEARCHES} of them by words."
        )
    known = asking.described(records.values())
    return [
        Pick(text, records[text], known[records[text]].name)
        if text in records
        else _found(text, asking.search(text, kinds))
        for text in texts
    ]


def _found(text: str, matches: list[Node]) -> Pick:
    """Return the one record whose name is a text, or the records to choose from."""
    exact = [node for node in matches if node.name.casefold() == text.casefold()]
    if len(exact) == 1:
        return Pick(exact[0].id, Ctid(exact[0].id), exact[0].name)
    return Pick(text, matches=tuple(matches))


def _parts(text: str, identity: Identity) -> list[str]:
    """Return the records that a text lists, or the text as a whole where it holds words."""
    parts = text.replace("\0", "").replace(",", " ").split()
    if all(_record(part, identity) for part in parts):
        return parts
    return [" ".join(parts)]


def _record(text: str, identity: Identity) -> Ctid | None:
    """Return the CTID that a text is, or that an address of a record has."""
    try:
        return identity.ctid_of(text) or ctid.canonical(text)
    except MalformedCtid:
        return None
