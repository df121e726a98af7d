"""Accounts of people: signing up and in, passwords, addresses, sessions; what strangers learn."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from ctgraph.accounts import throttle
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.tables import person, session, ticket
from ctgraph.web import create_app
from tests.support.people import PAGE, PASSWORD, RITA, Person, alert
from tests.support.registry import Registry

MAX = "max@oak.example.org"
Meeting = Callable[[str], Person]


def change(ledger: Ledger, statement: Any) -> None:
    with ledger.database.writing() as connection:
        connection.execute(statement)


def test_a_new_person_signs_up_confirms_and_signs_in(meet: Meeting) -> None:
    rita = meet(RITA)
    answer = rita.send("/account/sign-up", name="Rita", email=RITA, password=PASSWORD)
    assert RITA in answer.text
    assert [subject for subject, _ in rita.mails()] == ["Confirm your e-mail address"]
    assert "not confirmed" in alert(rita.sign_in())
    assert rita.send(rita.link(), password=PASSWORD).status_code == 200
    assert rita.sign_in().headers["Location"] == "/account"
    assert RITA in rita.see("/account").text


def test_a_link_works_once(meet: Meeting) -> None:
    rita = meet(RITA)
    rita.send("/account/sign-up", name="Rita", email=RITA, password=PASSWORD)
    link = rita.link()
    assert rita.see(link).status_code == 200  # programs that look through mails follow links
    assert rita.send(link, password=PASSWORD).status_code == 200
    assert "used already" in alert(rita.send(link, password=PASSWORD))


def test_an_old_link_does_not_work(meet: Meeting, registry: Registry) -> None:
    rita = meet(RITA)
    rita.send("/account/sign-up", name="Rita", email=RITA, password=PASSWORD)
    change(registry.ledger, ticket.update().values(expires_at=in_hours(-1)))
    assert "too old" in alert(rita.send(rita.link(), password=PASSWORD))


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short", "12 to 200 characters"),
        ("password1234", "easy to guess"),
        ("aaaaaaaaaaaaaa", "easy to guess"),
        ("rita@pine.example.org", "easy to guess"),
        ("x" * 201, "12 to 200 characters"),
    ],
)
def test_weak_passwords_are_refused(meet: Meeting, password: str, told: str) -> None:
    rita = meet(RITA)
    answer = rita.send("/account/sign-up", name="Rita", email=RITA, password=password)
    assert answer.status_code == 400
    assert told in alert(answer)
    assert rita.mails() == []


@pytest.mark.parametrize("email", ["rita", "rita@", "rita@pine", "a b@pine.example.org", "x" * 400])
def test_what_is_no_address_is_refused(meet: Meeting, email: str) -> None:
    answer = meet(RITA).send("/account/sign-up", name="Rita", email=email, password=PASSWORD)
    assert answer.status_code == 400
    assert "no e-mail address" in alert(answer)


def test_nobody_learns_which_addresses_have_accounts(meet: Meeting) -> None:
    meet(RITA).join()
    known, unknown = meet(RITA), meet(MAX)
    for one in (known, unknown):
        one.send("/account/sign-up", name="Max", email=one.email, password=PASSWORD + "x")
    again = known.send("/account/sign-up", name="Max", email=RITA, password=PASSWORD + "x")
    fresh = unknown.send("/account/sign-up", name="Max", email=MAX, password=PASSWORD + "x")
    assert again.text.replace(RITA, MAX) == fresh.text
    assert "You have an account already" in [subject for subject, _ in known.mails()]
    assert alert(known.sign_in("wrong")) == alert(unknown.sign_in("wrong"))
    forgot = [one.send("/account/forgotten", email=one.email).text for one in (known, unknown)]
    assert forgot[0].replace(RITA, MAX) == forgot[1]
    assert known.sign_in().status_code == 303  # the other one's password changed nothing


def test_passwords_are_hashed_as_rfc_9106_recommends() -> None:
    """In a process of its own: in this one, hashes are cheap."""
    code = f"from ctgraph.accounts.passwords import hashed; print(hashed({PASSWORD!r}))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_forgotten_password_is_replaced_and_ends_all_sessions(meet: Meeting) -> None:
    rita = meet(RITA).join()
    other = meet(RITA)
    other.send("/account/forgotten", email=RITA)
    link = other.link()
    assert "12 to 200" in alert(other.send(link, password="short"))  # and the link still works
    assert other.send(link, password="a quite different sentence").status_code == 200
    assert rita.see("/account").status_code == 303
    assert rita.sign_in().status_code == 401
    assert rita.sign_in("a quite different sentence").status_code == 303
    assert "Your password was changed" in [subject for subject, _ in rita.mails()]


def test_a_password_is_changed_and_other_sessions_end(meet: Meeting) -> None:
    here, there = meet(RITA).join(), meet(RITA)
    there.sign_in()
    wrong = here.send("/account/password", old="wrong", password="a quite different sentence")
    assert wrong.status_code == 401
    here.send("/account/password", old=PASSWORD, password="a quite different sentence")
    assert here.see("/account").status_code == 200
    assert there.see("/account").status_code == 303


def test_an_address_changes_when_the_new_one_is_confirmed(meet: Meeting) -> None:
    rita, new = meet(RITA).join(), meet(MAX)
    rita.send("/account/email", email=MAX, password=PASSWORD)
    assert RITA in rita.see("/account").text
    new.send(new.link())
    assert MAX in rita.see("/account").text
    assert "Your e-mail address was changed" in [subject for subject, _ in rita.mails()]
    assert new.sign_in().status_code == 303


def test_sessions_are_listed_and_ended(meet: Meeting, registry: Registry) -> None:
    here, there = meet(RITA).join(), meet(RITA)
    there.sign_in()
    page = here.see("/account/security").text
    (end,) = re.findall(r'action="(/account/sessions/[^"]+)"', page)
    here.send("/account/security", to=end)
    assert here.see("/account").status_code == 200
    assert there.see("/account").status_code == 303
    newest = registry.ledger.activities.of_person(_id(registry), 1)
    assert [one.words for one in newest] == ["Signed out."]


def test_nobody_ends_the_session_of_another(meet: Meeting) -> None:
    rita, max = meet(RITA).join(), meet(MAX).join()
    meet(RITA).sign_in()
    (end,) = re.findall(r'action="(/account/sessions/[^"]+)"', rita.see("/account/security").text)
    assert max.send("/account/security", to=end).status_code == 404


def _id(registry: Registry) -> str:
    with registry.ledger.database.engine.connect() as connection:
        return str(connection.scalar(sa.select(person.c.id)))


@pytest.mark.parametrize("column", ["seen_at", "created_at"])
def test_a_session_ends_by_itself(meet: Meeting, registry: Registry, column: str) -> None:
    rita = meet(RITA).join()
    assert rita.see("/account").status_code == 200
    change(registry.ledger, session.update().values({column: in_hours(-91 * 24)}))
    assert rita.see("/account").headers["Location"] == "/account/sign-in?next=/account"


def test_a_browser_that_is_new_is_told(meet: Meeting) -> None:
    rita = meet(RITA).join()
    other = meet(RITA)
    other.client.environ_base["HTTP_USER_AGENT"] = "Another/1.0"
    other.sign_in()
    subject, words = rita.mails()[-1]
    assert subject == "A new sign-in to your account"
    assert "Another/1.0" in words


def test_guessing_ends_and_the_owner_gets_in_later(meet: Meeting, registry: Registry) -> None:
    rita = meet(RITA).join()
    for _ in range(throttle.SIGN_IN.most):
        assert rita.sign_in("wrong").status_code == 401
    assert rita.sign_in().status_code == 429
    assert create_and_sign_in(registry) == 429  # in another web worker, too
    old = in_hours(-throttle.SIGN_IN.minutes / 60 - 1)
    change(registry.ledger, sa.text(f"UPDATE attempt SET since = '{old}'"))
    assert rita.sign_in().status_code == 303


def create_and_sign_in(registry: Registry) -> int:
    other = Person(create_app(registry.settings), registry.ledger, RITA)
    return other.sign_in().status_code


def test_forms_of_other_sites_are_not_taken(meet: Meeting) -> None:
    rita = meet(RITA)
    rita.see("/account/sign-up")
    fields = {"name": "Rita", "email": RITA, "password": PASSWORD}
    answer = rita.client.post("/account/sign-up", data=fields, headers=PAGE)
    assert answer.status_code == 422
    assert "cookies" in alert(answer)
    assert rita.mails() == []


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/account/security", "/account/security"),
        ("//evil.example", "/account"),
        ("https://evil.example", "/account"),
        ("/\\evil.example", "/account"),
    ],
)
def test_signing_in_leads_back_within_the_site(meet: Meeting, wanted: str, led: str) -> None:
    rita = meet(RITA).join()
    answer = rita.send(f"/account/sign-in?next={wanted}", email=RITA, password=PASSWORD)
    assert answer.headers["Location"] == led


def test_cookies_are_set_only_where_people_are_known(meet: Meeting) -> None:
    rita = meet(RITA)
    cookie = rita.see("/account/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    for path in ("/", "/records", "/sparql"):
        assert "Set-Cookie" not in rita.see(path).headers
    assert rita.see("/account/sign-in").headers["Cache-Control"] == "no-store"


def test_an_address_that_mail_programs_read_otherwise_is_refused(meet: Meeting) -> None:
    odd = meet("=?utf-8?q?=0a?=@pine.example.org")
    answer = odd.send("/account/sign-up", name="Odd", email=odd.email, password=PASSWORD)
    assert 400 <= answer.status_code < 500


def test_a_new_password_makes_void_what_a_thief_began(meet: Meeting) -> None:
    rita, thief = meet(RITA).join(), meet("thief@elsewhere.example.org")
    rita.send("/account/email", email=thief.email, password=PASSWORD)
    link = thief.link()
    rita.send("/account/forgotten", email=rita.email)
    assert rita.send(rita.link(), password="another long sentence 7").status_code == 200
    assert thief.send(link).status_code == 404


def test_whoever_signs_up_with_anothers_address_gains_nothing(meet: Meeting) -> None:
    rita, thief = meet(RITA), meet(RITA)
    rita.send("/account/sign-up", name="Rita", email=RITA, password=PASSWORD)
    thief.send("/account/sign-up", name="Thief", email=RITA, password="the words of a thief 8")
    link = rita.link()  # the thief's, which came last
    assert rita.send(link, password=PASSWORD).status_code == 401
    assert thief.sign_in("the words of a thief 8").status_code == 401
    rita.send("/account/forgotten", email=RITA)
    rita.send(rita.link(), password="the words of Rita alone 9")
    assert rita.sign_in("the words of Rita alone 9").status_code == 303
    assert thief.sign_in("the words of a thief 8").status_code == 401
