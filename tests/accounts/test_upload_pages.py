"""The pages of uploads speak the words of registrars: of types, of columns, and of values."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import OPERATOR
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.save import save
from ctgraph.uploads import runner
from tests.support.people import Person
from tests.support.registry import Registry
from tests.support.rows import COURSE, WELDING, file


@pytest.fixture
def work(registry: Registry) -> Callable[[], None]:
    def run() -> None:
        while runner.work(registry.settings, registry.ledger):
            pass

    return run


def seen(rita: Person, owner: Ctid, work: Callable[[], None], credentials: File) -> str:
    """Return the words of the page of an upload that has a course, too."""
    files = credentials, file("courses.csv", COURSE)
    given = [(io.BytesIO(one.data), one.name) for one in files]
    path = f"/account/organizations/{owner}/uploads"
    answer = rita.send(path, files=given, mode="update")  # type: ignore[arg-type]
    work()
    page = rita.see(str(answer.headers["Location"])).text
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))


@pytest.mark.parametrize(
    ("word", "type"),
    [
        ("Courses (Learning opportunities)", "learning-opportunities"),
        ("Programs (Learning opportunities)", "learning-opportunities"),
        ("Degrees (Credentials)", "credentials"),
        ("Credentials", "credentials"),
    ],
)
def test_types_are_found_by_the_words_of_the_field(
    rita: Person, approved: Ctid, word: str, type: str
) -> None:
    page = rita.see(f"/account/organizations/{approved}/uploads").text
    option = rf'<option value="{type}"(?: selected)?>{re.escape(word)}</option>'
    assert len(re.findall(option, page)) == 2
    (template, _) = re.findall(r"<select.*?</select>", page, re.DOTALL)[-2:]
    words = re.findall(r"<option[^>]*>([^<]*)", template)
    assert words == sorted(words)


def test_columns_stand_below_the_tabs_of_the_form(rita: Person, approved: Ctid) -> None:
    page = rita.see(f"/account/organizations/{approved}/uploads/template?type=credentials").text
    groups = dict(re.findall(r'scope="rowgroup"[^>]*>(.*?)</th>(.*?)</tbody>', page, re.DOTALL))
    plain = {re.sub("<[^>]+>", "", title).strip(): held for title, held in groups.items()}
    assert 'value="External Identifier"' in plain["Which record it is"]
    assert 'value="Coded Notation"' in plain["More"], "no form of a credential has it"
    assert 'value="Keywords"' in plain["Basic information"]
    assert 'value="Cost: Types List"' in plain["Costs and time"]
    assert 'value="ConditionProfile: Description"' in plain["Conditions and requirements"]
    assert sum(held.count("data-column") for held in plain.values()) == page.count("data-column")


def test_a_template_from_a_spanish_page_has_the_headings_that_an_upload_knows(
    rita: Person, approved: Ctid
) -> None:
    here = f"/account/organizations/{approved}/uploads/template?type=credentials"
    told = "Las hojas y los encabezados están en inglés"
    assert told not in rita.see(here).text
    assert told in rita.see(f"/es{here}").text
    answer = rita.client.get(f"/es{here}&as=xlsx", follow_redirects=True)
    (sheet,) = read(File("a.xlsx", answer.data))
    assert sheet.name == "Credentials"
    assert sheet.rows[0].cells[0] == "External Identifier*"


def test_a_preview_has_names_in_the_place_of_addresses_and_languages(
    rita: Person, approved: Ctid, work: Callable[[], None], registry: Registry
) -> None:
    credential = WELDING | {"Credential Status": "Active", "Owned By": "same as owner"}
    shown = seen(rita, approved, work, file("credentials.csv", credential))
    assert "Credential Status Type: Active" in shown
    assert "Active (en" not in shown
    owner = registry.ledger.organizations.get(approved).name
    assert f"Owned By: {owner}" in shown
    assert "/resources/ce-" not in shown


def test_a_preview_has_the_name_of_a_record_that_comes_with_it(
    rita: Person, approved: Ctid, work: Callable[[], None], registry: Registry
) -> None:
    owner, ledger = registry.ledger.organizations.get(approved), registry.ledger
    plain = {name: text for name, text in WELDING.items() if "Condition" not in name}
    found = preview(registry.settings, ledger, owner, [file("credentials.csv", plain)])
    save(registry.settings, ledger, owner, found.plan, OPERATOR)
    shown = seen(rita, approved, work, file("credentials.csv", WELDING))
    assert "Target Learning Opportunity: Arc Welding" in shown
    assert "/resources/ce-" not in shown
