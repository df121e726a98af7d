"""A receiver of webhooks, and whether a delivery is signed as Standard Webhooks says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import orjson


class Delivery(NamedTuple):
    """What a receiver got."""

    headers: dict[str, str]
    body: bytes

    @property
    def changes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = orjson.loads(self.body)["changes"]
        return found

    @property
    def numbers(self) -> list[int]:
        return [one["seq"] for one in self.changes]

    def is_signed(self, secret: str) -> bool:
        """Tell whether the secret signed this delivery."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        head = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        made = hmac.new(key, head.encode() + self.body, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == f"v1,{base64.b64encode(made).decode()}"


class Receiver:
    """What came to an address; `answers` are the statuses of the next answers, 204 after those."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.deliveries: list[Delivery] = []
        self.answers: list[int] = []

    @property
    def numbers(self) -> list[int]:
        return [number for one in self.deliveries for number in one.numbers]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver for a block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.deliveries.append(Delivery(headers, body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook?a=b")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
