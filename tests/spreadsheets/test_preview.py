"""A preview tells what files would change; saving it makes exactly that happen, or nothing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from ctgraph.documents import parse
from ctgraph.errors import Conflict, Forbidden
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import OPERATOR
from ctgraph.ledger.values import Effect as Event
from ctgraph.spreadsheets.model import Effect, Mode
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.save import save
from tests.support.registry import Registry, certificate, ctid_number, publish
from tests.support.rows import COURSE, WELDING, entity, file, look, publish_organization, upload

Rows = list[dict[str, str]]


def test_records_refer_to_each_other_by_external_identifiers_in_any_order(
    registry: Registry,
) -> None:
    found = upload(registry, file("credentials.csv", WELDING), file("courses.csv", COURSE))
    assert found.counts == {Effect.ADDED: 2}
    credential, course = (one.ctid for one in found.records)
    (condition,) = entity(registry, credential)["ceterms:requires"]
    assert condition["ceterms:targetLearningOpportunity"].endswith(course)
    assert len(entity(registry, credential)["ceterms:estimatedCost"]) == 2
    owned = entity(registry, course)["ceterms:ownedBy"]
    assert owned == [f"http://localhost:8000/resources/{registry.organization.ctid}"]


def test_the_same_files_again_change_nothing(registry: Registry) -> None:
    files = file("credentials.csv", WELDING), file("courses.csv", COURSE)
    upload(registry, *files)
    again = look(registry, *files)
    assert again.counts == {Effect.UNCHANGED: 2}
    assert again.problems == []
    saved = save(registry.settings, registry.ledger, registry.organization, again.plan, OPERATOR)
    assert saved.effects == {}


def test_blank_cells_and_absent_columns_change_nothing_and_delete_clears(
    registry: Registry,
) -> None:
    upload(registry, file("credentials.csv", WELDING), file("courses.csv", COURSE))
    change = {"External Identifier": "weld-1", "Credential Type": "", "Keywords": "#DELETE"}
    found = upload(registry, file("credentials.csv", change))
    (record,) = found.records
    assert record.effect is Effect.UPDATED
    (difference,) = record.differences
    assert (difference.label, difference.after) == ("Keyword", ())
    after = entity(registry, record.ctid)
    assert "ceterms:keyword" not in after
    assert after["ceterms:name"] == {"en": "Basic Welding"}


def test_what_the_template_cannot_express_stays(registry: Registry) -> None:
    more = {
        "ceterms:name": {"en-US": "Certificate 1", "es": "Certificado 1"},
        "ceterms:jurisdiction": [
            {"@type": "ceterms:JurisdictionProfile", "ceterms:globalJurisdiction": True}
        ],
    }
    document = parse(orjson.dumps(certificate(1, **more)), registry.settings)
    append(registry.ledger, [Submission(registry.organization, document.ctid, document)], "test")
    upload(registry, file("credentials.csv", {"CTID": ctid_number(1), "Name": "Certificate One"}))
    after = entity(registry, ctid_number(1))
    assert after["ceterms:name"] == {"en-US": "Certificate One", "es": "Certificado 1"}
    assert after["ceterms:jurisdiction"] == more["ceterms:jurisdiction"]


def test_repeated_identifiers_add_profiles(registry: Registry) -> None:
    further = {
        "External Identifier": "weld-1",
        "ConditionProfile: Condition Type": "recommends",
        "ConditionProfile: Description": "Good eyes.",
        "ConnectionProfile: Connection Type": "isPreparationFor",
        "ConnectionProfile: Description": "It leads to more.",
    }
    found = upload(registry, file("credentials.csv", WELDING, further), file("courses.csv", COURSE))
    after = entity(registry, found.records[0].ctid)
    assert after["ceterms:recommends"][0]["ceterms:description"] == {"en": "Good eyes."}
    assert after["ceterms:isPreparationFor"][0]["@type"] == "ceterms:ConditionProfile"
    assert found.counts == {Effect.ADDED: 2}


def test_the_same_name_and_webpage_is_suggested_and_has_to_be_confirmed(
    registry: Registry,
) -> None:
    publish(registry, range(1, 2), "x")
    row = WELDING | {
        "Credential Name": "certificate 1",
        "Subject Webpage": "https://www.example.org/certificates/1",
    }
    files = file("credentials.csv", row), file("courses.csv", COURSE)
    found = look(registry, *files)
    (suggestion,) = found.suggestions
    assert suggestion.record == ctid_number(1)
    assert not found.can_be_saved
    yes = look(registry, *files, confirmed={"weld-1": ctid_number(1)})
    assert yes.counts == {Effect.UPDATED: 1, Effect.ADDED: 1}
    assert yes.can_be_saved
    no = look(registry, *files, confirmed={"weld-1": ""})
    assert no.counts == {Effect.ADDED: 2}
    assert no.can_be_saved


def test_a_whole_list_withdraws_what_is_not_in_it(registry: Registry) -> None:
    publish(registry, range(1, 4), "x")
    row = {"CTID": ctid_number(2), "Name": "Certificate 2"}
    found = upload(registry, file("credentials.csv", row), mode=Mode.WHOLE)
    assert found.counts == {Effect.UNCHANGED: 1, Effect.WITHDRAWN: 2}
    gone = registry.ledger.records.withdrawn_at([ctid_number(1), ctid_number(2), ctid_number(3)])
    assert [bool(gone[ctid_number(number)]) for number in (1, 2, 3)] == [True, False, True]
    reason = registry.ledger.records.versions(ctid_number(1))[0].reason
    assert "whole list" in (reason or "")


def test_any_error_keeps_all_from_being_saved(registry: Registry) -> None:
    wrong = {**WELDING, "External Identifier": "weld-2", "Description": "short"}
    found = look(registry, file("credentials.csv", WELDING, wrong), file("courses.csv", COURSE))
    assert found.counts == {Effect.ADDED: 2, Effect.FAILED: 1}
    assert not found.can_be_saved
    (problem,) = (one for one in found.problems if one.severity == "violation")
    assert (problem.place.row, problem.place.column) == (3, "Description")
    assert problem.place.identifier == "weld-2"


def test_a_record_that_changed_since_the_preview_keeps_all_from_being_saved(
    registry: Registry,
) -> None:
    publish(registry, range(1, 3), "x")
    rows = [{"CTID": ctid_number(n), "Name": f"Certificate {n}{n}"} for n in (1, 2)]
    found = look(registry, file("credentials.csv", *rows))
    publish(registry, range(2, 3), "y")
    last = registry.ledger.changes.last_sequence()
    with pytest.raises(Conflict, match="changed since"):
        save(registry.settings, registry.ledger, registry.organization, found.plan, OPERATOR)
    assert registry.ledger.changes.last_sequence() == last


def test_records_of_others_stay_theirs(registry: Registry) -> None:
    publish(registry, range(1, 2), "x")
    other = registry.ledger.organizations.add("Other College", ctid_number(900))
    row = {"CTID": ctid_number(1), "Name": "Mine now"}
    found = preview(registry.settings, registry.ledger, other, [file("credentials.csv", row)])
    assert next(one.message for one in found.problems) == (
        "The record belongs to another organization."
    )


def test_rights_are_looked_at_again_when_it_is_saved(registry: Registry) -> None:
    found = look(registry, file("courses.csv", COURSE))
    with registry.ledger.database.writing() as connection:
        registry.ledger.reviews.let_staff(connection, registry.organization.ctid, True)
    with pytest.raises(Forbidden, match="staff reviews"):
        save(registry.settings, registry.ledger, registry.organization, found.plan, "key")
    saved = save(registry.settings, registry.ledger, registry.organization, found.plan, OPERATOR)
    assert saved.effects == {Event.CREATED: 1}


def test_many_rows_are_checked_and_saved_by_several_processes(registry: Registry) -> None:
    rows = [COURSE | {"External Identifier": f"c-{n}", "Name": f"Course {n}"} for n in range(450)]
    found = upload(registry, file("courses.csv", *rows))
    assert found.counts == {Effect.ADDED: 450}
    assert [one.identifier for one in found.records] == [f"c-{n}" for n in range(450)]
    assert registry.ledger.records.counts() == {"ceterms:Course": 450}


FRAMEWORK = [
    {
        "@id": "fw",
        "@type": "ceasn:CompetencyFramework",
        "ceasn:name": "Metal",
        "ceasn:description": "What people who work with metal know and can do.",
        "ceasn:inLanguage": "en-US",
    },
    {
        "@id": "a",
        "@type": "ceasn:Competency",
        "ceasn:competencyText": "Weld",
        "ceasn:isTopChildOf": "fw",
    },
    {
        "@id": "b",
        "@type": "ceasn:Competency",
        "ceasn:competencyText": "Weld up",
        "ceasn:isChildOf": "a",
    },
    {
        "@id": "11111111-1111-4111-8111-111111111111",
        "@type": "ceasn:Competency",
        "ceasn:competencyText": "Measure",
    },
]


def test_a_framework_and_its_competencies_are_one_document(registry: Registry) -> None:
    found = upload(registry, file("frameworks.csv", *FRAMEWORK))
    assert found.counts == {Effect.ADDED: 4}
    whole, weld, up, measure = (one.ctid for one in found.records if one.ctid)
    read = registry.ledger.records.read(whole)
    graph = {node["ceterms:ctid"]: node for node in orjson.loads(read.canonical)["@graph"]}
    assert graph.keys() == {whole, weld, up, measure}
    assert measure == "ce-11111111-1111-4111-8111-111111111111"

    def ctids(node: dict[str, Any], name: str) -> list[str]:
        values = node.get(name, [])
        return [str(one)[-39:] for one in (values if isinstance(values, list) else [values])]

    assert ctids(graph[whole], "ceasn:hasTopChild") == [weld, measure]
    assert ctids(graph[weld], "ceasn:hasChild") == [up]
    assert ctids(graph[up], "ceasn:isPartOf") == [whole]
    change = {"@id": "b", "@type": "ceasn:Competency", "ceasn:competencyText": "Weld overhead"}
    again = upload(registry, file("frameworks.csv", change))
    assert again.counts == {Effect.UPDATED: 1}
    assert look(registry, file("frameworks.csv", *FRAMEWORK[:2])).counts == {Effect.UNCHANGED: 2}


def test_locations_are_addresses_of_the_organization_that_records_name(
    registry: Registry,
) -> None:
    publish_organization(registry)
    places = [
        {
            "External Identifier": "MAIN",
            "Name": "Main Campus",
            "Address1": "1 Oak St",
            "Address2": "Room 2",
            "City": "Springfield",
            "State": "IL",
            "Postal Code": "06001",
            "Country": "US",
        },
    ]
    course = COURSE | {"Available At Codes": "MAIN"}
    found = upload(registry, file("courses.csv", course), file("locations.csv", *places))
    assert found.counts == {Effect.ADDED: 1, Effect.UPDATED: 1}
    added = entity(registry, found.records[0].ctid)["ceterms:availableAt"]
    assert added["ceterms:streetAddress"] == {"en-US": "1 Oak St, Room 2"}
    assert added["ceterms:postalCode"] == "06001"
    addresses = entity(registry, registry.organization.ctid)["ceterms:address"]
    assert added in addresses
    assert len(addresses) == 2
    again = look(registry, file("courses.csv", course), file("locations.csv", *places))
    assert again.counts == {Effect.UNCHANGED: 2}
    both = course | {"Available At": "all"}
    (problem,) = look(registry, file("courses.csv", both)).problems
    assert problem.message == "Available At Codes and Available At are both filled in."


@pytest.mark.parametrize(
    "wrong",
    [
        {"Description": "SAMPLE: A few words"},
        {"External Identifier": "w" * 51},
        {"External Identifier": ""},
    ],
)
def test_a_row_that_is_refused_is_counted_as_one_with_errors(
    registry: Registry, wrong: dict[str, str]
) -> None:
    second = COURSE | {"External Identifier": "second"} | wrong
    found = look(registry, file("courses.csv", COURSE, second))
    assert found.counts == {Effect.ADDED: 1, Effect.FAILED: 1}
    failed = found.records[-1]
    assert (failed.place.row, failed.effect, failed.type) == (3, "failed", "Learning opportunities")


def test_one_identifier_for_two_records_is_told_so(registry: Registry) -> None:
    found = look(registry, file("courses.csv", COURSE, COURSE | {"Name": "Gas Welding"}))
    (problem,) = found.problems[-1:]
    assert "used twice" in problem.message
    assert (problem.place.row, problem.place.column) == (3, "External Identifier")
    assert found.counts == {Effect.FAILED: 1}
