"""Content negotiation (RFC 9110, section 12) and entity tags (section 8.8.3)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import generate_etag, parse_accept_header

from ctgraph.errors import NotAcceptable

HTML = "text/html"


def wants_html() -> bool:
    """Return whether the client prefers HTML over JSON, as browsers do."""
    accept = request.accept_mimetypes
    return accept[HTML] > max(accept["application/problem+json"], accept["application/json"])


def choose(offers: dict[str, str], extension: str = "") -> str:
    """Return the name of the representation to send.

    An extension wins over ``?format=``, and that over the ``Accept`` header. A media range that
    matches several offers picks the first.

    :param offers: media types by name, the default first; extensions are names too.
    :raises NotAcceptable: when no offer matches; the problem lists the offers.
    """
    wanted = extension or request.args.get("format", "")
    return chosen(offers, wanted, request.headers.get("Accept", "*/*"))


def chosen(offers: dict[str, str], wanted: str, accept: str) -> str:
    """Return the name of the representation to send; see :func:`choose`.

    :param wanted: the name of a format, or empty.
    """
    if wanted:
        by_type = {media_type: name for name, media_type in offers.items()}
        name = wanted.lower() if wanted.lower() in offers else by_type.get(wanted.lower(), "")
        if name:
            return name
        raise not_acceptable(offers.values(), f"There is no format {wanted[:80]!r}.")
    best = _best(accept, tuple(offers.items()))
    if best is None:
        raise not_acceptable(offers.values(), "None of the media types you accept is available.")
    return best


@lru_cache(maxsize=1024)
def _best(header: str, offers: tuple[tuple[str, str], ...]) -> str | None:
    """Return the name of the best offer for an ``Accept`` header, or None.

    The quality of an offer is that of the most specific range that matches it (section 12.5.1).
    Werkzeug's ``best_match`` takes the highest quality of any range.
    """
    accept = parse_accept_header(header, MIMEAccept)
    name, media_type = max(offers, key=lambda offer: accept[offer[1]])
    return name if accept[media_type] else None


def not_acceptable(media_types: Iterable[str], message: str) -> NotAcceptable:
    """Return the error that lists the available media types."""
    available = list(dict.fromkeys(media_types))
    return NotAcceptable(f"{message} Available: {', '.join(available)}.", available=available)


def etag(*parts: object) -> str:
    """Return a strong entity tag for all that a representation depends on."""
    return generate_etag("\n".join(map(str, parts)).encode())
