"""A reader's report reaches the people who can mend a record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctgraph.identity.ctid import Ctid
from tests.support.people import Person, alert
from tests.support.registry import Registry, ctid_number, fill


@pytest.fixture
def reader(meet: Callable[[str], Person]) -> Person:
    return meet("reader@home.example.org")


def test_a_report_reaches_the_administrators(reader: Person, rita: Person, approved: Ctid) -> None:
    assert f"/account/reports/{approved}" in reader.see(f"/resources/{approved}").text
    words = "The webpage <b>is</b> gone."
    answer = reader.send(f"/account/reports/{approved}", words=words, email=reader.email)
    assert answer.status_code == 200, alert(answer)
    subject, mail = rita.mails()[-1]
    assert subject == "A reader reports a problem with Pine College"
    assert words in mail
    assert reader.email in mail
    page = rita.see(f"/account/organizations/{approved}").text
    assert "The webpage &lt;b&gt;is&lt;/b&gt; gone." in page


def test_a_report_about_a_record_without_people_reaches_the_staff(
    reader: Person, sam: Person, registry: Registry
) -> None:
    fill(registry, 1)
    answer = reader.send(f"/account/reports/{ctid_number(1)}", words="It is wrong.", email="")
    assert answer.status_code == 200
    assert "They left no address." in sam.mails()[-1][1]


@pytest.mark.parametrize(
    ("words", "email"), [("", ""), (" \0", ""), ("x" * 2_001, ""), ("Wrong.", "nobody")]
)
def test_what_cannot_be_reported_is_told(
    reader: Person, approved: Ctid, words: str, email: str
) -> None:
    answer = reader.send(f"/account/reports/{approved}", words=words, email=email)
    assert 400 <= answer.status_code < 500


def test_reports_of_one_network_are_bounded(reader: Person, approved: Ctid) -> None:
    path = f"/account/reports/{approved}"
    found = [reader.send(path, words=f"Wrong {n}.").status_code for n in range(11)]
    assert found == [200] * 10 + [429]


def test_what_is_not_here_is_not_reported(reader: Person) -> None:
    assert reader.see(f"/account/reports/{ctid_number(77)}").status_code == 404
