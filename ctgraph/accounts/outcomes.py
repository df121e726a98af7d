"""What became of each of several drafts, and the letters that tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ctgraph.accounts.letters import Letter
from ctgraph.errors import CtgraphError
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.reviews import ReviewState

MAX_NAMED = 50
"""Drafts that a letter names: more are counted."""


class Done(NamedTuple):
    """What was done with a draft.

    :param said: in words.
    :param state: of its review now; None where it has none any more.
    :param asked_by: the id of the person who sent it to review; None for nobody.
    """

    said: str
    state: ReviewState | None
    asked_by: str | None


class Outcome(NamedTuple):
    """What became of a draft.

    :param said: what was done, or why nothing was.
    :param done: None when nothing was done.
    :param error: why nothing was done.
    """

    ctid: Ctid
    name: str
    said: str
    done: Done | None
    error: CtgraphError | None = None


def each(
    seen: Mapping[Ctid, str], names: Mapping[Ctid, str], step: Callable[[Ctid, str], Done]
) -> list[Outcome]:
    """Do something with each draft; one that fails keeps no other from it.

    :param seen: the digests of the contents that were seen.
    """
    found = []
    for record, digest in seen.items():
        name = names.get(record) or record
        try:
            done = step(record, digest)
            found.append(Outcome(record, name, done.said, done))
        except CtgraphError as error:
            found.append(Outcome(record, name, error.message, None, error))
    return found


def letter_of(title: str, found: Iterable[Outcome], said: str, link: str, site: str) -> Letter:
    """Return the letter that tells of some drafts.

    :param said: what a person says of them; empty for nothing.
    :param site: the address of the site: published records are named with their links.
    """
    told = [
        one.name if one.done and one.done.state else f"{one.name}: {site}/resources/{one.ctid}"
        for one in found
    ]
    more = (f"And {len(told) - MAX_NAMED} more.",) if len(told) > MAX_NAMED else ()
    words = (said,) if said else ()
    return Letter(title, (f"{title}:", *told[:MAX_NAMED], *more, *words), link)
