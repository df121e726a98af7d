"""The minimum data: what the shapes ask of each class, what they accept, and what they advise.

The facts stand here a second time, as a table, so that the shapes are held to an independent copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctgraph.documents import parse
from ctgraph.errors import InvalidDocument
from ctgraph.problem import Severity
from ctgraph.shapes import Shape, shapes
from ctgraph.validation import validate
from ctgraph.vocab import vocabulary
from tests.support.findings import FAST, REFERENCE, blocking, findings, shape_of
from tests.support.mutations import controlled, is_choice_of_three
from tests.support.paths import shared
from tests.support.registry import ctid_number
from tests.support.sample_nodes import (
    DROP,
    SAMPLES,
    Mutation,
    Place,
    find,
    is_blank,
    keys_of,
    met,
    mutate,
)

# The real documents were published under older rules; these rightly fail the minimum data of today:
REAL = {
    "assessment.json": set(),
    # its data set on pass rates names nobody as its provider
    "bachelor-nursing-outcomes.json": {"required-qdata-dataProvider"},
    # its data set has a description, but no name
    "certificate-aggregate-data.json": {"required-name"},
    "certification-detailed.json": set(),
    "certification-nocti.json": set(),
    "cost-manifest.json": set(),
    # a qdata:unrelatedEmployment is a quantity of a description only, without any number
    "license-propath.json": {"quantity"},
}

# What each class needs, from the rules of the publishing API: required | recommended; `a/b` is one
# of several. Terms without a prefix are of ceterms:, a star means all subclasses; later rows win.
# The life cycle status has a default (Active), so that its absence refuses nothing; see DEFAULTED.
RECORDS = """
Credential*: name description subjectWebpage inLanguage credentialStatusType ownedBy/offeredBy
    | audienceLevelType credentialId estimatedCost estimatedDuration image industryType
    instructionalProgramType keyword occupationType requires subject
    availableAt/availableOnlineAt/availabilityListing
Organization*: name description subjectWebpage agentType agentSectorType address/email
    | agentPurpose agentPurposeDescription accreditedBy approvedBy recognizedBy regulatedBy
    parentOrganization identifier image keyword socialMedia serviceType
LearningOpportunityProfile LearningProgram: name description inLanguage
    ownedBy/offeredBy subjectWebpage
    | creditValue teaches learningMethodType learningMethodDescription deliveryType
    deliveryTypeDescription inCatalog availableOnlineAt/availabilityListing/availableAt
Course: name description inLanguage ownedBy/offeredBy
    | creditValue teaches learningMethodType learningMethodDescription deliveryType subjectWebpage
    deliveryTypeDescription inCatalog availableOnlineAt/availabilityListing/availableAt
AssessmentProfile: name description subjectWebpage inLanguage ownedBy/offeredBy
    | assesses assessmentMethodType deliveryType deliveryTypeDescription
    availableOnlineAt/availabilityListing/availableAt
Pathway: name description ownedBy/offeredBy
    | lifeCycleStatusType asn:hasProgressionModel hasSupportService subjectWebpage
PathwayComponent*: name | description isPartOf subjectWebpage
CredentialComponent: name credentialType | description isPartOf subjectWebpage
PathwaySet: name description ownedBy/offeredBy hasPathway |
ceasn:CompetencyFramework: ceasn:name ceasn:description ceasn:inLanguage
    ceasn:publisher/ceasn:creator/ceasn:author | ceasn:hasTopChild ceasn:dateCreated
ceasn:Competency: ceasn:competencyText ceasn:isPartOf/ceasn:creator | ceasn:inLanguage
Collection: name description ownedBy hasMember/subjectWebpage |
TransferValueProfile: name description ownedBy subjectWebpage transferValue | startDate endDate
TransferIntermediary: name ownedBy intermediaryFor |
skos:ConceptScheme: ceasn:name ceasn:description ceasn:inLanguage skos:hasTopConcept
    | ceasn:dateCreated ceasn:publicationStatusType ceasn:source
