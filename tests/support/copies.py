"""Registries with a history, and copies of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from ctgraph.documents import parse
from ctgraph.harvest.dumps import Dump, make
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.transfer import transfer
from ctgraph.ledger.values import Organization
from ctgraph.settings import load_settings
from tests.support.registry import Registry, certificate, ctid_number

OWNER, PUBLISHER = ctid_number(0), ctid_number(90)
WITHDRAWN, RETURNED = ctid_number(3), ctid_number(4)
CHANGES = 13
"""How many changes :func:`with_history` makes."""


def new_registry(home: Path, **settings: Any) -> Registry:
    """Return a registry without records or organizations."""
    found = load_settings(home=home, **settings)
    ledger = Ledger.initialise(found)
    return Registry(found, ledger, Organization(OWNER, "Test College", ""), "")


def with_history(home: Path) -> Registry:
    """Return a registry whose records have versions, parts, withdrawals, and a second owner."""
    registry = new_registry(home)
    owner = registry.ledger.organizations.add("Test College", OWNER)
    other = registry.ledger.organizations.add("The Other College", PUBLISHER)

    with registry.ledger.database.writing() as connection:
        pair = connection, owner.ctid, other.ctid
        registry.ledger.partnerships.ask(*pair, "")
        registry.ledger.partnerships.settle(*pair, Agreement.GRANTED)

    def sent(number: int, text: str, whose: Organization = owner, **more: Any) -> None:
        content = certificate(number, whose.ctid, **{"ceterms:keyword": {"en": [text]}, **more})
        written = orjson.dumps(content, option=orjson.OPT_INDENT_2)
        document = parse(written, registry.settings)
        append(registry.ledger, [Submission(whose, document.ctid, document)], "0123abcd")

    def withdrawn(record: Ctid, reason: str | None = None) -> None:
        append(registry.ledger, [Submission(owner, record, reason=reason)], "operator")

    cost = {"@type": "ceterms:CostProfile", "ceterms:price": 7.5}
    for number in range(1, 5):
        sent(number, "first", owner, **{"ceterms:estimatedCost": [cost]})
    sent(1, "second")
    sent(5, "theirs", other)
    withdrawn(WITHDRAWN, "The program ended.")
    withdrawn(RETURNED)
    sent(4, "back")
    sent(1, "third")
    sent(5, "theirs again", other)
    transfer(registry.ledger, ctid_number(2), owner, other, "0123abcd")
    sent(2, "ünïcode \u2028 and more", other)
    assert registry.ledger.changes.last_sequence() == CHANGES
    return registry


def dumped(registry: Registry, output: Path) -> Dump:
    """Write a dump of a registry."""
    return make(registry.settings, registry.ledger, lambda done: None, output)


def facts_of(registry: Registry, kept: bool = True) -> dict[str, Any]:
    """Return everything that a copy of a registry has in common with it.

    :param kept: whether that includes the received bytes, the actors, and the ids of envelopes.
    """
    ledger = registry.ledger
    found: dict[str, Any] = {
        "names": {one.ctid: one.name for one in ledger.organizations.all()},
        "last": ledger.changes.last_sequence(),
    }
    for record in (ctid_number(number) for number in range(1, 6)):
        envelope = ledger.records.find(record)
        assert envelope
        facts = vars(envelope) | {"uuid": envelope.uuid if kept else ""}
        found[record] = [facts]
        for version in ledger.records.versions(record):
            told = vars(version) | {"actor": version.actor if kept else ""}
            quads = ledger.records.quads(record, version.number)
            received = ledger.records.received(record, version.number) if kept else b""
            found[record].append([told, quads, received])
    return found
