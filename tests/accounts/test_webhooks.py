"""The webhooks of an organization in its account: added, tested, paused, sent back, removed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator

import pytest

from ctgraph.identity.ctid import Ctid
from tests.support.people import Person, alert
from tests.support.receiver import Receiver, receiving
from tests.support.registry import Registry

EVENTS = ["create", "withdraw"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def registry(make_registry: Callable[..., Registry]) -> Registry:
    """A registry whose operator allows receivers on this machine."""
    return make_registry(private_webhooks=True)


@pytest.fixture
def here(approved: Ctid) -> str:
    return f"/account/organizations/{approved}/webhooks"


@pytest.fixture
def added(registry: Registry, rita: Person, approved: Ctid, here: str, receiver: Receiver) -> str:
    """The address of a webhook that was added on the page."""
    page = rita.send(here, url=receiver.url, events=EVENTS, own="own")
    assert re.search(r"whsec_[\w+/=]{40}", html.unescape(page.text)), alert(page)
    (one,) = registry.ledger.webhooks.of(approved)
    assert (list(one.events), one.owner) == (EVENTS, approved)
    return f"{here}/{one.id}"


def test_the_secret_is_shown_once(rita: Person, here: str, added: str, receiver: Receiver) -> None:
    page = rita.see(here).text
    assert receiver.url in page
    assert "whsec_" not in page


def test_a_test_delivery_is_sent_at_once(
    rita: Person, here: str, added: str, receiver: Receiver
) -> None:
    page = rita.send(here, to=f"{added}/test")
    assert "arrived" in page.text
    (delivery,) = receiver.deliveries
    assert json.loads(delivery.body)["type"] == "test"
    assert delivery.headers["webhook-signature"].startswith("v1,")
    receiver.answers.append(500)
    assert "has the status 500" in rita.send(here, to=f"{added}/test").text


def test_a_webhook_is_paused_and_resumed(rita: Person, here: str, added: str) -> None:
    assert rita.send(here, to=f"{added}/pause").status_code == 303
    assert "paused" in rita.see(here).text
    assert rita.send(here, to=f"{added}/resume").status_code == 303
    assert "paused" not in rita.see(here).text


def test_a_webhook_is_sent_back(
    registry: Registry, rita: Person, approved: Ctid, added: str
) -> None:
    assert rita.send(f"{added}/replay", after="0").status_code == 303
    (one,) = registry.ledger.webhooks.of(approved)
    assert (one.after, one.run) == (0, 1)
    assert "no sequence number" in alert(rita.send(f"{added}/replay", after="99999"))
    assert rita.send(f"{added}/replay", after="x").status_code == 422


def test_a_failure_is_told_in_words(
    registry: Registry, rita: Person, approved: Ctid, here: str, added: str
) -> None:
    (one,) = registry.ledger.webhooks.of(approved)
    registry.ledger.webhooks.redirect(one.id, failures=3, told="The answer has the status 503.")
    page = rita.see(here).text
    assert "The answer has the status 503." in page
    assert "failed since then: 3" in page


def test_a_webhook_is_removed(
    registry: Registry, rita: Person, approved: Ctid, here: str, added: str
) -> None:
    assert rita.send(here, to=f"{added}/remove").status_code == 303
    assert registry.ledger.webhooks.of(approved) == []
    assert rita.send(here, to=f"{added}/remove").status_code == 404


def test_what_cannot_be_taken_is_told(rita: Person, here: str) -> None:
    page = rita.send(here, url="ftp://x.example.org/", own="all")
    assert page.status_code == 400
    assert "does not begin with https" in alert(page)


def test_an_organization_that_is_not_approved_adds_none(rita: Person, college: Ctid) -> None:
    page = rita.send(
        f"/account/organizations/{college}/webhooks", url="https://x.example.org/", own="all"
    )
    assert page.status_code == 403