skos:Concept: skos:prefLabel skos:inScheme |
asn:ProgressionModel: ceasn:name ceasn:description ceasn:inLanguage ceasn:publisher
    skos:hasTopConcept |
asn:ProgressionLevel: skos:prefLabel |
Occupation Industry: name description assertedBy |
Job: name description offeredBy |
Task: description assertedBy | name
WorkRole: name assertedBy |
ScheduledOffering: name offeredBy | description
SupportService: name description inLanguage ownedBy/offeredBy
    | deliveryType estimatedCost subjectWebpage
ceasn:Rubric: ceasn:name ceasn:description ceasn:inLanguage ceasn:publisher subjectWebpage |
CredentialingAction*: name description actionStatusType actingAgent | object
ConditionManifest: description subjectWebpage conditionManifestOf | name
CostManifest: description costDetails costManifestOf | name
VerificationServiceProfile: description offeredBy |
qdata:DataSetProfile: name description qdata:dataProvider
    | qdata:dataSetTemporalCoverage qdata:hasMetric qdata:hasObservation
qdata:Metric: name description | subjectWebpage
FinancialAssistanceProfile: name description/subjectWebpage/financialAssistanceType
    | description subjectWebpage offeredBy
QualificationsFramework: name description ownedBy/ceasn:publisher/ceasn:creator/ceasn:author
    | inLanguage lifeCycleStatusType subjectWebpage asn:hasProgressionModel
AlignmentMap: name description ownedBy/ceasn:publisher/ceasn:creator/ceasn:author
    | inLanguage lifeCycleStatusType subjectWebpage hasPart/hasStatement compares
CredentialType: name description ownedBy
    | subjectWebpage inLanguage credentialStatusType audienceLevelType requires
TransferAgreement: name description ownedBy
    | subjectWebpage hasTransferValueProfile sendingOrganization receivingOrganization
PriorLearningPolicy: name description ownedBy
    | subjectWebpage inLanguage learningRecognitionMethodType
RegulatoryInformation: name description ownedBy/regulatedBy
    | subjectWebpage regulatoryInformationFor jurisdiction
ProcessProfile: description | name subjectWebpage processingAgent
ceasn:RubricCriterion: ceasn:name/ceasn:description | ceasn:hasCriterionLevel
"""
PROFILES = """
ComponentCondition: description/name | targetComponent
ConditionProfile: |
DurationProfile: exactDuration/minimumDuration/maximumDuration/timeRequired/description |
CostProfile: | costDetails description
IdentifierValue: identifierValueCode |
JurisdictionProfile: globalJurisdiction/description/mainJurisdiction |
CredentialAlignmentObject: targetNode/targetNodeName |
DurationProfile: exactDuration/minimumDuration/maximumDuration/timeRequired/description |
ceasn:RubricLevel: | ceasn:name/ceasn:description
ceasn:CriterionLevel: | ceasn:benchmarkLabel/ceasn:benchmarkText
"""
DEFAULTED = """
LearningOpportunityProfile LearningProgram Course AssessmentProfile Collection SupportService:
    lifeCycleStatusType |
