"""A connection, and the bytes of a request that gather on it until the request is whole."""

from __future__ import annotations

import re
import select
import socket
import struct
import time
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.http.body import LengthReader
from gunicorn.http.errors import LimitRequestHeaders, NoMoreData, ParseException
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn

from ctgraph.server.byte_queue import ByteQueue
from ctgraph.server.chunks import ChunkScanner
from ctgraph.server.limits import Limits
from ctgraph.server.outlet import Outlet
from ctgraph.server.phases import Next, Phase
from ctgraph.server.refusals import NO_HOST, SHORT_BODY, SHORT_HEAD
from ctgraph.work.clients import client_of

# The end of a head: an empty line, or a bare LF, at which gunicorn's parser gives up.
_HEAD_ENDS = re.compile(rb"\r\n\r\n|(?<!\r)\n")
# RFC 3986, sections 3.2.2 and 3.2.3, as far as needed to recognize the name of a host.
_HOST = re.compile(r"(?:[\w.~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.v]+\])(?::\d*)?", re.ASCII)
# What browsers ask for a page with, in a head that need not be whole.
_WANTS_PAGE = re.compile(rb"\naccept:[ \t]*text/html", re.IGNORECASE)
_HEAD_PART, _BODY_PART = 1 << 16, 1 << 18
_PARTS_AT_ONCE = 16
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Arrived(Unreader):  # type: ignore[misc]
    """Bytes that have arrived, for gunicorn's parser to read."""

    def __init__(self, memory_bytes: int) -> None:
        super().__init__()
        self.queue = ByteQueue(memory_bytes)

    def __len__(self) -> int:
        return int(self.buf.getbuffer().nbytes) + len(self.queue)

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return the next bytes: none at the end of what has arrived."""
        return self.queue.take(_HEAD_PART)

    def rest(self) -> bytes:
        """Return all bytes, and remove them."""
        parts = [self.take_buffered()]
        while parts[-1] or len(self.queue):
            parts.append(self.chunk())
        return b"".join(parts)


class Connection(TConn):  # type: ignore[misc]
    """A client's connection. Its socket does not block, so no thread waits for it.

    :param most_body: the size of a body above which the application refuses it, so that the
        rest is not received.
    """

    def __init__(
        self,
        cfg: Any,
        sock: socket.socket,
        client: Any,
        server: Any,
        limits: Limits,
        most_body: int,
    ) -> None:
        super().__init__(cfg, sock, client, server)
        self.network = client_of(client[0]) if isinstance(client, tuple) else ""
        """The network that counts as one client; empty on a local socket."""
        self.phase = Phase.SILENT
        self.since = time.monotonic()
        self.request: Any = None
        self.outlet: Outlet | None = None
        self.followed: Any = None
        """The answer that goes on, see :mod:`ctgraph.server.followers`."""
        self.is_oversized = False
        self.is_of_browser = False
        """Whether a head that cannot be read asks for a page."""
        self.is_broken = False
        """Whether the answer broke off, which the client has to notice."""
        self._limits = limits
        self._most_body = most_body
        self._head = bytearray()
        self._held = 0  # of the request
        self._received = 0  # of the body
        self._chunks: ChunkScanner | None = None
        self._content: Any = None
        self._ended_at = 0.0  # when the client was seen to have ended its side
        self._asked = False  # whether it was then asked if it still reads
        self._arrived = Arrived(limits.memory_bytes)
        self.parser = RequestParser(cfg, (), client)
        self.parser.unreader = self._arrived

    @property
    def held_bytes(self) -> int:
        """The number of bytes that wait, of a request or of an answer."""
        waits = self.outlet.waiting_bytes if self.outlet else 0
        return waits + self._held

    def gather(self) -> Next:
        """Receive the bytes of a request that have come; tell whether it is whole.

        :raises Refusal: when the connection ended too early.
        :raises ParseException: when the request cannot be read.
        """
        for _ in range(_PARTS_AT_ONCE):
            try:
                data = self.sock.recv(self._part())
            except BlockingIOError:
                return Next.WAIT
            except OSError:
                return Next.DROP
            if not data:
                return self._ended()
            if self._take(data):
                self.phase = Phase.ANSWER
                return Next.ANSWER
        return Next.WAIT

    def resume(self) -> Next:
        """Go on after an answer with the bytes behind its request.

        :raises ParseException: when they cannot be read as a request.
        """
        self.let_go()
        rest = self._arrived.rest()
        self.request = self._chunks = None
        self._held = self._received = 0
        self.phase, self.since = Phase.IDLE, time.monotonic()
        if rest and self._take(rest):
            self.phase = Phase.ANSWER
            return Next.ANSWER
        return Next.WAIT

    def body(self) -> Any:
        """Return the content of the request, as a file.

        :raises ParseException: when it is not chunked as it says; nothing was read of it then.
        """
        if self._chunks is None or self.is_oversized:
            return self.request.body
        self._content = SpooledTemporaryFile(self._limits.memory_bytes)  # noqa: SIM115
        while part := self.request.body.read(_HEAD_PART):
            self._content.write(part)
        self._content.seek(0)
        return self._content

    def skip_body(self) -> None:
        """Skip the unread rest of a body that has arrived, so that the next request follows it."""
        while self.request.body.read(_HEAD_PART):
            pass

    def let_go(self) -> None:
        """Free the memory and files of an answered request."""
        if self._content is not None:
            self._content.close()
            self._content = None
        self.outlet = None

    def is_late(self, now: float) -> bool:
        """Tell whether the client has taken longer than the limits allow."""
        limits, waited = self._limits, now - self.since
        match self.phase:
            case Phase.SILENT:
                return waited > limits.first_byte_seconds
            case Phase.IDLE:
                return bool(waited > self.cfg.keepalive)
            case Phase.HEAD:
                return waited > limits.head_seconds
            case Phase.BODY:
                return self._received < (waited - limits.body_seconds) * limits.slowest_body
            case Phase.WRITE:
                return self.outlet is not None and self.outlet.is_late(now)
            case Phase.CLOSE:
                return waited > limits.close_seconds
        return False

    def is_gone(self) -> bool:
        """Tell whether the client has left; called while its answer is being made.

        A client that has only ended its side still reads, and looks the same as one that has left
        until something is sent. So it is sent an interim response (RFC 9110, section 15.2), which
        clients skip, and which a system whose program has left answers with a reset.
        """
        poll = select.poll()
        poll.register(self.sock, select.POLLRDHUP)
        events = poll.poll(0)
        if not events:
            return False
        if events[0][1] & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
            return True
        now = time.monotonic()
        self._ended_at = self._ended_at or now
        waits = now - self._ended_at > self._limits.half_closed_seconds
        if waits and not self._asked and not (self.outlet and self.outlet.has_begun):
            self._asked = True
            if self.request.version >= (1, 1):  # older clients know no interim responses
                with suppress(OSError):
                    self.sock.send(_CONTINUE)
        return False

    def shut(self) -> None:
        """Close the socket; after a broken answer the client sees a reset, not a regular end."""
        if self.is_broken:
            with suppress(OSError):
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            self.sock.close()
        self._arrived.queue.close()
        if self.outlet:
            self.outlet.lose()
        if self.followed:
            self.followed.source.close()
        self.let_go()

    def _part(self) -> int:
        """Return how many bytes to receive: none beyond the end of a body of known length."""
        if self.request is None or self._chunks:
            return _HEAD_PART
        return int(min(_BODY_PART, self.request.body.reader.length - len(self._arrived)))

    def _ended(self) -> Next:
        if self.request is not None:
            raise SHORT_BODY
        if self._head.strip(b"\r\n"):
            raise SHORT_HEAD
        return Next.DROP

    def _take(self, data: bytes) -> bool:
        """Take bytes of a request; return whether it is whole."""
        self._held += len(data)
        if self.request is not None:
            self._arrived.queue.append(data)
            return self._has_body(data)
        known = len(self._head)
        self._head += data
        if not self._has_head(known):
            if self.phase is not Phase.HEAD and self._head.strip(b"\r\n"):
                self.phase, self.since = Phase.HEAD, time.monotonic()
            return False
        return self._begin()

    def _has_head(self, known: int) -> bool:
        """Tell whether there is a head for the parser, valid or not."""
        if _HEAD_ENDS.search(self._head, max(0, known - 3)):
            return True
        if len(self._head) > self._limits.head_bytes:
            raise LimitRequestHeaders("The head is too long.")
        line = self.cfg.limit_request_line
        return len(self._head) > line + 4 and self._head.find(b"\r\n", 2, line + 4) < 0

    def _begin(self) -> bool:
        """Let the parser read the head; return whether the request is whole."""
        head = bytes(self._head)
        self._arrived.unread(head)
        self._head.clear()
        try:
            request = next(self.parser)
        except (NoMoreData, StopIteration):
            raise SHORT_HEAD from None
        except ParseException:
            self.is_of_browser = _WANTS_PAGE.search(head) is not None
            raise
        if request.version >= (1, 1):
            hosts = [value for name, value in request.headers if name == "HOST"]
            if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
                raise NO_HOST
        self.request = request
        if not isinstance(request.body.reader, LengthReader):
            self._chunks = ChunkScanner(self._most_body)
        if self._has_body(self._arrived.buf.getvalue()):
            return True
        self.phase, self.since = Phase.BODY, time.monotonic()
        if request._expected_100_continue and not len(self._arrived):
            with suppress(OSError):
                self.sock.send(_CONTINUE)
        return False

    def _has_body(self, data: bytes) -> bool:
        """Tell whether the body is complete, or too large for the application."""
        self._received += len(data)
        if self._chunks:
            self._chunks.feed(data)
            self.is_oversized = self._chunks.size > self._most_body
            return self.is_oversized or self._chunks.is_over
        length = self.request.body.reader.length
        self.is_oversized = length > self._most_body
        return self.is_oversized or len(self._arrived) >= length
