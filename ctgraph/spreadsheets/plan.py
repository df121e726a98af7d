"""What an upload would change: compressed lines of JSON, which are saved when somebody says so."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from ctgraph.errors import BadParameter
from ctgraph.identity.ctid import Ctid, NoId


@dataclass(frozen=True)
class Step:
    """One change of a plan.

    :param base: the digest of the version that the change was made for; empty for a new record.
    :param document: the new document; None where it stays as it is, or is withdrawn.
    :param identifiers: the external identifiers that are remembered with it.
    """

    record: Ctid
    base: str
    document: dict[str, Any] | None = None
    identifiers: dict[str, Ctid] = field(default_factory=dict)

    @property
    def withdraws(self) -> bool:
        """Whether the record is withdrawn: there is nothing else to do."""
        return not self.document and not self.identifiers


class PlanWriter:
    """Writes the plan of an upload.

    :param owner: whose records change.
    :ivar steps: how many changes it has.
    """

    def __init__(self, owner: Ctid) -> None:
        self.steps = 0
        self._packer = zlib.compressobj(6)
        self._parts = [self._packer.compress(orjson.dumps({"owner": owner}) + b"\n")]

    def add(self, step: Step) -> None:
        """Add a change."""
        self.steps += 1
        self._parts.append(self._packer.compress(orjson.dumps(step) + b"\n"))

    def close(self) -> bytes:
        """Return the plan."""
        return b"".join([*self._parts, self._packer.flush()])


def owner_of(plan: bytes) -> Ctid | NoId:
    """Return whose records a plan changes.

    :raises BadParameter: when it is no plan.
    """
    found: Ctid | NoId = orjson.loads(next(_lines(plan), b"{}")).get("owner", "")
    return found


def steps_of(plan: bytes) -> Iterator[Step]:
    """Yield the changes of a plan.

    :raises BadParameter: when it is no plan.
    """
    lines = _lines(plan)
    next(lines, None)
    yield from (Step(**orjson.loads(line)) for line in lines)


def _lines(plan: bytes) -> Iterator[bytes]:
    unpacker, held = zlib.decompressobj(), b""
    try:
        for start in range(0, len(plan), 1 << 16):
            *lines, held = (held + unpacker.decompress(plan[start : start + (1 << 16)])).split(
                b"\n"
            )
            yield from lines
    except zlib.error as error:
        raise BadParameter("The upload is damaged. Upload the files again.") from error
    if not unpacker.eof:
        raise BadParameter("The upload was never checked to its end. Upload the files again.")
