"""The bodies of requests: documents, and JSON objects with known members."""

from __future__ import annotations

from typing import Any

from flask import request

from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, NoDocument
from ctgraph.web.http.parameters import unknown

_CALLED = {str: "a text", list: "a list", bool: "true or false", dict: "an object"}


ANY = "*"
"""What ``If-Match`` names when it means whichever content there is (RFC 9110, section 13.1.1)."""


def content_seen() -> str:
    """Return the digest that ``If-Match`` names, or :data:`ANY`; empty without it.

    :raises BadParameter: when it names none, or several.
    """
    given = request.if_match
    if given.star_tag:
        return ANY
    if "If-Match" not in request.headers:
        return ""
    # A proxy that compresses makes tags weak. What they name is a digest, so nothing is lost.
    tags = given.as_set(include_weak=True)
    if len(tags) != 1:
        raise BadParameter("If-Match names several contents, or none. Name the one that you saw.")
    return str(tags.pop())


def sent_document() -> bytes:
    """Return the body of the request, which is a document.

    :raises NoDocument: when there is none.
    """
    data = request.get_data(cache=False, parse_form_data=False)
    require_document(data)
    return data


def require_document(data: bytes) -> None:
    """Make sure that a request carries a document.

    :raises NoDocument: when it is empty.
    """
    if not data:
        raise NoDocument("The request contains no document. Send it as the body.")


def members(**kinds: type) -> dict[str, Any]:
    """Return the members of the JSON object that the request carries; none where it has no body.

    Members that are null are left out. No text has a null character.

    :param kinds: what each known member is.
    :raises InvalidDocument: when the body is no JSON.
    :raises BadParameter: when it is no object, or has a member that is unknown or of another kind.
    """
    data = request.get_data(cache=False, parse_form_data=False)
    body = read_json(data) if data.strip() else {}
    if not isinstance(body, dict):
        raise BadParameter(f"Send a JSON object with some of: {', '.join(kinds)}.")
    found = {}
    for name, value in body.items():
        if name not in kinds:
            raise unknown("member", name, kinds)
        if value is not None and not isinstance(value, kinds[name]):
            raise BadParameter(f"{name} is not {_CALLED[kinds[name]]}.")
        if value is not None:
            found[name] = value.replace("\0", "") if isinstance(value, str) else value
    return found
