"""Passkeys: a second factor, and a sign-in without a password."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ctgraph.ledger.people import Purpose
from ctgraph.ledger.tables import ticket
from ctgraph.web import create_app
from tests.support.authenticator import PRESENT, Authenticator, encoded
from tests.support.people import PASSWORD, Person, alert, newcomer, token
from tests.support.registry import Registry, new_registry

PAGE = "/account/security/passkeys"
ALONE, SECOND = "/account/sign-in/passkey", "/account/second-factor/passkey"


def options(somebody: Person, page: str) -> dict[str, Any]:
    """Return the options that the script of a page asks for."""
    answer = somebody.client.post(f"{page}/options", data={"csrf_token": token(somebody)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json or {}
    return found


def send(somebody: Person, page: str, **fields: str) -> TestResponse:
    fields["csrf_token"] = token(somebody)
    return somebody.client.post(page, data=fields, headers={"Accept": "text/html"})


def add(somebody: Person, passkey: Authenticator, **fields: str) -> TestResponse:
    answer = passkey.create(options(somebody, PAGE))
    given = {"name": "Phone", "password": PASSWORD, "answer": answer} | fields
    return send(somebody, PAGE, **given)


def use(somebody: Person, passkey: Authenticator, page: str = ALONE) -> TestResponse:
    return send(somebody, page, answer=passkey.get(options(somebody, page)))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return new_registry(tmp_path_factory.mktemp("passkeys"))


@pytest.fixture(scope="module")
def application(registry: Registry) -> Any:
    return create_app(registry.settings)


@pytest.fixture
def rita(application: Any, registry: Registry) -> Person:
    """Somebody of her own for each test, who is signed in."""
    return newcomer(application, registry.ledger)


@pytest.fixture
def other(application: Any, registry: Registry) -> Person:
    return newcomer(application, registry.ledger)


@pytest.fixture
def passkey(rita: Person) -> Authenticator:
    """A passkey of Rita's."""
    passkey = Authenticator()
    answer = add(rita, passkey)
    assert answer.status_code == 200, alert(answer)
    return passkey


@pytest.fixture
def away(rita: Person, passkey: Authenticator) -> Person:
    """Rita, who has a passkey, at another browser, where she is not signed in."""
    return elsewhere(rita)


def elsewhere(somebody: Person) -> Person:
    found = Person(somebody.client.application, somebody.ledger, somebody.email)
    return found.from_address(somebody.client.environ_base["REMOTE_ADDR"])


def test_the_first_second_factor_draws_recovery_codes(rita: Person) -> None:
    codes = r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b"
    assert len(re.findall(codes, add(rita, Authenticator()).text)) == 10
    answer = add(rita, Authenticator(), name="Security key")
    assert answer.status_code == 200
    assert not re.findall(codes, answer.text)
    page = rita.see("/account/security").text
    assert "Phone" in page
    assert "Security key" in page
    assert "never used" in page
    assert "The passkey 'Phone' was set up" in [subject for subject, _ in rita.mails()]


def test_a_passkey_alone_signs_in(away: Person, passkey: Authenticator) -> None:
    asked = options(away, ALONE)
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "localhost"
    assert not asked.get("allowCredentials")
    answer = send(away, f"{ALONE}?next=/account/security", answer=passkey.get(asked))
    assert answer.headers["Location"] == "/account/security"
    page = away.see("/account/security").text
    assert "last used" in page
    assert "never used" not in page


def test_a_passkey_is_the_second_factor(away: Person, passkey: Authenticator) -> None:
    assert away.sign_in().headers["Location"] == "/account/second-factor"
    assert "data-passkey" in away.see("/account/second-factor").text
    asked = options(away, SECOND)
    assert asked["userVerification"] == "preferred"
    assert [one["id"] for one in asked["allowCredentials"]] == [encoded(passkey.id)]
    passkey.flags = PRESENT
    assert send(away, SECOND, answer=passkey.get(asked)).headers["Location"] == "/account"
    assert away.see("/account").status_code == 200


def test_a_recovery_code_stands_in_for_a_lost_passkey(rita: Person) -> None:
    found = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", add(rita, Authenticator()).text)
    away = elsewhere(rita)
    assert away.sign_in().headers["Location"] == "/account/second-factor"
    assert away.send("/account/second-factor", code=found[0]).status_code == 303
    assert away.see("/account").status_code == 200


def _wrong_origin(passkey: Authenticator) -> None:
    passkey.origin = "https://localhost.example.org"


def _wrong_host(passkey: Authenticator) -> None:
    passkey.host = "example.org"


