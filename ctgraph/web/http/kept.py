"""Responses that middleware in front of the application keeps, to send them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ctgraph.web.http.respond import Caching

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    """A response with the status 200."""

    headers: Headers
    body: bytes

    def send(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Send the response."""
        start_response("200 OK", self.headers.copy())
        return [self.body]


def answered(
    application: Application,
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    max_bytes: int,
) -> tuple[Iterable[bytes], Kept | None]:
    """Let an application answer; return its answer, and what of it can be kept.

    That is None unless the response has the status 200, has no more than `max_bytes`, and does not
    forbid to keep it.
    """
    said: list[Any] = []

    def note(status: str, headers: Headers, *error: Any) -> Any:
        said[:] = status, headers
        return start_response(status, headers, *error)

    answer = application(environ, note)
    status, headers = said if said else ("", [])
    size = next((value for name, value in headers if name == "Content-Length"), "")
    if (
        status != "200 OK"
        or ("Cache-Control", Caching.NEVER) in headers
        or not size.isdigit()
        or int(size) > max_bytes
    ):
        return answer, None
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", bool)()
    return [body], Kept(list(headers), body)
