"""The content security policy of pages (CSP, level 3)."""

from __future__ import annotations


def policy(*styles: str, frames: str = "'none'") -> str:
    """Return the policy of a page: it loads only files of this site, and nothing inline.

    :param styles: further sources of style sheets, such as digests.
    :param frames: the sites that may show the page in a frame.
    """
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data:",
            " ".join(("style-src 'self'", *styles)),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frames}",
        )
    )
