"""Rows of outcome data and of rubrics, of what is stated of others, and of related credentials."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.headings import headings_of
from ctgraph.spreadsheets.model import Effect
from ctgraph.spreadsheets.record_types import record_types
from tests.support.registry import Registry, ctid_number, publish
from tests.support.rows import COURSE, WELDING, entity, file, look, publish_organization, upload

METRIC = {
    "External Identifier": "pass-rate",
    "Metric Name": "Pass rate",
    "Description": "The share of those who pass at their first sitting.",
    "Metric Type": "https://w.example/metrics/rate",
}
RESULTS = {
    "External Identifier": "results-2023",
    "Data Set Profile Name": "Nursing results",
    "Description": "Pass rates of those who left in 2023.",
    "Data Provider": "same as owner",
    "Metrics": "pass-rate",
    "Period Start Date": "2023-01-01",
    "Period End Date": "12/31/2023",
    "Observation: External Identifier": "first",
    "Observation: Metric": "pass-rate",
    "Observation: Percentage": "91.4",
}
LATER = {
    "External Identifier": "results-2023",
    "Observation: External Identifier": "second",
    "Observation: Metric": "pass-rate",
    "Observation: Value": "1,138",
    "Observation: Comment": "Those who were followed.",
}
RUBRIC = {
    "External Identifier": "plates",
    "@type": "Rubric",
    "Name": "Plate test",
    "Description": "How inspectors judge two plates in the bay.",
    "Language": "English",
    "Publisher": "same as owner",
    "Subject Webpage": "https://w.example/plates",
    "Rubric Level: Name": "Sound",
    "Rubric Level: Description": "No fault is seen.",
}
CRITERION = {
    "External Identifier": "bend",
    "@type": "Rubric Criterion",
    "Name": "Bend",
    "Description": "The result of the bend test.",
    "Level: Benchmark Label": "Sound",
    "Level: Benchmark Text": "No opening",
    "Level: Value": "2",
}
MARGINAL = {
    "External Identifier": "bend",
    "Level: Benchmark Label": "Marginal",
    "Level: Value": "1",
}
STATEMENT = {"Artifact Type": "Credential", "CTID": ctid_number(3), "Assertions": "Accredits"}


def test_metrics_data_sets_and_observations(registry: Registry) -> None:
    files = (file("data sets.csv", RESULTS, LATER), file("metrics.csv", METRIC))
    found = upload(registry, *files)
    assert found.counts == {Effect.ADDED: 2}
    results, metric = (one.ctid for one in found.records)
    node = entity(registry, results)
    address = f"http://localhost:8000/resources/{metric}"
    assert node["qdata:hasMetric"] in (address, [address])
    (period,) = node["qdata:dataSetTemporalCoverage"]
    assert period["ceterms:startDate"] == "2023-01-01"
    assert period["ceterms:endDate"] == "2023-12-31"
    first, second = node["qdata:hasObservation"]
    assert (first["@type"], first["qdata:percentage"]) == ("qdata:Observation", 91.4)
    assert second["schema:value"] == 1138
    assert first["qdata:isObservationOf"] in (address, [address])
    assert look(registry, *files).counts == {Effect.UNCHANGED: 2}
    upload(registry, file("data sets.csv", LATER | {"Observation: Value": "1139"}))
    assert entity(registry, results)["qdata:hasObservation"][1]["schema:value"] == 1139


@pytest.mark.parametrize(
    ("cell", "number", "said"),
    [
        ("87%", 87, ""),
        ("87.5 %", 87.5, ""),
        ("0.5%", 0.5, ""),
        ("100", 100, ""),
        ("0", 0, ""),
        ("0.87", 0.87, "0.87 is less than one percent. If the cell shows 87%, write 87."),
        ("870", 870, "870 is more than 100 percent."),
    ],
)
def test_percentages_as_spreadsheets_hold_them(
    registry: Registry, cell: str, number: float, said: str
) -> None:
    rows = RESULTS | {"Observation: Percentage": cell}
    found = upload(registry, file("data sets.csv", rows), file("metrics.csv", METRIC))
    assert (
        entity(registry, found.records[0].ctid)["qdata:hasObservation"][0]["qdata:percentage"]
        == number
    )
    told = [f"{one.message} {one.remedy}" for one in found.problems]
    assert len(told) == bool(said)
    assert said in "".join(told)


def test_rubrics_with_their_levels(registry: Registry) -> None:
    files = file("rubrics.csv", RUBRIC, CRITERION, MARGINAL)
    found = upload(registry, files)
    assert found.counts == {Effect.ADDED: 2}
    rubric, criterion = (one.ctid for one in found.records if one.ctid)
    (level,) = entity(registry, rubric)["ceasn:hasRubricLevel"]
    assert level["ceasn:name"] == {"en": "Sound"}
    read = registry.ledger.records.read(rubric)
    assert b"No opening" in read.canonical
    assert b"Marginal" in read.canonical
    assert criterion.encode() in read.canonical
    assert look(registry, files).counts == {Effect.UNCHANGED: 2}


@pytest.mark.parametrize("word", ["Accredits", "accredited by", "ACCREDIT"])
def test_what_an_organization_states_of_others(registry: Registry, word: str) -> None:
    publish_organization(registry)
    publish(registry, range(3, 5), "x")
    rows = [STATEMENT | {"Assertions": f"{word}|Approves"}, STATEMENT | {"CTID": ctid_number(4)}]
    found = upload(registry, file("quality.csv", *rows))
    assert found.counts == {Effect.UPDATED: 1}
    node = entity(registry, registry.organization.ctid)
    addresses = [f"http://localhost:8000/resources/{ctid_number(n)}" for n in (3, 4)]
    assert node["ceterms:accredits"] == addresses
    assert node["ceterms:approves"] == addresses[:1]
    assert look(registry, file("quality.csv", *rows)).counts == {Effect.UNCHANGED: 1}
    upload(registry, file("quality.csv", STATEMENT | {"Assertions": "#DELETE"}))
    node = entity(registry, registry.organization.ctid)
    assert node["ceterms:accredits"] == addresses[1:]
    assert "ceterms:approves" not in node


def test_a_statement_about_what_no_registry_holds(registry: Registry) -> None:
    publish_organization(registry)
    row = {
        "Artifact Type": "Assessment",
        "Name": "Guild examination",
        "Subject Webpage": "https://guild.example/exam",
        "Assertions": "Recognizes",
    }
    upload(registry, file("assertions.csv", row))
    (artifact,) = entity(registry, registry.organization.ctid)["ceterms:recognizes"]
    assert artifact["@type"] == "ceterms:AssessmentProfile"
    assert artifact["ceterms:subjectWebpage"] == "https://guild.example/exam"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"Assertions": "Praises"}, "'Praises' is no assertion"),
        ({"Assertions": ""}, "The assertion is missing"),
        ({"CTID": ""}, "does not say what the statement is about"),
        ({"CTID": "guild-7"}, "No record has the external identifier 'guild-7'"),
        ({"Artifact Type": "Spoon"}, "'Spoon' is no type"),
    ],
)
def test_wrong_statements_are_named(
    registry: Registry, changed: dict[str, str], message: str
) -> None:
    publish_organization(registry)
    found = look(registry, file("assertions.csv", STATEMENT | changed))
    (problem,) = [one for one in found.problems if one.severity == "violation"]
    assert message in problem.message
    assert problem.remedy
    assert problem.place.row == 2


def test_statements_need_the_record_of_the_organization(registry: Registry) -> None:
    found = look(registry, file("assertions.csv", STATEMENT))
    assert "has no record in the registry yet" in found.problems[0].message


@pytest.mark.parametrize("word", ["requires", "Is Required For", "isRequiredFor"])
def test_related_credentials_of_an_assessment(registry: Registry, word: str) -> None:
    exam = {
        "External Identifier": "exam",
        "Assessment Name": "Welding Examination",
        "Description": "An examination of three welds by two inspectors.",
        "Subject Webpage": "https://w.example/exam",
        "Language": "English",
        "Related Credentials": "weld-1",
        "Credential Condition Type": word,
    }
    files = file("assessments.csv", exam), file("credentials.csv", WELDING), file("c.csv", COURSE)
    found = upload(registry, *files, types={"c.csv": "learning-opportunities"})
    by_name = {one.identifier: one.ctid for one in found.records}
    (condition,) = entity(registry, by_name["exam"])["ceterms:isRequiredFor"]
    assert by_name["weld-1"] in str(condition["ceterms:targetCredential"])
    again = look(registry, *files, types={"c.csv": "learning-opportunities"})
    assert again.counts == {Effect.UNCHANGED: 3}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"Related Credentials": "", "Credential Condition Type": "requires"}, "names none"),
        ({"Related Credentials": "x", "Credential Condition Type": "hopes"}, "'hopes' is no type"),
    ],
)
def test_related_credentials_that_are_wrong(
    registry: Registry, changed: dict[str, str], message: str
) -> None:
    found = look(registry, file("courses.csv", COURSE | changed))
    assert [one for one in found.problems if message in one.message], found.problems


def test_a_value_of_no_list_is_told_the_nearest_ones(registry: Registry) -> None:
    found = look(registry, file("courses.csv", COURSE | {"Delivery Type": "Blended Delvery"}))
    (problem,) = found.problems
    assert problem.remedy == "Did you mean 'Blended Delivery'?"
    assert problem.value == "Blended Delvery"


def test_the_signs_of_a_type_are_headings_of_it() -> None:
    for kind in record_types().values():
        assert kind.signs <= headings_of(kind.name).keys(), kind.name


def test_the_comments_of_reviewers_are_left_alone(registry: Registry) -> None:
    row = {"Comment(s)": "See mail", "UploadComments": "x"} | COURSE
    assert look(registry, file("courses.csv", row)).can_be_saved
