"""The headers of every answer."""

from __future__ import annotations

from flask import Response, request

from ctgraph.web.http.policy import policy

OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Link, Location, Retry-After, Ctgraph-Row-Limit, Ctgraph-Result-Cut, Ctgraph-Timeout",
    ),
    ("X-Content-Type-Options", "nosniff"),
)
"""Scripts of every site may read every answer, and browsers must not guess its media type."""


def add_headers(response: Response) -> Response:
    """Add the headers of every answer, of answers to preflight requests, and of pages."""
    for name, value in OPEN:
        response.headers.setdefault(name, value)
    if "Allow" in response.headers:  # Flask and Werkzeug write them in any order
        response.headers["Allow"] = ", ".join(sorted(response.headers["Allow"].split(", ")))
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        response.headers["Access-Control-Allow-Headers"] = (
            "Accept, Authorization, Content-Type, If-None-Match"
        )
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
