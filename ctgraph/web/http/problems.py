"""Errors as answers: RFC 9457 problem documents for programs, and a page for browsers."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, make_response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from ctgraph.documents.size import too_large
from ctgraph.errors import CtgraphError, InsufficientStorage, Unauthenticated
from ctgraph.ledger.failures import is_full, ledger_error
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import CTG
from ctgraph.validation.report import capped
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import wants_html

MAX_SHOWN_CHARACTERS = 200
"""How much of an address is repeated: enough to see what is wrong with it."""


def register(app: Flask) -> None:
    """Render every error of an application."""
    app.register_error_handler(CtgraphError, _ctgraph_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(OSError, _system_error)
    app.register_error_handler(Exception, _unexpected)


def _ctgraph_error(error: CtgraphError) -> Response:
    problems = capped([Problem(error.public)] if error.public else error.problems)
    if error.public or error.status in (500, 507):
        current_app.logger.error("%s: %s", request.path, error.message)
    response = _respond(
        {
            "type": f"{CTG}{error.term}",
            "title": error.title,
            "status": error.status,
            "detail": error.public or error.message,
            "instance": request.path,
            # Clients of the existing registry look for this member.
            "errors": [str(p) for p in problems if p.severity == "violation"],
            "problems": [problem.to_json() for problem in problems],
            **error.extra,
        }
    )
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="ctgraph"'
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    if error.code == 413:
        settings = current_app.extensions["ctgraph"].settings
        return _ctgraph_error(too_large("The body of the request has too many bytes", settings))
    if error.response is not None or (error.code or 500) < 400:  # a redirect
        return make_response(error.get_response())
    response = _blank(error.code or 500, error.name, _detail(error))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _detail(error: HTTPException) -> str:
    """Return what is wrong with a request, and what to do instead."""
    path = request.path
    if len(path) > MAX_SHOWN_CHARACTERS:
        path = f"{path[:MAX_SHOWN_CHARACTERS]}…"
    match error:
        case NotFound():
            return (
                f"There is nothing at {path}. People find the records at /records; programs find "
                "all addresses in /openapi.json."
            )
        case MethodNotAllowed(valid_methods=methods) if methods:
            return f"{path} does not take {request.method}. Use {', '.join(sorted(methods))}."
    return error.description or error.name


def _database_error(error: SQLAlchemyError) -> Response:
    found = ledger_error(error)
    if found is None:
        return _unexpected(error)
    return _ctgraph_error(found)


def _system_error(error: OSError) -> Response:
    if is_full(error):
        return _ctgraph_error(InsufficientStorage("The disk of this server is full."))
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    current_app.logger.exception("unexpected error")
    return _blank(500, "Internal error", "Something went wrong on our side. Try again later.")


def _blank(status: int, title: str, detail: str) -> Response:
    """Return a problem whose type is its status alone: `about:blank` (RFC 9457, section 4.2.1)."""
    return _respond(
        {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": request.path,
            "errors": [detail],
        }
    )


def _respond(body: dict[str, Any]) -> Response:
    if wants_html():
        # Its head names no address: the query may be what cannot be read.
        response = respond.page("site/error.html", problem=body, canonical="/")
    else:
        response = respond.json(body, media_type="application/problem+json")
    response.status_code = body["status"]
    return response
