"""An existing registry as a source: its envelopes page by page, then its events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from typing import IO, Any
from urllib.parse import quote

import orjson

from ctgraph.bulk.load import load_items
from ctgraph.bulk.sources import Item
from ctgraph.errors import Unreadable
from ctgraph.harvest.remote import CONNECTIONS, Remote
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.mirrors import Origin
from ctgraph.ledger.values import now
from ctgraph.settings import Settings

MARGIN_SECONDS = 300
"""How much earlier than a copy began its changes are asked for: clocks go differently, and what is
asked for twice is taken once."""
PAGE_ENVELOPES = 200
"""Envelopes of a page: the most that such a registry gives."""
COMMUNITY = "/ce-registry"
_DESTROYED = "destroy"


def catch_up(
    settings: Settings,
    ledger: Ledger,
    remote: Remote,
    report: IO[str],
    progress: Callable[[int, int], None],
    is_followed: bool,
) -> int:
    """Copy the envelopes of a registry, or what changed in them since; return how many changes.

    :raises Unreadable: when the registry cannot be had, or is of no kind that is known.
    """
    origin, before = ledger.mirrors.origin(), ledger.changes.last_sequence()
    if origin is None or origin.moment is None:
        until, total = _begun(remote, ledger), _total(remote)
        ledger.mirrors.note(Origin(remote.url))  # an interrupted copy is known as one
        items = _all(remote)
    else:
        told = _events(remote, origin.moment)
        until = max((str(one["created_at"]) for one in told), default=origin.moment)
        events = [one for one in told if _is_news(ledger, one)]
        items, total = _changed(remote, events), len(events)
    # A name of its own: what an interrupted copy has read is read again, because the pages have
    # shifted since. What is here already stays as it is.
    source = f"{remote.url} {now()}"
    load_items(
        settings,
        ledger,
        items,
        hashlib.sha256(source.encode()).hexdigest(),
        None,
        report,
        lambda done: progress(done, total),
        is_followed=is_followed,
    )
    ledger.mirrors.note(Origin(remote.url, moment=until))
    return ledger.changes.last_sequence() - before


def _begun(remote: Remote, ledger: Ledger) -> str:
    """Return when the copy of a registry began at the latest, by the registry's clock.

    An interrupted one began before its first change. Its records may have changed since.
    """
    here = datetime.now(UTC)
    first = ledger.changes.moments([1]).get(1)
    begun = datetime.fromisoformat(first) if first else here
    try:
        there = parsedate_to_datetime(remote.header(_page(1, 1), "Date") or "").astimezone(UTC)
    except ValueError:  # it tells no time
        there = here
    moment = begun + (there - here) - timedelta(seconds=MARGIN_SECONDS)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_news(ledger: Ledger, event: dict[str, Any]) -> bool:
    """Tell whether an event may change something: a record that is not here cannot go."""
    if event["event"] != _DESTROYED:
        return True
    head = ledger.records.find(Ctid(str(event["envelope_ceterms_ctid"]).lower()))
    return head is not None and not head.deleted_at


def _total(remote: Remote) -> int:
    """Return how many envelopes a registry has.

    :raises Unreadable: when it has no list of them.
    """
    total = remote.header(_page(1, 1), "X-Total")
    if total is None or not total.isdigit():
        raise Unreadable(
            f"{remote.url} is no registry that can be mirrored: it has neither /changes nor "
            f"{COMMUNITY}/envelopes."
        )
    return int(total)


def _page(number: int, size: int = PAGE_ENVELOPES) -> str:
    return f"{COMMUNITY}/envelopes?page={number}&per_page={size}&include_deleted=true"


def _all(remote: Remote) -> Iterator[Item]:
    """Yield every envelope, also of withdrawn records; the next page is asked for meanwhile."""
    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(remote.json, _page(1))
        for number in count(2):
            page = following.result()
            if not page:
                return
            following = ahead.submit(remote.json, _page(number))
            for entry in page:
                yield _item(remote, entry["envelope_ceterms_ctid"], entry)


def _events(remote: Remote, moment: str) -> list[dict[str, Any]]:
    """Return the newest event of each record since a moment, the oldest first."""
    found = remote.json(f"/envelopes/events?after={quote(moment)}") or []
    newest: dict[str, dict[str, Any]] = {}
    for one in sorted(found, key=lambda one: str(one["created_at"])):
        newest.pop(one["envelope_ceterms_ctid"], None)
        newest[one["envelope_ceterms_ctid"]] = one
    return list(newest.values())


def _changed(remote: Remote, events: list[dict[str, Any]]) -> Iterator[Item]:
    def item(event: dict[str, Any]) -> Item:
        record = str(event["envelope_ceterms_ctid"])
        found = None if event["event"] == _DESTROYED else remote.json(f"/envelopes/{quote(record)}")
        # Such a registry answers 404 for what was deleted.
        return _item(remote, record, found or _deleted(record, str(event["created_at"])))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        yield from pool.map(item, events)


def _deleted(record: str, moment: str) -> dict[str, Any]:
    """Return what an envelope says of a record that was deleted."""
    return {"envelope_ceterms_ctid": record, "node_headers": {"deleted_at": moment}}


def _item(remote: Remote, record: str, entry: dict[str, Any]) -> Item:
    return Item(f"{remote.url}/envelopes/{record}", orjson.dumps(entry))
