"""Sending to addresses that strangers named: to public networks only, unless the operator allows.

A name may lead to another address each time it is asked for. So the address that a connection goes
to is looked at when it is made. Redirects are not followed.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from ctgraph.accounts.lookup import is_public
from ctgraph.errors import BadParameter
from ctgraph.problem import Problem

SEND_SECONDS = 15.0
"""How long sending to an address may take in all, once its name is resolved."""
MAX_URL_CHARACTERS = 2_000
"""Characters of the address of a webhook."""
_PRIVATE = "leads to a private network or to this machine"


def target_of(given: object, allows_private: bool) -> str:
    """Return the address of a webhook in its normal form.

    A name that cannot be resolved now is taken: it may be, later.

    :raises BadParameter: when it is no address of the web, or leads to a private network.
    """
    if not isinstance(given, str) or not 0 < len(given) <= MAX_URL_CHARACTERS:
        raise _refused(f"The url is no text of at most {MAX_URL_CHARACTERS:,} characters.")
    try:
        url = httpx.URL(given).copy_with(fragment=None)
        port, host = url.port, url.host
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _refused(f"The url cannot be read: {error}.") from error
    if url.scheme not in ("http", "https") or not host:
        raise _refused("The url does not begin with https:// or http:// and a host.")
    if port is not None and not 0 < port < 65_536:
        raise _refused(f"The url has the port {port}, which there is not.")
    if url.userinfo:
        raise _refused("The url has a user in it. Leave that out: deliveries are signed.")
    try:
        addresses = _resolved(host, port or 443)
    except UnicodeError as error:  # a label that is empty or too long
        raise _refused(f"{host[:80]} is no name of a host.") from error
    except OSError:
        addresses = []
    if not allows_private and not all(map(is_public, addresses)):
        raise _refused(
            f"{host} {_PRIVATE}.",
            "Name a public address. The operator may allow others by CTGRAPH_PRIVATE_WEBHOOKS.",
        )
    return str(url)


def send(url: str, body: bytes, headers: Sequence[tuple[str, str]], allows_private: bool) -> int:
    """Send a body by POST, and return the status of the answer, which is not read.

    :raises OSError: when there is no answer in time, with the reason.
    """
    parts = httpx.URL(url)
    target = httpcore.URL(
        scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path
    )
    try:
        backend = _Vetted(allows_private)
        with (
            httpcore.ConnectionPool(_trusted(), network_backend=backend) as pool,
            pool.stream("POST", target, headers=headers, content=body) as answer,
        ):
            return int(answer.status)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise OSError(str(error) or type(error).__name__) from error


def _refused(
    message: str, remedy: str = "Send the https address of your receiver."
) -> BadParameter:
    return BadParameter(f"{message} {remedy}", [Problem(message, remedy, "/url")])


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@lru_cache(maxsize=1)
def _trusted() -> SSLContext:
    return httpx.create_ssl_context()


class _Vetted(httpcore.NetworkBackend):
    """Connects to public addresses, and ends what takes too long in all."""

    def __init__(self, allows_private: bool) -> None:
        self._allows_private = allows_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = _resolved(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        if not self._allows_private and not all(map(is_public, addresses)):
            raise httpcore.ConnectError(f"{host} {_PRIVATE}")
        deadline = time.monotonic() + SEND_SECONDS
        *first, last = addresses
        for number, address in enumerate(first):  # such as one of a family with no way out here
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(address, port, deadline, len(addresses) - number)
        return self._connected(last, port, deadline, 1)

    def _connected(
        self, address: str, port: int, deadline: float, shares: int
    ) -> httpcore.NetworkStream:
        """Connect to an address within its share of the time that is left."""
        left = max(deadline - time.monotonic(), 0.001) / shares
        return _Hurried(self._plain.connect_tcp(address, port, left), deadline)


class _Hurried(httpcore.NetworkStream):
    """A connection that ends at a deadline, however slowly the other side goes on."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"no answer within {SEND_SECONDS:.0f} seconds")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _Hurried(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
