"""Who refers to a record is told before it is withdrawn, or its draft is discarded."""

from __future__ import annotations

import orjson
import pytest

from ctgraph.documents import parse
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import Organization
from tests.support.people import Person
from tests.support.registry import Registry, certificate, ctid_number

GOING, BASE = 70, "http://localhost:8000/resources"


def keep(registry: Registry, owner: Organization, number: int, *named: int) -> None:
    """Publish a certificate that refers to others."""
    content = certificate(
        number,
        owner.ctid,
        **{"ceterms:classification": [f"{BASE}/{ctid_number(n)}" for n in named]},
    )
    document = parse(orjson.dumps(content), registry.settings)
    append(registry.ledger, [Submission(owner, document.ctid, document)], "test")


@pytest.fixture
def mine(registry: Registry, approved: Ctid) -> Organization:
    """The organization of Rita, to whose record 13 others refer."""
    mine = registry.ledger.organizations.get(approved)
    keep(registry, mine, GOING)
    for number in range(71, 82):
        keep(registry, registry.organization, number, GOING)
    keep(registry, mine, 82, GOING)
    draft = certificate(
        90, approved, **{"ceterms:classification": [f"{BASE}/{ctid_number(GOING)}"]}
    )
    registry.ledger.drafts.save(mine, ctid_number(90), "Draft 90", orjson.dumps(draft), {}, "")
    registry.project()
    return mine


def shown(somebody: Person, path: str) -> str:
    answer = somebody.see(path)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_the_page_of_a_withdrawal_tells_who_refers_to_the_record(
    rita: Person, mine: Organization, registry: Registry
) -> None:
    form = f"/account/organizations/{mine.ctid}/records/{ctid_number(GOING)}"
    assert f'href="{form}/withdraw"' in rita.see(form).text
    page = shown(rita, f"{form}/withdraw")
    assert "13 records refer to it" in page
    other = f"· <bdi>{registry.organization.name}</bdi>"
    assert f'{ctid_number(71)}" dir="auto">Certificate 71</a> {other}' in page
    assert page.count(other) == 10
    assert "and 3 more" in page
    assert rita.see(f"/resources/{ctid_number(GOING)}").status_code == 200
    assert rita.send(f"{form}/withdraw", words="It ended.").status_code == 303
    assert rita.see(f"/resources/{ctid_number(GOING)}").status_code == 410
    assert rita.see(f"{form}/withdraw").status_code == 410


def test_ones_own_records_stand_without_an_owner(
    rita: Person, mine: Organization, registry: Registry
) -> None:
    keep(registry, mine, 83, 82)
    registry.project()
    page = shown(rita, f"/account/organizations/{mine.ctid}/records/{ctid_number(82)}/withdraw")
    assert "1 record refers to it" in page
    assert "Certificate 83</a></li>" in page


def test_a_draft_tells_it_too_and_a_record_to_which_none_refers_says_so(
    rita: Person, mine: Organization, registry: Registry
) -> None:
    form = f"/account/organizations/{mine.ctid}/records/{ctid_number(90)}"
    page = shown(rita, f"{form}/discard")
    assert "No other record refers to it" in page
    assert "does not come back" in page
    keep(registry, registry.organization, 91, 90)
    registry.project()
    assert "1 record refers to it" in shown(rita, f"{form}/discard")
    assert rita.send(f"{form}/discard").status_code == 303
    assert rita.see(f"{form}/discard").status_code == 404
