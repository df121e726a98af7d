"""Small documents that show one fault each are judged as their names say, through the command."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from ctgraph.cli.app import main
from tests.support.paths import shared

NO_RECORDS = [
    "90-bare-ConditionProfile",
    "90-bare-Evaluation",
    "90-bare-NotAClass",
    "90-bare-Place",
]
INCOMPLETE = [
    "01f-duration-mixed",
    "02e-constraint-literal",
    "05-stray-key",
    "06-trailing-space",
    "08-dangling-bnode",
    "09-reference-without-webpage",
    "100-price-word",
    "12-two-rounds",
    "13-url-with-space",
    "90-accredits-itself",
    "90-bare-Credential",
    "90-bare-CredentialType",
    "90-bare-PriorLearningPolicy",
    "90-date",
    "90-html",
    "90-name-500",
    "90-qualifications-framework-empty",
    "90-two-names-in-a-language",
]
FINE = [
    "00-base-course",
    "00-base-cred",
    "01-duration-description-only",
    "01c-duration-minimum-only",
    "01d-duration-exact+time",
    "01e-duration-decimal",
    "03-concept-http-purl",
    "03c-concept-https-purl",
    "04-inline-http-namespace",
    "11-graphs",
    "90-ctid-uppercase",
    # Only a registry knows the class of what it links to: test_a_target_of_another_class_is_told…
    "90-targetCredential-is-organization",
    "96-asn-context-audLevel",
]
DOUBTFUL = [
    "02-pathway-ceasn-hasPart",
    "02d-condition-without-description",
    "07-no-lifecycle",
    "10-id-of-own-page",
    "90-accredited-by-owner",
    "90-email",
    "90-framework-child-not-here-and-part-of-other",
    "90-language-English",
    "90-price-negative-currency-name",
    "90-status-by-name-only",
    "95-misspelt-prefix-and-year-date",
    "97-undeclared-link",
]


def judged(name: str, *options: str) -> tuple[int, str]:
    path = shared(f"real/minimal/{name}.json")
    result = CliRunner().invoke(main, ["validate", *options, str(path)])
    return result.exit_code, result.output


@pytest.mark.parametrize("name", NO_RECORDS)
def test_what_is_no_record_is_refused_everywhere(name: str) -> None:
    assert judged(name)[0] == judged(name, "--harvested")[0] == 1


@pytest.mark.parametrize("name", INCOMPLETE)
def test_what_is_incomplete_is_refused_when_new_and_kept_when_harvested(name: str) -> None:
    assert judged(name)[0] == 1
    code, text = judged(name, "--harvested")
    assert code == 0
    assert " warning: " in text


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_is_doubtful_is_taken_with_a_warning(name: str) -> None:
    code, text = judged(name)
    assert code == 0
    assert " warning: " in text


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_is_taken_in_silence(name: str) -> None:
    code, text = judged(name)
    assert code == 0
    assert "warning" not in text


def test_every_small_document_is_judged() -> None:
    names = {path.stem for path in shared("real/minimal/00-base-cred.json").parent.glob("*.json")}
    assert names == {*NO_RECORDS, *INCOMPLETE, *DOUBTFUL, *FINE}
