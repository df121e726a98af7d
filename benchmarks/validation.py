"""Documents a second of the SHACL engine, as a ratio to the reference."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import orjson

from ctgraph.bulk.sample import generate
from ctgraph.documents import Document, parse
from ctgraph.settings import Settings
from ctgraph.validation import validate

DOCUMENTS = 2_000
SLOW_DOCUMENTS = 20


def validation() -> None:
    """Validate generated documents with the engine `shacl`, and a part of them with pyshacl.

    Both decide whether a load refuses a document. Whole reports with all advice are timed too.
    """
    settings, reference = Settings(), Settings(validation_engine="pyshacl")
    documents = [parse(orjson.dumps(document), settings) for document in generate(DOCUMENTS)]
    chance = random.Random(0)

    def rate(check: Callable[[Document], object], some: list[Document]) -> float:
        check(some[0])  # the shapes are prepared once
        started = time.perf_counter()
        for document in some:
            check(document)
        return len(some) / (time.perf_counter() - started)

    fast = rate(lambda d: validate(d, settings), documents)
    slow = rate(lambda d: validate(d, reference), chance.sample(documents, SLOW_DOCUMENTS))
    print(
        f"validation: {fast:,.0f} documents/s; "
        f"pyshacl {slow:,.1f} documents/s (on {SLOW_DOCUMENTS} of them); "
        f"ratio {fast / slow:,.0f}"
    )
