"""Those who choose it get their news together, in one mail a day, each part once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from ctgraph.accounts import daily, postman
from ctgraph.accounts.letters import Letter, post, tell
from ctgraph.accounts.people import People
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.tables import message, person
from tests.support.mailbox import Mailbox, bodies, by_smtp
from tests.support.people import PASSWORD, STAFF, Person
from tests.support.registry import Registry
from tests.support.waiting import until

SITE = "http://localhost:8000"
PART = re.compile(r"This is part (\d+)\.")


def chosen(somebody: Person, when: str = "daily") -> None:
    answer = somebody.send("/account/security", to="/account/mails", mails=when)
    assert answer.headers["Location"] == "/account/security#mails"


def morning(registry: Registry) -> None:
    """Let the time of the daily mails come, and write them."""
    with registry.ledger.database.writing() as connection:
        waiting = message.c.is_daily, message.c.sent_at.is_(None)
        connection.execute(message.update().where(*waiting).values(due_at=in_hours(-0.1)))
    daily.write_due(SITE, registry.ledger)


def readers(registry: Registry, number: int, parts: int) -> set[str]:
    """Let people who chose the daily mail have some news; return their addresses."""
    emails = {f"{one}@pine.example.org" for one in range(number)}
    for email in sorted(emails):
        People(registry.ledger, SITE).welcome(email, "Rita", PASSWORD)
    with registry.ledger.database.writing() as connection:
        connection.execute(person.update().values(is_daily=True))
        for email in sorted(emails):
            for part in range(parts):
                letter = Letter(
                    f"Part\n {part}", (f"This is part {part}.", "<b>"), f"{SITE}/{part}"
                )
                tell(registry.ledger.outbox, connection, email, letter)
    return emails


def test_news_wait_and_what_is_urgent_does_not(
    rita: Person, sam: Person, college: Ctid, registry: Registry
) -> None:
    chosen(rita)
    before = len(rita.mails())
    page = f"/staff/organizations/{college}"
    assert sam.send(page, state="questioned", words="Which campus?").status_code == 303
    new = "a quite different sentence"
    rita.send("/account/password", old=PASSWORD, password=new)
    assert [subject for subject, _ in rita.mails()[before:]] == ["Your password was changed"]
    daily.write_due(SITE, registry.ledger)
    assert len(rita.mails()) == before + 1  # the morning has not come
    morning(registry)
    [(subject, words)] = rita.mails()[before + 1 :]
    assert subject.startswith("Your daily mail: ")
    assert "They say: Which campus?" in words
    assert f"{SITE}/account/organizations/{college}" in words
    assert words.rstrip().endswith(f"{SITE}/account/security")
    morning(registry)
    assert len(rita.mails()) == before + 2


def test_others_get_news_at_once_and_so_does_who_chose_it_again(
    rita: Person, sam: Person, college: Ctid, registry: Registry
) -> None:
    def news(words: str) -> list[str]:
        letter = Letter(words, (words,))
        with registry.ledger.database.writing() as connection:
            for one in (rita, sam):
                tell(registry.ledger.outbox, connection, one.email, letter)
            tell(registry.ledger.outbox, connection, "nobody@oak.example.org", letter)
        due = registry.ledger.outbox.due(1000)
        return sorted(one.recipient for one in due if one.subject == words)

    everybody = sorted(["nobody@oak.example.org", rita.email, STAFF])
    assert news("first") == everybody
    chosen(rita)
    assert 'value="daily" checked' in rita.see("/account/security").text
    assert news("second") == sorted({*everybody} - {rita.email})
    chosen(rita, "at once")
    assert news("third") == everybody
    morning(registry)
    assert [s for s, _ in rita.mails() if s.startswith("Your daily")] == ["Your daily mail: 1 new"]


@pytest.mark.parametrize("wish", ["", "weekly", "\0"])
def test_another_choice_is_refused(rita: Person, wish: str) -> None:
    answer = rita.send("/account/security", to="/account/mails", mails=wish)
    assert answer.status_code == 400


def test_what_waits_follows_a_new_address(rita: Person, registry: Registry) -> None:
    chosen(rita)
    with registry.ledger.database.writing() as connection:
        tell(registry.ledger.outbox, connection, rita.email, Letter("News", ("News.",)))
    new = "rita@oak.example.org"
    rita.send("/account/email", email=new, password=PASSWORD)
    rita.email = new
    assert rita.send(rita.link()).status_code == 200
    morning(registry)
    assert rita.mails()[-1][0] == "Your daily mail: 1 new"


def test_one_mail_has_every_part_in_text_and_html(
    registry: Registry, mailbox: Mailbox, port: int
) -> None:
    readers(registry, 1, 3)
    morning(registry)
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 1
    (mail,) = mailbox.taken
    words, page = (body.replace("\r", "") for body in bodies(mail))
    assert mail["Subject"] == "Your daily mail: 3 new"
    for one in range(3):
        assert f"Part {one}\n\nThis is part {one}.\n\n<b>\n\n{SITE}/{one}" in words
        assert f"<h2>Part {one}</h2><p>This is part {one}.</p><p>&lt;b&gt;</p>" in page
        assert f'<a href="{SITE}/{one}">' in page
    assert page.count("<html") == page.count("<body>") == 1
    kept = registry.ledger.database.rows(sa.select(message.c.words, message.c.sent_at))
    assert all(row.words == "" and row.sent_at for row in kept)  # links are not kept


def test_very_many_parts_come_in_more_than_one_mail(
    registry: Registry, mailbox: Mailbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "MAX_PARTS", 4)
    readers(registry, 1, 10)
    for _ in range(4):
        morning(registry)
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 3
    found = [number for mail in mailbox.taken for number in PART.findall(bodies(mail)[0])]
    assert found == [str(number) for number in range(10)]


def test_a_daily_mail_that_cannot_be_written_takes_nothing(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(registry, 1, 3)

    def fails(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(registry.ledger.outbox, "add", fails)
        with pytest.raises(RuntimeError):
            morning(registry)
    daily.write_due(SITE, registry.ledger)
    [mail] = registry.ledger.outbox.due(10)
    assert PART.findall(mail.words) == ["0", "1", "2"]


def test_nothing_is_lost_while_the_mail_server_is_down(
    registry: Registry, port: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "FIRST_PAUSE_HOURS", 0.0)  # an hour passes at once
    emails = readers(registry, 3, 2)
    for _ in range(3):
        morning(registry)
        assert postman.deliver(by_smtp(registry, port), registry.ledger) == 0
    mailbox = request.getfixturevalue("mailbox")
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 3
    assert mailbox.recipients == Counter(emails)


def test_a_killed_postman_leaves_nothing_out_and_writes_nothing_twice(
    registry: Registry, mailbox: Mailbox, port: int
) -> None:
    emails = readers(registry, 60, 3)
    with registry.ledger.database.writing() as connection:
        connection.execute(message.update().values(due_at=in_hours(-0.1)))
        post(registry.ledger.outbox, connection, "0@pine.example.org", Letter("Now", ("Now.",)))
    environment = os.environ | {
        "CTGRAPH_HOME": str(registry.settings.home),
        "CTGRAPH_MAIL_SERVER": f"smtp://127.0.0.1:{port}",
    }
    kills = 0
    while not mailbox.holds(len(emails)) or len(_numbers(mailbox)) < len(emails) + 1:
        wanted = min(len(mailbox.taken) + 15, len(emails) + 1)
        running = subprocess.Popen(
            [sys.executable, "-m", "ctgraph.server.background"], env=environment
        )
        until(partial(_took, mailbox, wanted))
        running.send_signal(signal.SIGKILL)
        running.wait()
        kills += 1
    assert kills > 1
    parts = Counter(
        (recipient, part)
        for recipient, words in _numbers(mailbox).values()
        for part in PART.findall(words)
    )
    assert parts == Counter((email, str(part)) for email in emails for part in range(3))


def _took(mailbox: Mailbox, number: int) -> bool:
    return len(_numbers(mailbox)) >= number


def _numbers(mailbox: Mailbox) -> dict[str, tuple[str, str]]:
    """Return the mails by their `Message-ID`, which one that is sent again keeps."""
    return {str(m["Message-ID"]): (str(m["To"]), bodies(m)[0]) for m in mailbox.taken}
