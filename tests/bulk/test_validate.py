"""Checking files: what a load takes is not refused, and what it refuses is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from ctgraph.bulk.validate import validate_paths
from ctgraph.rdf.formats import format_named
from ctgraph.settings import Settings
from ctgraph.validation.report import Report
from tests.support.registry import certificate, ctid_number

DATA = Path(__file__).parents[2] / "data"


def reports(path: Path) -> list[Report]:
    json_ld = format_named("jsonld")
    assert json_ld
    return list(validate_paths([path], Settings(), json_ld))


def withdrawal(record: str) -> dict[str, Any]:
    return {
        "envelope_community": "ce_registry",
        "envelope_ceterms_ctid": record,
        "node_headers": {"deleted_at": "2026-06-30T12:00:00Z"},
    }


def test_the_sample_data_conforms() -> None:
    found = reports(DATA)
    assert [report.source for report in found if not report.conforms] == []
    assert any("4-withdrawn" in report.source for report in found)


@pytest.mark.parametrize(
    ("content", "conforming"),
    [
        (withdrawal(ctid_number(1)), [True]),
        (withdrawal("nonsense"), [False]),
        ({"node_headers": ["deleted_at"]}, [False]),
        ([certificate(1), withdrawal(ctid_number(2)), {"deleted_at": 1}], [True, True, False]),
    ],
)
def test_an_envelope_of_a_withdrawn_record_conforms(
    tmp_path: Path, content: Any, conforming: list[bool]
) -> None:
    path = tmp_path / "envelope.json"
    path.write_bytes(orjson.dumps(content))
    found = reports(path)
    assert [report.conforms for report in found] == conforming
    assert all(report.file == str(path) for report in found)
