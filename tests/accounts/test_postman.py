"""E-mails reach a real SMTP server once each, whatever happens meanwhile."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from functools import partial

import pytest

from ctgraph.accounts import postman
from ctgraph.accounts.letters import Letter, post
from tests.support.mailbox import Mailbox, bodies, by_smtp
from tests.support.registry import Registry
from tests.support.waiting import until

MAILS = 60


def write(registry: Registry, number: int) -> set[str]:
    """Write letters into the outbox; return their recipients."""
    recipients = {f"{one}@pine.example.org" for one in range(number)}
    with registry.ledger.database.writing() as connection:
        for one in sorted(recipients):
            letter = Letter("Zażółć\n gęślą", ("A word & <more>.",), "https://example.org/x")
            post(registry.ledger.outbox, connection, one, letter)
    return recipients


def test_a_mail_is_plain_text_and_a_page(registry: Registry, mailbox: Mailbox, port: int) -> None:
    write(registry, 1)
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 1
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 0
    (mail,) = mailbox.taken
    words, page = bodies(mail)
    assert mail["From"] == "registry@localhost"
    assert words.splitlines() == ["A word & <more>.", "", "https://example.org/x"]
    assert "A word &amp; &lt;more&gt;." in page


def test_nothing_is_lost_while_the_mail_server_is_down(
    registry: Registry, port: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "FIRST_PAUSE_HOURS", 0.0)  # an hour passes at once
    recipients = write(registry, 3)
    for _ in range(5):
        assert postman.deliver(by_smtp(registry, port), registry.ledger) == 0
    mailbox = request.getfixturevalue("mailbox")
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 3
    assert mailbox.recipients == Counter(recipients)


def test_a_killed_postman_leaves_nothing_out(
    registry: Registry, mailbox: Mailbox, port: int
) -> None:
    recipients = write(registry, MAILS)
    environment = os.environ | {
        "CTGRAPH_HOME": str(registry.settings.home),
        "CTGRAPH_MAIL_SERVER": f"smtp://127.0.0.1:{port}",
    }
    kills = 0
    while len(mailbox.recipients) < MAILS:
        wanted = min(len(mailbox.recipients) + 15, MAILS)
        running = subprocess.Popen(
            [sys.executable, "-m", "ctgraph.server.background"], env=environment
        )
        until(partial(mailbox.holds, wanted))
        running.send_signal(signal.SIGKILL)
        running.wait()
        kills += 1
    assert kills > 1
    assert mailbox.recipients.keys() == recipients
    # Killed between the answer of the server and its note, it sends the same mail again.
    again = [number for number in mailbox.recipients.values() if number > 1]
    assert len(again) <= kills
    numbers = {(str(mail["To"]), str(mail["Message-ID"])) for mail in mailbox.taken}
    assert len(numbers) == MAILS
    assert all(re.fullmatch(r"<[\w.]+@[\w.-]+>", number) for _, number in numbers)


def test_one_mail_that_cannot_be_sent_holds_up_no_other(
    registry: Registry, mailbox: Mailbox, port: int
) -> None:
    with registry.ledger.database.writing() as connection:
        for one in ("=?utf-8?q?=0a?=@x.example.org", "=?utf-8?q??=@x.example.org"):
            post(registry.ledger.outbox, connection, one, Letter("Odd", ("Odd.",)))
    recipients = write(registry, 3)
    assert postman.deliver(by_smtp(registry, port), registry.ledger) == 3
    assert mailbox.recipients == Counter(recipients)
