"""The official JSON-LD contexts, as files that ship with ctgraph."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

CONTEXT_URLS = {
    "ctdl": "https://credreg.net/ctdl/schema/context/json",
    "ctdlasn": "https://credreg.net/ctdlasn/schema/context/json",
}
"""The official address of each context, as published documents name it."""

_FOLDER = files("ctgraph.vocab")


@cache
def context_text(name: str) -> str:
    """Return the JSON-LD context called `name`: ``ctdl`` or ``ctdlasn``."""
    return read_context(name, _FOLDER)


def read_context(name: str, folder: Traversable) -> str:
    """Return the text of the context called `name` in a folder of vocabulary files."""
    return folder.joinpath(f"contexts/{name}.json").read_text("utf-8")
