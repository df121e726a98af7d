"""The minimum data: what the shapes ask of each class, and that they catch what breaks it.

The facts stand here a second time, as a table, so that the shapes are held to an independent copy.
Hundreds of mutations of the sample documents, most derived from the shapes, must each be caught by
exactly the shape that is about it, and both engines must say the same about every document.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from ctgraph.documents import parse
from ctgraph.errors import InvalidDocument, Problem
from ctgraph.settings import Settings
from ctgraph.shapes import CTGS, ClassShape, Shape, shapes
from ctgraph.validation import refused, validate
from ctgraph.vocab import vocabulary
from tests.support.paths import DATA, shared
from tests.support.registry import certificate, ctid_number

FAST, REFERENCE = Settings(validation_engine="shacl"), Settings(validation_engine="pyshacl")
SAMPLES = sorted(DATA.glob("[123]-*/**/*.json"))
# The real documents were published under older rules; these rightly fail the minimum data of today:
REAL = {
    # published before assessments had a life cycle status: there is none at all
    "assessment.json": {"required-lifeCycleStatusType"},
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
PROVISIONAL = DATA / "2-records/stonebridge-tc/micro-credential-solar-micro.json"

# What each class needs, from the rules of the publishing API: required | recommended; `a/b` is one
# of several. Terms without a prefix are of ceterms:, a star means all subclasses; later rows win.
# Of a pathway, the life cycle status has a default (Active), so that its absence refuses nothing.
RECORDS = """
Credential*: name description subjectWebpage inLanguage credentialStatusType ownedBy/offeredBy
    | audienceLevelType credentialId estimatedCost estimatedDuration image industryType
    instructionalProgramType keyword occupationType requires subject
    availableAt/availableOnlineAt/availabilityListing
Organization*: name description subjectWebpage agentType agentSectorType address/email
    | agentPurpose agentPurposeDescription accreditedBy approvedBy recognizedBy regulatedBy
    parentOrganization identifier image keyword socialMedia serviceType
LearningOpportunityProfile LearningProgram: name description inLanguage lifeCycleStatusType
    ownedBy/offeredBy subjectWebpage
    | creditValue teaches learningMethodType learningMethodDescription deliveryType
    deliveryTypeDescription inCatalog availableOnlineAt/availabilityListing/availableAt
Course: name description inLanguage lifeCycleStatusType ownedBy/offeredBy
    | creditValue teaches learningMethodType learningMethodDescription deliveryType subjectWebpage
    deliveryTypeDescription inCatalog availableOnlineAt/availabilityListing/availableAt
AssessmentProfile: name description subjectWebpage inLanguage lifeCycleStatusType ownedBy/offeredBy
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
Collection: name description ownedBy lifeCycleStatusType hasMember/subjectWebpage |
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
SupportService: name description inLanguage lifeCycleStatusType ownedBy/offeredBy
    | deliveryType estimatedCost subjectWebpage
ceasn:Rubric: ceasn:name ceasn:description ceasn:inLanguage ceasn:publisher subjectWebpage |
CredentialingAction*: name description actionStatusType actingAgent | object
ConditionManifest: description subjectWebpage conditionManifestOf | name
CostManifest: description costDetails costManifestOf | name
VerificationServiceProfile: description offeredBy |
qdata:DataSetProfile: name description qdata:dataProvider
    | qdata:dataSetTemporalCoverage qdata:hasMetric qdata:hasObservation
"""
PROFILES = """
ComponentCondition: description | targetComponent
ConditionProfile: |
CostProfile: | costDetails description
FinancialAssistanceProfile: name description/subjectWebpage/financialAssistanceType |
IdentifierValue: identifierValueCode |
JurisdictionProfile: globalJurisdiction/description/mainJurisdiction |
CredentialAlignmentObject: targetNode/targetNodeName |
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


def asked(iri: str, severity: str) -> Groups:
    """Return what the shapes ask of a class, one set of alternatives for each thing asked."""
    return {
        frozenset(shape.properties)
        for kind in shapes().of_class(iri)
        for shape in kind.of_severity(severity)
        if shape.required
    }


@pytest.mark.parametrize("iri", sorted(TABLE), ids=vocabulary().compact)
def test_the_shapes_agree_with_the_table(iri: str) -> None:
    assert (asked(iri, "violation"), asked(iri, "info")) == TABLE[iri]


