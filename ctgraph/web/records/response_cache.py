"""Records that were sent before, sent again in front of the application.

Most of the time that a dereference takes goes into the request, the negotiation and the response.
This middleware keeps whole responses by the request and the state of the record's document. It
reads that state from the ledger each time, so a change is seen at once. It passes on all requests
for pages, which show other records too, and those with conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import is_ctid
from ctgraph.ledger.records import Records
from ctgraph.sparql.cache import AnswerCache
from ctgraph.web.http.kept import Application, Headers, Kept, answered
from ctgraph.web.http.negotiation import HTML

CONDITION = "HTTP_IF_"
"""How the names of the headers begin that make a request conditional."""


class _Key(NamedTuple):
    """Everything that a response depends on."""

    state: tuple[str | int, ...]
    path: str
    query_string: str
    accept: str
    accept_encoding: str


class RecordCache:
    """WSGI middleware in front of an application.

    :param cache: where the responses lie, beside answers to queries.
    """

    def __init__(self, application: Application, records: Records, cache: AnswerCache) -> None:
        self._application = application
        self._records = records
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
            state = self._records.state(record)
        except sa.exc.SQLAlchemyError:
            return None  # the application meets the same error, and renders it
        if state is None:
            return None
        accepted = environ.get("HTTP_ACCEPT", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
        return _Key(state, path, environ.get("QUERY_STRING", ""), *accepted)


def _lasts(headers: Headers) -> bool:
    """Tell whether only a change of the record changes a response.

    A page also shows other records. A response within the second of a change has no
    ``Last-Modified`` yet, and the next one has.
    """
    said = dict(headers)
    return "Last-Modified" in said and not said["Content-Type"].startswith(HTML)
