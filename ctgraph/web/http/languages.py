"""The languages of pages: by the path, by what the browser remembers, or by what it accepts.

The first part of a path may name a language, such as ``/es/records``. It is taken off before the
request is read, so each address has one route. Without it, the cookie decides, and then
``Accept-Language``. Machine-readable formats are the same in every language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request
from flask_babel import Babel, lazy_gettext
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

LANGUAGES = {"en": "English", "es": "Español"}
"""The languages of pages: their own names by their codes. The first is the usual one."""
USUAL = next(iter(LANGUAGES))
LANGUAGE, PREFIX = "ctgraph.language", "ctgraph.language_prefix"
"""In the environment of a request: the code of its language, and the part of its path that names
it, such as ``/es``; empty without one."""
COOKIE = "language"
COOKIE_SECONDS = 365 * 24 * 3600
"""How long a browser remembers the language that somebody chose."""
MAX_KEPT_HEADERS = 1024
"""Headers whose reading is kept in memory: more than the clients of a day send."""
_LOCALES = {"en": "en_US", "es": "es_US"}
"""How numbers, dates and prices are written."""
_CODES = "|".join(LANGUAGES)
_PREFIXED = re.compile(rf"/({_CODES})(?=/|$)")
_LOCAL = re.compile(rf'(\s(?:href|action|formaction)=")(?=/(?!/|static/|(?:{_CODES})(?:[/?#"])))')


def by_path(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return WSGI middleware that finds the language of a request, and takes it off its path."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        found = _PREFIXED.match(path)
        if found:
            environ[LANGUAGE], environ[PREFIX] = found[1], found[0]
            environ["PATH_INFO"] = path[found.end() :] or "/"
        else:
            environ[LANGUAGE], environ[PREFIX] = _remembered(environ) or _accepted(environ), ""
        return application(environ, start_response)

    return answer


def set_up(app: Flask) -> None:
    """Let the pages of an application speak the language of each request."""
    Babel(app, locale_selector=lambda: _LOCALES[language()])
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals |= {
        "languages": LANGUAGES,
        "language": language,
        "address_in": address_in,
        "in_prefix": in_prefix,
        "alternates": _alternates,
    }
    app.after_request(_remember)


def language() -> str:
    """Return the code of the language of the answer to the current request."""
    return str(USUAL if "is_data" in g else request.environ.get(LANGUAGE, USUAL))


def use_usual() -> None:
    """Let the answer to the current request, which is no page, be in the usual language."""
    g.is_data = True


def translated(value: Any) -> Any:
    """Return a structure whose texts are in the language of the request that shows them."""
    match value:
        case dict():
            return {key: translated(inner) for key, inner in value.items()}
        case str() if value:
            return lazy_gettext(value)
    return value


def preferred_languages() -> tuple[str, ...]:
    """Return the codes of all languages of pages, that of the current request first.

    Of the values of a language map, a page shows that in the first of these that it has.
    """
    return language(), *(code for code in LANGUAGES if code != language())


def address_in(code: str) -> str:
    """Return the path and query of the current request in a language."""
    return f"/{code}{_address()}"


def in_prefix(path: str) -> str:
    """Return a path of this site with the language that the path of the current request names."""
    prefix: str = request.environ.get(PREFIX, "")
    is_plain = path.startswith("/") and not path.startswith("//") and not _PREFIXED.match(path)
    return f"{prefix}{path}" if is_plain else path


def keep_prefix(page: str) -> str:
    """Let the links and forms of a page keep the language that its own path names.

    Only markup is changed: quotes of texts from data are escaped.
    """
    prefix: str = request.environ.get(PREFIX, "")
    return _LOCAL.sub(rf"\g<1>{prefix}", page) if prefix else page


def _alternates() -> dict[str, str]:
    """Return the addresses of the current page in all languages: the usual one needs no prefix."""
    plain = _address()
    others = {code: address_in(code) for code in LANGUAGES if code != USUAL}
    return {USUAL: plain} | others | {"x-default": plain}


def _address() -> str:
    query = quote(request.query_string, safe="!$%&'()*+,-./:;=?@_~")
    return quote(request.path) + (f"?{query}" if query else "")


def _remember(response: Response) -> Response:
    """Let the browser remember the language that the path of a page names."""
    if (
        request.environ.get(PREFIX)
        and response.mimetype == "text/html"
        and _remembered(request.environ) != language()
    ):
        response.set_cookie(
            COOKIE,
            language(),
            max_age=COOKIE_SECONDS,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def _remembered(environ: dict[str, Any]) -> str | None:
    """Return the language that the browser remembers; None without one."""
    cookies = environ.get("HTTP_COOKIE", "")
    code = parse_cookie(cookies).get(COOKIE) if COOKIE in cookies else None
    return code if code in LANGUAGES else None


def _accepted(environ: dict[str, Any]) -> str:
    return _best(environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=MAX_KEPT_HEADERS)
def _best(header: str) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES, USUAL)
