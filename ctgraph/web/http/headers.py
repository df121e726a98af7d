"""The headers of every answer."""

from __future__ import annotations

import re

from flask import Response, request

from ctgraph.server.open_headers import OPEN
from ctgraph.web.http.policy import policy

PREFLIGHT = (
    "Accept, Accept-Language, Authorization, Cache-Control, Content-Encoding, Content-Language, "
    "Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Range, "
    "X-Requested-With"
)
"""The headers that scripts may send where their browser names none."""
_NAMES = re.compile(r"[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*", re.ASCII)


def add_headers(response: Response) -> Response:
    """Add the headers of every answer, of answers to preflight requests, and of pages."""
    for name, value in OPEN:
        response.headers.setdefault(name, value)
    if "Allow" in response.headers:  # Flask and Werkzeug write them in any order
        response.headers["Allow"] = ", ".join(sorted(response.headers["Allow"].split(", ")))
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        # No header decides anything but the answer to the script that sends it, so all are allowed.
        wanted = request.headers.get("Access-Control-Request-Headers", "").strip()
        allowed = wanted if _NAMES.fullmatch(wanted) else PREFLIGHT
        response.headers["Access-Control-Allow-Headers"] = allowed
        response.headers["Access-Control-Max-Age"] = "86400"
        response.vary.add("Access-Control-Request-Headers")
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