def _nobody_there(passkey: Authenticator) -> None:
    passkey.flags = 0


def _not_verified(passkey: Authenticator) -> None:
    passkey.flags = PRESENT


def _foreign_key(passkey: Authenticator) -> None:
    passkey.key = Authenticator().key


def _unknown_credential(passkey: Authenticator) -> None:
    passkey.id = Authenticator().id


def _other_handle(passkey: Authenticator) -> None:
    passkey.handle = encoded(b"somebody else")


def _went_back(passkey: Authenticator) -> None:
    passkey.uses = 0


WRONG = [
    _wrong_origin,
    _wrong_host,
    _nobody_there,
    _not_verified,
    _foreign_key,
    _unknown_credential,
    _other_handle,
    _went_back,
]


@pytest.mark.parametrize("changed", WRONG, ids=lambda changed: changed.__name__[1:])
def test_a_passkey_that_does_not_fit_is_refused(
    away: Person, passkey: Authenticator, changed: Callable[[Authenticator], None]
) -> None:
    assert use(away, passkey).status_code == 303
    send(away, "/account/sign-out")
    changed(passkey)
    answer = use(away, passkey)
    assert answer.status_code == 401
    assert "was not taken" in alert(answer)
    assert away.see("/account").status_code == 303


def test_a_counter_that_went_back_is_told(
    rita: Person, away: Person, passkey: Authenticator
) -> None:
    assert use(away, passkey).status_code == 303
    passkey.uses = 0
    assert use(away, passkey).status_code == 401
    assert "was refused: its counter went back" in rita.see("/account/security").text
    assert any("was refused" in subject for subject, _ in rita.mails())


def test_a_passkey_without_a_counter_works_again_and_again(rita: Person) -> None:
    passkey, away = Authenticator(counts=False), elsewhere(rita)
    assert add(rita, passkey).status_code == 200
    assert [use(away, passkey).status_code for _ in range(3)] == [303] * 3


def test_an_answer_counts_once(away: Person, passkey: Authenticator, other: Person) -> None:
    answer = passkey.get(options(away, ALONE))
    assert send(away, ALONE, answer=answer).status_code == 303
    for somebody in (away, other):
        replayed = send(somebody, ALONE, answer=answer)
        assert replayed.status_code == 401
        assert "sent twice" in alert(replayed)


def test_a_refused_answer_spends_its_challenge(away: Person, passkey: Authenticator) -> None:
    asked = options(away, ALONE)
    right = passkey.get(asked)
    passkey.origin = "https://example.org"
    assert send(away, ALONE, answer=passkey.get(asked)).status_code == 401
    assert send(away, ALONE, answer=right).status_code == 401


def test_a_challenge_is_for_one_thing(rita: Person, away: Person, passkey: Authenticator) -> None:
    assert use_of(away, ALONE, passkey.get(options(rita, PAGE))) == 401
    assert away.sign_in().status_code == 303
    assert use_of(away, SECOND, passkey.get(options(away, ALONE))) == 401
    assert use_of(away, ALONE, passkey.get(options(away, SECOND))) == 401
    made_up = {"challenge": encoded(bytes(32))}
    assert use_of(away, ALONE, passkey.get(made_up)) == 401


def use_of(somebody: Person, page: str, answer: str) -> int:
    return send(somebody, page, answer=answer).status_code


def test_a_challenge_does_not_wait_for_ever(
    away: Person, passkey: Authenticator, registry: Registry
) -> None:
    answer = passkey.get(options(away, ALONE))
    past = "1970-01-01T00:00:00.000000Z"
    with registry.ledger.database.writing() as connection:
        mine = ticket.c.purpose == Purpose.PASSKEY
        assert connection.execute(ticket.update().where(mine).values(expires_at=past)).rowcount
    assert use_of(away, ALONE, answer) == 401


def test_the_passkey_of_another_person_is_no_second_factor(
    away: Person, passkey: Authenticator, other: Person
) -> None:
    theirs = Authenticator()
    assert add(other, theirs).status_code == 200
    assert away.sign_in().status_code == 303
    assert use(away, theirs, SECOND).status_code == 401
    theirs.handle = passkey.handle
    assert use(away, theirs, SECOND).status_code == 401
    assert away.see("/account").status_code == 303
    assert use(away, passkey, SECOND).status_code == 303


def test_nobody_adds_a_passkey_that_somebody_has(
    passkey: Authenticator, rita: Person, other: Person
) -> None:
    assert add(rita, passkey).status_code == 409
    assert add(other, passkey).status_code == 409
    assert other.sign_in().headers["Location"] == "/account"


