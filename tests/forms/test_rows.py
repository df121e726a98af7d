"""A form shows every value, and saves what was filled in: nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctgraph.documents import Purpose
from ctgraph.documents.document import from_json
from ctgraph.documents.json_text import read_json
from ctgraph.errors import CtgraphError
from ctgraph.forms import Editor, form_of
from ctgraph.forms.rows import Filled, edited, filled
from ctgraph.identity import Identity
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import load_settings
from ctgraph.shapes import shapes
from ctgraph.vocab import vocabulary

HERE = Path(__file__).parents[2]
SETTINGS = load_settings()
IDENTITY = Identity.of(SETTINGS)
RECORDS = sorted(
    {vocabulary().compact(iri) for one in shapes().classes if one.record for iri in one.reaches}
)


def posted(shown: Iterable[Filled]) -> dict[str, list[str]]:
    """Return what a browser sends when nobody changes a form. Empty inputs are left out."""
    found: dict[str, list[str]] = {}
    for one in shown:
        if one.chosen:
            found[one.name] = sorted(one.chosen)
        for row in one.rows:
            if row.editor is Editor.PART:
                found |= posted(row.filled)
            elif row.editor not in (Editor.NONE, Editor.CHOICE):
                found |= {f"{row.name}.text": [row.text]} if row.text else {}
                found |= {f"{row.name}.language": [row.language]} if row.language else {}
    return found


def documents() -> Iterator[Any]:
    real = HERE.parent / "shared" / "real"
    for path in sorted([*(HERE / "data").rglob("*.json"), *real.rglob("*.json")]):
        yield pytest.param(path, id=path.name)


@pytest.mark.parametrize("path", documents())
def test_saving_without_a_change_changes_nothing(path: Path) -> None:
    try:
        data = path.read_bytes()
        document = from_json(read_json(data), data, SETTINGS, Purpose.HARVEST)
    except CtgraphError as error:
        pytest.skip(f"is no document: {error}")
    for node in json.loads(document.canonical)["@graph"]:
        kind = node["@type"] if isinstance(node["@type"], str) else node["@type"][0]
        for tab in form_of(Curie(kind)).tabs:
            sent = posted(filled(tab.fields, node))
            assert edited(tab.fields, node, sent, IDENTITY) == node


@pytest.mark.parametrize("kind", RECORDS)
def test_every_property_stands_on_one_tab(kind: Curie) -> None:
    shown = [field.property for tab in form_of(kind).tabs for field in tab.fields]
    known = {term.curie for term in vocabulary().properties_of(kind)} - {"ceterms:ctid"}
    assert len(shown) == len(set(shown))
    assert set(shown) == known
