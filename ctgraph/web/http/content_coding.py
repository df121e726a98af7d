"""The codings of request bodies, and the content codings of answers (RFC 9110, section 8.4.1)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from ctgraph.errors import BadParameter, DocumentTooLarge, UnsupportedMediaType

GZIP = 31
"""The window bits with which zlib reads gzip (RFC 1952)."""
ZLIB, RAW_DEFLATE = 15, -15
"""The window bits for the zlib format (RFC 1950), and for bare deflate data, which some clients
send as `deflate`, too."""


IDENTITY = "identity"
CODINGS = ("zstd", "gzip")
"""The codings of answers, the preferred one first."""


def one_coding(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return WSGI middleware that leaves one coding in ``Accept-Encoding``: the best one.

    Flask-Compress takes a quality of 0, which excludes a coding, for a low one.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("HTTP_ACCEPT_ENCODING")
        if given is not None:
            environ["HTTP_ACCEPT_ENCODING"] = _best(given)
        return application(environ, start_response)

    return answer


@lru_cache(maxsize=1024)
def _best(header: str) -> str:
    accept = parse_accept_header(header, Accept)
    best = max(CODINGS, key=lambda coding: accept[coding])
    plain = accept[IDENTITY] if IDENTITY in header.lower() else 0
    return best if accept[best] > 0 and accept[best] >= plain else IDENTITY


def decoded(data: bytes, coding: str, most: int | None) -> bytes:
    """Return a body without its coding.

    :param coding: the value of ``Content-Encoding``, or one of the codings of the transfer.
    :param most: how many bytes there may be then; None is any number.
    :raises UnsupportedMediaType: for a coding other than gzip and deflate, and for several.
    :raises BadParameter: when the data are not coded so, or not whole.
    :raises DocumentTooLarge: when there are more bytes; no more than these are ever made.
    """
    match coding.strip().lower():
        case "" | "identity":
            return data
        case "gzip" | "x-gzip":
            bits = GZIP
        case "deflate":
            bits = ZLIB if _has_zlib_head(data) else RAW_DEFLATE
        case _:
            raise UnsupportedMediaType(
                f"The coding {coding[:80]!r} is not read here. Send the body with "
                "'Content-Encoding: gzip' or 'deflate', or as it is, without that header."
            )
    reader = zlib.decompressobj(bits)
    try:
        plain = reader.decompress(data, 0 if most is None else most + 1)
    except zlib.error as error:
        raise BadParameter(
            f"The body is not {coding.strip()} as its header says: {error}."
        ) from error
    if most is not None and len(plain) > most:
        raise DocumentTooLarge(f"The body has more than {most:,} bytes without its coding.")
    if not reader.eof:
        raise BadParameter(f"The body ends before its {coding.strip()} data do. Nothing was done.")
    if reader.unused_data:
        raise BadParameter(f"The body goes on behind the end of its {coding.strip()} data.")
    return plain


def _has_zlib_head(data: bytes) -> bool:
    return len(data) > 1 and data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