@pytest.mark.parametrize("changed", WRONG[:3], ids=lambda changed: changed.__name__[1:])
def test_a_new_passkey_that_does_not_fit_is_refused(
    rita: Person, changed: Callable[[Authenticator], None]
) -> None:
    passkey = Authenticator()
    changed(passkey)
    assert add(rita, passkey).status_code == 401
    assert rita.sign_in().headers["Location"] == "/account"


def test_adding_and_removing_ask_for_the_password(rita: Person, passkey: Authenticator) -> None:
    assert add(rita, Authenticator(), password="wrong").status_code == 401
    assert add(rita, Authenticator(), name="x" * 101).status_code == 422
    page = f"{PAGE}/{encoded(passkey.id)}"
    assert rita.send(page, password="wrong").status_code == 401
    assert rita.send(page, password=PASSWORD).headers["Location"] == "/account/security"
    assert rita.see(page).status_code == 404
    assert rita.sign_in().headers["Location"] == "/account"
    assert any("was removed" in subject for subject, _ in rita.mails())


def test_nobody_removes_the_passkey_of_another(
    passkey: Authenticator, away: Person, other: Person
) -> None:
    assert send(other, f"{PAGE}/{encoded(passkey.id)}", password=PASSWORD).status_code == 404
    assert use(away, passkey).status_code == 303


def test_a_removed_passkey_signs_nobody_in(
    rita: Person, away: Person, passkey: Authenticator
) -> None:
    rita.send(f"{PAGE}/{encoded(passkey.id)}", password=PASSWORD)
    assert use(away, passkey).status_code == 401


def test_recovery_codes_go_with_the_last_second_factor(
    rita: Person, passkey: Authenticator
) -> None:
    page = rita.send("/account/security/recovery-codes", password=PASSWORD).text
    codes = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", page)
    assert len(codes) == 10
    rita.send(f"{PAGE}/{encoded(passkey.id)}", password=PASSWORD)
    assert rita.send("/account/security/recovery-codes", password=PASSWORD).status_code == 409
    assert add(rita, Authenticator()).status_code == 200
    away = elsewhere(rita)
    away.sign_in()
    assert away.send("/account/second-factor", code=codes[0]).status_code == 401


def test_second_factors_are_not_guessed(away: Person, passkey: Authenticator) -> None:
    assert away.sign_in().status_code == 303
    foreign = Authenticator()
    assert [use(away, foreign, SECOND).status_code for _ in range(11)] == [401] * 10 + [429]
    assert use(away, passkey, SECOND).status_code == 429


def test_nobody_asks_for_challenges_without_end(away: Person) -> None:
    page = f"{ALONE}/options"
    data = {"csrf_token": token(away)}
    statuses = [away.client.post(page, data=data).status_code for _ in range(101)]
    assert statuses == [200] * 100 + [429]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "\0",
        "[" * 10_000,
        "x" * 100_000,
        json.dumps({"id": 1, "rawId": [], "response": "x", "type": "public-key"}),
    ],
)
def test_what_is_no_answer_is_refused(away: Person, passkey: Authenticator, answer: str) -> None:
    assert send(away, ALONE, answer=answer).status_code in (400, 401)


BROKEN = ["", "!", "e30", encoded(b"[]"), encoded(b"\xff\xfe"), encoded(b'{"challenge":5}')]


@pytest.mark.parametrize("value", [None, 5, [], {}, *BROKEN])
def test_a_broken_part_of_an_answer_is_refused(
    rita: Person, away: Person, passkey: Authenticator, value: object
) -> None:
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        answer = json.loads(passkey.get(options(away, ALONE)))
        answer["response"][name] = value
        assert send(away, ALONE, answer=json.dumps(answer)).status_code in (400, 401), name
    for name in ("clientDataJSON", "attestationObject"):
        answer = json.loads(Authenticator().create(options(rita, PAGE)))
        answer["response"][name] = value
        assert add(rita, Authenticator(), answer=json.dumps(answer)).status_code in (400, 401)


def test_options_need_a_form_of_this_site(away: Person, rita: Person) -> None:
    assert away.client.post(f"{ALONE}/options").status_code == 403
    assert away.client.post(f"{SECOND}/options").status_code == 403
    assert rita.client.post(f"{PAGE}/options").status_code == 403
    data = {"csrf_token": token(away)}
    assert away.client.post(f"{SECOND}/options", data=data).status_code == 404  # nothing waits