def test_the_shapes_hold_no_class_to_more_than_the_table() -> None:
    others = {iri for kind in shapes().classes for iri in kind.reaches} - set(TABLE)
    assert [iri for iri in others if asked(iri, "violation") | asked(iri, "info")] == []
    assert len(vocabulary().subclasses("ceterms:Credential")) == 1 + 48


# Documents as they are.


def findings(data: bytes, settings: Settings = FAST) -> list[Problem]:
    return validate(parse(data, settings), settings)


def shape_of(problem: Problem) -> str:
    """Return the name of the shape that reported; nothing for what was found in other ways."""
    return str(problem.detail.get("shape", "")).removeprefix(CTGS)


def blocking(problems: list[Problem]) -> set[str]:
    return {shape_of(problem) for problem in problems if problem.severity == "violation"}


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


# Mutations of the sample documents.

DROP = object()
ALIGNMENT = {"@type": "ceterms:CredentialAlignmentObject"}
Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A node of a sample document, and the way to it."""

    file: Path
    steps: Steps
    node: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.node["@type"])


@dataclass(frozen=True)
class Mutation:
    """Changes to a document, and what exactly must be said about it.

    :param edits: the nodes changed, with property and new value; the first tells the place.
    :param expected: severity and name of each shape that must report.
    """

    name: str
    file: Path
    edits: tuple[tuple[Steps, str, Any], ...]
    expected: frozenset[tuple[str, str]]

    def and_also(self, *edits: tuple[Steps, str, Any]) -> Mutation:
        return replace(self, edits=(*self.edits, *edits))

    def data(self) -> bytes:
        content = json.loads(self.file.read_bytes())
        for steps, key, value in self.edits:
            node = reduce(getitem, steps, content)
            if value is DROP:
                node.pop(key, None)
            else:
                node[key] = value
        return json.dumps(content).encode()

    def is_at(self, pointer: str | None) -> bool:
        """Tell whether a pointer leads to the changed node, or to the changed property of it."""
        steps, key, _ = self.edits[0]
        node = "".join(f"/{step}" for step in steps)
        return pointer == node or f"{pointer}/".startswith(f"{node}/{key}/")


def mutate(what: str, place: Place, changes: dict[str, Any], *expected: str) -> Mutation:
    """Make a mutation of one node. An expected shape is a violation, or as in `warning:ctid`."""
    wanted = (name.rpartition(":") for name in expected)
    edits = tuple((place.steps, key, value) for key, value in changes.items())
    return Mutation(
        f"{place.kind.rpartition(':')[2]}-{what}",
        place.file,
        edits,
        frozenset((severity or "violation", name) for severity, _, name in wanted),
    )


def places() -> list[Place]:
    """Return every sample node that has a class, those of small documents first."""

    def walk(value: Any, file: Path, steps: Steps) -> Iterator[Place]:
        if "@type" in value:
            yield Place(file, steps, value)
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, dict | list):
                yield from walk(item, file, (*steps, key))

    # Nothing is required of the provisional document; it has tests of its own.
    files = sorted((p for p in SAMPLES if p != PROVISIONAL), key=lambda p: (p.stat().st_size, p))
    return [place for file in files for place in walk(json.loads(file.read_bytes()), file, ())]


PLACES = places()


def find(kind: str, *keys: str, **more: Any) -> Place:
    """Return the first sample node of a class (of any class, where it is empty) with some keys.

    Of `more`, each value is a function that tells whether a node will do.
    """
    return next(
        place
        for place in PLACES
        if kind in ("", place.kind)
        and all(key in place.node for key in keys)
        and all(fits(place.node) for fits in more.values())
    )


def is_blank(node: dict[str, Any]) -> bool:
    return str(node.get("@id")).startswith("_:")


def met(kind: ClassShape) -> list[Place]:
    """Return the sample nodes that a shape speaks of: records, or things of any kind."""
    reached = {vocabulary().compact(iri) for iri in kind.reaches}
    return [
        place
        for place in PLACES
        if place.kind in reached and ("ceterms:ctid" in place.node or not kind.record)
    ]


def keys_of(shape: Shape) -> list[str]:
    return [vocabulary().compact(iri) for iri in shape.properties]


def free(family: str, prefix: str) -> Iterator[tuple[Shape, str]]:
    """Yield the shapes that hold wherever their property stands, with that property."""
    found = shapes().family(family)
    for shape in found.shapes if found else ():
        if shape.name.startswith(prefix):
            yield shape, keys_of(shape)[0]


# What has no CTID or no class is refused when it is read; the others have mutations of their own.
APART = {"ctid", "type", "required-concept", "required-target"}


def without_what_is_required() -> Iterator[Mutation]:
    for kind in shapes().classes:
        smallest = {place.kind: place for place in reversed(met(kind))}
        for _, place in sorted(smallest.items()):
            for shape in kind.of_severity("violation"):
                if shape.required and shape.name not in APART:
                    dropped = dict.fromkeys(keys_of(shape), DROP)
                    # A competency that its framework names must name the framework.
                    more = ("competency-of-a-framework",) if "competency-home" in shape.name else ()
                    yield mutate(f"without-{shape.name}", place, dropped, shape.name, *more)


TEXTS: dict[str, Any] = {
    "length-of": {"en-US": "x" * 400},
    "markup-in": {"en-US": "It is <b>bold</b> to write like this."},
    "languages-of": {"en-US": ["It has this text", "and another one"]},
    "address-of-subjectWebpage": "ftp://www.example.org/page",
    "tag-of": ["english please"],
}


def with_broken_texts() -> Iterator[Mutation]:
    for place in [place for kind in shapes().classes if kind.record for place in met(kind)[:1]]:
        for prefix, broken in TEXTS.items():
            for shape, key in free("general", prefix):
                if key in place.node:
                    yield mutate(shape.name, place, {key: broken}, shape.name)
        for kind in shapes().of_class(vocabulary().expand(place.kind)):
            for shape in kind.of_severity("violation"):
                if shape.name in ("required-description", "required-ceasn-description"):
                    short = {keys_of(shape)[0]: {"en-US": "Fourteen chars"}}
                    yield mutate("short-description", place, short, shape.name)
    page = find("ceterms:Course", "ceterms:subjectWebpage")
    for what, value in (
        ("alignment", ALIGNMENT | {"ceterms:targetNodeName": "Page"}),
        ("text", {"@value": "www.example.org"}),
    ):
        wrong = {"ceterms:subjectWebpage": value}
        yield mutate(f"webpage-is-{what}", page, wrong, "address-of-subjectWebpage")
    two = {"ceterms:name": ["One name", "Another name"]}
    yield mutate("names-in-no-language", page, two, "languages-of-name")
    email = find("", "ceterms:email")
    yield mutate("email", email, {"ceterms:email": ["nobody"]}, "warning:address-of-email")
    # An empty text is no name and no description.
    for name, key in (
        ("ceterms:Course", "ceterms:name"),
        ("ceasn:Rubric", "ceasn:name"),
        ("skos:Concept", "skos:prefLabel"),
    ):
        shape_name = f"required-{key.removeprefix('ceterms:').replace(':', '-')}"
        yield mutate("empty-name", find(name, key), {key: {"en-US": ""}}, shape_name)
    blank = {"ceterms:description": {"en-US": " " * 20}}
    yield mutate("blank-description", page, blank, "required-description")


def controlled() -> Iterator[tuple[Place, str, dict[str, Any]]]:
    """Yield a place for each property with controlled values, and an alignment for it."""
    for _, key in free("values", "concept-in-"):
        for place in [place for place in PLACES if key in place.node][:1]:
            value = place.node[key]
            one = value[0] if isinstance(value, list) else value
            aligned = one if isinstance(one, dict) else ALIGNMENT | {"ceterms:targetNode": one}
            yield place, key, aligned


def with_wrong_concepts() -> Iterator[Mutation]:
    for place, key, value in controlled():
        name = key.removeprefix("ceterms:").replace(":", "-")
        other = "lifeCycle:Active" if name == "credentialStatusType" else "credentialStat:Active"
        wrong = {key: [value | {"ceterms:targetNode": other}]}
        mute = {k: v for k, v in value.items() if not k.startswith("ceterms:targetNode")}
        yield mutate(f"{name}-of-other-scheme", place, wrong, f"concept-in-{name}")
        for what, direct in (("concept-of-other-scheme", other), ("text", {"@value": "Active"})):
            yield mutate(f"{name}-is-{what}", place, {key: direct}, f"value-of-{name}")
        # Such an alignment is wrong by itself, and so is the property that has it.
        yield mutate(f"{name}-without-target", place, {key: [mute]}, "required-target")
    mute = ALIGNMENT | {"ceterms:codedNotation": "15-1212.00"}
    place = find("", "ceterms:occupationType")
    yield mutate("mute-occupation", place, {"ceterms:occupationType": [mute]}, "required-target")


LITERALS = {"date": ["last spring", "2024-13-01"], "duration": ["P", "2 years"]}
# A day that no month has, a time that no day has, a duration whose time is empty.
SUBTLE = {"startDate": ["2024-02-30", "2024-02-20T99:99"], "exactDuration": ["P1YT"]}


def with_wrong_dates_and_durations() -> Iterator[Mutation]:
    for kind, values in LITERALS.items():
        for shape, key in free("values", f"{kind}-in-"):
            for place in [place for place in PLACES if key in place.node][:1]:
                for value in [*values, *SUBTLE.get(key.partition(":")[2], ())]:
                    yield mutate(f"{shape.name}-{value}", place, {key: value}, shape.name)
    exact, least, most = (f"ceterms:{name}Duration" for name in ("exact", "minimum", "maximum"))
    place, span = find("", exact), find("", least, most)
    yield mutate("no-duration", place, {exact: DROP}, "duration")
    yield mutate("exact-and-minimum", place, {exact: "P2Y", least: "P1Y"}, "duration")
    yield mutate("exact-and-range", span, {exact: "P2Y"}, "duration")
    yield mutate("no-maximum", span, {most: DROP}, "duration")
    yield mutate("no-minimum", span, {least: DROP}, "duration")


def is_choice_of_three(node: dict[str, Any]) -> bool:
    return len(node.get("ceterms:targetComponent", ())) == 3


def with_wrong_conditions() -> Iterator[Mutation]:
    key, enough = "ceterms:requiredNumber", "enough-components"
    three = find("ceterms:ComponentCondition", key, three=is_choice_of_three)
    nested = find("ceterms:ComponentCondition", key, "ceterms:hasCondition")
    for number in (0, -1, [1, 2], 1.5, "two"):
        yield mutate(f"number-{number}", three, {key: number}, "number-of-components")
    none = {key: 1, "ceterms:targetComponent": DROP}
    yield mutate("number-above-targets", three, {key: 4}, enough)
    yield mutate("number-without-targets", three, none, enough)
    # A nested condition may count as one more, but not as any number.
    yield mutate("number-above-targets-and-conditions", nested, {key: 9}, enough)


def with_wrong_pathways() -> Iterator[Mutation]:
    pathway, key = find("ceterms:Pathway"), "ceterms:hasDestinationComponent"
    elsewhere = pathway.node["@id"].rpartition("/")[0] + "/" + ctid_number(9)
    is_no_part = "destination-is-a-component"
    yield mutate("without-destination", pathway, {key: DROP}, "destination")
    yield mutate("unknown-destination", pathway, {key: [elsewhere]}, is_no_part)
    end = find("", "ceterms:isPartOf", id=lambda node: [node.get("@id")] == pathway.node[key])
    parts = [part for part in pathway.node["ceterms:hasPart"] if part not in pathway.node[key]]
    changes = {key: pathway.node[key], "ceterms:hasPart": parts}
    yield mutate("destination-of-another-pathway", pathway, changes, is_no_part).and_also(
        (end.steps, "ceterms:isPartOf", [elsewhere])
    )
    ladders = find("ceterms:PathwaySet", "ceterms:hasPathway")
    one = {"ceterms:hasPathway": ladders.node["ceterms:hasPathway"][:1]}
    yield mutate("one-pathway", ladders, one, "two-pathways")


def with_wrong_profiles() -> Iterator[Mutation]:
    amounts = ("schema:value", "qdata:percentage", "schema:minValue", "schema:maxValue")
    none = dict.fromkeys(amounts, DROP)
    for kind in ("schema:QuantitativeValue", "ceterms:ValueProfile"):
        yield mutate("no-value", find(kind), none, "quantity")
        yield mutate("only-minimum", find(kind), none | {"schema:minValue": 1}, "quantity")
    cost = find("", "ceterms:currency")
    for prefix in ("ceterms", "schema"):
        yield mutate(
            f"{prefix}-currency",
            cost,
            {f"{prefix}:currency": "US Dollar"},
            "warning:code-of-currency",
        )
    aid = {"@type": "ceterms:FinancialAssistanceProfile"}  # the sample data has none
    for what, profile, *wanted in (
        ("aid-without-name", aid | {"ceterms:description": "For all"}, "required-name"),
        ("aid-with-name-only", aid | {"ceterms:name": "Grant"}, "required-assistance"),
        ("empty-aid", aid, "required-name", "required-assistance"),
    ):
        changes = {"ceterms:financialAssistance": [profile]}
        yield mutate(what, find("ceterms:Course"), changes, *wanted)


def with_wrong_relations() -> Iterator[Mutation]:
    quality = {
        "accredits": "accredited",
        "approves": "approved",
        "recognizes": "recognized",
        "regulates": "regulated",
    }
    for kind in ("ceterms:CredentialOrganization", "ceterms:QACredentialOrganization"):
        place = find(kind, "ceterms:ctid")
        for verb, past in quality.items():
            for key in (verb, f"{past}By"):
                itself = {f"ceterms:{key}": [place.node["@id"]]}
                yield mutate(f"{key}-itself", place, itself, f"not-{past}-by-itself")
    action = find("ceterms:AccreditAction", "ceterms:object")
    for verb in ("Accredit", "Approve", "Recognize", "Regulate"):
        itself = {"ceterms:actingAgent": action.node["ceterms:object"]}
        changes = itself | {"@type": f"ceterms:{verb}Action"}
        yield mutate(f"{verb}-itself", action, changes, "not-about-itself")
    for kind in ("ceterms:Credential", "ceterms:Degree"):
        place = find("ceterms:License", "ceterms:ctid")
        yield mutate(f"is-{kind}", place, {"@type": kind}, "warning:class-of-credential")


def with_wrong_references() -> Iterator[Mutation]:
    for place in (find("", "ceterms:ownedBy"), find("", "ceterms:accreditedBy")):
        for key in place.node.keys() & {"ceterms:ownedBy", "ceterms:accreditedBy"}:
            named = [{"ceterms:name": {"en-US": "Some College"}}]
            yield mutate(f"{key}-without-class", place, {key: named}, "organization")
    pointing, key = find("ceterms:ConditionProfile", "ceterms:targetCredential"), "targetCredential"
    unnamed = {f"ceterms:{key}": [{"ceterms:name": {"en-US": "Some course"}}]}
    yield mutate(f"{key}-without-class", pointing, unnamed, "target")
    keys = ("ceterms:name", "ceterms:subjectWebpage")
    kinds = {p.kind for p in PLACES if is_blank(p.node) and keys[1] in p.node}
    for kind in sorted(kinds):
        place = find(kind, *keys, blank=is_blank)
        for key in keys:
            yield mutate(f"reference-without-{key}", place, {key: DROP}, "reference")
    place = find("ceterms:LearningProgram", *keys, blank=is_blank)
    task = {keys[1]: DROP, "@type": "ceterms:Task"}
    yield mutate("reference-to-task-without-webpage", place, task, "reference")


def without_concepts() -> Iterator[Mutation]:
    """Yield a concept scheme whose concepts all belong to another."""
    scheme = find("skos:ConceptScheme")
    concepts = [
        place for place in PLACES if place.file == scheme.file and place.kind == "skos:Concept"
    ]
    yield mutate("no-concept", scheme, {"skos:hasTopConcept": DROP}, "required-concept").and_also(
        *((place.steps, "skos:topConceptOf", DROP) for place in concepts),
        *((place.steps, "skos:inScheme", "https://www.example.org/other") for place in concepts),
    )


MUTATIONS = [
    *without_what_is_required(),
    *with_broken_texts(),
    *with_wrong_concepts(),
    *with_wrong_dates_and_durations(),
    *with_wrong_conditions(),
    *with_wrong_pathways(),
    *with_wrong_profiles(),
    *with_wrong_relations(),
    *with_wrong_references(),
    *without_concepts(),
]
every_mutation = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)


@every_mutation
def test_a_mutation_is_caught_by_its_shape(mutation: Mutation) -> None:
    document = parse(mutation.data(), FAST)
    found = [
        problem
        for problem in validate(document, FAST)
        if problem.severity != "info" and "advice" not in problem.detail
    ]
    assert {(problem.severity, shape_of(problem)) for problem in found} == mutation.expected
    assert [problem.pointer for problem in found if not mutation.is_at(problem.pointer)] == []
    assert all(problem.message and problem.remedy for problem in found)
    assert refused(document, FAST) == bool(blocking(found))


@every_mutation
def test_both_engines_say_the_same_about_a_mutation(mutation: Mutation) -> None:
    assert findings(mutation.data(), REFERENCE) == findings(mutation.data())


def test_the_mutations_reach_every_shape_that_the_sample_data_allows() -> None:
    caught = {name for mutation in MUTATIONS for _, name in mutation.expected}
    keys = {key for place in PLACES for key in place.node}
    left = {
        shape.name
        for shape in shapes().by_iri.values()
        if shape.severity != "info"
        and shape.name not in caught
        and (shape.family != "values" or keys_of(shape)[0] in keys)
    }
    below = {"required-provisional-name", "required-provisional-owner", "ctid-version"}
    assert left == below | {"ctid", "type"}
    assert len(MUTATIONS) > 500


def test_a_ctid_of_another_version_is_a_warning() -> None:
    data = json.dumps(certificate()).replace("-4000-8000-", "-1000-8000-").encode()
    found = [problem for problem in findings(data) if problem.severity != "info"]
    assert [(p.severity, shape_of(p)) for p in found] == [("warning", "ctid-version")]
    assert found[0].pointer == "/@graph/0/ceterms:ctid"


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
        for shape in kind.of_severity("info"):
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


# Provisional records.

STATUS = ALIGNMENT | {"ceterms:targetNode": "graphPublicationStatus:Provisional"}
OWNED = {"ceterms:ownedBy": [f"http://localhost:8000/resources/{ctid_number(0)}"]}
ELSEWHERE = ["https://www.example.org/college"]
LATER = {
    "required-description",
    "required-subjectWebpage",
    "required-inLanguage",
    "required-credentialStatusType",
}


def announced(status: Any = STATUS, **more: Any) -> bytes:
    """Return a record of CTID, class and name only, with a status."""
    document = certificate()
    whole = document["@graph"][0]
    kept = {key: whole[key] for key in ("@type", "@id", "ceterms:ctid", "ceterms:name")}
    return json.dumps(document | {"@graph": [kept | {"adms:status": status} | more]}).encode()


@pytest.mark.parametrize("status", [STATUS, [STATUS], STATUS["ceterms:targetNode"]], ids=str)
@pytest.mark.parametrize("settings", [FAST, REFERENCE], ids=["shacl", "pyshacl"])
def test_a_provisional_record_needs_name_and_owner_only(status: Any, settings: Settings) -> None:
    data = announced(status, **OWNED)
    found = findings(data, settings)
    assert [problem for problem in found if problem.severity != "info"] == []
    assert {shape_of(problem) for problem in found} >= LATER
    assert not refused(parse(data, settings), settings)


@pytest.mark.parametrize(
    "more",
    [{"ceterms:offeredBy": OWNED["ceterms:ownedBy"]}, OWNED | {"ceterms:offeredBy": ELSEWHERE}],
    ids=["offered", "offered elsewhere, too"],
)
def test_one_owner_of_this_registry_is_enough(more: dict[str, Any]) -> None:
    assert blocking(findings(announced(**more))) == set()


@pytest.mark.parametrize(
    ("more", "shape"),
    [
        ({"ceterms:name": {}} | OWNED, "required-provisional-name"),
        ({}, "required-provisional-owner"),
        ({"ceterms:ownedBy": ELSEWHERE}, "required-provisional-owner"),
        # What is given must be right nevertheless.
        (OWNED | {"ceterms:subjectWebpage": "ftp://www.example.org/"}, "address-of-subjectWebpage"),
    ],
)
def test_what_a_provisional_record_is_refused_for(more: dict[str, Any], shape: str) -> None:
    assert blocking(findings(announced(**more))) == {shape}
    assert refused(parse(announced(**more), FAST), FAST)


@pytest.mark.parametrize("status", [None, "graphPublicationStatus:Full"])
def test_a_record_that_is_not_provisional_needs_everything(status: Any) -> None:
    data = announced(status, **OWNED)
    assert blocking(findings(data)) == LATER
    assert refused(parse(data, FAST), FAST)


def test_a_provisional_pathway_may_lead_nowhere_yet() -> None:
    pathway = find("ceterms:Pathway")
    changes = {"ceterms:hasDestinationComponent": DROP, "adms:status": STATUS}
    found = findings(mutate("", pathway, changes).data())
    assert blocking(found) == set()
    assert [p.severity for p in found if shape_of(p) == "destination"] == ["info"]


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
    assert refused(document, FAST)


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
