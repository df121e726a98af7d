"""Records as data, answered and kept in front of the application.

Most of the time that a dereference takes goes into the request, the negotiation and the response.
This middleware answers plain requests itself, and keeps whole responses by the request and the
state of the record's document. It reads that state from the ledger each time, so a change is seen
at once. It passes on all requests for pages, which show other records too, and those with
conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.http import http_date

from ctgraph.errors import CtgraphError
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger import Ledger
from ctgraph.records import read
from ctgraph.server.open_headers import OPEN
from ctgraph.sparql.cache import AnswerCache
from ctgraph.web.http.content_coding import IDENTITY
from ctgraph.web.http.kept import Application, Headers, Kept, answered
from ctgraph.web.http.negotiation import HTML, Wish, shown
from ctgraph.web.http.respond import Caching, content_type, last_modified
from ctgraph.web.records import representation
from ctgraph.web.records.representation import OFFERS, USUAL, Scope

CONDITION = "HTTP_IF_"
"""How the names of the headers begin that make a request conditional."""


class _Key(NamedTuple):
    """Everything that a response depends on."""

    state: tuple[str | int, ...]
    path: str
    query_string: str
    accept: str
    accept_encoding: str

    @property
    def is_plain(self) -> bool:
        """Whether the path and ``Accept`` alone say what is asked for, and nothing is coded."""
        extended = "." in self.path or self.query_string
        return not extended and self.accept_encoding in ("", IDENTITY)


class RecordCache:
    """WSGI middleware in front of an application.

    :param cache: where the responses lie, beside answers to queries.
    """

    def __init__(
        self, application: Application, ledger: Ledger, identity: Identity, cache: AnswerCache
    ) -> None:
        self._application = application
        self._ledger = ledger
        self._identity = identity
        self._cache = cache

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Return a kept response, or make one and keep it, or pass the request on."""
        key = self._key(environ)
        if key is None:
            return self._application(environ, start_response)
        response = self._cache.get(key, Kept)
        if response:
            return response.send(start_response)
        response = self._made(key) if key.is_plain else None
        if response:
            answer = response.send(start_response)
        else:
            most = self._cache.max_answer_bytes
            answer, response = answered(self._application, environ, start_response, most)
        if response and _lasts(response.headers):
            self._cache.put(key, response, "".join(key[1:]))
        return answer

    def _key(self, environ: dict[str, Any]) -> _Key | None:
        """Return everything that the response depends on; None where no response is kept."""
        path = environ.get("PATH_INFO", "")
        scope, _, name = path[1:].partition("/")
        record = name.partition(".")[0]
        if environ["REQUEST_METHOD"] != "GET" or scope not in ("resources", "graph"):
            return None
        if not is_ctid(record) or any(header.startswith(CONDITION) for header in environ):
            return None
        try:
            state = self._ledger.records.state(record)
        except sa.exc.SQLAlchemyError:
            return None  # the application meets the same error, and renders it
        if state is None:
            return None
        accepted = environ.get("HTTP_ACCEPT", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
        return _Key(state, path, environ.get("QUERY_STRING", ""), *accepted)

    def _made(self, key: _Key) -> Kept | None:
        """Return the response to a plain request; None where the application has to answer it."""
        scope, _, name = key.path[1:].partition("/")
        kind, record = Scope(scope), Ctid(name)
        try:
            format = Wish((), key.accept).choose(OFFERS, usual=USUAL)
            if format == "html":
                return None
            held = read.held(self._ledger, record)
            body = representation.body(self._ledger, self._identity, record, kind, held, format)
        except (CtgraphError, sa.exc.SQLAlchemyError):
            return None  # the application meets the same error, and renders it
        said = content_type(shown(key.accept, OFFERS[format]))
        over = last_modified(held.modified)
        headers = [
            ("Content-Type", said),
            ("Content-Length", str(len(body))),
            ("Vary", "Accept, Accept-Encoding"),
            ("ETag", f'"{representation.tag(record, kind, held, format, said)}"'),
            *([("Last-Modified", http_date(over))] if over else []),
            ("Cache-Control", Caching.REVALIDATE),
            ("Link", representation.links(self._identity, record, held)),
            *OPEN,
        ]
        return Kept(headers, body)


def _lasts(headers: Headers) -> bool:
    """Tell whether only a change of the record changes a response.

    A page also shows other records. A response within the second of a change has no
    ``Last-Modified`` yet, and the next one has.
    """
    said = dict(headers)
    return "Last-Modified" in said and not said["Content-Type"].startswith(HTML)
