"""Whether records that badges and wallets point to exist, still stand, and were replaced."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ctgraph.documents.csv_cells import harmless
from ctgraph.errors import BadParameter, CtgraphError, MalformedCtid
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.lookups import Looked, look_up
from ctgraph.ledger.values import Status
from ctgraph.projections.link_reader import reading
from ctgraph.settings import Settings

MAX_CHECKED = 1_000
"""Records that one request may ask for."""
MAX_ASKED_CHARS = 2_000
"""Characters of one CTID or address. No address of a record is longer."""


@dataclass(frozen=True)
class Checked:
    """One answer.

    :param asked: the CTID or address as it was given.
    :param record: its CTID; None where it has none that this registry could hold.
    :param found: what the ledger knows of it; None if it never held it.
    :param replaced_by: the records that have taken its place, by word of its own publisher.
    """

    asked: str
    record: Ctid | None
    found: Looked | None
    replaced_by: tuple[Ctid, ...] = ()

    @property
    def status(self) -> Status:
        """How it stands; unknown where this registry never held it."""
        if self.found is None:
            return Status.UNKNOWN
        return Status.WITHDRAWN if self.found.withdrawn_at else Status.CURRENT


@dataclass(frozen=True)
class Checks:
    """The answers, in the order in which they were asked for.

    :param knows_links: whether replacements could be looked up: the links may be in the making.
    """

    answers: tuple[Checked, ...]
    knows_links: bool


def check(settings: Settings, ledger: Ledger, asked: Collection[str]) -> Checks:
    """Look up CTIDs, and addresses of records in any of their spellings.

    :raises BadParameter: when there is none, or too many, or one is too long.
    """
    given = [one.strip() for one in asked]
    if any(given) and "" in given:
        raise BadParameter(f"Record {given.index('') + 1} of the list is empty. Leave it out.")
    if not any(given):
        raise BadParameter(
            'Name the records to check: {"records": ["ce-…", "https://…"]}, or one in each line.'
        )
    if len(given) > MAX_CHECKED:
        raise BadParameter(
            f"These are {len(given):,} records. Ask for {MAX_CHECKED:,} at once at most."
        )
    if any(len(one) > MAX_ASKED_CHARS for one in given):
        raise BadParameter(f"A CTID or address has {MAX_ASKED_CHARS:,} characters at most.")
    identity = Identity.of(settings)
    records = [_record(identity, one) for one in given]
    found = look_up(ledger.database, {record for record in records if record})
    said = _replacements(settings, found)
    merged = {one.record: [one.replaced_by] for one in found.values() if one.replaced_by}
    replaced = (said or {}) | merged
    answers = (
        Checked(one, record, found.get(record), tuple(replaced.get(record, ())))
        if record
        else Checked(one, None, None)
        for one, record in zip(given, records, strict=True)
    )
    return Checks(tuple(answers), said is not None)


def checks_json(checks: Checks, identity: Identity) -> dict[str, Any]:
    """Return the answers as JSON."""
    return {
        "linksKnown": checks.knows_links,
        "records": [_answer_json(one, identity) for one in checks.answers],
    }


def checks_csv(checks: Checks, identity: Identity) -> bytes:
    """Return the answers as CSV (RFC 4180) in UTF-8, in which no cell is a formula."""
    out = io.StringIO()
    rows = [_answer_json(one, identity) for one in checks.answers]
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows([harmless(_cell(row[name])) for name in _COLUMNS] for row in rows)
    return out.getvalue().encode()


_COLUMNS = (
    *("asked", "ctid", "exists", "status", "name", "type", "owner", "partOf", "latestVersion"),
    *("sha256", "time", "url", "replacedBy", "withdrawnAt", "withdrawnBy", "withdrawnReason"),
)


def _answer_json(one: Checked, identity: Identity) -> dict[str, Any]:
    found = one.found
    is_part = found is not None and found.document != found.record
    ended = found.withdrawn_at if found else None
    return {
        "asked": one.asked,
        "ctid": one.record,
        "exists": found is not None,
        "status": one.status,
        "name": found.name if found and not is_part else None,
        "type": found.type if found else None,
        "owner": {"ctid": found.owner, "name": found.owner_name} if found else None,
        "partOf": {"ctid": found.document, "name": found.name} if found and is_part else None,
        "latestVersion": found.number if found else None,
        "sha256": found.digest if found else None,
        "time": found.time if found else None,
        "url": f"{identity.resource(found.record)}/versions/{found.number}" if found else None,
        "replacedBy": [
            {"ctid": record, "url": identity.resource(record)} for record in one.replaced_by
        ],
        "withdrawnAt": ended,
        "withdrawnBy": {"ctid": found.owner, "name": found.owner_name} if found and ended else None,
        "withdrawnReason": found.reason if found else None,
    }


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return value["ctid"]
    if isinstance(value, list):
        return " ".join(one["ctid"] for one in value)
    return str(value).lower() if isinstance(value, bool) else value


def _record(identity: Identity, given: str) -> Ctid | None:
    try:
        return ctid.canonical(given)
    except MalformedCtid:
        return identity.leads_to(given)


def _replacements(settings: Settings, found: dict[Ctid, Looked]) -> dict[Ctid, list[Ctid]] | None:
    """Return the newer records of some, as their owners state them; None if nobody knows now."""
    try:
        with reading(settings) as links:
            said = links.replaced(found)
    except CtgraphError:
        return None
    newer: dict[Ctid, list[Ctid]] = {}
    for one in said:
        known = found.get(Ctid(one.older))
        if known and known.owner == one.owner and is_ctid(one.newer):
            listed = newer.setdefault(known.record, [])
            if one.newer not in listed:
                listed.append(one.newer)
    return newer


def lines_of(text: str) -> Iterable[str]:
    """Return the CTIDs and addresses of a text, which blanks, commas and lines separate."""
    return text.replace(",", " ").split()
