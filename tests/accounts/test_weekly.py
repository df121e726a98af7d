"""The weekly mail of what is new to a search, at its pages, in the outbox, and over days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa

from ctgraph.accounts import postman
from ctgraph.accounts.throttle import WEEKLY_TO
from ctgraph.accounts.weekly import MAX_SEARCHES, write_due
from ctgraph.ledger.people import Purpose, Ticket
from ctgraph.ledger.tables import envelope, weekly
from ctgraph.projections.maintenance import rebuild
from ctgraph.web import create_app
from tests.support.people import PAGE, Person
from tests.support.registry import Registry, fill, publish

READER = "reader@example.org"
SEARCH = "/account/weekly?q=certificate"
TOKEN = re.compile(r"token=([\w-]+)")


@pytest.fixture
def application(registry: Registry) -> Any:
    fill(registry, 3)
    return create_app(registry.settings)


@pytest.fixture
def reader(application: Any, registry: Registry) -> Person:
    return Person(application, registry.ledger, READER)


def asked(reader: Person, search: str = SEARCH) -> str:
    """Ask for a weekly mail; return the path of the link that came."""
    answer = reader.send(search, email=reader.email)
    assert answer.status_code == 200, answer.text
    token = TOKEN.search(reader.mails()[-1][1])
    assert token
    return f"/account/weekly/confirm?token={token[1]}"


def confirmed(reader: Person, search: str = SEARCH) -> None:
    assert reader.send(asked(reader, search)).status_code == 200


def rows(registry: Registry) -> list[Any]:
    return list(registry.ledger.database.rows(sa.select(weekly)))


def rebuilt(registry: Registry) -> None:
    """Make the index hold what the ledger holds now."""
    rebuild(registry.settings, registry.ledger)


def days_pass(registry: Registry, days: int) -> None:
    """Let all that was written have been written some days earlier."""
    moved = [(weekly, "due_at"), (weekly, "since"), (envelope, "created_at")]
    with registry.ledger.database.writing() as connection:
        for table, name in moved:
            found: Any = connection.execute(sa.select(table.c[name]).distinct()).scalars().all()
            for old in sorted(found):
                when = datetime.fromisoformat(old).replace(tzinfo=UTC) - timedelta(days=days)
                new = when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")[: len(old)]
                changed = table.update().where(table.c[name] == old)
                connection.execute(changed.values({name: new}))


def test_a_mail_comes_once_a_week_and_only_with_what_is_new(
    reader: Person, registry: Registry
) -> None:
    confirmed(reader)
    before = len(reader.mails())
    publish(registry, range(10, 12), "new")
    write_due(registry.settings, registry.ledger)
    assert len(reader.mails()) == before  # no week is over
    days_pass(registry, 8)
    registry.project()
    rebuilt(registry)
    write_due(registry.settings, registry.ledger)
    [(subject, words)] = reader.mails()[before:]
    assert subject == "New to your search: 5"
    assert "Certificate 10: http://localhost:8000/resources/ce-" in words
    assert "/account/weekly/end?token=" in words
    days_pass(registry, 8)  # another week, in which nothing was published
    rebuilt(registry)
    write_due(registry.settings, registry.ledger)
    assert len(reader.mails()) == before + 1


def test_a_search_that_finds_nothing_new_is_not_widened(reader: Person, registry: Registry) -> None:
    confirmed(reader, "/account/weekly?q=certificates+zebra")
    before = len(reader.mails())
    days_pass(registry, 8)
    rebuilt(registry)
    write_due(registry.settings, registry.ledger)
    assert len(reader.mails()) == before
    assert rows(registry)[0].due_at > datetime.now(UTC).isoformat()[:10]


def test_nothing_is_kept_of_an_address_that_is_not_confirmed(
    reader: Person, registry: Registry
) -> None:
    link = asked(reader)
    assert rows(registry) == []
    assert reader.see(link).status_code == 200  # programs that look through mails follow links
    assert rows(registry) == []
    assert reader.send(link).status_code == 200
    assert [(row.email, row.search) for row in rows(registry)] == [(READER, "q=certificate")]
    assert reader.send(link).status_code == 404  # it works once
    confirmed(reader)
    assert len(rows(registry)) == 1  # the same search is kept once


@pytest.mark.parametrize("given", [{}, {"List-Unsubscribe": "One-Click"}])
def test_one_click_ends_it(
    reader: Person, registry: Registry, application: Any, given: dict[str, str]
) -> None:
    confirmed(reader)
    path = f"/account/weekly/end?token={rows(registry)[0].token}"
    stranger = application.test_client()  # a mail program has no cookie
    assert stranger.get(path, headers=PAGE).status_code == 200
    assert len(rows(registry)) == 1
    assert stranger.post(path, data=given).status_code == 200
    assert rows(registry) == []
    assert stranger.post(path, data=given).status_code == 200
    assert stranger.post("/account/weekly/end", data=given).status_code == 200


def test_its_header_offers_the_one_click(reader: Person, registry: Registry) -> None:
    confirmed(reader)
    days_pass(registry, 8)
    rebuilt(registry)
    write_due(registry.settings, registry.ledger)
    postman.deliver(registry.settings, registry.ledger)
    files = sorted((registry.settings.home.resolve() / "outbox").iterdir())
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    first, last = sorted(mails, key=lambda mail: "List-Unsubscribe" in mail)
    assert first["List-Unsubscribe"] is None  # no mail but the weekly one is ended by a click
    assert last["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert last["List-Unsubscribe"] == (
        f"<http://localhost:8000/account/weekly/end?token={rows(registry)[0].token}>"
    )


def test_strangers_are_throttled(reader: Person) -> None:
    for _ in range(WEEKLY_TO.most):
        asked(reader)
    assert reader.send(SEARCH, email=READER).status_code == 429


@pytest.mark.parametrize("email", ["", "nobody", "a@b\r\nBcc: c@example.org", "x" * 400])
def test_what_is_no_address_gets_no_mail(reader: Person, registry: Registry, email: str) -> None:
    assert reader.send(SEARCH, email=email).status_code in (400, 422)
    assert registry.ledger.outbox.due(10) == []


@pytest.mark.parametrize(
    "search", ["?near=Atlantis", "?cost-min=x", "?page=0", "?nonsense=1", "?q=" + "x" * 10_000]
)
def test_what_is_no_search_is_refused(reader: Person, search: str) -> None:
    assert reader.see(f"/account/weekly{search}").status_code == 400


def test_an_address_hears_of_so_many_searches_and_no_more(
    reader: Person, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = []
    spend: Callable[..., None] = lambda *_: None  # noqa: E731
    monkeypatch.setattr("ctgraph.accounts.throttle.spend", spend)
    for number in range(MAX_SEARCHES + 1):
        links.append(asked(reader, f"/account/weekly?q=certificate+{number}"))
    answers = [reader.send(link).status_code for link in links]
    assert answers == [200] * MAX_SEARCHES + [400]
    assert len(rows(registry)) == MAX_SEARCHES


def test_whoever_asks_in_spanish_gets_all_of_it_in_spanish(
    reader: Person, registry: Registry
) -> None:
    search = "q=certificate&type=ceterms%3ACertificate&cost-max=500"
    in_words = "“certificate”; Tipo: Certificado; Costo máximo: 500"
    page = reader.send(f"/es/account/weekly?{search}", email=reader.email)
    assert page.status_code == 200
    subject, words = reader.mails()[-1]
    assert subject == "Confirme su correo semanal"
    assert "“" not in words  # a stranger may have asked: no words of theirs but in an address
    assert f"http://localhost:8000/es/search?{search}" in words
    [confirm] = re.findall(r"http://localhost:8000(/es/account/weekly/confirm\S+)", words)
    assert in_words in reader.see(confirm).text
    assert reader.send(confirm).status_code == 200
    with registry.ledger.database.writing() as connection:  # a search that finds all
        connection.execute(weekly.update().values(search="q=certificate"))
    days_pass(registry, 8)
    rebuilt(registry)
    write_due(registry.settings, registry.ledger)
    mail = registry.ledger.outbox.due(10)[-1]
    assert mail.subject == "Novedades de su búsqueda: 3"
    assert "Certificate 1: http://localhost:8000/es/resources/ce-" in mail.words
    assert '<html lang="es">' in mail.page
    english = [
        line for line in mail.words.splitlines() if re.search(r"\b(the|these|your|mails)\b", line)
    ]
    assert english == []
    assert mail.ending.startswith("http://localhost:8000/es/account/weekly/end?token=")
    ending = reader.see(mail.ending.removeprefix("http://localhost:8000"))
    assert "“certificate”" in ending.text


def test_a_wish_from_before_languages_is_english(reader: Person, registry: Registry) -> None:
    with registry.ledger.database.writing() as connection:
        old = Ticket(Purpose.WEEKLY, None, None, f"{READER} q=certificate")
        token = registry.ledger.people.issue(connection, old, 1)
    assert reader.send(f"/account/weekly/confirm?token={token}").status_code == 200
    assert [(row.search, row.language) for row in rows(registry)] == [("q=certificate", "en")]
