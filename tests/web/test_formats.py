"""Each format stands in one list, and everything that offers it follows that list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from ctgraph.ler.formats import LER_FORMATS
from ctgraph.pathways import formats as pathways
from ctgraph.rdf import formats as rdf
from ctgraph.sparql import formats as results
from ctgraph.sparql import row_limit
from ctgraph.validation.report_formats import REPORT_FORMATS
from ctgraph.web.app import COMPRESSED
from ctgraph.web.sparql.protocol import SPREADSHEET
from tests.support.paths import ROOT

DOCUMENT = {f.name: f.media_type for f in rdf.FORMATS}
DATASETS = {f.name: f.media_type for f in rdf.DATASETS}
EXPORTS = {f.name: f.media_type for f in LER_FORMATS}
GRAPH = {f.name: f.media_type for f in pathways.FORMATS.values()}
REPORT = {f.name: f.media_type for f in REPORT_FORMATS.values()}
TERMS = results.GRAPH_TYPES | {"json": "application/json"}
QUERY = results.RESULT_TYPES | results.GRAPH_TYPES | DATASETS
OFFERED = {
    "/resources/{ctid}": DOCUMENT | EXPORTS,
    "/graph/{ctid}": DOCUMENT,
    "/pathways/route": GRAPH,
    "/pathways/{ctid}": GRAPH,
    "/links/{ctid}": results.GRAPH_TYPES,
    "/sparql": QUERY | {SPREADSHEET: "text/csv"},
    "/validate": REPORT,
    "/terms": TERMS,
    "/void": results.GRAPH_TYPES,
}
"""What each address offers to programs: media types by name."""
ALL = {f for offered in OFFERED.values() for f in offered.values()}
EVERYWHERE = {"application/json", "application/ld+json", "text/plain", "text/csv", "text/turtle"}
"""Media types that are more than a format of ours, or that examples name."""


def _followed(value: Any, whole: Any) -> Any:
    """Return a part of the description, with the parts that it refers to."""
    while "$ref" in value:
        found = whole
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


@pytest.mark.parametrize("path", OFFERED)
def test_the_description_names_what_an_address_offers(path: str, client: FlaskClient) -> None:
    whole = client.get("/openapi.json").json
    operations = whole["paths"][path]
    operation = operations["post" if path == "/validate" else "get"]
    parameters = [_followed(one, whole) for one in operation.get("parameters", ())]
    for parameter in parameters:
        if parameter["name"] == "format":
            assert set(parameter["schema"]["enum"]) - {"html"} == OFFERED[path].keys()
    content = _followed(operation["responses"]["200"], whole)["content"].keys()
    assert set(OFFERED[path].values()) <= content
    assert content <= {*ALL, "text/html", "application/xml", "application/sparql-query"}


def test_every_format_is_compressed() -> None:
    assert set(COMPRESSED) >= {media_type.partition(";")[0] for media_type in ALL}


def test_every_result_of_rows_can_be_cut() -> None:
    assert row_limit.FORMATS.keys() == set(results.RESULT_TYPES.values())


def test_media_types_stand_once() -> None:
    sources = [
        path.read_text("utf-8")
        for ending in ("py", "js", "html")
        for path in (ROOT / "ctgraph").rglob(f"*.{ending}")
        if not {"node_modules", "vendor"} & set(path.parts)
    ]
    for media_type in ALL - EVERYWHERE - {*EXPORTS.values()}:  # these are made of two parts
        found = sum(text.count(f'"{media_type}"') for text in sources)
        assert found == (0 if media_type in results.RESULT_TYPES.values() else 1), media_type


def test_pages_offer_what_the_lists_hold(client: FlaskClient) -> None:
    def options(text: str, field: str) -> list[tuple[str, str]]:
        select = re.search(rf'<select id="{field}".*?</select>', text, re.DOTALL)
        return re.findall(r'<option value="(\w+)".*?>(.*?)</option>', select[0], re.DOTALL)

    html = {"Accept": "text/html"}
    asked = options(client.get("/sparql", headers=html).text, "format")
    titles = {name: title.partition(" (")[0] for name, title in asked}
    assert titles.pop("html") == "Text, shown here"
    assert titles.pop(SPREADSHEET) == "CSV"
    written = {f.name: f.title for f in results.RESULTS if f is not results.CSV}
    assert titles == written | {f.name: f.title for f in rdf.GRAPHS}

    terms = client.get("/terms", headers=html).text
    linked = re.findall(r'<a href="/terms\?format=(\w+)">(.*?)</a>', terms)
    assert dict(linked).keys() == TERMS.keys()
    assert set(linked) <= {(f.name, f.title) for f in rdf.FORMATS}

    check = client.get("/validate", headers=html).text
    read = {f.name: f.title for f in rdf.FORMATS if f.writer or f is rdf.JSON_LD}
    assert dict(options(check, "input")) == read
    taken = re.search('accept="(.*?)"', check)
    assert sorted(taken[1].split(",")) == sorted(f".{f.extension}" for f in rdf.FORMATS)
    assert re.findall(r"<code>\?format=(\w+)</code>", check) == list(REPORT)[1:]


def test_commands_offer_what_the_lists_hold() -> None:
    offers = {
        ("validate",): REPORT,
        ("pathways", "route"): GRAPH,
        ("query",): results.RESULT_TYPES | results.GRAPH_TYPES,
        ("get",): DOCUMENT,
    }
    for command, names in offers.items():
        told = set(re.findall(r"\w+", CliRunner().invoke(main, [*command, "--help"]).output))
        assert names.keys() <= told, command
