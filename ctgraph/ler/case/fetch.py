"""Packages of CASE from files and from other servers, for the operator alone."""

from __future__ import annotations

from pathlib import Path

import httpx

from ctgraph.errors import InvalidDocument, NotFound

MAX_PACKAGE_BYTES = 50_000_000
"""Bytes of a package that are read. The frameworks of whole states have some millions."""
FETCH_SECONDS = 60.0
"""How long another server may stay silent."""


def read_package(source: str) -> bytes:
    """Return a package from a file, or from an address that begins with ``https:`` or ``http:``.

    :raises NotFound: when the other server does not send it.
    :raises InvalidDocument: when it is too large.
    :raises OSError: when the file cannot be read.
    """
    if not source.startswith(("https://", "http://")):
        return _bounded(Path(source).read_bytes(), source)
    data = b""
    try:
        with httpx.stream(
            "GET",
            source,
            headers={"Accept": "application/json"},
            follow_redirects=True,
            timeout=FETCH_SECONDS,
        ) as response:
            if response.status_code != 200:
                raise NotFound(f"{source} answers with the status {response.status_code}.")
            for part in response.iter_bytes():
                data = _bounded(data + part, source)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotFound(f"{source} cannot be fetched: {error}") from error
    return data


def _bounded(data: bytes, source: str) -> bytes:
    if len(data) > MAX_PACKAGE_BYTES:
        raise InvalidDocument(f"{source} has more than {MAX_PACKAGE_BYTES:,} bytes.")
    return data
