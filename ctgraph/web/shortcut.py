"""Answers to queries that are asked again and again, before anything else looks at them.

Most of the time of a query whose result is known goes into reading the request and making the
response. This middleware keeps whole responses of ``GET /sparql``, by the request that they answer
and the state of the store: a change of any record makes all of them stale at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

KEPT = 500
LARGEST = 1 << 16

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Kept:
    """A response, and the snapshot that it was made from."""

    snapshot: Path
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Shortcut:
    """WSGI middleware in front of an application.

    :param newest: returns the snapshot that queries see.
    """

    def __init__(self, application: Application, newest: Callable[[], Path | None]) -> None:
        self._application = application
        self._newest = newest
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request, from what is kept where it can be."""
        key = _key(environ)
        snapshot = self._newest() if key else None
        if key is None or snapshot is None:
            return self._application(environ, start_response)
        kept = self._kept.get(key)
        if kept and kept.snapshot == snapshot:
            start_response("200 OK", list(kept.headers))
            return [kept.body]
        return self._ask(key, snapshot, environ, start_response)

    def _ask(
        self,
        key: _Key,
        snapshot: Path,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        """Let the application answer, and keep what it says when it is whole and small."""
        said: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
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
        with self._lock:
            self._kept[key] = _Kept(snapshot, tuple(headers), body)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return [body]


def _key(environ: dict[str, Any]) -> _Key | None:
    """Return what a response depends on beside the store; None where none is kept."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("PATH_INFO") != "/sparql":
        return None
    # Conditional and as-of requests have rules of their own.
    query = environ.get("QUERY_STRING", "")
    if "HTTP_IF_NONE_MATCH" in environ or "HTTP_RANGE" in environ or "as-of" in query:
        return None
    return query, environ.get("HTTP_ACCEPT", "*/*"), environ.get("HTTP_ACCEPT_ENCODING", "")
