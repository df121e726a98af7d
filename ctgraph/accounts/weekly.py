"""A weekly mail of what is new to a search, for anybody who confirms an address.

Until its owner follows the link that is sent there, an address is kept with the link alone, for as
long as this is valid.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl

from babel.numbers import format_decimal

from ctgraph.accounts import throttle
from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.people import CONFIRM_HOURS, OLD_LINK, normal
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, NotFound
from ctgraph.finder.address import asked
from ctgraph.finder.found import Found
from ctgraph.finder.question import Measure, Order, Question
from ctgraph.finder.search import Search
from ctgraph.finder.towns import Towns
from ctgraph.finder.wording import in_words
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Purpose, Ticket, in_hours
from ctgraph.ledger.weekly import WeeklyMail
from ctgraph.projections.process import in_a_line
from ctgraph.settings import Settings
from ctgraph.translation import USUAL, speaking

WEEK_HOURS = 7 * 24
"""The time from one mail to the next."""
DAY_HOURS = 24
"""When to look again after nothing new was found, or a search could not be asked."""
MAX_SEARCHES = 20
"""Searches of which one address hears. They bound what a stranger's mailbox may cost."""
MAX_SEARCH_CHARS = 2_000
"""The length of the query of a search that is kept: more than a page's filters fill."""
MAX_NAMED = 20
"""New records that a mail names. The page that it links to has all."""
BATCH_MAILS = 20
"""Weekly mails that are written before waiting mail is sent."""
_log = logging.getLogger("ctgraph.accounts.weekly")


@dataclass(frozen=True)
class Weekly:
    """The use cases of weekly mails in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def ask(self, email: str, search: str, language: str, visitor: Visitor) -> None:
        """Send a link that confirms the wish for a weekly mail.

        :param search: the query of the address of a search.
        :param language: the code of the language in which it is asked for.
        :raises BadParameter: when the address is none, or the search is too long to be kept.
        :raises TooManyAttempts: after too many wishes from one network, or mails to the address.
        """
        email = normal(email)
        if len(search) > MAX_SEARCH_CHARS:
            raise BadParameter("This search is too long to be kept. Use fewer words or filters.")
        throttle.spend(self.ledger.database, throttle.WEEKLY_FROM, visitor.network)
        throttle.spend(self.ledger.database, throttle.WEEKLY_TO, email)
        given = Ticket(Purpose.WEEKLY, None, None, f"{email} {search} {language}")
        with self.ledger.database.writing() as connection:
            token = self.ledger.people.issue(connection, given, CONFIRM_HOURS)
            letter = _to_confirm(self.site, token, search, language)
            post(self.ledger.outbox, connection, email, letter)

    def confirm(self, token: str) -> None:
        """Begin the weekly mail that a link confirms.

        :raises NotFound: when the link was used already or is too old.
        :raises BadParameter: when the address hears of too many searches already.
        """
        with self.ledger.database.writing() as connection:
            given = self.ledger.people.redeem(connection, token, Purpose.WEEKLY)
            if given is None:
                raise NotFound(OLD_LINK)
            email, search, language = _wish(given)
            if self.ledger.weekly.number(connection, email) >= MAX_SEARCHES:
                raise BadParameter(
                    f"You get mails of {MAX_SEARCHES} searches already. End one by the link in it."
                )
            self.ledger.weekly.add(
                connection,
                email=email,
                search=search,
                language=language,
                since=_today(),
                due_at=in_hours(WEEK_HOURS),
            )

    def to_confirm(self, token: str) -> str | None:
        """Return the search of the mail that a link confirms; None for a link that is too old."""
        with self.ledger.database.reading() as connection:
            given = self.ledger.people.valid(connection, token, Purpose.WEEKLY)
        return _wish(given)[1] if given else None

    def to_end(self, token: str) -> str | None:
        """Return the search of the mail that a link ends; None when it was ended before."""
        found = self.ledger.weekly.find(token)
        return found.search if found else None

    def end(self, token: str) -> None:
        """End a weekly mail."""
        with self.ledger.database.writing() as connection:
            self.ledger.weekly.end(connection, token)


def write_due(settings: Settings, ledger: Ledger) -> None:
    """Write the weekly mails that are due and have something new to tell into the outbox."""
    for one in ledger.weekly.due(BATCH_MAILS):
        today = _today()
        try:
            search = Search(settings)
            found = search.ask(_new(one, today, search.towns))
        except Exception as error:  # one search that cannot be asked holds up no other mail
            _log.warning("A weekly mail waits for another day: %s", in_a_line(error))
            found = None
        with ledger.database.writing() as connection:
            if found is None or not found.total:
                ledger.weekly.look_again(connection, one.token, one.since, in_hours(DAY_HOURS))
            elif ledger.weekly.look_again(connection, one.token, today, in_hours(WEEK_HOURS)):
                letter = _letter(settings.base_url, one, found)
                post(ledger.outbox, connection, one.email, letter)


def _new(one: WeeklyMail, today: str, towns: Towns) -> Question:
    """Return the question for the records that are new, up to yesterday: today is not over yet."""
    question = asked(parse_qsl(one.search), towns=towns).question
    least, _ = question.ranges.get(Measure.CREATED, (None, None))
    yesterday = date.fromisoformat(today) - timedelta(days=1)
    days = max(least or 0.0, _number(date.fromisoformat(one.since))), _number(yesterday)
    return replace(
        question,
        ranges={**question.ranges, Measure.CREATED: days},
        order=Order.DATE,
        page=1,
        size=MAX_NAMED,
        is_strict=True,
    )


def _wish(given: Ticket) -> tuple[str, str, str]:
    """Return the address, the search and the language of a ticket; older ones have no language."""
    email, search, *language = given.value.split(" ")
    return email, search, language[0] if language else USUAL


def _to_confirm(site: str, token: str, search: str, language: str) -> Letter:
    """Return the letter with the link that confirms the wish for a weekly mail.

    Anybody can have it sent to anybody, so the words of the search are not in it as a text.
    """
    _ = speaking(language)
    return Letter(
        _("Confirm your weekly mail"),
        (
            _("Somebody, perhaps you, asked for a mail each week with what is new to this search:"),
            _address(site, search, language),
            _("Follow the link below to get it. The link works for three days."),
            _("If you did not ask for this, ignore this mail: nothing changes."),
        ),
        f"{_in_language(site, language)}/account/weekly/confirm?token={token}",
        language=language,
    )


def _letter(site: str, one: WeeklyMail, found: Found) -> Letter:
    """Return the letter that names what is new to a search."""
    _, here = speaking(one.language), _in_language(site, one.language)
    count = partial(format_decimal, locale=one.language)
    records = [
        f"{h.card.called(one.language)}: {here}/resources/{h.card.record}" for h in found.hits
    ]
    rest = found.total - len(records)
    more = (_("And %(number)s more.") % {"number": count(rest)},) if rest else ()
    words = in_words(asked(parse_qsl(one.search)), one.language)
    return Letter(
        _("New to your search: %(number)s") % {"number": count(found.total)},
        (
            _("These records are new to your search:"),
            *filter(None, [words]),
            *records,
            *more,
            _("The whole search:"),
        ),
        _address(site, one.search, one.language),
        f"{here}/account/weekly/end?token={one.token}",
        one.language,
    )


def _address(site: str, search: str, language: str) -> str:
    return f"{_in_language(site, language)}/search?{search}"


def _in_language(site: str, language: str) -> str:
    """Return the address of the site in a language: the usual one needs no prefix."""
    return site if language == USUAL else f"{site}/{language}"


def _number(day: date) -> float:
    return float(f"{day:%Y%m%d}")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
