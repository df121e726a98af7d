"""Templates are understood when they come back; exported records change nothing when they do."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctgraph.documents import Purpose
from ctgraph.documents.document import from_json
from ctgraph.errors import CtgraphError
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.export import Exported, export
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.model import Effect
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.template import chosen_of, columns_of, template
from ctgraph.spreadsheets.write import as_csv, as_workbook
from tests.support.paths import DATA, shared
from tests.support.registry import Registry, certificate, ctid_number

TYPES = list(record_types().values())


def files_of(found: Exported, form: str) -> list[File]:
    if form == "xlsx":
        return [File("all.xlsx", as_workbook(found.sheets))]
    return [File(f"{sheet.type.name}.csv", as_csv(sheet)) for sheet in found.sheets]


def come_back(registry: Registry, owner: Organization, form: str) -> tuple[Exported, Any]:
    """Export all records of an organization, and upload the files."""
    found = export(registry.settings, registry.ledger, owner)
    told = {f"{kind.name}.csv": kind.name for kind in TYPES}
    told |= {kind.title[:31]: kind.name for kind in TYPES}
    files = files_of(found, form)
    return found, preview(registry.settings, registry.ledger, owner, files, types=told)


def publish(registry: Registry, owner: Organization, *documents: Any) -> None:
    submissions = []
    for content in documents:
        data = orjson.dumps(content)
        document = from_json(content, data, registry.settings, Purpose.HARVEST)
        submissions.append(Submission(owner, document.ctid, document))
    for outcome in append(registry.ledger, submissions, "test"):
        assert not isinstance(outcome, CtgraphError), outcome


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_is_understood_and_holds_no_records_yet(
    registry: Registry, kind: Any, form: str
) -> None:
    every = [one.heading for one in columns_of(kind)]
    sheet = template(kind, every, instructions=True, samples=True)
    data = as_csv(sheet) if form == "csv" else as_workbook([sheet])
    told = {f"{kind.name}.csv": kind.name, kind.title: kind.name}
    file = File(f"{kind.name}.{form}", data)
    found = preview(registry.settings, registry.ledger, registry.organization, [file], types=told)
    assert [one.message for one in found.problems] == ["No row is about a record."]
    assert (found.rows, found.records) == (0, [])
    assert found.sheets[0].type == kind.title


def test_a_template_has_the_columns_that_are_required_or_chosen() -> None:
    kind = record_types()["credentials"]
    usual = [one.title for one in chosen_of(kind, None)]
    assert usual[:3] == ["External Identifier*", "CTID", "Credential Type*"]
    assert {"Name*", "Description*", "Subject Webpage*", "Cost: Types List"} <= set(usual)
    chosen = template(kind, ["Keywords", "CIP List"]).headings
    assert chosen == ["External Identifier*", "CTID", "Credential Type*", "Keywords", "CIP List"]


def test_a_sample_that_was_left_in_a_template_is_an_error(registry: Registry) -> None:
    data = b"External Identifier,Name\nx,SAMPLE: Welding\n"
    file = File("courses.csv", data)
    found = preview(registry.settings, registry.ledger, registry.organization, [file])
    assert [one.message for one in found.problems] == [
        "The cell still holds the sample of the template."
    ]


OWNERS = sorted(path.stem for path in (DATA / "1-organizations").iterdir())


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", OWNERS)
def test_exported_records_change_nothing(registry: Registry, name: str, form: str) -> None:
    own = json.loads((DATA / f"1-organizations/{name}.json").read_text("utf-8"))
    owner = registry.ledger.organizations.add(name, own["@graph"][0]["ceterms:ctid"])
    records = sorted((DATA / "2-records" / name).glob("*.json"))
    publish(registry, owner, own, *(json.loads(one.read_text("utf-8")) for one in records))
    found, again = come_back(registry, owner, form)
    assert [str(one) for one in again.problems if one.severity == "violation"] == []
    assert set(again.counts) == {Effect.UNCHANGED}
    assert len(again.records) > len(records)
    assert set(found.left_out) <= {"Criterion Level"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_really_published_records_change_nothing(registry: Registry, form: str) -> None:
    files = sorted(shared("real/registry").glob("*.json"))
    documents = [json.loads(one.read_text("utf-8-sig")) for one in files]
    good = [one.get("decoded_resource", one) for one in documents if isinstance(one, dict)]
    publish(registry, registry.organization, *good)
    _, again = come_back(registry, registry.organization, form)
    assert [str(one) for one in again.problems if one.severity == "violation"] == []
    assert set(again.counts) == {Effect.UNCHANGED}
    assert len(again.records) >= len(good)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("|~\\'=+-@#\"\n\t,;_x0041"),
    min_size=1,
).filter(lambda text: text.strip())
NODES = st.fixed_dictionaries(
    {},
    optional={
        "ceterms:name": st.dictionaries(st.sampled_from(["en-US", "es"]), TEXTS, min_size=1),
        "ceterms:keyword": st.dictionaries(
            st.sampled_from(["en-US", "fr"]), st.lists(TEXTS, min_size=1), min_size=1
        ),
        "ceterms:codedNotation": TEXTS | st.lists(TEXTS, min_size=1),
        "ceterms:subject": st.lists(
            TEXTS.map(
                lambda text: {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNodeName": {"en-US": text},
                }
            )
        ),
        "ceterms:identifier": st.lists(
            st.builds(
                lambda name, code: {
                    "@type": "ceterms:IdentifierValue",
                    "ceterms:identifierTypeName": {"en-US": name},
                    "ceterms:identifierValueCode": code,
                },
                TEXTS,
                TEXTS,
            )
        ),
        "ceterms:requires": st.lists(
            st.builds(
                lambda text, years: {
                    "@type": "ceterms:ConditionProfile",
                    "ceterms:description": {"en-US": text},
                    "ceterms:yearsOfExperience": years,
                },
                TEXTS,
                st.floats(0, 60).map(lambda years: round(years, 2)) | st.integers(0, 60),
            ),
            max_size=3,
        ),
    },
)


@given(node=NODES, form=st.sampled_from(["csv", "xlsx"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_texts_change_nothing(registry: Registry, node: dict[str, Any], form: str) -> None:
    from ctgraph.identity import Identity
    from ctgraph.spreadsheets.context import Context
    from ctgraph.spreadsheets.export import Sheet, _rows, _trimmed, headings
    from ctgraph.spreadsheets.headings import table_of
    from ctgraph.spreadsheets.lines import lines_of
    from ctgraph.spreadsheets.merge import Merging
    from ctgraph.spreadsheets.things import Thing

    kind = record_types()["learning-opportunities"]
    at = Context(Identity.of(registry.settings), registry.organization)
    whole = {"@type": "ceterms:Course", "ceterms:ctid": ctid_number(1)} | node
    sheet = _trimmed(Sheet(kind, headings(kind), list(_rows(kind, whole, {}, at))))
    data = as_csv(sheet) if form == "csv" else as_workbook([sheet])
    problems: list[Any] = []
    table = table_of(read(File("a", data))[0], kind, problems)
    lines = list(lines_of(table, problems))
    thing = Thing(kind, "", ctid_number(1), lines, is_new=False)
    after = Merging(at, problems).merged(thing, whole)
    assert problems == []
    assert after == whole


def test_no_exported_cell_is_a_formula(registry: Registry) -> None:
    more = {
        "ceterms:keyword": {"en-US": ["=HYPERLINK(1)", "'=x", "@a"]},
        "ceterms:name": {"en-US": "+1"},
    }
    publish(registry, registry.organization, certificate(1, **more))
    found = export(registry.settings, registry.ledger, registry.organization)
    rows = list(csv.reader(io.StringIO(as_csv(found.sheets[0]).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    assert "'+1" in rows[1]


def test_some_records_are_exported(registry: Registry, tmp_path: Path) -> None:
    publish(registry, registry.organization, certificate(1), certificate(2))
    found = export(registry.settings, registry.ledger, registry.organization, {ctid_number(2)})
    assert [row["Name"] for row in found.sheets[0].rows] == ["Certificate 2"]
