"""Published pathways: which component precedes which, by every spelling; conditions; levels."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents import parse
from ctgraph.errors import NotFound
from ctgraph.identity import Identity
from ctgraph.links.components import (
    MAX_PATHWAY_STEPS,
    Step,
    component_classes,
    order_of,
    proxies_of,
)
from ctgraph.links.nodes import Text, Value
from ctgraph.pathways.structure import to_json
from ctgraph.pathways.structure_reader import MAX_NESTED_CONDITIONS, structure_of
from ctgraph.settings import load_settings
from ctgraph.vocab import vocabulary
from tests.support.paths import DATA
from tests.support.registry import certificate, ctid_number

SETTINGS = load_settings()
IDENTITY = Identity.of(SETTINGS)
EARLIER, LATER, OTHER, PATHWAY = map(ctid_number, (1, 2, 3, 9))
FORWARD = ("ceterms:precedes", "ceterms:preceeds", "ceasn:isChildOf")
BACKWARD = ("ceterms:precededBy", "ceterms:prerequisite", "ceasn:hasChild")


# Order, from small hand-written nodes.


def nodes(**described: dict[str, Any]) -> dict[str, dict[str, list[Value]]]:
    """Return nodes from CURIEs; a node whose name begins with c is a component."""
    return {
        name: {
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": [
                vocabulary().expand("ceterms:CourseComponent" if name[0] == "c" else "x:Other")
            ],
            **{
                vocabulary().expand(key): value if isinstance(value, list) else [value]
                for key, value in node.items()
            },
        }
        for name, node in described.items()
    }


def condition(*targets: str, **more: Any) -> dict[str, Any]:
    keys = {"nested": "hasCondition", "operator": "logicalOperator", "number": "requiredNumber"}
    return {
        "ceterms:targetComponent": [*targets],
        **{f"ceterms:{keys[key]}": value for key, value in more.items()},
    }


def groups(described: dict[str, dict[str, list[Value]]]) -> dict[str, str]:
    """Return the group of each earlier component's step."""
    return {step.earlier: step.group for step in order_of(described)}


@pytest.mark.parametrize("curie", FORWARD)
def test_the_earlier_component_says_it(curie: str) -> None:
    assert [*order_of(nodes(c1={curie: "c2"}, c2={}))] == [Step("c1", "c2", curie)]


@pytest.mark.parametrize("curie", BACKWARD)
def test_the_later_component_says_it(curie: str) -> None:
    assert [*order_of(nodes(c1={}, c2={curie: "c1"}))] == [Step("c1", "c2", curie)]


def test_a_condition_says_it() -> None:
    described = nodes(c1={}, c2={"ceterms:hasCondition": "k"}, k=condition("c1", number=Text("1")))
    assert [*order_of(described)] == [Step("c1", "c2", "ceterms:targetComponent", "k", "", 1)]


def test_nested_conditions_say_it_even_in_a_circle() -> None:
    described = nodes(
        c1={},
        c2={},
        c3={"ceterms:hasCondition": "k1"},
        k1=condition("c1", nested="k2"),
        k2=condition("c2", nested=["k1", "k2"]),
    )
    assert [(s.earlier, s.later, s.condition) for s in order_of(described)] == [
        ("c1", "c3", "k1"),
        ("c2", "c3", "k2"),
    ]


def test_only_components_of_the_document_have_an_order() -> None:
    described = nodes(
        c1={"ceterms:precedes": ["other", "c9", "c1"], "ceterms:hasCondition": ["k", "gone"]},
        k=condition("other", "c9", "c1"),
        other={"ceterms:precedes": "c1"},
        p={"ceasn:hasChild": "c1"},
    )
    assert [*order_of(described)] == []


def test_components_that_precede_each_other_are_told_both_ways() -> None:
    described = nodes(c1={"ceterms:precedes": "c2"}, c2={"ceterms:precedes": "c1"})
    assert {(step.earlier, step.later) for step in order_of(described)} == {
        ("c1", "c2"),
        ("c2", "c1"),
    }


def test_all_classes_of_components_count() -> None:
    names = (
        "Assessment",
        "Basic",
        "Cocurricular",
        "Collection",
        "Competency",
        "Course",
        "Credential",
        "Extracurricular",
        "Job",
        "Multi",
        "Pathway",
        "WorkExperience",
    )
    assert component_classes() == {
        vocabulary().expand(f"ceterms:{name}Component") for name in names
    }


