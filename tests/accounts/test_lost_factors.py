"""The way back for people who lost second factors: a removal that waits, and may be stopped."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from click.testing import CliRunner
from werkzeug.test import TestResponse

from ctgraph.accounts.chores import do_chores
from ctgraph.accounts.lost_factors import WAIT_HOURS
from ctgraph.accounts.people import People
from ctgraph.cli import main
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.removals import factor_removal
from tests.support.people import PAGE, PASSWORD, Person, alert, token
from tests.support.registry import Registry

SET_UP = "/account/security/second-factor"


def with_factor(somebody: Person, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Set up an authenticator; return the recovery codes."""
    monkeypatch.setattr("ctgraph.accounts.factors.unix_seconds", lambda: 1_800_000_000)
    found = re.search(r"<code>([A-Z2-7]{32})</code>", somebody.see(SET_UP).text)
    assert found
    code = pyotp.TOTP(found[1]).generate_otp(1_800_000_000 // 30)
    answer = somebody.send(SET_UP, password=PASSWORD, code=code)
    return re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", answer.text)


@pytest.fixture
def codes(rita: Person, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The recovery codes of Rita, who has an authenticator."""
    return with_factor(rita, monkeypatch)


def page_of(registry: Registry, somebody: Person) -> str:
    with registry.ledger.database.engine.connect() as connection:
        found = registry.ledger.people.with_email(connection, somebody.email)
    assert found
    return f"/staff/second-factors/{found[0].id}"


def hours_pass(registry: Registry, hours: float) -> None:
    """Let removals that wait have been asked for some hours earlier."""
    with registry.ledger.database.writing() as connection:
        connection.execute(factor_removal.update().values(due_at=in_hours(WAIT_HOURS - hours)))
    do_chores(registry.settings, registry.ledger)


def from_old_page(staff: Person, page: str) -> TestResponse:
    """Ask for a removal from a page that was opened when it could be asked for."""
    data = {"csrf_token": token(staff), "words": "I called the college."}
    return staff.client.post(page, data=data, headers=PAGE)


def leads_to(somebody: Person) -> str:
    """Return where a right password leads."""
    return somebody.sign_in().headers["Location"]


def test_after_a_day_the_password_alone_signs_in(
    registry: Registry, rita: Person, sam: Person, codes: list[str]
) -> None:
    page = page_of(registry, rita)
    assert page in sam.see("/staff/search?q=rita").text
    assert "Authenticator app" in sam.see(page).text
    assert sam.send(page, words=" ").status_code == 400
    assert sam.send(page, words="I called the college.").status_code == 303
    assert "I called the college." in sam.see(page).text
    assert from_old_page(sam, page).status_code == 409
    subject, words = rita.mails()[-1]
    assert subject == "Your second factors will be removed"
    assert "I called the college." in words
    hours_pass(registry, WAIT_HOURS - 1)
    assert rita.see("/account").status_code == 200
    hours_pass(registry, WAIT_HOURS + 1)
    assert rita.see("/account").status_code == 303  # the sessions ended
    assert leads_to(rita) == "/account"
    assert rita.mails()[-1][0] == "Your second factors were removed"
    activity = rita.see("/account/security").text
    assert "asked to remove the second factors" in activity
    assert "The registry removed the second factors: I called the college." in activity
    assert "There is none" in sam.see(page).text
    late = from_old_page(sam, page)
    assert (late.status_code, "no second factor" in alert(late)) == (409, True)


def test_the_owner_stops_it_by_the_link(
    registry: Registry, rita: Person, sam: Person, codes: list[str], meet: Callable[[str], Person]
) -> None:
    page = page_of(registry, rita)
    sam.send(page, words="Somebody called me.")
    link = rita.link()
    reader = meet("mail@pine.example.org")
    assert reader.see(link).status_code == 200
    assert reader.send(link).status_code == 200
    assert "stopped the removal" in sam.mails()[-1][0]
    assert reader.send(link).status_code == 404
    hours_pass(registry, WAIT_HOURS + 1)
    assert leads_to(rita) == "/account/second-factor"


def test_a_sign_in_with_a_factor_stops_it(
    registry: Registry, rita: Person, sam: Person, codes: list[str]
) -> None:
    sam.send(page_of(registry, rita), words="Somebody called me.")
    assert leads_to(rita) == "/account/second-factor"
    hours_pass(registry, 1)
    assert rita.send("/account/second-factor", code=codes[0]).status_code == 303
    hours_pass(registry, WAIT_HOURS + 1)
    assert leads_to(rita) == "/account/second-factor"
    assert "stopped the removal" in sam.mails()[-1][0]


def test_a_new_factor_stops_it(
    registry: Registry,
    rita: Person,
    sam: Person,
    codes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sam.send(page_of(registry, rita), words="Somebody called me.")
    assert rita.send(SET_UP, password=PASSWORD).status_code == 200  # the old one is removed
    with_factor(rita, monkeypatch)
    hours_pass(registry, WAIT_HOURS + 1)
    assert leads_to(rita) == "/account/second-factor"


def test_a_password_alone_stops_nothing(
    registry: Registry, rita: Person, sam: Person, codes: list[str]
) -> None:
    sam.send(page_of(registry, rita), words="Somebody called me.")
    assert leads_to(rita) == "/account/second-factor"
    assert rita.send("/account/second-factor", code="000000").status_code == 401
    hours_pass(registry, WAIT_HOURS + 1)
    assert leads_to(rita) == "/account"


def test_the_staff_stops_it_too(
    registry: Registry, rita: Person, sam: Person, codes: list[str]
) -> None:
    page = page_of(registry, rita)
    sam.send(page, words="Somebody called me.")
    link = rita.link()
    assert sam.send(page, stop="yes").status_code == 303
    assert rita.send(link).status_code == 404
    hours_pass(registry, WAIT_HOURS + 1)
    assert leads_to(rita) == "/account/second-factor"


def test_nobody_of_the_staff_does_it_for_themselves(
    registry: Registry, sam: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_factor(sam, monkeypatch)
    page = page_of(registry, sam)
    assert "for yourself" in sam.see(page).text
    assert from_old_page(sam, page).status_code == 400


def test_the_operator_does_it_at_once(
    registry: Registry, sam: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_factor(sam, monkeypatch)
    monkeypatch.setenv("CTGRAPH_HOME", str(registry.settings.home))
    command = ["staff", "rescue", "--reason", "She came to my desk."]
    for address, said in (
        ("nobody@registry.example.org", "Nobody has an account"),
        ("no address", "no e-mail address"),
        (sam.email, "signs in with the password alone"),
        (sam.email, "has no second factor"),
    ):
        assert said in CliRunner().invoke(main, [*command, address]).output
    assert leads_to(sam) == "/account"
    assert "She came to my desk." in sam.mails()[-1][1]
    assert "She came to my desk." in sam.see("/account/security").text


def test_it_does_not_happen_on_the_word_of_somebody_who_is_suspended(
    registry: Registry,
    meet: Callable[[str], Person],
    rita: Person,
    sam: Person,
    codes: list[str],
) -> None:
    page, sue = page_of(registry, rita), meet("sue@registry.example.org")
    People(registry.ledger, "http://localhost").welcome(sue.email, "Sue", PASSWORD, is_staff=True)
    sue.sign_in()
    assert sam.send(page, words="I called the college.").status_code == 303
    assert "They are removed on" in sue.see(page).text
    with registry.ledger.database.writing() as connection:
        found = registry.ledger.people.with_email(connection, sam.email)
        assert found
        registry.ledger.suspensions.begin(connection, found[0].id, "It was not Sam.")
    told = sue.see(page).text
    assert "They stay" in told
    assert "They are removed on" not in told
    hours_pass(registry, WAIT_HOURS + 1)
    assert rita.see("/account").status_code == 200
    assert "stopped the removal" in rita.mails()[-1][0]
    with registry.ledger.database.writing() as connection:
        registry.ledger.suspensions.lift(connection, found[0].id)
    hours_pass(registry, WAIT_HOURS + 1)
    assert leads_to(rita) == "/account/second-factor"
