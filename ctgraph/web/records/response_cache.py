"""Records as data, answered and kept in front of the application.

Most of the time that a dereference takes goes into the request, the negotiation and the response.
This middleware answers plain requests itself, and keeps whole responses with the state of the
record's document. It reads that state from the ledger each time, so a change is seen at once. It
passes on all requests for pages, which show other records too, and those with conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.http import http_date

from ctgraph.errors import CtgraphError
from ctgraph.harvest.signposting import Signposts
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import State
from ctgraph.records import read
from ctgraph.records.scope import Scope
from ctgraph.server.open_headers import OPEN
from ctgraph.settings import Settings
from ctgraph.sparql.cache import AnswerCache
from ctgraph.web.http.content_coding import IDENTITY
from ctgraph.web.http.kept import Application, Headers, Kept, answered
from ctgraph.web.http.negotiation import HTML, Wish, shown
from ctgraph.web.http.respond import Caching, content_type, last_modified
from ctgraph.web.records import representation
from ctgraph.web.records.representation import EXPORTS, OFFERS, USUAL, offers

CONDITION = "HTTP_IF_"
"""How the names of the headers begin that make a request conditional."""


class _Asked(NamedTuple):
    """A request for a record, as far as its response depends on it."""

    record: Ctid
    path: str
    query_string: str
    accept: str
    accept_encoding: str

    @property
    def is_plain(self) -> bool:
        """Whether the path and ``Accept`` alone say what is asked for, and nothing is coded."""
        named = self.query_string or not self.path.endswith(self.record)
        return not named and self.accept_encoding in ("", IDENTITY)


@dataclass(frozen=True)
class _Made(Kept):
    """A response, with the state of the record's document that it was made from."""

    state: State | None


class RecordCache:
    """WSGI middleware in front of an application.

    :param cache: where the responses lie, beside answers to queries.
    """

    def __init__(
        self,
        application: Application,
        ledger: Ledger,
        settings: Settings,
        cache: AnswerCache,
    ) -> None:
        self._application = application
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._signposts = Signposts(ledger, self._identity, settings.license)
        self._cache = cache

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Return a kept response, or make one and keep it, or pass the request on."""
        asked = _asked(environ)
        if asked is None:
            return self._application(environ, start_response)
        kept = self._cache.get(asked, _Made)
        if kept and kept.state == self._state(asked.record):
            return kept.send(start_response)
        made = self._make(asked) if asked.is_plain else None
        if made is None:
            return self._passed_on(asked, environ, start_response)
        self._keep(asked, made)
        return made.send(start_response)

    def _passed_on(
        self, asked: _Asked, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Return the response of the application, and keep it."""
        state = self._state(asked.record)  # before it answers: a change meanwhile is noticed
        most = self._cache.max_answer_bytes
        answer, response = answered(self._application, environ, start_response, most)
        if response:
            self._keep(asked, _Made(response.headers, response.body, state))
        return answer

    def _keep(self, asked: _Asked, made: _Made) -> None:
        if made.state and _lasts(made.headers):
            self._cache.put(asked, made, "".join(asked))

    def _state(self, record: Ctid) -> State | None:
        """Return the state of the document that holds a record; None where there is none."""
        try:
            return self._ledger.records.state(record)
        except sa.exc.SQLAlchemyError:
            return None  # the application meets the same error, and renders it

    def _make(self, asked: _Asked) -> _Made | None:
        """Return the response to a plain request; None where the application has to answer it."""
        record, kind = asked.record, Scope(asked.path[1:].partition("/")[0])
        try:
            format = Wish((), asked.accept).choose(offers(kind), usual=USUAL)
            if format == "html" or format in EXPORTS:
                return None
            held = read.held(self._ledger, record)
            body = representation.body(self._ledger, self._identity, record, kind, held, format)
        except (CtgraphError, sa.exc.SQLAlchemyError, ValueError):
            return None  # the application meets the same error, and renders it
        said = content_type(shown(asked.accept, OFFERS[format]))
        over = last_modified(held.modified)
        headers = [
            ("Content-Type", said),
            ("Content-Length", str(len(body))),
            ("Vary", "Accept, Accept-Encoding"),
            ("ETag", f'"{representation.tag(record, kind, held, format, said)}"'),
            *([("Last-Modified", http_date(over))] if over else []),
            ("Cache-Control", Caching.REVALIDATE),
            ("Link", self._signposts.header(record, kind, held)),
            *OPEN,
        ]
        return _Made(headers, body, held.envelope.state)


def _asked(environ: dict[str, Any]) -> _Asked | None:
    """Return the request for a record; None where no response is kept."""
    path = environ.get("PATH_INFO", "")
    scope, _, name = path[1:].partition("/")
    record = name.partition(".")[0]
    if environ["REQUEST_METHOD"] != "GET" or scope not in ("resources", "graph"):
        return None
    if not is_ctid(record) or any(header.startswith(CONDITION) for header in environ):
        return None
    accepted = environ.get("HTTP_ACCEPT", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
    return _Asked(record, path, environ.get("QUERY_STRING", ""), *accepted)


def _lasts(headers: Headers) -> bool:
    """Tell whether only a change of the record changes a response.

    A page also shows other records. A response within the second of a change has no
    ``Last-Modified`` yet, and the next one has.
    """
    said = dict(headers)
    return "Last-Modified" in said and not said["Content-Type"].startswith(HTML)
