"""Small answers to plain queries, before anything else looks at them.

Most of the time of a small query goes into reading the request and making the response. This
middleware answers ``GET /sparql`` with a query and nothing unusual by itself, and keeps whole
responses, by the request that they answer and the state of the store: a change of any record makes
all of them stale at once. Everything else it leaves to the application.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from ctgraph.errors import CtgraphError
from ctgraph.settings import Settings
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.results import Complete
from ctgraph.web.http.negotiation import chosen
from ctgraph.web.http.registry import watch
from ctgraph.web.sparql.protocol import SPREADSHEET, cut_header, headers, understand
from ctgraph.work.clients import client_of

KEPT = 500
LARGEST = 1 << 16
WORTH = 500
"""The shortest answer that is compressed where the client takes that, in bytes."""
LONGEST = 10_000
"""The longest query that is answered here, in characters."""
BEGUN = "ctgraph.begun"
"""In the environment of a request: a function that gives the result of its query, or raises."""
OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Link, Location, Retry-After, Ctgraph-Row-Limit, Ctgraph-Result-Cut, Ctgraph-Timeout",
    ),
    ("X-Content-Type-Options", "nosniff"),
)
"""The headers of every response: scripts of every site may read, and nothing is guessed at."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_Key = tuple[str, str, str]
_Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class _Kept:
    """A response, and the snapshot that it was made from."""

    snapshot: Path
    headers: _Headers
    body: bytes


class Shortcut:
    """WSGI middleware in front of an application."""

    def __init__(self, application: Application, pool: QueryPool, settings: Settings) -> None:
        self._application = application
        self._pool = pool
        self._settings = settings
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request, from what is kept where it can be."""
        key = _key(environ)
        snapshot = self._pool.newest() if key else None
        if key is None or snapshot is None:
            return self._application(environ, start_response)
        kept = self._kept.get(key)
        if kept and kept.snapshot == snapshot:
            start_response("200 OK", kept.headers.copy())
            return [kept.body]
        answered = self._answer(key, snapshot, environ)
        if answered:
            start_response("200 OK", answered.headers.copy())
            self._keep(key, answered)
            return [answered.body]
        return self._ask(key, snapshot, environ, start_response)

    def _answer(self, key: _Key, snapshot: Path, environ: dict[str, Any]) -> _Kept | None:
        """Answer a plain query; None where the application has to, which knows what was begun."""
        given = parse_qsl(key[0], keep_blank_values=True)
        names = [name for name, _ in given]
        if names not in (["query"], ["query", "format"]):
            return None
        text, wanted = given[0][1], given[1][1] if len(given) > 1 else ""
        if len(text) > LONGEST:
            return None
        try:
            asked = understand(text, lambda offers: chosen(offers, wanted, key[1]))
        except CtgraphError:
            return None  # the application finds the same, and says it
        if asked.name == SPREADSHEET:
            return None
        try:
            client = client_of(environ.get("REMOTE_ADDR") or "")
            result = self._pool.run(asked.query, client, watch(environ), snapshot)
        except CtgraphError as error:
            environ[BEGUN] = _raising(error)
            return None
        compressed = key[2] not in ("", "identity")
        if not isinstance(result, Complete) or (compressed and len(result.body) >= WORTH):
            environ[BEGUN] = lambda: result
            return None
        tag, rows = asked.tag(snapshot, self._settings), self._settings.query_rows
        said = [
            ("Content-Type", asked.content_type(result)),
            ("Content-Length", str(len(result.body))),
            *headers(tag, self._pool.timeout(asked.query), rows),
            *cut_header(result),
            *OPEN,
        ]
        return _Kept(snapshot, said, result.body)

    def _ask(
        self, key: _Key, snapshot: Path, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Let the application answer, and keep what it says when it is whole and small."""
        said: list[Any] = []

        def note(status: str, headers: _Headers, *error: Any) -> Any:
            said[:] = status, headers
            return start_response(status, headers, *error)

        answer = self._application(environ, note)
        status, headers = said if said else ("", [])
        size = next((value for name, value in headers if name == "Content-Length"), "")
        if status != "200 OK" or not size.isdigit() or int(size) > LARGEST:
            return answer
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", bool)()
        self._keep(key, _Kept(snapshot, list(headers), body))
        return [body]

    def _keep(self, key: _Key, answer: _Kept) -> None:
        if not self._settings.query_cache or len(answer.body) > LARGEST:
            return
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _key(environ: dict[str, Any]) -> _Key | None:
    """Return what a response depends on beside the store; None where none is kept."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("PATH_INFO") != "/sparql":
        return None
    # Conditional and as-of requests have rules of their own.
    query = environ.get("QUERY_STRING", "")
    if "HTTP_IF_NONE_MATCH" in environ or "HTTP_RANGE" in environ or "as-of" in query:
        return None
    return query, environ.get("HTTP_ACCEPT", "*/*"), environ.get("HTTP_ACCEPT_ENCODING", "")


def _raising(error: CtgraphError) -> Callable[[], NoReturn]:
    def begun() -> NoReturn:
        raise error

    return begun
