"""Valid documents with one thing wrong, and the shapes that must report it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctgraph.problem import Severity
from ctgraph.shapes import Shape, shapes
from ctgraph.vocab import vocabulary
from tests.support.registry import ctid_number
from tests.support.sample_nodes import (
    ALIGNMENT,
    DROP,
    PLACES,
    Mutation,
    Place,
    find,
    free,
    is_blank,
    keys_of,
    met,
    mutate,
)

# What has no CTID or no class is refused when it is read; the others have mutations of their own.
APART = {"ctid", "type", "required-concept", "required-target"}


def without_what_is_required() -> Iterator[Mutation]:
    for kind in shapes().classes:
        smallest = {place.kind: place for place in reversed(met(kind))}
        for _, place in sorted(smallest.items()):
            for shape in kind.shapes:
                if shape.required and shape.severity != "info" and shape.name not in APART:
                    dropped = dict.fromkeys(keys_of(shape), DROP)
                    found = (f"{shape.severity}:{shape.name}", *also_found(shape, place))
                    yield mutate(f"without-{shape.name}", place, dropped, *found)


def also_found(shape: Shape, place: Place) -> tuple[str, ...]:
    """Return what else is found in a node that lacks what a shape requires."""
    if "competency-home" in shape.name:  # its framework names it, so it must name the framework
        return ("competency-of-a-framework",)
    if shape.name == "words-of-condition":
        return ("warning:description-of-condition",)
    is_mute = shape.name == "description-of-condition" and "ceterms:name" not in place.node
    return ("words-of-condition",) if is_mute else ()


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
            for shape in [s for s in kind.shapes if s.severity is Severity.VIOLATION]:
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


READING = ""
"""Stands for the shape where a value is refused already as it is read."""
LITERALS = {"date": ["last spring", "2024-13-01"], "duration": ["P", "2 years"]}
# A day that no month has, a time that no day has, a duration whose time is empty.
SUBTLE = {"startDate": ["2024-02-30", "2024-02-20T99:99"], "exactDuration": ["P1YT"]}


def with_wrong_dates_and_durations() -> Iterator[Mutation]:
    for kind, values in LITERALS.items():
        for shape, key in free("values", f"{kind}-in-"):
            for place in [place for place in PLACES if key in place.node][:1]:
                for value in [*values, *SUBTLE.get(key.partition(":")[2], ())]:
                    yield mutate(f"{shape.name}-{value}", place, {key: value}, READING)
    exact, least, most = (f"ceterms:{name}Duration" for name in ("exact", "minimum", "maximum"))
    place, span = find("", exact), find("", least, most)
    yield mutate("no-duration", place, {exact: DROP}, "required-duration")
    yield mutate("exact-and-minimum", place, {exact: "P2Y", least: "P1Y"}, "duration")
    yield mutate("exact-and-range", span, {exact: "P2Y"}, "duration")
    yield mutate("no-maximum", span, {most: DROP})
    yield mutate("no-minimum", span, {least: DROP})


def is_choice_of_three(node: dict[str, Any]) -> bool:
    return len(node.get("ceterms:targetComponent", ())) == 3


def with_wrong_conditions() -> Iterator[Mutation]:
    key, enough = "ceterms:requiredNumber", "enough-components"
    three = find("ceterms:ComponentCondition", key, three=is_choice_of_three)
    nested = find("ceterms:ComponentCondition", key, "ceterms:hasCondition")
    for number in (0, -1, [1, 2]):
        yield mutate(f"number-{number}", three, {key: number}, "number-of-components")
    for unread in (1.5, "two"):
        yield mutate(f"number-{unread}", three, {key: unread}, READING)
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
    money: dict[str, Any] = {
        "@type": "schema:MonetaryAmount",
        "schema:currency": "USD",
    }  # the sample data has none
    for key in ("schema:value", "schema:minValue", "schema:maxValue"):
        changes = {"ceterms:baseSalary": [money | {key: -1}]}
        yield mutate(f"negative-{key}", find("ceterms:Job"), changes, "warning:money-not-negative")
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
        for key, shape in zip(
            keys, ("reference", "warning:reference-without-webpage"), strict=True
        ):
            yield mutate(f"reference-without-{key}", place, {key: DROP}, shape)
    place = find("ceterms:LearningProgram", *keys, blank=is_blank)
    task = {keys[1]: DROP, "@type": "ceterms:Task"}
    yield mutate(
        "reference-to-task-without-webpage", place, task, "warning:reference-without-webpage"
    )


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


def with_a_class_of_other_rules() -> Iterator[Mutation]:
    """Yield a record of a class that the sample data has not, without what this class needs."""
    regulation = {"@type": "ceterms:RegulatoryInformation"}
    nobody = dict.fromkeys(("ceterms:ownedBy", "ceterms:offeredBy"), DROP)
    place = find("ceterms:SupportService", "ceterms:ownedBy")
    yield mutate(
        "regulation-of-nobody", place, regulation | nobody, "required-ownedBy-or-regulator"
    )
    regulator = nobody | {"ceterms:regulatedBy": place.node["ceterms:ownedBy"]}
    yield mutate("regulation-with-regulator", place, regulation | regulator)


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
    *with_a_class_of_other_rules(),
]
