"""The structure of published pathways, read from their documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ctgraph.errors import NotFound
from ctgraph.pathways.structure_reader import MAX_NESTED_CONDITIONS, structure_of
from tests.support.pathway_documents import (
    EARLIER,
    IDENTITY,
    LATER,
    OTHER,
    PATHWAY,
    component,
    document,
    published,
    read,
    resource,
    structure,
)
from tests.support.registry import certificate, ctid_number

FORWARD = ("ceterms:precedes", "ceterms:preceeds", "ceasn:isChildOf")
BACKWARD = ("ceterms:precededBy", "ceterms:prerequisite", "ceasn:hasChild")


def by_name(found: Any) -> dict[str, Any]:
    return {component["name"]: component for component in found["components"]}


def test_a_published_pathway() -> None:
    model = published("riverbend-cc/progression-model-nursing-steps")
    found = structure(published("riverbend-cc/pathway-nursing"), model)
    steps = by_name(found)
    assert found["name"] == "From Caregiver to Nurse Leader"
    assert [(level["order"], level["name"]) for level in found["levels"]] == [
        (0, "Caregiver"),
        (1, "Practical nurse"),
        (2, "Registered nurse"),
        (3, "Nurse leader"),
    ]
    assert [*steps] == [
        "Nurse aide",
        "Anatomy",
        "Practical nursing",
        "Associate degree",
        "License",
        "A year on the ward",
        "Bachelor’s degree",
    ]
    last = steps["Bachelor’s degree"]
    assert found["destination"] == [last["id"]]
    assert [name for name, step in steps.items() if step["destination"]] == [last["name"]]
    assert (last["type"], last["typeLabel"]) == (
        "ceterms:CredentialComponent",
        "Credential Component",
    )
    assert last["levels"] == [found["levels"][3]["iri"]]
    degree = "ce-bb73bb0c-128b-4500-9dbc-cb6fae5e7abd"
    assert last["proxyFor"] == [{"id": degree, "iri": resource(degree), "name": ""}]
    [outer] = last["conditions"]
    [inner] = outer["conditions"]
    assert (outer["required"], outer["targets"]) == (1, [steps["Associate degree"]["id"]])
    assert (inner["required"], inner["operator"]) == (1, "")
    assert inner["targets"] == [steps["License"]["id"], steps["A year on the ward"]["id"]]
    assert {
        "source": steps["License"]["id"],
        "target": last["id"],
        "kind": "condition",
        "condition": inner["id"],
    } in found["edges"]
    assert steps["Anatomy"]["precedes"] == [
        steps["Practical nursing"]["id"],
        steps["Associate degree"]["id"],
    ]
    assert steps["A year on the ward"]["proxyFor"] == steps["Anatomy"]["levels"] == []


def test_a_published_pathway_that_starts_outside_of_the_registry() -> None:
    steps = by_name(structure(published("harrow-ferry-college/pathway-cyber")))
    [proxy] = steps["Service cyber school"]["proxyFor"]
    assert proxy == {
        "id": "_:6b1ca0b6-cd6e-4fa4-829f-a8ea1a03d650",
        "iri": "",
        "name": "Joint Cyber Operations Course",
    }
    assert len(steps["Associate degree"]["conditions"][0]["targets"]) == 3


def test_the_edges_of_published_pathways_are_their_order() -> None:
    for name in ("riverbend-cc/pathway-nursing", "harrow-ferry-college/pathway-cyber"):
        found = structure(published(name))
        said = {(edge["source"], edge["target"], edge["kind"]) for edge in found["edges"]}
        expected = set()
        for step in found["components"]:
            expected |= {(step["id"], later, "precedes") for later in step["precedes"]}
            waiting = [*step["conditions"]]
            while waiting:
                needed = waiting.pop()
                waiting += needed["conditions"]
                expected |= {(target, step["id"], "condition") for target in needed["targets"]}
        assert said == expected
        assert len(found["edges"]) == len({json.dumps(edge) for edge in found["edges"]})


def test_a_published_set_of_pathways() -> None:
    found = structure(published("cvhec/pathway-set-valley-ladders"))
    assert [pathway["id"] for pathway in found["pathways"]] == [
        "ce-fdb3f7fe-4446-4d77-a77c-6d000716d259",
        "ce-1be19a47-0752-4527-b3e3-16b6e206e624",
    ]
    assert found["components"] == found["edges"] == found["levels"] == []


def test_a_set_names_its_pathways_as_far_as_its_document_does() -> None:
    found = structure(
        document(
            {"@id": "_:one", "@type": "ceterms:Pathway", "ceterms:name": {"en": "One"}},
            **{"@type": "ceterms:PathwaySet", "ceterms:hasPathway": ["_:one", resource(OTHER)]},
        )
    )
    assert found["pathways"] == [
        {"id": "_:one", "iri": "", "name": "One"},
        {"id": OTHER, "iri": resource(OTHER), "name": ""},
    ]


def test_other_documents_have_no_structure() -> None:
    with pytest.raises(NotFound, match="is a Certificate and not a pathway"):
        structure_of(read(certificate()), IDENTITY, None)


def test_the_answer_is_the_same_every_time() -> None:
    content = published("harrow-ferry-college/pathway-cyber")
    before = json.dumps(content)
    assert structure(content) == structure(content)
    assert json.dumps(content) == before


@pytest.mark.parametrize("curie", [*FORWARD, *BACKWARD])
@pytest.mark.parametrize("host", ["http://localhost:8000", "https://registry.example.org"])
def test_order_in_a_document(curie: str, host: str) -> None:
    forward = curie in FORWARD
    says, named = (EARLIER, LATER) if forward else (LATER, EARLIER)
    link = f"{host}/graph/{named.upper()}"
    found = structure(
        document(
            component(named),
            component(says, **{curie: [link]}),
            **{"ceasn:hasPart": [resource(EARLIER)], "ceterms:hasPart": [resource(LATER)]},
        )
    )
    kind = "child" if curie.startswith("ceasn:") else "precedes"
    assert found["edges"] == [{"source": EARLIER, "target": LATER, "kind": kind, "condition": ""}]
    steps = {step["id"]: step for step in found["components"]}
    assert steps[EARLIER]["precedes"] == ([LATER] if kind == "precedes" else [])
    assert steps[LATER]["children"] == ([EARLIER] if kind == "child" else [])


@pytest.mark.parametrize("curie", ["ceterms:proxyFor", "ceterms:sourceData"])
@pytest.mark.parametrize("typed", [False, True])
def test_what_a_component_of_a_document_stands_for(curie: str, typed: bool) -> None:
    link: Any = f"https://credentialengineregistry.org/graph/{OTHER.upper()}"
    if typed:
        link = {"@type": "xsd:anyURI", "@value": link}
    found = structure(document(component(EARLIER, **{curie: link})))
    assert found["components"][0]["proxyFor"] == [{"id": OTHER, "iri": resource(OTHER), "name": ""}]


@pytest.mark.parametrize(
    ("pathway", "step"),
    [
        ({"ceterms:hasDestinationComponent": [resource(LATER)]}, {}),
        ({}, {"ceterms:isDestinationComponentOf": [resource(PATHWAY)]}),
        ({"ceterms:hasRootComponent": [resource(LATER)]}, {}),
        (
            {
                "ceterms:hasRootComponent": [resource(EARLIER)],
                "ceterms:hasDestinationComponent": [resource(LATER)],
            },
            {},
        ),
    ],
)
def test_destinations(pathway: dict[str, Any], step: dict[str, Any]) -> None:
    found = structure(document(component(EARLIER), component(LATER, **step), **pathway))
    assert found["destination"] == [LATER]
    assert [step["destination"] for step in found["components"]] == [False, True]


@pytest.mark.parametrize(
    "operator",
    [
        "logic:OnlyOne",
        "https://purl.org/ctdl/vocabs/logic/OnlyOne",
        {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": "logic:OnlyOne"},
        {
            "@type": "ceterms:CredentialAlignmentObject",
            "ceterms:targetNodeName": {"en-US": "OnlyOne"},
        },
    ],
)
@pytest.mark.parametrize(
    "comparator",
    [
        "compare:GTEQ",
        {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": "compare:GTEQ"},
    ],
)
def test_conditions_with_operators_and_constraints(operator: Any, comparator: Any) -> None:
    found = structure(
        document(
            component(EARLIER),
            component(OTHER, "Collection"),
            component(
                LATER,
                "Multi",
                **{
                    "ceterms:hasCondition": [
                        {
                            "@type": "ceterms:ComponentCondition",
                            "ceterms:name": {"es": "Uno", "en": "One"},
                            "ceterms:description": {"en": "One of two."},
                            "ceterms:logicalOperator": operator,
                            "ceterms:targetComponent": [resource(EARLIER), resource(OTHER)],
                            "ceterms:hasConstraint": [
                                {
                                    "@type": "ceterms:Constraint",
                                    "ceterms:name": {"en": "Hours"},
                                    "ceterms:leftSource": ["ceterms:creditValue"],
                                    "ceterms:comparator": comparator,
                                    "ceterms:rightSource": [{"@value": "12"}],
                                }
                            ],
                        }
                    ]
                },
            ),
        )
    )
    [needed] = found["components"][2]["conditions"]
    assert {key: value for key, value in needed.items() if key != "id"} == {
        "name": "One",
        "description": "One of two.",
        "operator": "OnlyOne",
        "required": None,
        "targets": [EARLIER, OTHER],
        "conditions": [],
        "constraints": [
            {"name": "Hours", "left": "ceterms:creditValue", "comparator": "GTEQ", "right": "12"}
        ],
    }
    assert {edge["condition"] for edge in found["edges"]} == {needed["id"]}


def test_broken_conditions_are_told_as_they_are() -> None:
    elsewhere = ctid_number(5)
    found = structure(
        document(
            component(
                EARLIER,
                **{
                    "ceterms:hasCondition": [
                        "_:loop",
                        {"@type": "ceterms:ComponentCondition"},
                        "https://example.org/condition",
                    ],
                    "ceterms:precedes": [resource(elsewhere)],
                },
            ),
            {
                "@id": "_:loop",
                "@type": "ceterms:ComponentCondition",
                "ceterms:requiredNumber": 7,
                "ceterms:hasCondition": ["_:loop"],
                "ceterms:targetComponent": [resource(elsewhere)],
            },
            **{"ceterms:hasDestinationComponent": [resource(elsewhere)]},
        )
    )
    assert found["destination"] == [elsewhere]
    loop, empty = found["components"][0]["conditions"]
    assert (loop["targets"], loop["required"], loop["conditions"]) == ([elsewhere], 7, [])
    assert (empty["targets"], empty["constraints"]) == ([], [])
    assert found["edges"] == []


def test_a_long_chain_of_conditions_can_still_be_sent() -> None:
    chain = [
        {
            "@id": f"https://example.org/{n}",
            "@type": "ceterms:ComponentCondition",
            "ceterms:hasCondition": [f"https://example.org/{n + 1}"],
        }
        for n in range(3000)
    ]
    chain[-1]["ceterms:targetComponent"] = [resource(EARLIER)]
    found = structure(
        document(
            component(EARLIER),
            *chain,
            component(LATER, **{"ceterms:hasCondition": ["https://example.org/0"]}),
        )
    )
    assert [(edge["source"], edge["target"]) for edge in found["edges"]] == [(EARLIER, LATER)]
    depth, shown = 0, found["components"][1]["conditions"]
    while shown:
        depth, shown = depth + 1, shown[0]["conditions"]
    assert depth == MAX_NESTED_CONDITIONS


def test_a_pathway_without_components() -> None:
    found = structure(document())
    assert (found["id"], found["iri"]) == (PATHWAY, resource(PATHWAY))
    assert found["components"] == found["edges"] == found["destination"] == []
