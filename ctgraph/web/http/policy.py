"""The content security policy of pages (CSP, level 3)."""

from __future__ import annotations


def policy(*styles: str) -> str:
    """Return the policy of a page: it loads only files of this site, and nothing inline.

    :param styles: further sources of style sheets, such as digests.
    """
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data:",
            " ".join(("style-src 'self'", *styles)),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