ComponentCondition: description |
"""
Groups = set[frozenset[str]]


def table(text: str, *always: str) -> dict[str, tuple[Groups, Groups]]:
    """Read a table: what is required and what is recommended, by class; all CURIEs in full."""

    def full(term: str) -> str:
        return vocabulary().expand(term if ":" in term else f"ceterms:{term}")

    def groups(words: str) -> Groups:
        return {frozenset(map(full, word.split("/"))) for word in words.split()}

    found = {}
    for row in text.strip().replace("\n    ", " ").splitlines():
        classes, _, rest = row.partition(": ")
        required, _, recommended = rest.partition("|")
        for name in classes.split():
            below = vocabulary().subclasses(full(name[:-1])) if name.endswith("*") else ()
            for iri in below or [full(name)]:
                found[iri] = (groups(" ".join((required, *always))), groups(recommended))
    return found


TABLE = table(RECORDS, "ctid", "rdf:type") | table(PROFILES)


def asked(iri: str, severity: Severity) -> Groups:
    """Return what the shapes ask of a class, one set of alternatives for each thing asked."""
    return {
        frozenset(shape.properties)
        for kind in shapes().of_class(iri)
        for shape in kind.shapes
        if shape.required and shape.severity == severity
    }


@pytest.mark.parametrize("iri", sorted(TABLE), ids=vocabulary().compact)
def test_the_shapes_agree_with_the_table(iri: str) -> None:
    assert (asked(iri, Severity.VIOLATION), asked(iri, Severity.INFO)) == TABLE[iri]


def test_what_has_a_default_is_warned_of() -> None:
    classes = {iri for kind in shapes().classes for iri in kind.reaches}
    found = {iri: asked(iri, Severity.WARNING) for iri in classes}
    wanted = table(DEFAULTED)
    assert {iri for iri in found if found[iri]} == set(wanted)
    assert {iri: found[iri] for iri in wanted} == {iri: wanted[iri][0] for iri in wanted}


def test_the_shapes_hold_no_class_to_more_than_the_table() -> None:
    others = {iri for kind in shapes().classes for iri in kind.reaches} - set(TABLE)
    assert [
        iri for iri in others if asked(iri, Severity.VIOLATION) | asked(iri, Severity.INFO)
    ] == []
    assert len(vocabulary().subclasses("ceterms:Credential")) == 1 + 48


# Documents as they are.


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_sample_data_is_accepted_by_both_engines(path: Path) -> None:
    found = findings(path.read_bytes())
    assert [str(problem) for problem in found if problem.severity != "info"] == []
    assert findings(path.read_bytes(), REFERENCE) == found


@pytest.mark.parametrize("name", REAL)
def test_what_real_documents_lack_is_found_by_both_engines(name: str) -> None:
    data = shared(f"real/published/{name}").read_bytes()
    assert blocking(findings(data)) == REAL[name]
    assert findings(data, REFERENCE) == findings(data)


def test_no_real_document_is_left_out() -> None:
    assert {path.name for path in shared("real/published").glob("*.json")} == set(REAL)


# What is right, if only just.


@pytest.mark.parametrize("case", [*controlled()], ids=lambda case: case[1])
def test_a_concept_may_be_named_directly_and_in_any_case(case: tuple[Place, str, Any]) -> None:
    place, key, value = case
    prefix, _, local = value["ceterms:targetNode"].partition(":")
    for concept in (f"{prefix}:{local}", f"{prefix.lower()}:{local}", f"{prefix.upper()}:{local}"):
        direct, aligned = [concept], [value | {"ceterms:targetNode": concept}]
        assert blocking(findings(mutate("", place, {key: direct}).data())) == set()
        assert blocking(findings(mutate("", place, {key: aligned}).data())) == set()


@pytest.mark.parametrize(
    "place",
    [
        find("ceterms:License", "ceterms:ctid"),
        find("", "ceterms:exactDuration"),
        find("ceterms:ComponentCondition", three=is_choice_of_three),
    ],
    ids=lambda place: place.kind,
)
def test_what_is_just_right_is_accepted(place: Place) -> None:
    right: dict[str, list[Any]] = {
        "ceterms:name": [{"en-US": "x" * 399}, {"en": "One", "es": "Uno"}, "2 < 3 > 1", "A & B"],
        "ceterms:description": [{"en-US": "Fifteen letters"}],
        "ceterms:inLanguage": [["en"], ["zh-Hant-TW"], "es-419"],
        "ceterms:dateEffective": ["2026", "2026-05", "2024-02-29", "2026-05-01T08:30:00Z"],
        "ceterms:exactDuration": ["P1Y2M10DT2H30M", "P10W", "PT40H", "P0.5Y"],
        "ceterms:requiredNumber": [3],
    }
    for key, values in right.items():
        for value in values if key in place.node or key == "ceterms:dateEffective" else ():
            found = findings(mutate("", place, {key: value}).data())
            assert [str(p) for p in found if p.severity == "violation"] == []


# What is recommended.


def without_what_is_recommended() -> Iterator[Mutation]:
    """Yield one mutation for each recommendation to a class that the sample data follows."""
    for kind in shapes().classes:
        met_by = met(kind)
        for shape in [s for s in kind.shapes if s.severity is Severity.INFO]:
            dropped = dict.fromkeys(keys_of(shape), DROP)
            for place in [p for p in met_by if not dropped.keys().isdisjoint(p.node)][:1]:
                yield mutate(f"without-{shape.name}", place, dropped, f"info:{shape.name}")


@pytest.mark.parametrize("mutation", [*without_what_is_recommended()], ids=lambda m: m.name)
def test_leaving_out_what_is_recommended_is_one_more_hint(mutation: Mutation) -> None:
    def hints(data: bytes) -> Counter[tuple[str, str, str | None]]:
        infos = [problem for problem in findings(data) if problem.severity == "info"]
        return Counter((p.severity, shape_of(p), p.pointer) for p in infos)

    ((severity, name, pointer),) = (
        hints(mutation.data()) - hints(mutation.file.read_bytes())
    ).elements()
    assert {(severity, name)} == mutation.expected
    assert mutation.is_at(pointer)


# What is refused when it is read, before any shape is asked.


@pytest.mark.parametrize(
    ("key", "value", "pointer"),
    [
        ("@type", DROP, "/@type"),
        ("ceterms:ctid", DROP, "/ceterms:ctid"),
        ("ceterms:ctid", "ce-1", "/ceterms:ctid"),
        ("ceterms:ctid", ctid_number(2), ""),
        ("ceterms:ctid", [ctid_number(1), ctid_number(2)], "/ceterms:ctid"),
        ("ceterms:subjectWebpage", "www.example.org", "/ceterms:subjectWebpage"),
        ("ceterms:credentialStatusType", "Active", "/ceterms:credentialStatusType"),
        ("ceterms:ownedBy", ["_:nobody"], "/ceterms:ownedBy/0"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(key: str, value: Any, pointer: str) -> None:
    license = find("ceterms:License", "ceterms:ctid")
    with pytest.raises(InvalidDocument) as caught:
        parse(mutate("", license, {key: value}).data(), FAST)
    problems = caught.value.problems
    assert any((p.pointer or "").startswith(f"/@graph/0{pointer}") for p in problems)
    assert all(problem.message and problem.remedy for problem in problems)


def test_a_reference_without_a_class_is_refused() -> None:
    """When it is read or by a shape: either will do."""
    place = find("", "ceterms:name", "ceterms:subjectWebpage", blank=is_blank)
    try:
        document = parse(mutate("", place, {"@type": DROP}).data(), FAST)
    except InvalidDocument:
        return
    assert blocking(validate(document, FAST))


# The shapes themselves.


@pytest.mark.parametrize("shape", [*shapes().by_iri.values()], ids=lambda shape: shape.name)
def test_a_shape_says_what_it_is_about(shape: Shape) -> None:
    assert shape.label
    assert shape.message.endswith(".")
    assert shape.remedy.endswith(".")
    assert shape.severity in ("violation", "warning", "info")
    if not shape.rule:  # SHACL has groups, orders and descriptions for property shapes only
        assert shape.description
        assert shape.group in shapes().groups
        assert shape.order > 0


def test_the_shapes_target_known_classes() -> None:
    targets = {vocabulary().compact(iri) for kind in shapes().classes for iri in kind.classes}
    assert [t for t in targets if not t.startswith("qdata:") and not vocabulary().term(t)] == []