@pytest.mark.parametrize(
    "spelling",
    [
        f"http://localhost:8000/graph/{LATER}",
        f"https://credentialengineregistry.org/resources/{LATER.upper()}/",
        Text(f"https://registry.example.org/resources/{LATER}"),
    ],
)
def test_links_join_in_any_spelling(spelling: Value) -> None:
    described = nodes(c1={"ceterms:preceeds": spelling}, c2={})
    for later in (LATER, f"http://localhost:8000/resources/{LATER}"):
        renamed = {"c1": described["c1"], later: described["c2"]}
        assert [step.later for step in order_of(renamed)] == [later]


def test_components_that_share_the_beginning_of_their_iris_stay_apart() -> None:
    base = f"http://localhost:8000/resources/{LATER}#"
    described = nodes(c1={"ceterms:precedes": f"{base}b"}, c2={}, c3={})
    renamed = {f"{base}{new}": node for new, node in zip("abc", described.values(), strict=True)}
    assert [(s.earlier[-1], s.later[-1]) for s in order_of(renamed)] == [("a", "b")]


def with_operator(value: Value, operator: str) -> Value:
    """Return a value with an operator put in."""
    if isinstance(value, Text):
        return Text(value.lexical.format(operator))
    return value.format(operator)


@pytest.mark.parametrize(
    ("value", "aligned"),
    [
        ("logic:{}", {}),
        ("https://purl.org/ctdl/vocabs/logic/{}", {}),
        (Text("{}"), {}),
        ("o", {"ceterms:targetNode": "https://purl.org/ctdl/vocabs/logic/{}"}),
        ("o", {"ceterms:targetNodeName": Text("{}")}),
    ],
)
@pytest.mark.parametrize(("operator", "grouped"), [("Or", "k"), ("OnlyOne", "k"), ("And", "")])
def test_operators_in_all_their_forms(
    value: str, aligned: dict[str, str], operator: str, grouped: str
) -> None:
    described = nodes(
        c1={},
        c2={},
        c3={"ceterms:hasCondition": "k"},
        k=condition("c1", "c2", operator=with_operator(value, operator)),
        o={key: with_operator(text, operator) for key, text in aligned.items()},
    )
    assert groups(described) == {"c1": grouped, "c2": grouped}


@pytest.mark.parametrize(
    ("number", "required", "grouped"),
    [
        (Text("1"), 1, "k"),
        (Text("01"), 1, "k"),
        (Text("2"), 2, ""),
        (Text("3"), 3, ""),
        (Text("0"), None, ""),
        (Text("-1"), None, ""),
        (Text("one"), None, ""),
        (Text(""), None, ""),
        ("k", None, ""),
        (Text("9" * 5000), None, ""),
    ],
)
def test_required_numbers(number: Value, required: int | None, grouped: str) -> None:
    described = nodes(
        c1={}, c2={}, c3={"ceterms:hasCondition": "k"}, k=condition("c1", "c2", number=number)
    )
    assert {(s.group, s.required) for s in order_of(described)} == {(grouped, required)}


def test_what_is_nested_below_a_choice_is_part_of_it() -> None:
    described = nodes(
        c1={},
        c2={},
        c3={},
        c4={"ceterms:hasCondition": "k1"},
        k1=condition("c1", operator="logic:Or", nested="k2"),
        k2=condition("c2", "c3", number=Text("2")),
    )
    assert groups(described) == {"c1": "k1", "c2": "k1", "c3": "k1"}


def test_a_choice_below_what_is_needed_is_a_choice_of_its_own() -> None:
    described = nodes(
        c1={},
        c2={},
        c3={},
        c4={"ceterms:hasCondition": "k1"},
        k1=condition("c1", number=Text("1"), nested="k2"),
        k2=condition("c2", "c3", number=Text("1")),
    )
    assert groups(described) == {"c1": "", "c2": "k2", "c3": "k2"}


def test_a_number_of_nested_conditions_is_a_choice() -> None:
    described = nodes(
        c1={},
        c2={},
        c4={"ceterms:hasCondition": "k"},
        k1=condition("c1"),
        k2=condition("c2"),
        k=condition(number=Text("1"), nested=["k1", "k2"]),
    )
    assert groups(described) == {"c1": "k", "c2": "k"}


def test_one_of_one_is_no_choice() -> None:
    described = nodes(
        c1={}, c2={"ceterms:hasCondition": "k"}, k=condition("c1", operator="logic:Or")
    )
    assert groups(described) == {"c1": ""}


def test_no_choice_hides_what_is_needed_in_any_case() -> None:
    described = nodes(
        c1={},
        c2={},
        c4={"ceterms:hasCondition": ["k1", "k3"]},
        k1=condition("c1", operator="logic:Or", nested="k2"),
        k2=condition("c2"),
        k3=condition(nested="k2"),
    )
    assert groups(described) == {"c1": "k1", "c2": ""}


