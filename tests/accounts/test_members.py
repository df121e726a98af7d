"""Members are invited, and invitations give no more than they say."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ctgraph.accounts.members import Members
from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid
from tests.support.people import PASSWORD, Person
from tests.support.registry import Registry

ADA = "ada@pine.example.org"


def invited(rita: Person, organization: Ctid, email: str, role: Role) -> int:
    path = f"/account/organizations/{organization}/members"
    return rita.send(path, email=email, role=role).status_code


def role_of(registry: Registry, organization: Ctid, email: str) -> str | None:
    members = registry.ledger.applications.members(organization)
    return next((one.role for one in members if one.email == email), None)


def test_an_invitation_is_accepted_once_also_after_signing_in(
    rita: Person, approved: Ctid, meet: Callable[[str], Person], registry: Registry
) -> None:
    ada = meet(ADA).join()
    assert invited(rita, approved, ADA, Role.EDITOR) == 303
    link = ada.link()
    ada.send("/account/security", to="/account/sign-out")
    led = ada.see(link).headers["Location"]
    answer = ada.send(led, email=ADA, password=PASSWORD)
    assert answer.headers["Location"] == link
    page = ada.see(link).text
    assert "Pine College" in page
    assert "<dd>editor</dd>" in page
    assert "<dd>Rita Registrar</dd>" in page
    assert ada.send(link).status_code == 303
    assert role_of(registry, approved, ADA) == Role.EDITOR
    assert ada.see(link).status_code == 404


def test_an_invitation_of_somebody_who_was_dismissed_is_void(
    rita: Person,
    approved: Ctid,
    as_role: Callable[[Role | None], Person],
    registry: Registry,
    meet: Callable[[str], Person],
) -> None:
    other = as_role(Role.ADMINISTRATOR)
    ada = meet(ADA).join()
    assert invited(other, approved, ADA, Role.ADMINISTRATOR) == 303
    members = registry.ledger.applications.members(approved)
    person = next(one.person for one in members if one.email == other.email)
    path = f"/account/organizations/{approved}/members"
    assert rita.send(path, to=f"{path}/{person}", role="").status_code == 303
    for answer in (ada.see(ada.link()), ada.send("/account/security", to=ada.link())):
        assert answer.status_code == 403
        assert "invited you" in answer.text
    assert "/account/invitations/" not in ada.see("/account").text
    assert role_of(registry, approved, ADA) is None


def test_an_invitation_lowers_no_role(rita: Person, approved: Ctid, registry: Registry) -> None:
    assert invited(rita, approved, rita.email, Role.VIEWER) == 303
    assert rita.see(rita.link()).status_code == 409
    assert role_of(registry, approved, rita.email) == Role.ADMINISTRATOR


def test_one_person_invites_so_many(rita: Person, approved: Ctid) -> None:
    sent = [invited(rita, approved, f"{n}@x.example.org", Role.VIEWER) for n in range(31)]
    assert sent == [303] * 30 + [429]


@pytest.mark.parametrize(("email", "role"), [("nobody", "viewer"), (ADA, "queen"), ("", "viewer")])
def test_what_is_no_invitation_is_told(rita: Person, approved: Ctid, email: str, role: str) -> None:
    answer = rita.send(f"/account/organizations/{approved}/members", email=email, role=role)
    assert 400 <= answer.status_code < 500


def test_invitations_are_listed_and_taken_back(
    rita: Person, approved: Ctid, as_role: Callable[[Role | None], Person], registry: Registry
) -> None:
    path = f"/account/organizations/{approved}/members"
    assert "Invited, no members yet" not in rita.see(path).text
    assert invited(rita, approved, ADA, Role.APPROVER) == 303
    page = rita.see(path).text
    assert f"{ADA}: approver" in " ".join(page.split())
    (taken,) = re.findall(r'action="(/account/[^"]*/invitations/[^"]+)"', page)
    assert "/invitations/" not in as_role(Role.EDITOR).see(path).text
    assert rita.send(path, to=taken).status_code == 303
    assert "Invited, no members yet" not in rita.see(path).text
    assert rita.send(path, to=taken).status_code == 404
    said = registry.ledger.activities.of_organization(approved, 1)
    assert f"Took back the invitation of {ADA}." in said[0].words


def test_an_invitation_that_was_taken_back_admits_nobody(
    rita: Person, approved: Ctid, meet: Callable[[str], Person], registry: Registry
) -> None:
    ada = meet(ADA).join()
    assert invited(rita, approved, ADA, Role.APPROVER) == 303
    (one,) = Members(registry.ledger, "").invited(approved)
    path = f"/account/organizations/{approved}/members"
    to = f"/account/organizations/{approved}/invitations/{one.id}"
    assert rita.send(path, to=to).status_code == 303
    assert ada.see(ada.link()).status_code == 404
    assert ada.send("/account/security", to=ada.link()).status_code == 404
    assert role_of(registry, approved, ADA) is None


def test_an_invitation_waits_for_somebody_who_signs_up_later(
    rita: Person, approved: Ctid, meet: Callable[[str], Person], registry: Registry
) -> None:
    email = "a_a@pine.example.org"
    for somebody in (email, "aba@pine.example.org"):
        assert invited(rita, approved, somebody, Role.EDITOR) == 303
    assert invited(rita, approved, email, Role.APPROVER) == 303
    late = meet(email).join()
    page = late.see("/account").text
    found = re.findall(r'href="(/account/invitations/[0-9a-f]{64})">Pine College</a>', page)
    assert len(found) == 2
    assert "Rita Registrar invites you, as approver." in " ".join(page.split())
    assert late.send(found[0]).status_code == 303
    assert role_of(registry, approved, email) == Role.APPROVER
    assert "/account/invitations/" not in late.see("/account").text
    assert late.see(found[1]).status_code == 409
    assert meet("other@pine.example.org").join().see(found[1]).status_code == 403


def test_an_invitation_of_somebody_who_is_suspended_is_void(
    rita: Person, approved: Ctid, sam: Person, meet: Callable[[str], Person], registry: Registry
) -> None:
    ada = meet(ADA).join()
    assert invited(rita, approved, ADA, Role.EDITOR) == 303
    (member,) = registry.ledger.applications.members(approved)
    page = f"/staff/suspensions/{member.person}"
    assert sam.send(page, state="suspended", words="It was not Rita.").status_code == 303
    assert ada.see(ada.link()).status_code == 403
    assert role_of(registry, approved, ADA) is None
