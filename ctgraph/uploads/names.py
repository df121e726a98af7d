"""The names of records in what an upload would change: people know them, not their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger

_ADDRESS = re.compile(r"https?://[^\s,;()]+")
Record = Mapping[str, Any]


def named(
    identity: Identity, ledger: Ledger, shown: Iterable[Record], all_of_it: Iterable[Record]
) -> list[Record]:
    """Return records of a report with the names of others in the place of their addresses.

    :param all_of_it: the records of the report: the registry does not hold the new ones yet.
    """
    shown = list(shown)
    records = {
        record
        for text in _texts(shown)
        for address in _ADDRESS.findall(text)
        if (record := identity.ctid_of(address))
    }
    new = {one["ctid"]: one["name"] for one in all_of_it if one["ctid"] in records}
    names = new | ledger.records.names(records)

    def name(found: re.Match[str]) -> str:
        record = identity.ctid_of(found[0])
        return (names.get(record) if record else "") or found[0]

    def in_names(texts: Iterable[str]) -> list[str]:
        return [_ADDRESS.sub(name, text) for text in texts]

    return [
        {
            **one,
            "differences": [
                (property, label, in_names(before), in_names(after))
                for property, label, before, after in one["differences"]
            ],
        }
        for one in shown
    ]


def _texts(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        for _, _, before, after in record["differences"]:
            yield from (*before, *after)
