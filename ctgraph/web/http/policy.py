"""What a page may load and do: its content security policy (CSP, level 3)."""

from __future__ import annotations


def policy(*styles: str) -> str:
    """Return the policy of a page: nothing but what this site serves, and nothing within markup.

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
