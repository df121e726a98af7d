"""Every shape catches what it is there for, and says where.

Hundreds of mutations of the sample documents, most derived from the shapes, must each be caught by
exactly the shape that is about it, and both engines must say the same about every document.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

from ctgraph.documents import read
from ctgraph.shapes import shapes
from ctgraph.validation import validate
from tests.support.findings import FAST, REFERENCE, findings, shape_of
from tests.support.mutations import MUTATIONS
from tests.support.registry import certificate
from tests.support.sample_nodes import PLACES, Mutation, keys_of

# Two tests need what the fast engine finds.
fast = cache(findings)
every_mutation = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)


@every_mutation
def test_a_mutation_is_caught_by_its_shape(mutation: Mutation) -> None:
    found = [
        problem
        for problem in fast(mutation.data())
        if problem.severity != "info" and not problem.detail.advice
    ]
    assert {(problem.severity, shape_of(problem)) for problem in found} == mutation.expected
    assert [problem.pointer for problem in found if not mutation.is_at(problem.pointer)] == []
    assert all(problem.message and problem.remedy for problem in found)


@every_mutation
def test_both_engines_say_the_same_about_a_mutation(mutation: Mutation) -> None:
    assert findings(mutation.data(), REFERENCE) == fast(mutation.data())


@every_mutation
def test_a_load_finds_the_same_except_recommendations(mutation: Mutation) -> None:
    data = mutation.data()
    document = read(json.loads(data), data, FAST)
    found = validate(document, FAST, recommendations=False)
    whole = [problem for problem in validate(document, FAST) if problem.severity != "info"]
    assert [problem for problem in found if problem.severity != "info"] == whole


def test_the_mutations_reach_every_shape_that_the_sample_data_allows() -> None:
    caught = {name for mutation in MUTATIONS for _, name in mutation.expected}
    keys = {key for place in PLACES for key in place.node}
    left = {
        shape.name
        for shape in shapes().by_iri.values()
        if shape.severity != "info"
        and shape.name not in caught
        # They serve those who check RDF by these shapes alone: reading refuses such values first.
        and not shape.name.startswith(("date-in-", "duration-in-"))
        and (shape.family != "values" or keys_of(shape)[0] in keys)
    }
    below = {"required-provisional-name", "required-provisional-owner", "ctid-version"}
    # The sample data has no such record; tests/documents/test_record_classes.py has.
    below |= {"required-owner-or-publisher", "required-criterion-text"}
    below |= {"not-accredited-by-its-owner", "not-negative"}
    assert left == below | {"ctid", "type"}
    assert len(MUTATIONS) > 500


def test_a_ctid_of_another_version_is_a_warning() -> None:
    data = json.dumps(certificate()).replace("-4000-8000-", "-1000-8000-").encode()
    found = [problem for problem in findings(data) if problem.severity != "info"]
    assert [(p.severity, shape_of(p)) for p in found] == [("warning", "ctid-version")]
    assert found[0].pointer == "/@graph/0/ceterms:ctid"
