"""Documents of an upload against the rules, by parallel processes where there are many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import TypeVar

import orjson

from ctgraph.bulk import sources
from ctgraph.bulk.workers import Workers
from ctgraph.documents import Document, read
from ctgraph.documents.size import require_fitting
from ctgraph.errors import CtgraphError
from ctgraph.problem import Problem
from ctgraph.settings import Settings
from ctgraph.validation import validate

MAX_BATCH_DOCUMENTS = 100
"""Documents that one process checks at once, and that are checked without starting processes."""
Item = TypeVar("Item")


@dataclass(frozen=True)
class Checked:
    """What the rules say of a document.

    :param document: as it was read, without its content; None when it cannot be read.
    """

    problems: tuple[Problem, ...]
    document: Document | None


def checked(
    settings: Settings, built: Iterable[tuple[Item, bytes]]
) -> Iterator[tuple[Item, Checked]]:
    """Yield things with what the rules say of their documents, in order."""
    batches = _batched(iter(built))
    first, second = next(batches, None), next(batches, None)
    if first is None:
        return
    work = partial(check_batch, settings)
    if second is None:
        yield from zip((one for one, _ in first), work(_items(first)), strict=True)
        return
    begun: list[list[tuple[Item, bytes]]] = []
    with Workers(work) as workers:
        for batch in chain((first, second), batches):
            if workers.full:
                yield from _done(begun.pop(0), workers.next())
            workers.give(_items(batch))
            begun.append(batch)
        while begun:
            yield from _done(begun.pop(0), workers.next())


def check_batch(settings: Settings, batch: list[sources.Item]) -> list[Checked]:
    """Read and check documents."""
    return [_check(settings, item.data) for item in batch]


def _check(settings: Settings, data: bytes) -> Checked:
    try:
        require_fitting(data, settings)
        document = read(orjson.loads(data), data, settings)
        problems = validate(document, settings, recommendations=False)
    except CtgraphError as error:
        return Checked(tuple(error.problems), None)
    bare = replace(document.without_places(), received=b"", canonical=b"", quads=b"")
    return Checked(tuple(problems), bare)


def _batched(built: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(built, MAX_BATCH_DOCUMENTS)):
        yield batch


def _items(batch: list[tuple[Item, bytes]]) -> list[sources.Item]:
    return [sources.Item("a row", data) for _, data in batch]


def _done(batch: list[tuple[Item, bytes]], found: list[Checked]) -> Iterator[tuple[Item, Checked]]:
    return zip((one for one, _ in batch), found, strict=True)
