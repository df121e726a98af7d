"""A second factor: set up, asked for at every sign-in, and codes for its loss."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest

from ctgraph.ledger.people import Purpose
from ctgraph.ledger.tables import ticket
from tests.support.people import PASSWORD, Person, alert
from tests.support.registry import Registry

PAGE = "/account/security/second-factor"
NOW = 1_800_000_000


class Clock:
    """The time that the registry sees, and that of an authenticator."""

    def __init__(self) -> None:
        self.now = NOW

    def code(self, secret: str, steps: int = 0) -> str:
        """Return the code of a step from now."""
        return pyotp.TOTP(secret).generate_otp(self.now // 30 + steps)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("ctgraph.accounts.factors.unix_seconds", lambda: clock.now)
    return clock


def set_up(rita: Person, clock: Clock) -> tuple[str, list[str]]:
    """Set up a second factor; return its secret, and the recovery codes."""
    page = rita.see(PAGE).text
    assert "<svg" in page
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    answer = rita.send(PAGE, password=PASSWORD, code=clock.code(found[1]))
    codes = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", answer.text)
    assert len(set(codes)) == 10, alert(answer)
    return found[1], codes


def second(somebody: Person, code: str) -> int:
    """Sign in with the password and a code; return how it was answered."""
    assert somebody.sign_in().headers["Location"] == "/account/second-factor"
    assert somebody.see("/account").status_code == 303
    return somebody.send("/account/second-factor", code=code).status_code


def test_a_code_is_asked_for_after_the_password(rita: Person, clock: Clock) -> None:
    secret, _ = set_up(rita, clock)
    rita.send("/account/security", to="/account/sign-out")
    assert second(rita, "000000") == 401
    clock.now += 60
    assert rita.send("/account/second-factor", code=clock.code(secret)).status_code == 303
    assert rita.see("/account").status_code == 200


def test_a_code_works_once(rita: Person, clock: Clock) -> None:
    secret, _ = set_up(rita, clock)
    assert second(rita, clock.code(secret)) == 401  # it was used to set it up
    clock.now += 30
    code = clock.code(secret)
    assert rita.send("/account/second-factor", code=code).status_code == 303
    assert second(rita, code) == 401
    assert second(rita, clock.code(secret, -1)) == 401
    assert second(rita, clock.code(secret, 1)) == 303  # a clock that is a little ahead
    assert second(rita, clock.code(secret, 5)) == 401


def test_a_recovery_code_works_once(rita: Person, clock: Clock) -> None:
    _, codes = set_up(rita, clock)
    assert second(rita, codes[0]) == 303
    assert second(rita, codes[0]) == 401
    assert second(rita, codes[1].replace("-", "").upper()) == 303
    answer = rita.send("/account/security/recovery-codes", password=PASSWORD)
    assert "Recovery codes" in answer.text
    assert second(rita, codes[2]) == 401


def test_codes_are_not_guessed(rita: Person, clock: Clock) -> None:
    secret, _ = set_up(rita, clock)
    assert [second(rita, f"{n:06}") for n in range(11)] == [401] * 10 + [429]
    clock.now += 60
    assert second(rita, clock.code(secret)) == 429


def test_nobody_else_locks_or_unlocks_a_second_factor(
    rita: Person, clock: Clock, registry: Registry, meet: Callable[[str], Person]
) -> None:
    secret, _ = set_up(rita, clock)
    with registry.ledger.database.engine.connect() as connection:
        found = registry.ledger.people.with_email(connection, rita.email)
    assert found
    stranger = meet(found[0].id)
    assert {stranger.sign_in("wrong").status_code for _ in range(12)} == {401, 429}
    clock.now += 60
    assert second(rita, clock.code(secret)) == 303


def test_a_sign_in_does_not_wait_for_ever(rita: Person, clock: Clock, registry: Registry) -> None:
    secret, _ = set_up(rita, clock)
    assert rita.sign_in().status_code == 303
    with registry.ledger.database.writing() as connection:
        mine = ticket.c.purpose == Purpose.SECOND_FACTOR
        past = "1970-01-01T00:00:00.000000Z"
        assert connection.execute(ticket.update().where(mine).values(expires_at=past)).rowcount
    clock.now += 60
    answer = rita.send("/account/second-factor", code=clock.code(secret))
    assert answer.status_code == 404
    assert "waited too long" in alert(answer)


def test_a_new_password_does_not_go_round_it(
    rita: Person, clock: Clock, meet: Callable[[str], Person]
) -> None:
    secret, _ = set_up(rita, clock)
    assert rita.sign_in().headers["Location"] == "/account/second-factor"
    meet("other@pine.example.org").send("/account/forgotten", email=rita.email)
    new = "another long sentence of words 7"
    meet("other@pine.example.org").send(rita.link(), password=new)
    clock.now += 60
    answer = rita.send("/account/second-factor", code=clock.code(secret))
    assert answer.status_code == 404  # what waited with the old password is void
    assert rita.sign_in(new).headers["Location"] == "/account/second-factor"


def test_it_is_removed_with_the_password_alone_and_told(rita: Person, clock: Clock) -> None:
    set_up(rita, clock)
    assert rita.send(PAGE, password="wrong").status_code == 401
    assert rita.send(PAGE, password=PASSWORD).status_code == 200
    assert rita.sign_in().headers["Location"] == "/account"
    subjects = [subject for subject, _ in rita.mails()]
    assert "A second factor was set up" in subjects
    assert "The second factor was removed" in subjects


@pytest.mark.parametrize(
    "code", ["", "x", "000000", "\uff19\uff19\uff19\uff19\uff19\uff19", "\0", "1" * 10_000]
)
def test_a_wrong_code_sets_nothing_up(rita: Person, clock: Clock, code: str) -> None:
    answer = rita.send(PAGE, password=PASSWORD, code=code)
    assert 400 <= answer.status_code < 500
    assert rita.sign_in().headers["Location"] == "/account"
