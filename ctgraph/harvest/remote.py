"""Asking a registry over HTTP: bounded answers, a few connections, patience with restarts."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Self

import httpx
import orjson

from ctgraph import __version__
from ctgraph.errors import Damaged, Unreadable

MAX_ANSWER_BYTES = 100_000_000
"""The longest answer that is read: a page of many envelopes, or one very large document."""
CONNECTIONS = 8
"""Connections to a registry, and questions that it is asked at once."""
ANSWER_SECONDS = 60.0
"""How long a registry may be silent within an answer."""
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How long to wait after each failure of a question: a restart takes some seconds."""
_PART_BYTES = 1 << 20
"""Bytes of an answer that are in memory at once, of a file; of JSON it is the step of reading."""
MAX_RETRY_SECONDS = 300.0
"""The longest pause that a registry may ask for (Retry-After) before it is asked again."""
_PASSING = (429, 500, 502, 503, 504)


class Remote:
    """A registry at a URL. Use it in a ``with`` block; safe to share between threads.

    :param tell: called with a line for people when they have to wait, once until it is over.
    """

    def __init__(self, url: str, tell: Callable[[str], object] = lambda line: None) -> None:
        self.url = url.rstrip("/")
        self._tell, self._lock, self._is_away = tell, threading.Lock(), False
        self._client = httpx.Client(
            timeout=ANSWER_SECONDS,
            follow_redirects=True,
            limits=httpx.Limits(max_connections=CONNECTIONS),
            headers={"User-Agent": f"ctgraph/{__version__} mirror"},
            event_hooks={"request": [self._require_own_host]},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def json(self, address: str, accept: str = "application/json") -> Any:
        """Return the JSON at an address, or None where there is nothing (404).

        :param address: a path, or an address that the registry told.
        :raises Unreadable: when the registry does not answer, or with something else.
        """
        data = self._asked(address, {"Accept": accept}, self._read)
        if data is None:
            return None
        try:
            return orjson.loads(data)
        except ValueError as error:
            raise Unreadable(f"{self._absolute(address)} does not answer with JSON.") from error

    def header(self, address: str, name: str) -> str | None:
        """Return a header of the answer at an address; None without it, or where nothing is."""
        found = self._asked(address, {}, lambda answer: answer.headers.get(name))
        return str(found) if found is not None else None

    def download(self, address: str, path: Path, sha256: str, size: int) -> None:
        """Get a file, from where an interrupted download stopped.

        :param size: how many bytes it has. No more are read.
        :raises Damaged: when it does not have the hash that it should have; it is removed.
        """
        part = path.with_name(f"{path.name}.part")

        def keep(answer: httpx.Response) -> bool:
            with part.open("ab" if answer.status_code == 206 else "wb") as file:
                for data in answer.iter_raw(_PART_BYTES):
                    file.write(data[: size - file.tell()])
                    if file.tell() == size:
                        break
            return True

        def headers() -> dict[str, str]:
            here = _size(part)
            resumed = {"Range": f"bytes={here}-", "If-Range": f'"{sha256}"'} if here else {}
            return {"Accept-Encoding": "identity", **resumed}

        # A part that is complete is not asked for: no range begins at its end.
        if _size(part) < size and not self._asked(address, headers, keep):
            raise Unreadable(f"{self._absolute(address)} is not there any more. Begin again.")
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != sha256:
            part.unlink()
            raise Damaged(
                f"{self._absolute(address)} has the SHA-256 {digest}, not {sha256} as its manifest "
                "says. It is not used."
            )
        part.replace(path)

    def events(self, address: str) -> Iterator[None]:
        """Yield at the beginning of a stream of server-sent events, and at each event.

        It ends when the registry ends it, or sends something else.

        :raises httpx.HTTPError: when the registry does not answer, or falls silent.
        """
        headers = {"Accept": "text/event-stream"}
        with self._client.stream("GET", self._absolute(address), headers=headers) as answer:
            kind = answer.headers.get("Content-Type", "")
            if not answer.is_success or not kind.startswith("text/event-stream"):
                return
            yield None
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    yield None

    def _require_own_host(self, request: httpx.Request) -> None:
        """Make sure that a question goes to the registry, also one that it leads to.

        Another port of its host is another server, unless it is the usual one of the scheme.

        :raises Unreadable: when it would go elsewhere.
        """
        own, asked = httpx.URL(self.url), request.url
        if asked.host != own.host or asked.port not in (own.port, None):
            raise Unreadable(
                f"{self.url} leads to {asked}, which is not asked. If the registry has moved, "
                "mirror it from its new address."
            )

    def _absolute(self, address: str) -> str:
        return address if "://" in address else f"{self.url}{address}"

    def _asked(
        self,
        address: str,
        headers: dict[str, str] | Callable[[], dict[str, str]],
        take: Callable[[httpx.Response], Any],
    ) -> Any:
        """Ask, again after failures that pass; return what is taken of the answer, None for 404."""
        url = self._absolute(address)
        trouble = ""
        for pause in (*PAUSES_SECONDS, None):
            sent = headers() if callable(headers) else headers
            try:
                with self._client.stream("GET", url, headers=sent) as answer:
                    asked_to_wait = _retry_after(answer)
                    if answer.status_code == 404 or answer.is_success:
                        found = take(answer) if answer.is_success else None
                        if trouble:
                            self.note_back()
                        return found
                    trouble = f"it answers {answer.status_code} {answer.reason_phrase}"
                    if answer.status_code not in _PASSING:
                        break
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                trouble, asked_to_wait = str(error) or type(error).__name__, 0.0
            if pause is not None:
                pause = max(pause, asked_to_wait)
                self.note_away(f"{url} cannot be had: {trouble}. It is asked again.")
                time.sleep(pause)
        raise Unreadable(f"{url} cannot be had: {trouble}.")

    def note_away(self, line: str) -> None:
        """Tell people that they have to wait, unless they know that."""
        with self._lock:
            was_away, self._is_away = self._is_away, True
        if not was_away:
            self._tell(line)

    def note_back(self) -> None:
        """Note that the waiting is over."""
        self._is_away = False

    def _read(self, answer: httpx.Response) -> bytes:
        data = bytearray()
        for part in answer.iter_bytes(_PART_BYTES):
            data += part
            if len(data) > MAX_ANSWER_BYTES:
                raise Unreadable(f"{answer.url} answers with more than {MAX_ANSWER_BYTES:,} bytes.")
        return bytes(data)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _retry_after(answer: httpx.Response) -> float:
    """Return how many seconds a registry asks to wait (RFC 9110, section 10.2.3); 0 for no word."""
    given = answer.headers.get("Retry-After", "").strip()
    try:
        if given.isdecimal():
            seconds = float(given)
        else:
            seconds = parsedate_to_datetime(given).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), MAX_RETRY_SECONDS)
