"""Addresses that clients wrote in another way than this site does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from ctgraph.errors import BadParameter
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import ANY, read_by

_RAW = re.compile(r"[^!-~]")


def spelled(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return WSGI middleware that percent-encodes forbidden characters of a query string.

    Some clients send characters that RFC 3986 (section 2) wants encoded. Once they are encoded,
    any bytes can be decoded, and can be sent back in a ``Location``.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("QUERY_STRING", "")
        environ["QUERY_STRING"] = _RAW.sub(lambda found: f"%{ord(found[0]):02X}", given)
        return application(environ, start_response)

    return answer


def require_utf8() -> None:
    """Refuse a request whose address is not UTF-8: with letters replaced, it is another one.

    :raises BadParameter: when it is not.
    """
    request.args  # noqa: B018 - reading them checks them
    try:
        request.environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise BadParameter("The path of the address is not UTF-8. Send UTF-8.") from None


def without_slash() -> Response | None:
    """Return a redirect from a path with a slash at its end to the one without, if that exists."""
    path = request.path.rstrip("/")
    if path in (request.path, ""):
        return None
    routes = current_app.create_url_adapter(request)
    if routes is None or not routes.test(path, request.method):
        return None
    # 308 keeps the method and the body, but older clients do not know it.
    return respond.lead(path, 301 if request.method in ("GET", "HEAD") else 308)


def without_extension() -> None:
    """Lead a path with an extension, such as ``.ttl``, to the view of the path without it.

    So an extension means the same at every address that is served in several formats, and the
    views need not know of it: content negotiation reads it.
    """
    stem, dot, extension = request.path.rpartition(".")
    routes = current_app.create_url_adapter(request)
    if not dot or "/" in extension or routes is None or request.method not in ("GET", "HEAD"):
        return
    try:
        rule, arguments = routes.match(stem, return_rule=True)
    except HTTPException:
        return
    if {"format", ANY} & {*(read_by(current_app.view_functions[rule.endpoint]) or ())}:
        request.url_rule, request.view_args = rule, dict(arguments)
        request.routing_exception = None
        g.extension = extension
