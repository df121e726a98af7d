"""Refusals of requests that do not reach the application, as RFC 9457 problems."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

import orjson
from gunicorn.http import errors

from ctgraph.server.open_headers import OPEN


class Refusal(Exception):
    """A request that is not answered, and why.

    :param status: the status code of the answer.
    :param detail: what is wrong, and what the client can do about it.
    :param retry_after: after how many seconds another attempt may succeed; 0 if none will.
    """

    def __init__(self, status: int, detail: str, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.status = HTTPStatus(status)
        self.detail = detail
        self.retry_after = retry_after

    def written(self, *, as_page: bool) -> bytes:
        """Return the answer, head and body.

        :param as_page: whether it is for people.
        """
        title = _TITLES.get(self.status, self.status.phrase)
        if as_page:
            kind, body = "text/html; charset=utf-8", _PAGE.format(title, escape(self.detail))
        else:
            told = {"type": "about:blank", "title": title, "status": self.status}
            said = told | {"detail": self.detail, "errors": [self.detail]}
            kind, body = "application/problem+json", orjson.dumps(said).decode()
        head = (
            f"HTTP/1.1 {self.status.value} {title}\r\nConnection: close\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\n"
        ) + "".join(f"{name}: {value}\r\n" for name, value in OPEN)
        if self.retry_after:
            head += f"Retry-After: {self.retry_after}\r\n"
        return f"{head}\r\n{body}".encode()


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{0} · ctgraph</title>
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto;
padding: 0 1rem }}</style>
<h1>{0}</h1>
<p>{1}</p>
<p><a href="/">Home</a></p>
</html>
"""
_TITLES = {HTTPStatus.REQUEST_URI_TOO_LONG: "URI Too Long"}  # its name in RFC 9110
NO_HOST = Refusal(
    400,
    "A request of HTTP/1.1 needs one Host header with a host and perhaps a port "
    "(RFC 9112, section 3.2). Send 'Host: ' and the name of this site.",
)
SHORT_HEAD = Refusal(
    400, "The connection ended within the head of the request. Send it up to its empty line."
)
SHORT_BODY = Refusal(
    400,
    "The connection ended before the request did. Send as many bytes as Content-Length says, "
    "or chunks up to the last one, which is empty. Nothing was done.",
)
LATE_HEAD = Refusal(408, "The head of the request took too long. Send it in one go.")
LATE_BODY = Refusal(
    408, "The body of the request came too slowly, and nothing was done. Send it without pauses."
)
CROWDED = Refusal(
    503,
    "Too many slow requests are on their way, and this one was given up. "
    "Nothing was done; send it again.",
    retry_after=5,
)
FAILED = Refusal(500, "Something went wrong on our side. It was logged; please try again later.")
_KINDS: list[tuple[type[Exception], int, str]] = [
    (
        errors.LimitRequestLine,
        414,
        "The address is longer than {line:,} characters. Use fewer words, or send a long query by "
        "POST.",
    ),
    (
        errors.LimitRequestHeaders,
        431,
        "The headers of the request are too long, or too many. "
        "Send fewer of them: {fields:,} are read, of {field:,} bytes each and {head:,} together.",
    ),
    (
        errors.ExpectationFailed,
        417,
        "The only expectation that is met here is 'Expect: 100-continue'. Leave the header out.",
    ),
    (
        errors.UnsupportedTransferCoding,
        501,
        "The transfer codings that are read here are 'chunked', and 'gzip' or 'deflate' before it.",
    ),
    (
        errors.InvalidRequestLine,
        400,
        "The first line of the request cannot be read. It is a "
        "method, an address in printable ASCII and HTTP/1.1, with one space between them, and ends "
        "with CRLF.",
    ),
    (
        errors.InvalidRequestMethod,
        400,
        "The method of the request cannot be read. Methods are 3 to 20 capital letters.",
    ),
    (
        errors.InvalidHTTPVersion,
        400,
        "This server does not speak the version of the request. Send HTTP/1.1.",
    ),
    (
        errors.ObsoleteFolding,
        400,
        "A header goes on in the next line, which RFC 9112 forbids. Send each header in one line.",
    ),
    (
        errors.InvalidChunkSize,
        400,
        "The body is not chunked as it says: the size of a chunk is not "
        "a hexadecimal number. Nothing was done.",
    ),
    (
        errors.ChunkMissingTerminator,
        400,
        "The body is not chunked as it says: a chunk is longer "
        "or shorter than its size. Nothing was done.",
    ),
    (
        errors.InvalidChunkExtension,
        400,
        "The body is not chunked as it says: a chunk has a malformed extension. Nothing was done.",
    ),
    (
        errors.InvalidHeaderName,
        400,
        "A header of the request has no valid name: names are letters, "
        "digits and hyphens, and some have no place in a trailer.",
    ),
    (
        errors.InvalidHeader,
        400,
        "A header of the request cannot be read, contradicts another one, "
        "or is there twice; all lines end with CRLF.",
    ),
    (errors.ParseException, 400, "The request cannot be read as HTTP/1.1 (RFC 9112)."),
    (errors.NoMoreData, 400, SHORT_BODY.detail),
]


def refusal_of(error: Exception, **limits: int) -> Refusal | None:
    """Return the refusal for an error of gunicorn's parser; None for one that is not the client's.

    :param limits: `line`, the characters of a first line; `fields`, the number of headers; `field`
        and `head`, the bytes of one and of all.
    """
    if isinstance(error, Refusal):
        return error
    ours = errors.InvalidResponseHeader, errors.InvalidResponseHeaderName
    if isinstance(error, (*ours, errors.ConfigurationProblem)):
        return None
    for kind, status, detail in _KINDS:
        if isinstance(error, kind):
            return Refusal(status, detail.format(**limits))
    return None
