"""People, organizations and records by the beginnings of their words, for the registry's staff."""

from __future__ import annotations

from ctgraph.errors import BadParameter, StoreError
from ctgraph.finder.question import Question
from ctgraph.finder.search import Search
from ctgraph.identity.ctid import is_ctid
from ctgraph.ledger import Ledger, names
from ctgraph.ledger.names import Kind, Named
from ctgraph.settings import Settings


def search(
    settings: Settings, ledger: Ledger, words: str, most: int
) -> tuple[dict[str, list[Named]], str]:
    """Return what fits some words, or has a CTID, by its kind.

    :param most: of each kind.
    :returns: also why no records are found, where their index cannot be asked; else an empty text.
    """
    if not words:
        return {}, ""
    if not any(map(str.isalnum, words)):
        return {kind: [] for kind in (*(kind.value for kind in Kind), "records")}, ""
    found = {kind.value: names.search(ledger.database, kind, words, most) for kind in Kind}
    typed = words if is_ctid(words.lower()) else " ".join(f"{word}*" for word in words.split())
    try:
        hits = Search(settings).ask(Question(typed, size=most, is_strict=True)).hits
    except (StoreError, BadParameter) as error:
        return found | {"records": []}, error.message
    return found | {"records": [Named(h.card.record, h.card.name, h.card.kind) for h in hits]}, ""
