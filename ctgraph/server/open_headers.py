"""The headers that open every answer to the scripts of all sites."""

from __future__ import annotations

OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Link, Location, Memento-Datetime, Retry-After, X-Total-Count, Ctgraph-Row-Limit, "
        "Ctgraph-Result-Cut, Ctgraph-Timeout, Ctgraph-Unknown-Terms",
    ),
    ("X-Content-Type-Options", "nosniff"),
)
"""Scripts of every site may read every answer, and browsers must not guess its media type."""
