"""Which component of a document precedes which, from hand-written nodes and from random ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.identity.ctid import NodeId
from ctgraph.links.components import (
    MAX_PATHWAY_STEPS,
    Step,
    component_classes,
    order_of,
    proxies_of,
)
from ctgraph.links.nodes import Nodes, Text, Value
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab import vocabulary
from tests.support.registry import ctid_number

EARLIER, LATER, OTHER, PATHWAY = map(ctid_number, (1, 2, 3, 9))
FORWARD = ("ceterms:precedes", "ceasn:isChildOf")
BACKWARD = ("ceterms:precededBy", "ceterms:prerequisite", "ceasn:hasChild")


def nodes(**described: dict[str, Any]) -> dict[NodeId, dict[Iri, list[Value]]]:
    """Return nodes from CURIEs; a node whose name begins with c is a component."""
    return {
        Iri(name): {
            vocabulary().expand("rdf:type"): [
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


def groups(described: Nodes) -> dict[str, str]:
    """Return the group of each earlier component's step."""
    return {step.earlier: step.group for step in order_of(described)}


@pytest.mark.parametrize("curie", FORWARD)
def test_the_earlier_component_says_it(curie: str) -> None:
    assert [*order_of(nodes(c1={curie: "c2"}, c2={}))] == [Step(Iri("c1"), Iri("c2"), Curie(curie))]


@pytest.mark.parametrize("curie", BACKWARD)
def test_the_later_component_says_it(curie: str) -> None:
    assert [*order_of(nodes(c1={}, c2={curie: "c1"}))] == [Step(Iri("c1"), Iri("c2"), Curie(curie))]


def test_a_condition_says_it() -> None:
    described = nodes(c1={}, c2={"ceterms:hasCondition": "k"}, k=condition("c1", number=Text("1")))
    assert [*order_of(described)] == [
        Step(Iri("c1"), Iri("c2"), Curie("ceterms:targetComponent"), Iri("k"), "", 1)
    ]


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
    described = nodes(c1={"ceterms:precedes": spelling}, c2={})
    for later in (LATER, f"http://localhost:8000/resources/{LATER}"):
        renamed: Nodes = {Iri("c1"): described[Iri("c1")], Iri(later): described[Iri("c2")]}
        assert [step.later for step in order_of(renamed)] == [later]


def test_components_that_share_the_beginning_of_their_iris_stay_apart() -> None:
    base = f"http://localhost:8000/resources/{LATER}#"
    described = nodes(c1={"ceterms:precedes": f"{base}b"}, c2={}, c3={})
    renamed: Nodes = {
        Iri(f"{base}{new}"): node for new, node in zip("abc", described.values(), strict=True)
    }
    assert [(s.earlier[-1], s.later[-1]) for s in order_of(renamed)] == [("a", "b")]


def with_operator(value: Value, operator: str) -> Value:
    """Return a value with an operator put in."""
    if isinstance(value, Text):
        return Text(value.lexical.format(operator))
    return Iri(value.format(operator))


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
    value: Value, aligned: dict[str, Value], operator: str, grouped: str
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
    assert proxies_of(described, Iri("c1")) == [
        OTHER,
        "https://example.org/course",
        "_:b0",
        "https://example.org/legacy",
    ]
    assert proxies_of(described, Iri("c2")) == []


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


def values(described: Any, name: str, curie: str) -> list[Any]:
    found: list[Any] = described.get(name, {}).get(vocabulary().expand(curie), [])
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
def test_the_order_is_what_the_facts_say(described: dict[Any, Any]) -> None:
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
