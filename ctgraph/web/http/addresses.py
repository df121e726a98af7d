"""Addresses that clients did not percent-encode."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

_RAW = re.compile(r"[^!-~]")


def spelled(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return WSGI middleware that percent-encodes forbidden characters of a query string.

    Some clients send characters that RFC 3986 (section 2) wants encoded. Once they are encoded,
    any bytes can be decoded, and can be sent back in a ``Location``.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("QUERY_STRING", "")
        environ["QUERY_STRING"] = _RAW.sub(lambda found: f"%{ord(found[0]):02X}", given)
        return application(environ, start_response)

    return answer
