"""Answers to plain queries, made and kept in front of the application.

Most of the time that a small query takes goes into reading the request and making the response.
This middleware answers ``GET /sparql`` itself when the request has a query and nothing unusual. It
keeps whole responses by the snapshot and the request, so a change of any record makes all of them
unreachable. It passes everything else on to the application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import parse_qsl

from ctgraph.errors import CtgraphError
from ctgraph.server.open_headers import OPEN
from ctgraph.settings import Settings
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.results import Complete
from ctgraph.web.http.kept import Application, Kept, answered
from ctgraph.web.http.languages import LANGUAGE
from ctgraph.web.http.negotiation import Wish, wishes
from ctgraph.web.http.registry import watch
from ctgraph.web.sparql.protocol import PAGE, SPREADSHEET, cut_header, headers, understand
from ctgraph.work.clients import client_of

MIN_COMPRESSED_BYTES = 500
"""The shortest answer that is compressed: below that, compression saves no packet."""
MAX_QUERY_CHARACTERS = 10_000
"""The longest query that is answered in front of the application: a longer one takes its time
anyway."""
BEGUN = "ctgraph.begun"
"""In the environment of a request: a function that returns the result of its query, or raises."""


class _Key(NamedTuple):
    """Everything that a response depends on."""

    snapshot: Path
    query_string: str
    accept: str
    accept_encoding: str
    language: str


class ResponseCache:
    """WSGI middleware in front of an application. Responses lie in the cache of the pool."""

    def __init__(self, application: Application, pool: QueryPool, settings: Settings) -> None:
        self._application = application
        self._pool = pool
        self._settings = settings

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Return a kept response, or make one and keep it, or pass the request on."""
        key = self._key(environ)
        if key is None:
            return self._application(environ, start_response)
        response = self._pool.cache.get(key, Kept)
        if response is None:
            response = self._answer(key, environ)
            if response is None:
                return self._ask(key, environ, start_response)
            self._pool.cache.put(key, response, key.query_string)
        return response.send(start_response)

    def _key(self, environ: dict[str, Any]) -> _Key | None:
        """Return everything that the response depends on; None where no response is kept."""
        if environ["REQUEST_METHOD"] != "GET" or environ.get("PATH_INFO") != "/sparql":
            return None
        # Conditional and as-of requests have rules of their own.
        query = environ.get("QUERY_STRING", "")
        if "HTTP_IF_NONE_MATCH" in environ or "HTTP_RANGE" in environ or "as-of" in query:
            return None
        snapshot = self._pool.store_folder.newest()
        if snapshot is None:
            return None
        accepted = environ.get("HTTP_ACCEPT", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
        return _Key(snapshot, query, *accepted, environ.get(LANGUAGE, ""))

    def _answer(self, key: _Key, environ: dict[str, Any]) -> Kept | None:
        """Return the response to a plain query; None where the application has to answer it."""
        try:
            given = parse_qsl(key.query_string, errors="strict")
        except ValueError:
            return None  # the application says what is wrong
        names = [name for name, _ in given]
        if names not in (["query"], ["query", "format"]):
            return None
        text, wanted = given[0][1], given[1][1] if len(given) > 1 else ""
        if len(text) > MAX_QUERY_CHARACTERS:
            return None
        try:
            asked = understand(text, Wish(wishes([wanted]), key.accept))
        except CtgraphError:
            return None  # the application meets the same error, and renders it
        if asked.name in (SPREADSHEET, PAGE) or asked.query.is_volatile:
            return None
        try:
            client = client_of(environ.get("REMOTE_ADDR") or "")
            result = self._pool.run(asked.query, client, watch(environ), key.snapshot)
        except CtgraphError as error:
            environ[BEGUN] = _raising(error)
            return None
        compressed = key.accept_encoding not in ("", "identity")
        if not isinstance(result, Complete) or (
            compressed and len(result.body) >= MIN_COMPRESSED_BYTES
        ):
            environ[BEGUN] = lambda: result
            return None
        tag, rows = asked.tag(key.snapshot, self._settings), self._settings.query_rows
        said = [
            ("Content-Type", asked.shown),
            ("Content-Length", str(len(result.body))),
            *headers(text, tag, self._pool.timeout(asked.query), rows),
            *cut_header(result),
            *OPEN,
        ]
        return Kept(said, result.body)

    def _ask(
        self, key: _Key, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Return the response of the application; keep it when it is complete and small."""
        most = self._pool.cache.max_answer_bytes
        answer, response = answered(self._application, environ, start_response, most)
        if response:
            self._pool.cache.put(key, response, key.query_string)
        return answer


def _raising(error: CtgraphError) -> Callable[[], NoReturn]:
    def begun() -> NoReturn:
        raise error

    return begun
