"""Plain requests and answers on gunicorn's connections, read and written at little cost.

Most requests are a GET with a few well-known headers, and most answers are short. Reading and
writing these with the care that any request may need takes longer than finding many an answer.
What is not plain, gunicorn reads and writes.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import Response
from gunicorn.util import http_date
from gunicorn.workers.gthread import TConn

# A whole request (RFC 9112, section 3) without a body, and nothing behind it.
_REQUEST = re.compile(
    r"GET (?P<uri>(?P<path>/(?!/)[\w.~:@!$&'()*+,;=%/-]*)"
    r"(?:\?(?P<query>[\w.~:@!$&'()*+,;=%/?-]*))?) HTTP/1\.1\r\n"
    r"(?P<headers>(?:[A-Za-z-]+:[ -~]*\r\n){1,20})\r\n",
    re.ASCII,
)
# The headers that say nothing about the connection or about who sends, as WSGI names them.
_HEADERS = {name.lower(): "HTTP_" + name.upper().replace("-", "_") for name in (
    "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Host", "If-None-Match",
    "Referer", "User-Agent",
)}  # fmt: skip
LONGEST = 1 << 16
"""The longest answer that is collected before it is sent, in bytes."""
_log = logging.getLogger("gunicorn.error")
_Headers = list[tuple[str, str]]


class PlainRequest:
    """A plain request: its WSGI variables, and what gunicorn asks of any request."""

    method = "GET"
    version = (1, 1)
    headers: tuple[()] = ()

    def __init__(self, uri: str, path: str, query: str, headers: dict[str, str]) -> None:
        self.uri = uri
        self.query = query
        self.body = BytesIO()
        self.variables: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "RAW_URI": uri,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1") if "%" in path else path,
            "QUERY_STRING": query,
            "wsgi.input": self.body,
            **headers,
        }

    def should_close(self) -> bool:
        """Tell that the client keeps its connection."""
        return False


class PlainParser(RequestParser):  # type: ignore[misc]
    """gunicorn's parser of a connection, with a short way for plain requests."""

    mesg: Any

    def __next__(self) -> Any:
        """Return the next request of the connection, plain or not."""
        if self.mesg and (self.mesg.should_close() or not self.finish_body()):
            raise StopIteration
        self.mesg = None
        data = self.unreader.read()
        # What is shorter than a line may be keeps every limit.
        request = read(data) if len(data) < self.cfg.limit_request_line else None
        if request is None:
            self.unreader.unread(data)
            return super().__next__()
        self.req_count += 1
        return request


def read(data: bytes) -> PlainRequest | None:
    """Return a request when the bytes are all of it and it is plain, otherwise None."""
    found = _REQUEST.fullmatch(data.decode("latin-1"))
    if not found:
        return None
    headers: dict[str, str] = {}
    for line in found["headers"].split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        if name == "connection" and value.lower() == "keep-alive":
            continue
        key = _HEADERS.get(name)
        if key is None or key in headers:
            return None
        headers[key] = value
    if not headers.get("HTTP_HOST"):
        return None
    return PlainRequest(found["uri"], found["path"], found["query"] or "", headers)


def answer(
    request: PlainRequest,
    application: Callable[..., Iterable[bytes]],
    environ: dict[str, Any],
    conn: TConn,
    keep: bool,
) -> bool:
    """Let a WSGI application answer a plain request; return whether the connection stays.

    The application has to start its response once, with valid headers, before it returns.

    :param environ: the WSGI variables that do not depend on the request; is changed.
    :param keep: whether the connection may stay.
    :raises OSError: when the client is gone.
    """
    said: list[Any] = []

    def start_response(status: str, headers: _Headers, *_: Any) -> None:
        said[:] = status, headers

    environ |= request.variables
    body = application(environ, start_response)
    try:
        status, headers = said
        parts = body
        length = next((value for name, value in headers if name == "Content-Length"), "")
        if keep and status == "200 OK" and length.isdigit() and int(length) <= LONGEST:
            whole = b"".join(body)
            if len(whole) == int(length):
                conn.sock.sendall(_head(status, headers) + whole)
                return True
            parts = [whole]
        response = Response(request, conn.sock, conn.cfg)
        if not keep:
            response.force_close()
        response.start_response(status, headers)
        return _write(response, parts)
    finally:
        getattr(body, "close", bool)()


def _write(response: Response, body: Iterable[bytes]) -> bool:
    """Let gunicorn write an answer; return whether the connection stays."""
    try:
        for part in body:
            response.write(part)
        response.close()
    except OSError:
        raise
    except Exception:
        if not response.headers_sent:
            raise
        # An error page behind the beginning of an answer would pass for its end.
        _log.exception("An answer broke off: %s", response.req.uri)
        return False
    return not response.should_close()


def _head(status: str, headers: _Headers) -> bytes:
    """Return the head of an answer.

    :raises ValueError: when a header holds the end of a line.
    """
    lines = [
        f"HTTP/1.1 {status}", "Server: gunicorn", f"Date: {_date(int(time.time()))}",
        "Connection: keep-alive", *(f"{name}: {value}" for name, value in headers),
    ]  # fmt: skip
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise ValueError("A header of the answer holds the end of a line.")
    return head.encode("latin-1") + b"\r\n\r\n"


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return str(http_date(second))
