"""Fields of packages of CASE, which strangers write: whatever they hold, nothing breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ctgraph.errors import InvalidDocument
from ctgraph.identity.ctid import Ctid
from ctgraph.ler.case.fields import EMPTY, Node, record_of
from ctgraph.problem import Problem


def record(thing: Node, place: str) -> Ctid:
    """Return the CTID that the identifier of a thing becomes.

    :raises InvalidDocument: when it has none.
    """
    identifier = thing.get("identifier")
    found = record_of(identifier) if isinstance(identifier, str) else None
    if found is None:
        raise broken("Its identifier is no UUID.", f"{place}/identifier")
    return found


def text(thing: Node, name: str) -> str:
    """Return the text of a field; an empty one where there is none."""
    value = thing.get(name)
    return value.strip() if isinstance(value, str) else ""


def words(thing: Node, name: str) -> list[str]:
    """Return the texts of a field that is a list, or one text."""
    value = thing.get(name)
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str) and one.strip()]


def unusable(thing: Node, names: Iterable[str]) -> Iterator[str]:
    """Yield the name of each field that should be a text, or a list of texts, and is not."""
    for name in names:
        value = thing.get(name)
        for one in value if isinstance(value, list) else [value]:
            if one not in EMPTY and not (isinstance(one, str) and one.strip()):
                yield name


def titles(thing: Node, name: str) -> list[str]:
    """Return the titles of the definitions that a thing links to."""
    links = thing.get(name)
    several = links if isinstance(links, list) else [links]
    return [title for one in several if isinstance(one, dict) and (title := text(one, "title"))]


def address(thing: Node, *names: str) -> str:
    """Return the first web address in some fields; an empty text if there is none."""
    found = (text(thing, name) for name in names)
    return next((one for one in found if one.startswith(("http://", "https://"))), "")


def listed(package: Node, name: str) -> list[Any]:
    """Return the things of a collection.

    :raises InvalidDocument: when it is no array.
    """
    found = package.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise broken(f"{name} is no array.", f"/{name}")
    return found


def broken(message: str, place: str) -> InvalidDocument:
    """Return the refusal of a package, with the place of what is wrong."""
    problem = Problem(message, "Mend the package, or ask its publisher to.", place)
    return InvalidDocument(f"The package of CASE cannot be read at {place}. {message}", [problem])
