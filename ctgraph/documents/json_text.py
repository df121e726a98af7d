"""JSON (RFC 8259) read strictly, and places in it (RFC 6901)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator
from typing import Any

from ctgraph.documents.recognition import recognised
from ctgraph.errors import InvalidDocument
from ctgraph.problem import Detail, Problem
from ctgraph.rdf.formats import JSON_LD

Place = tuple[Any, ...]
"""A place in a document, as a linked list ``(parent, key)``: cheap to extend, seldom rendered."""
TOO_DEEP = Problem("The document is nested too deeply to be read.", "Flatten it.", "")


def pointer(place: Place) -> str:
    """Return a place as a JSON Pointer (RFC 6901)."""
    parts: list[str] = []
    while place:
        place, key = place
        parts.append(step(key))
    return "".join(reversed(parts))


def step(key: object) -> str:
    """Return a key, or a number in an array, as a step of a JSON Pointer."""
    # Half a surrogate pair could not be written anywhere.
    plain = str(key).encode("utf-8", "backslashreplace").decode()
    return "/" + plain.replace("~", "~0").replace("/", "~1")


class Repeated(dict[str, Any]):
    """A JSON object that names a key twice; `key` is the first such key."""

    key = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    marked = Repeated(plain)
    seen: set[str] = set()
    marked.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return marked


def where_not_utf8(data: bytes) -> int | None:
    """Return the number of the first byte that is not UTF-8; None where all are."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def read_json(data: bytes) -> Any:
    """Read JSON text in UTF-8, with or without a byte order mark.

    :raises InvalidDocument: when it is not JSON, with line and column; when it holds what cannot be
        written again: half of a surrogate pair (RFC 8259, section 8.2), or a number out of range
        (section 6).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocument(
            f"The document is not UTF-8: byte {error.start} is {data[error.start]:#04x}.",
            [
                Problem(
                    f"The document is not UTF-8 at byte {error.start}.",
                    "Save the file as UTF-8 and send it again.",
                    "",
                )
            ],
        ) from error
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        problem = TOO_DEEP
    except json.JSONDecodeError as error:
        problem = _other_format(text) or Problem(
            f"The document is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            "Mend the JSON there and send it again.",
            "",
            detail=Detail(line=error.lineno),
        )
    except ValueError:  # an integer of more than 4,300 digits
        problem = Problem(
            "The document holds a number that is too long to be read.", "Shorten it.", ""
        )
    else:
        unwritable = _unwritable(value) if _SUSPECT.search(text) else None
        if unwritable is None:
            return value
        problem = unwritable
    raise InvalidDocument(problem.message, [problem])


def _other_format(text: str) -> Problem | None:
    """Return the problem of a text that is in another format, where that shows."""
    found = recognised(text, JSON_LD.name)
    if found is None or text.lstrip()[:1] in ("{", "["):
        return None
    title, media_type = found
    remedy = (
        f"Validation reads it as {media_type}: name that as its Content-Type, or its ending in the "
        "name of the file. Publishing takes JSON-LD."
        if media_type
        else "Send the document itself."
    )
    return Problem(f"The document is {title}, not JSON.", remedy, "", detail=Detail(line=1))


# Only documents with an escaped surrogate, or a number that may not fit into a double, need a walk.
_SUSPECT = re.compile(r"\\u[dD][89a-fA-F]|NaN|Infinity|[eE]\+?[0-9]{3}|[0-9]{200}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _unwritable(value: Any) -> Problem | None:
    """Return the problem of a key, text or number that cannot be written again, if there is one."""
    waiting: list[tuple[Any, Place]] = [(value, ())]
    while waiting:
        found, at = waiting.pop()
        if isinstance(found, str) and _SURROGATE.search(found):
            return Problem(
                "The text holds half of a surrogate pair, which is not a character.",
                "Write the whole character, or leave it out.",
                pointer(at),
            )
        if isinstance(found, float) and not math.isfinite(found):
            return Problem(
                "A number must be finite, and fit into a double.", "Leave it out.", pointer(at)
            )
        if isinstance(found, dict):
            waiting += [(key, (at, key)) for key in found]
            waiting += [(item, (at, key)) for key, item in found.items()]
        elif isinstance(found, list):
            waiting += [(item, (at, index)) for index, item in enumerate(found)]
    return None


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def lines_of(text: str, pointers: Collection[str]) -> dict[str, int]:
    """Return the line, counted from 1, at which each of some places in a JSON text begins.

    The text must be JSON. A member of an object begins with its key. Places that the text does
    not have are left out.
    """
    found: dict[str, int] = {}
    # The open objects and arrays: the pointer of each, and where in it the next value stands.
    inside: list[tuple[str, str | int]] = []
    for token, line in _tokens(text):
        base, where = inside[-1] if inside else ("", "")
        if token in "}]":
            inside.pop()
        elif token == ",":
            inside[-1] = (base, where + 1 if isinstance(where, int) else "")
        elif inside and where == "":
            key = step(json.loads(token))
            inside[-1] = (base, key)
            place = base + key
            if place in pointers:
                found.setdefault(place, line)
        elif token != ":":
            place = f"{base}/{where}" if isinstance(where, int) else base + where
            if place in pointers:
                found.setdefault(place, line)
            if token in "{[":
                inside.append((place, "" if token == "{" else 0))
    return found


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Yield the tokens of a JSON text, with their lines."""
    line, at = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        yield match[0], line
