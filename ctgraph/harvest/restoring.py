"""Reading the lines of a history: each becomes a version whose document has the hash it says."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from ctgraph.bulk.dumped import dumped_document
from ctgraph.bulk.sources import Item
from ctgraph.errors import CtgraphError, Unreadable
from ctgraph.identity import ctid
from ctgraph.ledger.reasons import plain_reason
from ctgraph.ledger.replay import Replayed
from ctgraph.ledger.values import Event
from ctgraph.settings import Settings

_EVENTS = {
    "create": Event.PUBLISH,
    "update": Event.PUBLISH,
    "withdraw": Event.WITHDRAW,
    "transfer": Event.TRANSFER,
}
MIRRORED = "mirror"
"""The actor of a version whose source does not tell it."""


@dataclass(frozen=True)
class Restored:
    """A line after reading: the version, or what is wrong with it.

    :param name: where it came from, for people.
    """

    name: str
    version: Replayed | None = None
    error: CtgraphError | None = None


def restore_batch(settings: Settings, batch: list[Item]) -> list[Restored]:
    """Read lines of the history of a registry."""
    return [_restored(settings, item) for item in batch]


def _restored(settings: Settings, item: Item) -> Restored:
    try:
        if item.error:
            raise item.error
        return Restored(item.name, _version(settings, item.data))
    except CtgraphError as error:
        return Restored(item.name, error=error)
    except KeyError as error:
        reason = f"It is no line of a history: it lacks {error}."
        return Restored(item.name, error=Unreadable(reason))
    except (TypeError, ValueError):
        reason = "It is no line of a history: one is a JSON object, as dumps have them."
        return Restored(item.name, error=Unreadable(reason))


def _version(settings: Settings, data: bytes) -> Replayed:
    line = orjson.loads(data)
    event = _EVENTS[line["event"]]
    document = None if event is Event.WITHDRAW else dumped_document(settings, line).without_places()
    publisher, replaced_by = line.get("published_by"), line.get("replaced_by")
    return Replayed(
        seq=int(line["seq"]),
        ctid=ctid.canonical(line["ctid"]),
        number=int(line["version"]),
        event=event,
        actor=str(line.get("actor") or MIRRORED),
        time=str(line["time"]),
        owner=ctid.canonical(line["owner"]),
        published_by=ctid.canonical(publisher) if publisher else None,
        digest=str(line["sha256"]),
        uuid=str(line.get("envelope_id") or ""),
        upload=str(line["upload"]) if line.get("upload") else None,
        document=document,
        reason=plain_reason(str(line.get("reason") or "")),
        replaced_by=ctid.canonical(replaced_by) if replaced_by else None,
    )