def test_shared_conditions_do_not_multiply_without_end() -> None:
    steps = {f"c{n}": {"ceterms:hasCondition": "k0"} for n in range(2000)}
    assert len([*order_of(nodes(**steps, k0=condition(*steps)))]) == MAX_PATHWAY_STEPS
    chain = {f"k{n}": {"ceterms:hasCondition": f"k{n + 1}"} for n in range(2000)}
    chain["k1999"] = condition("c0")
    assert len([*order_of(nodes(**steps, **chain))]) == MAX_PATHWAY_STEPS / 2000 - 1


def test_what_a_component_stands_for() -> None:
    described = nodes(
        c1={
            "ceterms:proxyFor": [OTHER, Text("https://example.org/course"), Text("a course")],
            "ceterms:proxyForItems": ["_:b0", OTHER],
            "ceterms:sourceData": ["https://example.org/legacy"],
        }
    )
    assert proxies_of(described, "c1") == [
        OTHER,
        "https://example.org/course",
        "_:b0",
        "https://example.org/legacy",
    ]
    assert proxies_of(described, "c2") == []


# Against the facts, transcribed without regard to cost.

NAMES = [f"c{n}" for n in range(4)]
CONDITIONS = [f"k{n}" for n in range(4)]
SOME = st.lists(st.sampled_from([*NAMES, "p", "elsewhere"]), max_size=2, unique=True)
NESTED = st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True)
COMPONENTS = st.fixed_dictionaries(
    {"ceterms:hasCondition": NESTED}, optional=dict.fromkeys([*FORWARD, *BACKWARD], SOME)
)
DESCRIBED = st.builds(
    lambda components, conditions, pathway: nodes(
        **dict(zip(NAMES, components, strict=True)),
        **dict(zip(CONDITIONS, conditions, strict=True)),
        p=pathway,
    ),
    st.lists(COMPONENTS, min_size=4, max_size=4),
    st.lists(
        st.fixed_dictionaries(
            {"ceterms:targetComponent": SOME, "ceterms:hasCondition": NESTED},
            optional={
                "ceterms:logicalOperator": st.sampled_from(["logic:And", "logic:Or"]),
                "ceterms:requiredNumber": st.sampled_from([Text("1"), Text("2")]),
            },
        ),
        min_size=4,
        max_size=4,
    ),
    st.fixed_dictionaries({"ceasn:hasChild": SOME}),
)


def values(described: Any, name: str, curie: str) -> list[str]:
    found: list[str] = described.get(name, {}).get(vocabulary().expand(curie), [])
    return found


def paths(described: Any, name: str, past: tuple[str, ...] = ()) -> Any:
    """Yield all ways that lead from a component through conditions, none of them twice."""
    for inner in values(described, name, "ceterms:hasCondition"):
        if inner not in past:
            yield (*past, inner)
            yield from paths(described, inner, (*past, inner))


def leaves_choice(described: Any, name: str) -> bool:
    targets = values(described, name, "ceterms:targetComponent")
    nested = values(described, name, "ceterms:hasCondition")
    number = values(described, name, "ceterms:requiredNumber")
    either = values(described, name, "ceterms:logicalOperator") == ["logic:Or"]
    if either and len(targets) + len(nested) > 1:
        return True
    return bool(number) and int(number[0].lexical) < (len(targets) if targets else len(nested))


@given(DESCRIBED)
def test_the_order_is_what_the_facts_say(described: dict[str, Any]) -> None:
    plain: set[tuple[str, str, str]] = set()
    conditional: dict[tuple[str, str, str], set[str]] = {}
    for name in NAMES:
        for curie in FORWARD:
            plain |= {(name, later, curie) for later in values(described, name, curie)}
        for curie in BACKWARD:
            plain |= {(earlier, name, curie) for earlier in values(described, name, curie)}
        for path in paths(described, name):
            group = next((c for c in path if leaves_choice(described, c)), "")
            for earlier in values(described, path[-1], "ceterms:targetComponent"):
                conditional.setdefault((earlier, name, path[-1]), set()).add(group)
    steps = [*order_of(described)]
    assert len(steps) == len(set(steps))
    with_condition = {(s.earlier, s.later, s.condition): s for s in steps if s.condition}
    assert {(s.earlier, s.later, s.property) for s in steps if not s.condition} == {
        fact for fact in plain if {*fact[:2]} <= {*NAMES} and fact[0] != fact[1]
    }
    assert with_condition.keys() == {
        fact for fact in conditional if fact[0] in NAMES and fact[0] != fact[1]
    }
    for fact, step in with_condition.items():
        possible = conditional[fact]
        assert step.group in ({""} if "" in possible else possible)
        number = values(described, step.condition, "ceterms:requiredNumber")
        assert step.required == (int(number[0].lexical) if number else None)


