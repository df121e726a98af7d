"""An organization for which nobody acts is claimed, and the staff decides."""

from __future__ import annotations

import html
from typing import Any

import pytest

from ctgraph import publishing
from ctgraph.accounts import profile
from ctgraph.accounts.rights import Role
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import OPERATOR, Scope
from tests.support.people import COLLEGE, Person, alert
from tests.support.registry import Registry, ctid_number, describe_college

NOBODYS = ctid_number(50)
FIELDS: dict[str, Any] = COLLEGE | {
    "agentType": ["orgType:TwoYear"],
    "agentSectorType": ["agentSector:Public"],
}
UNCLAIMED = "This organization is unclaimed"


@pytest.fixture
def nobodys(registry: Registry) -> Ctid:
    """An organization with a record and without members, as a load adds it."""
    document = profile.document_of(FIELDS, NOBODYS, Identity.of(registry.settings))
    owner = registry.ledger.organizations.add(COLLEGE["name"], NOBODYS)
    publishing.publish(registry.settings, registry.ledger, owner, document, OPERATOR)
    return NOBODYS


def test_a_department_of_somebody_who_acts_is_not_claimed(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    owner = registry.ledger.organizations.get(approved)
    describe_college(registry, NOBODYS, "School of Welding", owner)
    page = rita.see(f"/resources/{NOBODYS}").text
    assert "School of Welding" in page
    assert UNCLAIMED not in page
    for answer in (
        rita.see(f"/account/claims/{NOBODYS}"),
        rita.send("/account/security", to=f"/account/claims/{NOBODYS}", words="It is mine."),
    ):
        assert "for the one that publishes its record" in html.unescape(answer.text)
    assert not registry.ledger.claims.waiting()


def test_a_claim_that_comes_too_late_leaves_the_record_to_its_owner(
    rita: Person, sam: Person, approved: Ctid, registry: Registry
) -> None:
    organizations = registry.ledger.organizations
    oak = organizations.register({ctid_number(60): "Oak College"})[ctid_number(60)]
    describe_college(registry, NOBODYS, "School of Welding", oak)
    decide = claimed(rita, sam, NOBODYS)
    organizations.add_key(oak.ctid, [Scope.PUBLISH])  # by now somebody acts for its owner
    answer = sam.send(decide, state="approved")
    assert answer.status_code == 409
    assert NOBODYS not in {one.ctid for one in organizations.all()}
    describe_college(registry, NOBODYS, "School of Welding and Cutting", oak)


def claimed(somebody: Person, sam: Person, record: Ctid, words: str = "I am its registrar.") -> str:
    """Claim an organization; return the page on which the staff decides."""
    answer = somebody.send(f"/account/claims/{record}", words=words)
    assert answer.status_code == 200, alert(answer)
    assert "claims" in sam.mails()[-1][0]
    return sam.link()


def role(registry: Registry, record: Ctid) -> dict[str, str]:
    return {one.email: one.role for one in registry.ledger.applications.members(record)}


def test_a_claim_is_approved(rita: Person, sam: Person, nobodys: Ctid, registry: Registry) -> None:
    page = f"/resources/{nobodys}"
    registry.project()
    tag = rita.see(page).headers["ETag"]
    assert UNCLAIMED in rita.see(page).text
    assert f'href="/account/claims/{nobodys}"' in rita.see(page).text
    assert (
        "rita@pine.example.org is at pine.example.org"
        in rita.see(f"/account/claims/{nobodys}").text
    )
    decide = claimed(rita, sam, nobodys)
    assert "claims Pine College" in html.unescape(sam.see("/staff").text)
    seen = sam.see(decide).text
    assert "I am its registrar." in seen
    assert "rita@pine.example.org is at pine.example.org" in seen
    assert role(registry, nobodys) == {}
    assert sam.send(decide, state="approved", words="").status_code == 303
    assert role(registry, nobodys) == {rita.email: Role.ADMINISTRATOR}
    assert "approved your claim" in rita.mails()[-1][0]
    assert rita.see(rita.link()).status_code == 200
    again = rita.client.get(page, headers={"Accept": "text/html", "If-None-Match": tag})
    assert again.status_code == 200
    assert UNCLAIMED not in again.text
    assert "claims Pine College" not in sam.see("/staff").text


def test_a_claim_is_declined_with_words(
    rita: Person, sam: Person, nobodys: Ctid, registry: Registry
) -> None:
    decide = claimed(rita, sam, nobodys)
    assert sam.send(decide, state="declined", words=" ").status_code == 400
    assert sam.send(decide, state="declined", words="Write from the college.").status_code == 303
    assert "Write from the college." in rita.mails()[-1][1]
    assert role(registry, nobodys) == {}
    assert UNCLAIMED in rita.see(f"/resources/{nobodys}").text
    assert claimed(rita, sam, nobodys) != decide


def test_one_of_two_claims_is_approved(
    rita: Person, sam: Person, stella: Person, nobodys: Ctid, registry: Registry
) -> None:
    first, second = claimed(stella, sam, nobodys), claimed(rita, sam, nobodys)
    sam.send(second, state="approved", words="")
    assert "declined your claim" in stella.mails()[-1][0]
    assert "ask its administrator" in stella.mails()[-1][1].lower()
    assert 'name="state"' not in sam.see(first).text
    assert role(registry, nobodys) == {rita.email: Role.ADMINISTRATOR}


def test_only_what_nobody_acts_for_is_claimed(
    rita: Person, sam: Person, approved: Ctid, registry: Registry, nobodys: Ctid
) -> None:
    claimed(rita, sam, nobodys)
    for record, status, said in (
        (nobodys, 409, "claimed it already"),
        (approved, 409, "acts for this organization"),
        (registry.organization.ctid, 409, "acts for this organization"),  # it has a key
    ):
        answer = rita.send(
            f"/account/claims/{nobodys}", to=f"/account/claims/{record}", words="It is mine."
        )
        assert answer.status_code == status
        assert said in alert(answer)
    assert rita.see(f"/account/claims/{ctid_number(99)}").status_code == 404
    assert UNCLAIMED not in rita.see(f"/resources/{approved}").text


def test_a_claim_that_reaches_nobody_counts_for_nothing(rita: Person, nobodys: Ctid) -> None:
    page = f"/account/claims/{nobodys}"
    sent = [rita.send(page, words="I am the registrar.").status_code for _ in range(12)]
    assert sent == [200] + [409] * 11


def test_only_staff_sees_claims(rita: Person, sam: Person, nobodys: Ctid) -> None:
    decide = claimed(rita, sam, nobodys)
    answer = rita.see(decide)
    assert answer.status_code == 403
    assert "I am its registrar." not in answer.text
    assert sam.see("/staff/claims/999").status_code == 404
    assert sam.see(f"/staff/claims/{10**30}").status_code == 404
    assert sam.send(decide, state="nonsense", words="x").status_code == 400
