"""Cells with codes are read against the lists that the operator imported."""

from __future__ import annotations

from typing import Any

import pytest

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import PUBLISHED, Code
from ctgraph.identity import Identity
from ctgraph.spreadsheets.code_book import CodeBooks
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.export import export
from ctgraph.spreadsheets.headings import headings_of
from ctgraph.spreadsheets.model import Effect
from ctgraph.spreadsheets.problems import remedy_of
from ctgraph.spreadsheets.record_types import simple
from tests.support.codes import keep_codes
from tests.support.registry import Registry
from tests.support.rows import WELDING, entity, file, look, publish_organization, upload

CREDENTIAL = {name: cell for name, cell in WELDING.items() if "Condition" not in name}
CODES = {"SOC List": "29-1141|51-4121.00", "NAICS": "622110", "CIP List": "01.0000"}


@pytest.fixture(scope="module")
def listed(module_registry: Registry) -> Registry:
    """A registry with the four public lists."""
    keep_codes(module_registry.ledger)
    return module_registry


def put(registry: Registry, heading: str, cell: str) -> tuple[Any, list[tuple[str, str]]]:
    """Return the value of a cell, and the doubts about it."""
    books = CodeBooks(registry.ledger.codes)
    at = Context(Identity.of(registry.settings), registry.organization, codes=books)
    column = headings_of("learning-opportunities")[simple(heading)].column
    assert column
    node: dict[str, Any] = {}
    column.put(node, cell, at)
    assert column.show(node, at) == cell
    return node[column.property], at.doubts


@pytest.mark.parametrize(
    ("heading", "cell", "name"),
    [
        ("SOC List", "29-1141", "Registered Nurses"),
        ("SOC List", "29-1141.01", "Acute Care Nurses"),
        ("NAICS", "622110", "General Medical and Surgical Hospitals"),
        ("NAICS List", "31-33", "Manufacturing"),
        ("CIP List", "01.0000", "Agriculture, General"),
        ("CIP", "01", "AGRICULTURAL SCIENCES"),
        ("CIP", "51.38", "Registered Nursing"),
    ],
)
def test_a_bare_code_gets_its_name(listed: Registry, heading: str, cell: str, name: str) -> None:
    value, doubts = put(listed, heading, cell)
    assert value["ceterms:codedNotation"] == cell
    assert value["ceterms:targetNodeName"] == {"en-US": name}
    assert value["ceterms:targetNode"].endswith(cell)
    assert doubts == []


@pytest.mark.parametrize(
    ("heading", "cell", "message", "remedy"),
    [
        ("SOC List", "29-1411", "Standard Occupational Classification has no code", "29-1141 (Reg"),
        ("SOC List", "29-1142", "has no code 29-1142", "29-1141 (Registered Nurses)"),
        ("SOC List", "29-1141.02", "O*NET-SOC Taxonomy has no code", "29-1141.00 (Registered"),
        ("NAICS", "622111", "has no code 622111", "622110 (General Medical and Surgical Hosp"),
        ("CIP", "51.9999", "has no code 51.9999", "51.3901 (Licensed Practical/Vocational"),
        ("CIP", "99.9999", "has no code 99.9999", "/codes/cip lists all codes."),
        ("CIP", "51.39", "has no code 51.39", "51.38 (Registered Nursing) or 51.3901"),
        ("CIP", "1.0101", "lost its zeros", "write 01.0101"),
    ],
)
def test_an_unknown_code_is_told_with_the_nearest_ones(
    listed: Registry, heading: str, cell: str, message: str, remedy: str
) -> None:
    with pytest.raises(BadParameter) as error:
        put(listed, heading, cell)
    assert message in error.value.message
    assert remedy in remedy_of(error.value)


def test_without_a_list_the_form_of_a_code_is_checked_alone(registry: Registry) -> None:
    keep_codes(registry.ledger, "soc")
    value, _ = put(registry, "SOC List", "29-1141.99")
    assert "ceterms:targetNodeName" not in value
    value, doubts = put(registry, "CIP", "51.39")
    assert len(doubts) == 1
    assert value["ceterms:codedNotation"] == "51.39"


def test_codes_of_soc_get_their_names_of_onet_alone(registry: Registry) -> None:
    keep_codes(registry.ledger, "onet")
    value, _ = put(registry, "SOC List", "51-4121")
    assert value["ceterms:codedNotation"] == "51-4121"
    assert value["ceterms:frameworkName"] == {"en-US": "Standard Occupational Classification"}
    assert value["ceterms:targetNodeName"] == {"en-US": "Welders, Cutters, Solderers, and Brazers"}
    value, _ = put(registry, "SOC List", "51-4120")
    assert "ceterms:targetNodeName" not in value


def test_codes_go_through_an_upload_and_come_back(registry: Registry) -> None:
    keep_codes(registry.ledger)
    publish_organization(registry)
    rows = file("credentials.csv", CREDENTIAL | CODES)
    (record,) = upload(registry, rows).records
    after = entity(registry, record.ctid)
    names = [one["ceterms:targetNodeName"]["en-US"] for one in after["ceterms:occupationType"]]
    assert names == ["Registered Nurses", "Welders, Cutters, Solderers, and Brazers"]
    assert after["ceterms:instructionalProgramType"]["ceterms:codedNotation"] == "01.0000"
    # A later edition without a code leaves the records that have it alone.
    soc = PUBLISHED["soc"].list
    with registry.ledger.database.writing() as connection:
        registry.ledger.codes.keep(connection, soc, [Code("29-1151", "Anesthetists")], "soc.csv")
    assert look(registry, rows).counts == {Effect.UNCHANGED: 1}
    found = export(registry.settings, registry.ledger, registry.organization)
    cells = {
        name: text for sheet in found.sheets for row in sheet.rows for name, text in row.items()
    }
    assert {cells[name] for name in ("SOC List", "CIP List", "NAICS List")} == set(CODES.values())
    changed = look(registry, file("credentials.csv", CREDENTIAL | CODES | {"SOC List": "51-4121"}))
    (problem,) = [one for one in changed.problems if "has no code" in one.message]
    assert (problem.place.row, problem.place.column, problem.value) == (2, "SOC List", "51-4121")
    assert not changed.can_be_saved
