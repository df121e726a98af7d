"""The postman: a process that writes the mails that are due, and sends what lies in the outbox.

An e-mail is sent again only if the process was killed between the answer of the mail server and
its note of it; it has the same `Message-ID` then.
"""

from __future__ import annotations

import logging
import smtplib
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from ctgraph.accounts import confirming, daily, reminding, weekly
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import in_hours
from ctgraph.mail import sending, written
from ctgraph.projections.process import in_a_line
from ctgraph.settings import Settings
from ctgraph.work.signals import when_asked_to_end

LOOK_SECONDS = 2.0
"""How often the outbox is looked at. People wait for the mail that confirms their address."""
LONG_SECONDS = 3_600.0
"""How often to look for organizations that have to be asked to confirm their records, and for what
waits for the staff too long."""
BATCH_MESSAGES = 50
"""E-mails that are sent through one connection."""
MAX_PAUSE_HOURS = 1.0
"""The longest pause before another attempt to send an e-mail."""
FIRST_PAUSE_HOURS = 1 / 120
"""The pause after the first attempt that failed; it doubles each time."""
_log = logging.getLogger("ctgraph.accounts.postman")


def deliver(settings: Settings, ledger: Ledger) -> int:
    """Send the e-mails that are due; return how many were sent.

    One that cannot be sent is tried again later, for ever: none is lost.
    """
    due = ledger.outbox.due(BATCH_MESSAGES)
    if not due:
        return 0
    sent = handled = 0
    host = urlsplit(settings.base_url).hostname
    try:
        with sending(settings.mail_server, settings.home.resolve() / "outbox") as send:
            for one in due:
                sender, id = (
                    settings.mail_sender or f"registry@{host}",
                    # Digits alone: a colon ends a `Message-ID` (RFC 5322, section 3.6.4).
                    f"{one.id}.{''.join(filter(str.isdigit, one.created_at))}",
                )
                parts = one.recipient, one.subject, one.words, one.page, one.ending
                try:
                    send(written(sender, *parts, f"{id}@{host}"))
                except smtplib.SMTPServerDisconnected:
                    raise
                except (smtplib.SMTPException, ValueError, IndexError) as error:
                    _log.warning("An e-mail was refused: %s", error)  # this one, not the server
                    ledger.outbox.put_off(one.id, in_hours(_pause(one.tries)))
                else:
                    ledger.outbox.note_sent(one.id)
                    sent += 1
                handled += 1
    except OSError as error:
        _log.warning("The mail server cannot be used: %s", error)
        for one in due[handled:]:
            ledger.outbox.put_off(one.id, in_hours(_pause(one.tries)))
    return sent


def _pause(tries: int) -> float:
    return min(MAX_PAUSE_HOURS, FIRST_PAUSE_HOURS * 2.0 ** min(tries, 20))


def run(settings: Settings, ledger: Ledger) -> None:
    """Send what comes into the outbox until the process is asked to end."""
    ended = Event()
    stop = when_asked_to_end(ended.set)
    look = monotonic()
    while not stop():
        try:
            sent = deliver(settings, ledger)
            weekly.write_due(settings, ledger)
            daily.write_due(settings.base_url, ledger)
            if monotonic() >= look and not confirming.write_due(settings.base_url, ledger):
                reminding.write_due(settings.base_url, ledger)
                look = monotonic() + LONG_SECONDS
        except SQLAlchemyError as error:  # the database is away; it will come back
            _log.warning("The outbox cannot be read: %s", in_a_line(error))
            sent = 0
        if not sent:
            ended.wait(LOOK_SECONDS)
