"""The request as views read it: strict parameters, and a body without its codings."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any
from urllib.parse import parse_qsl

import flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.http import parse_list_header
from werkzeug.utils import cached_property

from ctgraph.errors import BadParameter, UnsupportedMediaType
from ctgraph.web.http.content_coding import decoded

URLENCODED = "application/x-www-form-urlencoded"
FORMS = (URLENCODED, "multipart/form-data")
MAX_CODINGS = 3
"""Codings of one body. Each is undone in turn, and no honest client uses more than two."""
REPLACEMENT = "\ufffd"


class Request(flask.Request):
    """A request whose bytes mean one thing only.

    Parameters and fields of forms are UTF-8, or the request is refused: a query in which letters
    were replaced would be another query. Empty ones count as absent, as pages send them for fields
    that nobody filled in.
    """

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """Return the parameters of the address.

        :raises BadParameter: when they are not UTF-8.
        """
        return _parameters(self.query_string)

    @cached_property
    def stream(self) -> IO[bytes]:
        """Return the body without the codings that its headers name.

        :raises UnsupportedMediaType: when a coding is not known here.
        :raises BadParameter: when the body is not coded as it says.
        :raises DocumentTooLarge: when it is too large without its coding.
        """
        content = self.headers.get("Content-Encoding", "")
        sent = super().stream
        # The sender applied the codings of the transfer last, in their order; servers undo only
        # the chunks (RFC 9112, section 6.1).
        transfer = parse_list_header(self.headers.get("Transfer-Encoding", ""))
        codings = [one for one in (content, *transfer) if one.lower() not in ("", "chunked")]
        if not codings:
            return sent
        if len(codings) > MAX_CODINGS:
            raise UnsupportedMediaType(
                f"The body has {len(codings)} codings. Send it with {MAX_CODINGS} at most, "
                "such as 'Content-Encoding: gzip' alone."
            )
        data = sent.read()
        for coding in reversed(codings):
            data = decoded(data, coding, self.max_content_length)
        return BytesIO(data)

    def _load_form_data(self) -> None:
        """Read the fields of a form, which Werkzeug reads with letters replaced."""
        if "form" in self.__dict__:
            return
        data = self.get_data() if self.mimetype in FORMS else b""
        super()._load_form_data()
        fields: Any = self.__dict__["form"]
        if self.mimetype == URLENCODED:
            self.__dict__["form"] = _parameters(data)
            return
        replaced = sum(value.count(REPLACEMENT) for value in fields.values())
        if replaced > data.count(REPLACEMENT.encode()):
            raise BadParameter("A field of the form is not UTF-8. Send UTF-8.")
        given = [(name, value) for name, value in fields.items(multi=True) if value]
        self.__dict__["form"] = ImmutableMultiDict(given)


def _parameters(data: bytes) -> ImmutableMultiDict[str, str]:
    """Return the parameters of an address or a form that are not empty."""
    try:
        return ImmutableMultiDict(parse_qsl(data.decode(), errors="strict"))
    except UnicodeDecodeError:
        raise BadParameter(
            f"The parameter {_unreadable(data)!r} is not UTF-8. Send UTF-8."
        ) from None


def _unreadable(data: bytes) -> str:
    """Return the name of the first parameter that is not UTF-8."""
    for part in data.split(b"&"):
        try:
            parse_qsl(part.decode(), errors="strict")
        except UnicodeDecodeError:
            return part.partition(b"=")[0].decode("utf-8", "replace")[:40]
    raise AssertionError("Every parameter is UTF-8.")
