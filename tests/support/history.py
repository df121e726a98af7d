"""Versions that were made on days of the past."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger, values
from ctgraph.ledger.append import Submission, append
from ctgraph.settings import load_settings
from tests.support.registry import Registry, certificate, ctid_number


class Filled(NamedTuple):
    """A registry with some history, and a client of it."""

    registry: Registry
    client: FlaskClient


def sent_on(day: str, registry: Registry, ctid: Ctid, content: object = None) -> None:
    """Publish a document on a day; withdraw it where there is no content."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "now", lambda: f"{day}T12:00:00.500000Z")
        document = parse(orjson.dumps(content), registry.settings) if content else None
        [outcome] = append(
            registry.ledger, [Submission(registry.organization, ctid, document)], "test"
        )
    assert not isinstance(outcome, CtgraphError), outcome


def changed(registry: Registry, number: int, text: str | None, day: str) -> None:
    """Publish a version of a numbered certificate on a day; withdraw it without a text."""
    content = text and certificate(number, **{"ceterms:keyword": {"en": [text]}})
    sent_on(day, registry, ctid_number(number), content)


def empty_registry(home: Path, **more: str) -> Registry:
    """Return a registry with one organization, for the tests of a module.

    :param more: further settings.
    """
    settings = load_settings(home=home, **more)
    ledger = Ledger.initialise(settings)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    return Registry(settings, ledger, organization, ledger.organizations.add_key(organization.ctid))
