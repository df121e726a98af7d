"""Followers of the change feed: what a client reads of server-sent events."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson


class Event(NamedTuple):
    """A server-sent event with its id and data."""

    id: int
    change: dict[str, Any]


class Follower:
    """A connection on which `/changes` is followed.

    :param last: the value of `Last-Event-ID`; empty for none.
    """

    def __init__(self, port: int, after: str = "", last: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        query = f"?after={after}" if after else ""
        resumed = f"Last-Event-ID: {last}\r\n" if last else ""
        head = "Host: x\r\nAccept: text/event-stream\r\n" + resumed
        self._socket.sendall(f"GET /changes{query} HTTP/1.1\r\n{head}\r\n".encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        lines = iter(self._file.readline, b"\r\n")
        pairs = (line.decode().strip().partition(": ") for line in lines)
        self.headers = {name.lower(): value for name, _, value in pairs}
        self.standing: dict[str, Any] = {}

    def blocks(self) -> Iterator[str]:
        """Yield the blocks of the stream until it ends as it should."""
        text = ""
        while size := int(self._file.readline(), 16):
            text += self._file.read(size).decode()
            self._file.readline()
            *whole, text = text.split("\n\n")
            yield from whole
        assert self._file.readline() == b"\r\n"
        assert text == ""

    def events(self, number: int) -> list[Event]:
        """Return the next events."""
        found: list[Event] = []
        for block in self.blocks():
            lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if lines.get("event") == "registry":
                self.standing = orjson.loads(lines["data"])
            elif "data" in lines:
                found.append(Event(int(lines["id"]), orjson.loads(lines["data"])))
            if len(found) == number:
                break
        return found

    def close(self) -> None:
        """Leave."""
        self._file.close()
        self._socket.close()
