"""The sentences that define the terms of CTDL, where an operator imported the official files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ctgraph.rdf.namespaces import Iri

FILE = "definitions.json"


def load_definitions(folder: Path) -> Mapping[Iri, str]:
    """Return the definitions that an operator imported into `folder`, by IRI.

    The file is read again only when it has changed.
    """
    path = folder / FILE
    try:
        changed_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    return _read(path, changed_ns)


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> Mapping[Iri, str]:
    return MappingProxyType(json.loads(path.read_text("utf-8")))
