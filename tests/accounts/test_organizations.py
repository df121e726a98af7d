"""An organization from its first description to its approval, with the mails in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from ctgraph.accounts.evidence import evidence
from ctgraph.cli import main
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger.tables import application
from tests.support.people import COLLEGE, RITA, STAFF, Person, alert
from tests.support.registry import Registry

ONE = '<a href="#description">The description is missing or shorter than 15 characters.'


def test_what_is_missing_is_told_before_it_is_submitted(rita: Person) -> None:
    answer = rita.send("/account/organizations/new", name="Pine College", submit="yes")
    assert answer.status_code == 422
    assert "saved, but not submitted" in alert(answer)
    assert "Pine College" in rita.see("/account").text  # nothing is lost
    assert ONE in answer.text
    assert '<p class="problem" id="description-problem">The description is missing' in answer.text
    assert '<a href="#streetAddress">Nothing says how to reach the organization.' in answer.text
    found = re.search(r'action="((/account/organizations/ce-[^/"]+)/describe)"', answer.text)
    assert found
    form, page = found.groups()
    assert ONE in rita.see(form).text
    assert ONE.replace('"#', f'"{form}#') in rita.see(page).text
    rita.send(form, **COLLEGE)
    assert "to mend before" not in rita.see(form).text + rita.see(page).text


def test_an_organization_is_submitted_asked_back_and_approved(
    rita: Person, sam: Person, college: Ctid, registry: Registry
) -> None:
    own, decide = f"/account/organizations/{college}", f"/staff/organizations/{college}"
    assert "Place 1 in the queue" in rita.see(own).text
    assert college in sam.see("/staff").text
    sam.send(decide, state="questioned", words="Who accredits you?")
    subject, words = rita.mails()[-1]
    assert "needs more information" in subject
    assert "Who accredits you?" in words
    rita.send(own, words="The state does.")
    assert "asks for approval" in sam.mails()[-1][0]
    assert rita.see(f"/resources/{college}").status_code == 404
    sam.send(decide, state="approved", words="Welcome.")
    assert "approved" in rita.mails()[-1][0]
    page = rita.see(own).text
    for said in ("Who accredits you?", "The state does.", "Welcome."):
        assert said in page
    assert COLLEGE["name"] in rita.see(f"/resources/{college}").text
    registry.project()
    assert registry.ledger.records.read(college).envelope.owner == college


def test_the_staff_says_why(sam: Person, college: Ctid) -> None:
    for state in ("questioned", "declined"):
        answer = sam.send(f"/staff/organizations/{college}", state=state, words=" ")
        assert answer.status_code == 400
        assert "Say what is missing or why" in alert(answer)


@pytest.mark.parametrize("state", ["", "draft", "submitted", "nonsense"])
def test_the_staff_decides_only_what_there_is(sam: Person, college: Ctid, state: str) -> None:
    answer = sam.send(f"/staff/organizations/{college}", state=state, words="x")
    assert answer.status_code in (400, 409)
    assert alert(answer)


def test_the_second_of_two_decisions_is_refused(sam: Person, approved: Ctid) -> None:
    path = f"/staff/organizations/{approved}"
    assert "approved" in sam.see(path).text
    assert 'name="state"' not in sam.see(path).text


def test_a_declined_organization_asks_again(rita: Person, sam: Person, college: Ctid) -> None:
    sam.send(f"/staff/organizations/{college}", state="declined", words="The page is empty.")
    assert "The page is empty." in rita.mails()[-1][1]
    described = f"/account/organizations/{college}/describe"
    changed = {**COLLEGE, "subjectWebpage": "https://pine.example.org/home"}
    assert rita.send(described, submit="yes", **changed).status_code == 303
    page = sam.see(f"/staff/organizations/{college}").text
    assert "https://pine.example.org/home" in page
    assert "Approve" in page


def test_the_description_comes_back_as_it_was_written(rita: Person, college: Ctid) -> None:
    page = rita.see(f"/account/organizations/{college}/describe").text
    for name in ("name", "description", "subjectWebpage", "email"):
        assert COLLEGE[name] in page
    assert '<option selected value="orgType:TwoYear">' in page


def test_a_field_that_somebody_emptied_stays_empty(rita: Person, college: Ctid) -> None:
    page = f"/account/organizations/{college}/describe"
    assert "info@pine.example.org" in rita.see(page).text
    assert rita.send(page, **(COLLEGE | {"email": ""})).status_code == 303
    assert "info@pine.example.org" not in rita.see(page).text


def test_only_staff_sees_the_queue(rita: Person, college: Ctid) -> None:
    for path in ("/staff", f"/staff/organizations/{college}"):
        answer = rita.see(path)
        assert answer.status_code == 403
        assert "Only the registry" in answer.text
    assert STAFF not in rita.see("/account").text


@pytest.mark.parametrize(
    ("webpage", "email", "is_met"),
    [
        ("https://www.pine.example.org/", "rita@pine.example.org", True),
        ("https://welding.pine.example.org/", "rita@pine.example.org", True),
        ("https://pine.example.org/", "rita@staff.pine.example.org", True),
        ("https://pine.example.org/", "rita@alpine.example.org", False),
        ("https://pine.example.org/", "rita@mail.example.com", False),
        ("", "rita@pine.example.org", False),
        ("https://pine.example.org/", "rita@org", False),
    ],
)
def test_evidence_is_an_address_at_the_domain_of_the_webpage(
    webpage: str, email: str, is_met: bool
) -> None:
    assert [one.is_met for one in evidence(webpage, [email])] == [is_met]


def test_an_organization_that_the_operator_added_has_a_page_for_its_people(
    registry: Registry, run: Any, meet: Callable[[str], Person]
) -> None:
    owner = registry.organization.ctid
    password = run("org", "admit", owner, RITA, "--name", "Rita").output.strip()
    rita = meet(RITA)
    assert rita.sign_in(password).status_code == 303
    page = rita.see(f"/account/organizations/{owner}")
    assert page.status_code == 200
    assert "approved: it may publish" in page.text.lower()
    assert rita.see(f"/account/organizations/{owner}/describe").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["", "  ", "\0", " \0\u200b\u00a0\u2003", "\u3164", "\uffa0\u2800", "\u0301\ufe0f\u17b4"],
)
def test_a_name_that_nobody_sees_is_refused_beside_its_field(
    rita: Person, college: Ctid, name: str
) -> None:
    for page in ("/account/organizations/new", f"/account/organizations/{college}/describe"):
        answer = rita.send(page, **{**COLLEGE, "name": name})
        assert answer.status_code == 422
        assert '<p class="problem" id="name-problem">This is needed.</p>' in answer.text
    assert rita.see("/account").text.count("<h3>") == 1
    answer = rita.send("/account/sign-up", name=name, email="x@pine.example.org", password="x")
    assert '<p class="problem" id="name-problem">This is needed.</p>' in answer.text


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\u200b", "\u00ad", "\u3164", "\x1b", "\u200d"]
)
def test_a_name_with_a_sign_that_nobody_sees_is_refused(
    rita: Person, college: Ctid, registry: Registry, sign: str
) -> None:
    name, told = f"Pine{sign}College", f"the invisible character U+{ord(sign):04X}"
    for page in ("/account/organizations/new", f"/account/organizations/{college}/describe"):
        answer = rita.send(page, **{**COLLEGE, "name": name})
        assert answer.status_code == 422
        assert told in answer.text
    answer = rita.send("/account/sign-up", name=name, email="x@pine.example.org", password="x")
    assert told in answer.text
    home = {"CTGRAPH_HOME": str(registry.settings.home)}
    added = CliRunner(env=home).invoke(main, ["org", "add", "--name", name])
    assert added.exit_code == 2
    assert told in added.output
    owner = registry.organization.ctid
    admitted = ["org", "admit", owner, "x@pine.example.org", "--name", name]
    assert told in CliRunner(env=home).invoke(main, admitted).output


@pytest.mark.parametrize(
    "name",
    ["\u0645\u06cc\u200c\u062e", "\u0915\u094d\u200d\u0937", "\U0001f469\u200d\U0001f393 Pine"],
)
def test_joiners_that_show_are_taken(rita: Person, name: str) -> None:
    assert begun(rita, name).startswith("/account/organizations/ce-")


def begun(somebody: Person, name: str) -> str:
    """Begin to describe an organization; return the path of its page."""
    return somebody.send("/account/organizations/new", name=name).headers["Location"]


def test_an_organization_that_was_never_submitted_is_discarded(
    rita: Person, meet: Callable[[str], Person], sam: Person, registry: Registry
) -> None:
    page = begun(rita, "Elm College")
    record = canonical(page.rpartition("/")[2])
    draft = rita.send(f"{page}/records", kind="ceterms:Certificate").headers["Location"]
    ada = meet("ada@pine.example.org").join()
    for role in ("viewer", "administrator"):
        assert rita.send(f"{page}/members", email=ada.email, role=role).status_code == 303
    ada.send(ada.link())
    assert f'href="{page}/discard"' in rita.see(page).text
    asked = rita.see(f"{page}/discard").text
    assert canonical(draft.rpartition("/")[2]) in asked
    assert ada.email in asked
    seen = re.findall(r'name="seen" value="([^"]+)"', asked)
    answer = rita.send(f"{page}/discard")
    assert (answer.status_code, "Look again" in alert(answer)) == (409, True)
    assert rita.send(f"{page}/discard", seen=seen).status_code == 303
    assert "Elm College" not in rita.see("/account").text + sam.see("/staff/search?q=elm").text
    assert rita.see(page).status_code == 403
    assert "discarded Elm College" in ada.mails()[-1][0]
    assert "Discarded the organization Elm College" in rita.see("/account/security").text
    assert registry.ledger.drafts.of(record) == []
    assert record not in [one.ctid for one in registry.ledger.organizations.all()]


def test_what_was_submitted_or_published_is_not_discarded(
    rita: Person, sam: Person, college: Ctid, registry: Registry
) -> None:
    page = f"/account/organizations/{college}"
    for state in ("submitted", "approved"):
        assert f"{page}/discard" not in rita.see(page).text, state
        assert rita.see(f"{page}/discard").status_code == 409
        assert rita.send("/account/security", to=f"{page}/discard").status_code == 409
        sam.send(f"/staff/organizations/{college}", state="approved", words="Welcome.")
    with registry.ledger.database.writing() as connection:
        connection.execute(application.update().values(state="draft"))
    answer = rita.send(f"{page}/discard")
    assert (answer.status_code, "never deleted" in alert(answer)) == (409, True)
    assert rita.see(f"/resources/{college}").status_code == 200


def test_only_an_administrator_discards(
    rita: Person, meet: Callable[[str], Person], registry: Registry
) -> None:
    page = begun(rita, "Ash College")
    ada = meet("ada@pine.example.org").join()
    rita.send(f"{page}/members", email=ada.email, role="approver")
    ada.send(ada.link())
    assert "/discard" not in ada.see(page).text
    assert ada.see(f"{page}/discard").status_code == 403
    assert ada.send("/account/security", to=f"{page}/discard").status_code == 403
