"""Another ctgraph as a source: its newest dump, and its changes feed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ctgraph.bulk.dumped import WITHDRAW
from ctgraph.bulk.sources import Item
from ctgraph.errors import Unreadable
from ctgraph.harvest.loading import DumpSource
from ctgraph.harvest.remote import CONNECTIONS, Remote

AT_ONCE = 4 * CONNECTIONS
"""Documents that are asked for or wait in memory at once."""
_FILES = ("history.jsonl.zst", "organizations.jsonl.zst")


@dataclass(frozen=True)
class Standing:
    """How a source stands.

    :param registry: the base of its IRIs.
    :param incarnation: the identity of its ledger.
    :param last: the number of its newest change.
    """

    registry: str
    incarnation: str
    last: int


def standing(remote: Remote) -> Standing | None:
    """Return how a source stands; None if it has no changes feed.

    :raises Unreadable: when it cannot be had.
    """
    page = remote.json("/changes?after=now")
    if not isinstance(page, dict) or "incarnation" not in page:
        return None
    return Standing(str(page["registry"]), str(page["incarnation"]), int(page["last"]))


def changes(remote: Remote, source: Standing, after: int, until: int) -> Iterator[Item]:
    """Yield the changes of a source with their documents, as lines of a history.

    :raises Unreadable: when one cannot be had, or the ledger became another one meanwhile.
    """
    address: str | None = f"/changes?after={after}"
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        while address and after < until:
            page = remote.json(address)
            if page is None or page["incarnation"] != source.incarnation:
                raise Unreadable(f"The ledger of {remote.url} was replaced. Begin again.")
            listed = [one for one in page["changes"] if one["seq"] <= until]
            for start in range(0, len(listed), AT_ONCE):
                window = listed[start : start + AT_ONCE]
                yield from pool.map(lambda one: _item(remote, source, one), window)
            if not listed:
                return
            after = int(listed[-1]["seq"])
            address = _reached(remote, source, page.get("next"))


def facts(remote: Remote, seq: int) -> list[object]:
    """Return the CTID, version and time that a source tells of a change; empty without it.

    :raises Unreadable: when it cannot be had.
    """
    page = remote.json(f"/changes?after={seq - 1}") or {"changes": []}
    found = next((one for one in page["changes"] if one["seq"] == seq), None)
    return [found["ctid"], found["version"], found["time"]] if found else []


def _item(remote: Remote, source: Standing, change: dict[str, Any]) -> Item:
    name = f"{remote.url}, number {change['seq']}"
    # The feed tells no ids of envelopes: all copies of a ledger give the same ones.
    made = uuid.uuid5(uuid.NAMESPACE_URL, f"{source.incarnation} {change['ctid']}")
    change = {**change, "envelope_id": str(made)}
    if change["event"] == WITHDRAW:
        return Item(name, orjson.dumps(change))
    document = remote.json(_reached(remote, source, change["url"]) or "", "application/ld+json")
    if document is None:
        return Item(name, error=Unreadable(f"{change['url']} is not there."))
    return Item(name, orjson.dumps({**change, "document": document}))


def _reached(remote: Remote, source: Standing, address: str | None) -> str | None:
    """Return where to ask for an address of a source: it may be reached by another one."""
    if address and address.startswith(f"{source.registry}/"):
        return address.removeprefix(source.registry)
    return address


def dump(remote: Remote, source: Standing, beyond: int, folder: Path) -> DumpSource | None:
    """Download the newest dump of a source; None if it has none of its ledger that goes further.

    :param beyond: the number that is here already.
    :raises Unreadable: when it cannot be had.
    :raises Damaged: when a file does not have the hash that the manifest says.
    """
    manifest = remote.json("/dumps/latest.json")
    if not isinstance(manifest, dict) or manifest.get("incarnation") != source.incarnation:
        return None
    sequence, listed = int(manifest["sequence"]), {one["name"]: one for one in manifest["files"]}
    if sequence <= beyond or not set(_FILES) <= listed.keys():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in _FILES:
        path = folder / f"{sequence}-{name}"
        if not path.exists():
            one = listed[name]
            address = f"/dumps/{sequence}/{name}"
            remote.download(address, path, str(one["sha256"]), int(one["bytes"]))
        paths.append(path)
    return DumpSource(paths[0], True, paths[1])