# Structure, from documents.


def resource(record: str) -> str:
    return f"http://localhost:8000/resources/{record}"


def document(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the canonical JSON-LD of a pathway with some components."""
    entities = [
        {
            "@type": "ceterms:Pathway",
            "ceterms:ctid": PATHWAY,
            "ceterms:name": {"en-US": "Ladder"},
            **more,
        },
        *parts,
    ]
    for entity in entities:
        if "ceterms:ctid" in entity:
            entity["@id"] = resource(entity["ceterms:ctid"])
    return read(
        {
            "@context": [
                "https://credreg.net/ctdl/schema/context/json",
                "https://credreg.net/ctdlasn/schema/context/json",
            ],
            "@id": f"http://localhost:8000/graph/{entities[0]['ceterms:ctid']}",
            "@graph": entities,
        }
    )


def component(record: str, kind: str = "Course", /, **more: Any) -> dict[str, Any]:
    return {
        "@type": f"ceterms:{kind}Component",
        "ceterms:ctid": record,
        "ceterms:name": {"en-US": f"Step {record[-1]}"},
        **more,
    }


def read(value: Any) -> dict[str, Any]:
    return parse(json.dumps(value).encode(), SETTINGS).content


def published(name: str) -> dict[str, Any]:
    return read(json.loads((DATA / "2-records" / f"{name}.json").read_text("utf-8")))


def structure(content: dict[str, Any], progression: dict[str, Any] | None = None) -> Any:
    """Return a structure as a reader of the JSON sees it."""
    return json.loads(json.dumps(to_json(structure_of(content, IDENTITY, progression))))


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


# Levels.


def level(number: int, **more: Any) -> dict[str, Any]:
    return {
        "@type": "asn:ProgressionLevel",
        "ceterms:ctid": ctid_number(number),
        "skos:prefLabel": {"en-US": str(number)},
        **more,
    }


def ordered(*levels: dict[str, Any], **model: Any) -> list[str]:
    """Return the names of a model's levels in their order."""
    found = structure(
        document(component(EARLIER, **{"asn:hasProgressionLevel": [resource(ctid_number(20))]})),
        document(*levels, **{"@type": "asn:ProgressionModel", "ceterms:ctid": OTHER, **model}),
    )
    assert [level["order"] for level in found["levels"]] == [*range(len(found["levels"]))]
    return [level["name"] for level in found["levels"]]


@pytest.mark.parametrize("curie", ["ceterms:precedes", "ceterms:preceeds"])
def test_levels_stand_in_the_order_that_they_tell(curie: str) -> None:
    last, middle = resource(ctid_number(20)), resource(ctid_number(21))
    assert ordered(level(20), level(21, **{curie: [last]}), level(22, **{curie: [middle]})) == [
        "22",
        "21",
        "20",
    ]


def test_levels_tell_their_order_backwards() -> None:
    assert ordered(
        level(20, **{"ceterms:precededBy": [resource(ctid_number(22))]}), level(21), level(22)
    ) == ["21", "22", "20"]


def test_levels_stand_as_the_model_lists_them_where_they_tell_nothing() -> None:
    tops = [resource(ctid_number(number)) for number in (22, 20)]
    below = {"skos:narrower": [resource(ctid_number(21))]}
    assert ordered(
        level(20), level(21), level(22, **below), level(23), **{"skos:hasTopConcept": tops}
    ) == ["22", "21", "20", "23"]


def test_levels_in_a_circle_stand_as_they_are_listed() -> None:
    assert ordered(
        level(20, **{"ceterms:precedes": [resource(ctid_number(21))]}),
        level(21, **{"ceterms:precedes": [resource(ctid_number(20)), resource(EARLIER)]}),
    ) == ["20", "21"]


def test_a_level_of_a_model_that_is_not_held_is_a_level() -> None:
    found = structure(
        document(
            component(EARLIER, **{"asn:hasProgressionLevel": ["https://example.org/levels/1"]}),
            component(LATER, **{"asn:hasProgressionLevel": [resource(ctid_number(20))]}),
        )
    )
    assert found["levels"] == [
        {"iri": "https://example.org/levels/1", "name": "", "order": 0},
        {"iri": resource(ctid_number(20)), "name": "", "order": 1},
    ]
    assert found["components"][1]["levels"] == [resource(ctid_number(20))]
