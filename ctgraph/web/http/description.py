"""The description of the interface (OpenAPI), whole, and of one service in it."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson

_REFERENCE = re.compile(r"#/components/(\w+)/([\w.-]+)")


@cache
def openapi() -> bytes:
    """Return the description of the whole interface as JSON."""
    return files("ctgraph.web").joinpath("openapi.json").read_bytes()


class Address(NamedTuple):
    """A method of an address for programs, as the description of the interface tells it.

    :param scopes: those of which a key needs one; None where no key is needed, and none where any
        key will do.
    :param group: what it is about.
    """

    method: str
    path: str
    summary: str
    scopes: tuple[str, ...] | None
    group: str

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        needs_key = {"needsKey": self.scopes is not None, "scopes": list(self.scopes or ())}
        return {**self._asdict(), **needs_key}


@cache
def addresses() -> tuple[Address, ...]:
    """Return every method of every address that the description of the interface names."""
    paths = orjson.loads(openapi())["paths"]
    return tuple(
        Address(method.upper(), path, told["summary"], _scopes(told), told["tags"][0])
        for path, methods in paths.items()
        for method, told in methods.items()
    )


def _scopes(told: dict[str, Any]) -> tuple[str, ...] | None:
    if "security" not in told:
        return None
    return tuple(scope for one in told["security"] for scope in one["key"])


@cache
def described(prefix: str, base: str) -> dict[str, Any]:
    """Return the description of the addresses below one.

    :param prefix: what their paths begin with, with parameters in braces.
    :param base: the address that stands for the prefix.
    """
    whole = orjson.loads(openapi())
    bound = {f"{{{name}}}" for name in re.findall(r"{(\w+)}", prefix)}
    paths = {
        path.removeprefix(prefix): value
        for path, value in whole["paths"].items()
        if path.startswith(f"{prefix}/")
    }
    known = whole["components"]
    for one in (operation for path in paths.values() for operation in path.values()):
        one["parameters"] = [
            given
            for given in one.get("parameters", ())
            if f"{{{_resolved(given, known)['name']}}}" not in bound
        ]
    kept: dict[str, dict[str, Any]] = {}
    waiting = [paths]
    while waiting:
        for kind, name in _REFERENCE.findall(orjson.dumps(waiting.pop()).decode()):
            if name not in kept.setdefault(kind, {}):
                kept[kind][name] = known[kind][name]
                waiting.append(known[kind][name])
    return {
        **{name: whole[name] for name in ("openapi", "info")},
        "servers": [{"url": base}],
        "paths": paths,
        "components": kept,
    }


def _resolved(given: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    found = _REFERENCE.fullmatch(given.get("$ref", ""))
    return known[found[1]][found[2]] if found else given
