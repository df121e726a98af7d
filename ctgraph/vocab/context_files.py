"""The official JSON-LD contexts, as files that ship with ctgraph."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

CONTEXT_URLS = {
    "ctdl": "https://credreg.net/ctdl/schema/context/json",
    "ctdlasn": "https://credreg.net/ctdlasn/schema/context/json",
}
"""The official address of each context, as published documents name it."""

_FOLDER = files("ctgraph.vocab")


def context_text(name: str, folder: Traversable = _FOLDER) -> str:
    """Return the JSON-LD context file called `name`: ``ctdl`` or ``ctdlasn``."""
    return folder.joinpath(f"contexts/{name}.json").read_text("utf-8")
