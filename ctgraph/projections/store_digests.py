"""Reading a whole store in a process of its own, beside what it is compared with."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from ctgraph.projections.digests import Digests, Reading
from ctgraph.projections.triple_set import TripleSet
from ctgraph.work import children


class DefaultGraph(NamedTuple):
    """How many triples of the named graphs a default graph lacks, and how many exceed them."""

    missing: int
    excess: int


@contextmanager
def digesting(folder: Path, path: Path) -> Iterator[Callable[[], DefaultGraph]]:
    """Read a store during the block, and write the digests of its named graphs to a file.

    :returns: a function that waits for the end, and says what is wrong with the default graph. It
        raises OSError when the store cannot be read.
    """
    context = children.Spawning()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_digest, args=(str(folder), str(path), sender, os.getpid()))

    def result() -> DefaultGraph:
        try:
            found = receiver.recv()
        except EOFError:
            found = "the process that read it was killed, perhaps because memory ran out"
        if isinstance(found, DefaultGraph):
            return found
        raise OSError(found)

    try:
        children.lasting(process.start)
        sender.close()
        yield result
    finally:
        if process.pid:
            process.kill()
            process.join()


def _digest(folder: str, path: str, sender: Connection, parent: int) -> None:
    children.follow(parent)
    try:
        with (
            closing(Digests(path)) as digests,
            closing(TripleSet()) as named,
            closing(TripleSet()) as default,
        ):

            def take(graph: str, triples: list[bytes]) -> None:
                if graph:
                    digests.add(graph, triples)
                    named.add(triples)
                else:
                    default.add(triples)

            reading = Reading(take)
            store = ox.Store.read_only(folder)
            store.dump(reading, format=ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
            reading.end()
            digests.finish()
            sender.send(DefaultGraph(*default.differences(named)))
    except (RuntimeError, OSError, sqlite3.Error) as error:
        sender.send(str(error))
