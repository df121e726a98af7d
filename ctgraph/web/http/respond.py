"""Answers: the one place where the result of a view becomes an HTTP response.

Every answer varies with ``Accept``. Even where a view has only one format, a problem at its address
has two: a page for browsers, and a problem document for programs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

import flask
import orjson
from flask import Response, g, render_template, request

from ctgraph.web.http.languages import in_prefix, keep_prefix, language
from ctgraph.web.http.negotiation import HTML, extension, shown

JSON = "application/json"
JSON_OR_PAGE = {"json": JSON, "html": HTML}
"""The formats of most views: JSON for programs, which is the default, and a page for browsers. What
people browse, such as lists, is a page for crawlers too, which take anything."""
CONDITIONS = ("If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since")
"""The headers that make a request conditional (RFC 9110, section 13.1)."""


VARYING = ("Accept", "Accept-Language", "Cookie")
"""The headers that decide what a page says: its format and its language."""


class Caching(StrEnum):
    """The directives for caches (RFC 9111, section 5.2.2)."""

    REVALIDATE = "no-cache"
    """Ask each time; a 304 is cheap."""
    FOREVER = "public, max-age=31536000, immutable"
    """Keep it: it never changes."""
    NEVER = "no-store"
    """Keep nothing: it is for one organization only, or differs each time."""


def lacks_a_part() -> None:
    """Note that the page of the current request lacks a part that could not be had in time.

    Such a page is kept nowhere: the next one may have it.
    """
    g.lacks_a_part = True


def content(
    body: bytes | str | Iterable[bytes], media_type: str, *, caching: Caching | None = None
) -> Response:
    """Return a response with a body that is already written."""
    asked = shown(request.headers.get("Accept", ""), media_type)
    response = Response(body, content_type=content_type(asked))
    response.vary.update(VARYING if media_type == HTML else ("Accept",))
    if caching:
        response.headers["Cache-Control"] = caching
    return response


def json(
    value: object, *, status: int = 200, media_type: str = JSON, caching: Caching | None = None
) -> Response:
    """Return a response with a value in JSON. Its members are in camelCase."""
    response = content(orjson.dumps(value), media_type, caching=caching)
    response.status_code = status
    return response


def page(template: str, /, **values: object) -> Response:
    """Return a response with a page for people."""
    return content(keep_prefix(render_template(template, **values)), HTML)


def empty() -> Response:
    """Return the response to a success that has no content (204)."""
    response = content(b"", JSON)
    response.status_code = 204
    del response.headers["Content-Type"]
    return response


def unchanged(headers: Iterable[tuple[str, str]]) -> Response:
    """Return the response to a client that has the representation already (304)."""
    response = empty()
    response.status_code = 304
    response.headers.update(headers)
    return response


def redirect(location: str, status: int) -> Response:
    """Redirect to another address."""
    response = flask.redirect(in_prefix(location), status, Response)
    assert isinstance(response, Response)
    response.vary.add("Accept")
    return response


def lead(path: str, status: int) -> Response:
    """Redirect to another path of this registry, with the extension and query of the request."""
    query = request.query_string.decode("ascii")
    ending = "" if extension() is None else f".{extension()}"
    return redirect(quote(path + ending) + (f"?{query}" if query else ""), status)


def conditional(response: Response, tag: str, modified: str) -> Response:
    """Return a response with its validators, as 304 where the client has it already.

    :param modified: see :func:`last_modified`.
    """
    is_page = response.mimetype == HTML
    response.set_etag(f"{tag}-{language()}" if is_page else tag)
    if over := last_modified(modified):
        response.last_modified = over
    if any(name in request.headers for name in CONDITIONS):  # asking costs a tenth of a dereference
        response.make_conditional(request)
        del response.headers["Date"]  # the server writes it
    return response


def last_modified(modified: str) -> datetime | None:
    """Return the date to tell of a change; None as long as there is none.

    Another change may follow within the same second, which a date cannot tell apart. So
    ``Last-Modified`` is the second after the change, and is not sent before that second has come
    (RFC 9110, section 8.8.2.2).

    :param modified: ISO 8601 in UTC, as the ledger writes it.
    """
    over = datetime.fromisoformat(modified).replace(microsecond=0) + timedelta(seconds=1)
    return over if over <= datetime.now(UTC) else None


def unchanging(response: Response) -> Response:
    """Return a response that only another release changes, with its digest as the ETag.

    It becomes a 304 where the client has it already.
    """
    response.add_etag()
    response.make_conditional(request)
    return response


def content_type(media_type: str) -> str:
    """Return the value of ``Content-Type`` for a media type: every text is in UTF-8."""
    if media_type.startswith("text/") and "charset=" not in media_type:
        return f"{media_type}; charset=utf-8"
    return media_type
