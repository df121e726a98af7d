"""Pages for people speak the words of learners."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from ctgraph.records.plain_words import PLAIN_WORDS
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.translations import VOCABULARY, catalogue

PROFILES = {
    "ceterms:requires": [{"@type": "ceterms:ConditionProfile", "ceterms:experience": "A year"}],
    "ceterms:audienceLevelType": [
        {
            "@type": "ceterms:CredentialAlignmentObject",
            "ceterms:targetNode": "audLevel:BeginnerLevel",
        }
    ],
}


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Condition</summary>"), ("es", "Condición</summary>")]
)
def test_a_record_is_told_in_words_of_learners(
    client: FlaskClient, registry: Registry, language: str, word: str
) -> None:
    client.post(
        f"/resources/organizations/{registry.organization.ctid}/documents",
        json=certificate(1, **PROFILES),
        headers=registry.authorization,
    )
    headers = {"Accept": "text/html", "Accept-Language": language}
    text = client.get(f"/resources/{ctid_number(1)}", headers=headers).text
    assert word in text
    shown = text.partition("<aside")[0]
    assert not [label for label in PLAIN_WORDS if f">{label}<" in shown]


def test_the_words_stand_for_labels_of_the_vocabulary() -> None:
    labels = {message.id for message in catalogue(VOCABULARY)}
    assert PLAIN_WORDS.keys() <= labels
