"""Taking over the history of a registry, from a dump or over HTTP.

It is read in parallel and written in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import IO, Any

from ctgraph.bulk.load import batched, interrupts
from ctgraph.bulk.pace import Pace
from ctgraph.bulk.sources import Item
from ctgraph.bulk.workers import Workers
from ctgraph.errors import CtgraphError, Damaged, LoadStopped
from ctgraph.harvest.restoring import Restored, restore_batch
from ctgraph.ledger import Ledger
from ctgraph.ledger.replay import Replayed, replay
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import Settings

Progress = Callable[[int], None]


def replay_items(
    settings: Settings,
    ledger: Ledger,
    items: Iterable[Item],
    report: IO[str],
    progress: Progress,
    is_followed: bool = False,
) -> int:
    """Append the versions in lines of a history; return how many.

    :param report: gets a line of JSON for each line that cannot be taken.
    :param progress: called with the number of further versions that are written.
    :param is_followed: whether a server projects them; see :class:`Pace`.
    :raises Damaged: at the first line that cannot be taken; those before it are kept.
    :raises LoadStopped: when it is interrupted, or a line ends its process twice.
    """
    pace, done = Pace(store_folder_of(settings), is_followed), 0
    with interrupts() as interrupted:
        for batch in _restored(settings, items):
            good, faults = _parted(batch)
            for portion in pace.portions([[one] for one in good]):
                kept, fault = _appended(ledger, list(chain(*portion)))
                if kept:
                    done += len(kept)
                    pace.wrote(kept[-1].seq)
                    progress(len(kept))
                if fault:
                    raise _reported([fault, *faults], report)
                if interrupted():
                    raise LoadStopped(
                        "It was interrupted. What was copied is kept. Run the same command again "
                        "to continue."
                    )
            if faults:
                raise _reported(faults, report)
    return done


def _restored(settings: Settings, items: Iterable[Item]) -> Iterator[list[Restored]]:
    """Read in parallel, and yield the batches in order."""
    batches = batched(iter(items))
    first, second = next(batches, None), next(batches, None)
    if first is None:
        return
    work = partial(restore_batch, settings)
    if second is None:  # starting processes would take longer than they save
        yield work(first)
        return
    with Workers(work) as workers:
        for batch in chain((first, second), batches):
            if workers.full:
                yield workers.next()
            workers.give(batch)
        while len(workers):
            yield workers.next()


def _parted(batch: list[Restored]) -> tuple[list[Restored], list[Restored]]:
    """Return the lines before the first fault of a batch, and all its faults."""
    faults = [one for one in batch if one.error]
    return (batch[: batch.index(faults[0])] if faults else batch), faults


def _appended(ledger: Ledger, lines: list[Restored]) -> tuple[list[Replayed], Restored | None]:
    """Append the versions of lines up to the first that no ledger can have made; return both."""
    versions = [line.version for line in lines if line.version]
    try:
        replay(ledger, versions)
    except Damaged as error:
        if "seq" not in error.extra:
            raise
        number = next(n for n, one in enumerate(versions) if one.seq == error.extra["seq"])
        if number:
            replay(ledger, versions[:number])
        return versions[:number], replace(lines[number], error=error)
    return versions, None


def _reported(faults: list[Restored], report: IO[str]) -> CtgraphError:
    for one in faults:
        assert one.error
        line: dict[str, Any] = {"source": one.name, "error": one.error.message}
        line["problems"] = [problem.to_json() for problem in one.error.problems]
        report.write(json.dumps(line, ensure_ascii=False) + "\n")
    report.flush()
    first = faults[0]
    assert first.error
    return Damaged(
        f"{first.name}: {first.error.message} What stood before it is kept. A history has no gaps, "
        "so the rest waits for a good copy; run the same command with it again."
    )
