"""Who is behind a request: the visitor, and the person who is signed in.

The browser holds the token of a session in Flask's signed cookie, beside what protects forms from
other sites (CSRF). The ledger knows the session by a digest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote

import flask
from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from ctgraph.accounts.people import People
from ctgraph.accounts.sessions import MAX_SESSION_HOURS, Sessions
from ctgraph.accounts.visitor import Visitor
from ctgraph.ledger.people import Person, Session
from ctgraph.web.http import respond
from ctgraph.web.http.registry import state
from ctgraph.work.clients import client_of

View = TypeVar("View", bound=Callable[..., Any])
_TOKEN, _WAITING = "token", "waiting"
PLACES = ("/account", "/staff")
"""Where people are known. All other pages are the same for everybody."""


def protect(app: Flask, base_url: str) -> None:
    """Set up the cookie of an application."""
    app.config.update(
        SESSION_COOKIE_NAME="ctgraph",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=base_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=MAX_SESSION_HOURS * 3600,
        WTF_CSRF_TIME_LIMIT=None,  # it holds as long as the cookie
    )
    app.session_interface = _Cookies()


class _Cookies(SecureCookieSessionInterface):
    """Cookies of the pages where people are known. All other pages neither read nor set any."""

    def open_session(self, app: Flask, request: flask.Request) -> SecureCookieSession | None:
        if not request.path.startswith(PLACES):
            return None
        if app.secret_key is None:  # not read at the start, when the ledger may be away
            app.secret_key = app.extensions["ctgraph"].ledger.secret("forms")
        return super().open_session(app, request)


def people() -> People:
    """Return the use cases of people's accounts."""
    return People(state().ledger, state().settings.base_url)


def sessions() -> Sessions:
    """Return the use cases of signing in and out."""
    return Sessions(state().ledger, state().settings.base_url)


def visitor() -> Visitor:
    """Return where the current request comes from."""
    address = request.remote_addr or ""
    return Visitor(address, client_of(address), request.headers.get("User-Agent", ""))


def sign_in(token: str) -> None:
    """Let the browser keep the token of a session. Everything else that it kept is forgotten."""
    flask.session.clear()
    flask.session.permanent = True
    flask.session[_TOKEN] = token


def wait(token: str, wanted: str) -> None:
    """Let the browser keep the token of a sign-in that waits, and the path that was wanted."""
    flask.session.clear()
    flask.session[_WAITING] = [token, wanted]


def waiting() -> tuple[str, str]:
    """Return what :func:`wait` kept; empty texts where nothing waits."""
    token, wanted = flask.session.get(_WAITING, ("", ""))
    return token, wanted


def sign_out() -> None:
    """Let the browser forget everything."""
    flask.session.clear()


def signed_in() -> tuple[Session, Person] | None:
    """Return the session of the current request, and whose it is."""
    if "signed_in" not in g:
        token = flask.session.get(_TOKEN, "")
        g.signed_in = sessions().signed_in(token) if token else None
    return cast("tuple[Session, Person] | None", g.signed_in)


def who() -> Person:
    """Return the person of a request that :func:`for_people` let through."""
    found = signed_in()
    assert found is not None
    return found[1]


def for_people(view: View) -> View:
    """Let only people who are signed in see a page; lead others to the page where they sign in."""

    @wraps(view)
    def checked(*given: Any, **named: Any) -> Response:
        if signed_in() is None:
            here = request.full_path if "token" in request.args else request.path
            wanted = quote(here if request.method == "GET" else "/account", safe="/")
            return private(respond.redirect(f"/account/sign-in?next={wanted}", 303))
        return private(view(*given, **named))

    return cast(View, checked)


def private(response: Response) -> Response:
    """Return a response that no cache keeps: it is for one person."""
    response.headers["Cache-Control"] = respond.Caching.NEVER
    return response
