"""Parse the JSON texts of a load: each into a document, a withdrawal, or its problems."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ctgraph.bulk import sources
from ctgraph.bulk.dumped import dumped_document, is_dumped
from ctgraph.bulk.envelopes import named_owner, require_proved, withdrawal_reason, withdrawn_record
from ctgraph.documents import Document, Purpose, read
from ctgraph.documents.json_text import read_json
from ctgraph.documents.size import require_fitting
from ctgraph.errors import CtgraphError
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Problem, Severity
from ctgraph.settings import Settings
from ctgraph.validation import require_valid


@dataclass(frozen=True)
class Parsed:
    """One document of a source after parsing: the document, a withdrawal, or an error.

    :param name: where it came from, for people.
    :param withdrawn: the CTID of the record that an envelope says was withdrawn.
    :param reason: why it was withdrawn, if a line says so.
    :param owner: the owner that an envelope names.
    :param warnings: about the document.
    :param time: when its registry published it, if it is a line of a dump.
    """

    name: str
    document: Document | None = None
    withdrawn: Ctid | None = None
    reason: str | None = None
    owner: Ctid | None = None
    error: CtgraphError | None = None
    warnings: tuple[Problem, ...] = ()
    time: str | None = None

    @property
    def record(self) -> Ctid | None:
        """The CTID of the record that is published or withdrawn; None for an error."""
        return self.document.ctid if self.document else self.withdrawn


class ParsedBatch(NamedTuple):
    """The documents in each of a batch of JSON texts.

    :param seconds: the processor time of each stage.
    """

    texts: list[list[Parsed]]
    seconds: dict[str, float]


def parse_batch(settings: Settings, purpose: Purpose, batch: list[sources.Item]) -> ParsedBatch:
    """Read and validate a batch, by the rules for a purpose."""
    seconds: defaultdict[str, float] = defaultdict(float)
    texts = [list(_parse(settings, purpose, item, seconds)) for item in batch]
    return ParsedBatch(texts, dict(seconds))


def _parse(
    settings: Settings, purpose: Purpose, item: sources.Item, seconds: dict[str, float]
) -> Iterator[Parsed]:
    """Read one JSON text: a document, an envelope, or an array of them."""
    if item.error:
        yield Parsed(item.name, error=item.error)
        return
    try:
        value = read_json(item.data)
    except CtgraphError as error:
        yield Parsed(item.name, error=error)
        return
    entries = value if isinstance(value, list) else [value]
    for index, entry in enumerate(entries):
        name = f"{item.name}[{index}]" if isinstance(value, list) else item.name
        data = item.data if len(entries) == 1 else json.dumps(entry, ensure_ascii=False).encode()
        yield _parse_entry(settings, purpose, name, entry, data, seconds)


def _parse_entry(
    settings: Settings,
    purpose: Purpose,
    name: str,
    entry: Any,
    data: bytes,
    seconds: dict[str, float],
) -> Parsed:
    started = time.process_time()
    try:
        owner = named_owner(entry)
        withdrawn = withdrawn_record(entry)
        at = str(entry.get("time", "")) if is_dumped(entry) else None
        if withdrawn:
            reason = withdrawal_reason(entry)
            return Parsed(name, withdrawn=withdrawn, reason=reason, owner=owner, time=at)
        require_fitting(data, settings)
        require_proved(entry)
        if is_dumped(entry):
            document = dumped_document(settings, entry)
        else:
            document = read(entry, data, settings, purpose)
        parsed_at = time.process_time()
        seconds["parse"] += parsed_at - started
        found = require_valid(document, settings, purpose, recommendations=False)
        seconds["validate"] += time.process_time() - parsed_at
        warnings = tuple(problem for problem in found if problem.severity is Severity.WARNING)
        plain = document.without_places()
        return Parsed(name, plain, owner=owner, warnings=warnings, time=at)
    except CtgraphError as error:
        return Parsed(name, error=error)
