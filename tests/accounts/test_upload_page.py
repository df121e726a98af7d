"""The page of an upload: what is decided on it, what it shows of records, and where it leads."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.uploads import UploadState
from ctgraph.spreadsheets.files import File
from ctgraph.uploads import runner
from tests.support.people import Person, alert
from tests.support.registry import Registry
from tests.support.rows import COURSE, WELDING, file


def named(identifier: str, **more: str) -> dict[str, str]:
    return COURSE | {"External Identifier": identifier} | more


@pytest.fixture
def work(registry: Registry) -> Callable[[], None]:
    def run() -> None:
        while runner.work(registry.settings, registry.ledger):
            pass

    return run


@pytest.fixture
def send(rita: Person, approved: Ctid, work: Callable[[], None]) -> Callable[..., str]:
    """Return a function that uploads files, has them checked, and returns their page."""

    def run(*files: File, mode: str = "update") -> str:
        given = [(io.BytesIO(one.data), one.name) for one in files]
        path = f"/account/organizations/{approved}/uploads"
        answer = rita.send(path, files=given, mode=mode)  # type: ignore[arg-type]
        assert answer.status_code == 303, alert(answer)
        work()
        return str(answer.headers["Location"])

    return run


@pytest.fixture
def publish(rita: Person, work: Callable[[], None]) -> Callable[..., Any]:
    """Return a function that approves an upload as its page shows it."""

    def run(here: str, **more: str) -> Any:
        plan = re.search(r'name="plan" value="(\w*)"', rita.see(here).text)
        answer = rita.send(here, to=f"{here}/save", plan=plan[1] if plan else "", **more)
        work()
        return answer

    return run


def radios(page: str) -> dict[str, list[str]]:
    """Return the values of the choices of a page, by their names; a chosen one ends with `*`."""
    found: dict[str, list[str]] = {}
    for name, value, checked in re.findall(
        r'type="radio" name="(match-[^"]*)" value="([^"]*)"( checked)?', page
    ):
        found.setdefault(name, []).append(value + "*" * bool(checked))
    return found


def test_rows_that_wait_for_a_decision_are_told_so(
    rita: Person, send: Callable[..., str], publish: Callable[..., Any], work: Callable[[], None]
) -> None:
    publish(send(file("a.csv", COURSE)))
    here = send(file("twins.csv", named("new-1"), named("new-2")))
    page = rita.see(here).text
    assert "There is nothing to save" not in page
    assert "Say below of each row" in page
    assert "to be decided: 2" in page
    assert "twins.csv" in page.partition("<legend>")[2].partition("</legend>")[0]
    found = radios(page)
    (record, _), other = found["match-new-1"], found["match-new-2"]
    assert other == [record, "new"]
    assert f'<a href="/resources/{record}" dir="auto">Arc Welding</a>' in page
    refused = publish(here)
    assert (refused.status_code, "Decide which records" in refused.text) == (409, True)
    # One is decided: the other one still waits.
    rita.send(here, to=f"{here}/decide", **{"match-new-1": record})
    work()
    page = rita.see(here).text
    assert radios(page) == {"match-new-1": [f"{record}*", "new"], "match-new-2": [record, "new"]}
    assert "to be decided: 1" in page
    # What was decided can be decided otherwise.
    rita.send(here, to=f"{here}/decide", **{"match-new-1": "new", "match-new-2": record})
    work()
    page = rita.see(here).text
    assert radios(page) == {"match-new-1": [record, "new*"], "match-new-2": [f"{record}*", "new"]}
    assert "would be added: 1" in page
    publish(here)
    assert "1 created" in rita.see(here).text


def test_two_rows_cannot_be_one_record(
    rita: Person, send: Callable[..., str], publish: Callable[..., Any], work: Callable[[], None]
) -> None:
    publish(send(file("a.csv", COURSE)))
    here = send(file("twins.csv", named("new-1"), named("new-2")))
    record = radios(rita.see(here).text)["match-new-1"][0]
    rita.send(here, to=f"{here}/decide", **{"match-new-1": record, "match-new-2": record})
    work()
    page = rita.see(here).text
    assert "about the same record as row 2" in page
    assert len(radios(page)) == 2
    assert "Approve and publish" not in page


def test_what_was_published_leads_to_its_public_pages(
    rita: Person, send: Callable[..., str], publish: Callable[..., Any]
) -> None:
    here = send(file("courses.csv", COURSE), file("credentials.csv", WELDING))
    page = rita.see(here).text
    assert 'href="/resources/ce-' not in page.partition("<tbody>")[2]
    publish(here)
    page = rita.see(here).text
    for name in ("Arc Welding", "Basic Welding"):
        found = re.search(rf'href="(/resources/ce-[^"]*)">{name}</a>', page)
        assert found, name
        assert rita.see(found[1]).status_code == 200


def test_the_preview_shows_what_new_records_say_and_where_they_stand(
    rita: Person, send: Callable[..., str]
) -> None:
    page = rita.see(send(file("courses.csv", COURSE), file("credentials.csv", WELDING))).text
    table = page.partition("<tbody>")[2]
    for words in ("A first course in arc welding", "courses.csv", "credentials.csv"):
        assert words in table, words
    assert re.search(r"<td[^>]*>Certificate</td>", table)
    assert re.search(r"<td[^>]*>Course</td>", table)
    assert ">Credentials</td>" not in table


def test_a_withdrawal_needs_a_second_word_that_names_the_number(
    rita: Person, registry: Registry, send: Callable[..., str], publish: Callable[..., Any]
) -> None:
    rows = [named(f"c-{n}", Name=f"Course {n}") for n in range(3)]
    publish(send(file("courses.csv", *rows)))
    here = send(file("courses.csv", rows[0]), mode="whole")
    page = rita.see(here).text
    assert "Yes, withdraw 2 records" in page
    assert "Approve and publish 2 changes" in page
    refused = publish(here)
    assert (refused.status_code, "2 records would be withdrawn" in refused.text) == (400, True)
    assert "Checked" in rita.see(here).text
    assert publish(here, withdrawn="2").status_code == 303
    assert "2 withdrawn" in rita.see(here).text


def test_what_could_not_be_saved_is_checked_again_with_one_button(
    rita: Person, registry: Registry, send: Callable[..., str], publish: Callable[..., Any]
) -> None:
    publish(send(file("a.csv", COURSE)))
    first = send(file("a.csv", COURSE | {"Description": "Arc welding for all of the harbour."}))
    other = send(file("a.csv", COURSE | {"Description": "Arc welding for the rest of the town."}))
    publish(other)
    publish(first)
    page = rita.see(first).text
    assert "Failed" in page
    assert "Arc Welding" in page.partition('id="upload-state"')[2].partition("</p>")[0]
    assert "Check these files again" in page
    assert rita.send(first, to=f"{first}/decide").status_code == 303
    assert registry.ledger.uploads.of_state(UploadState.WAITING)


def test_an_upload_is_forgotten_only_after_a_question(
    rita: Person, send: Callable[..., str]
) -> None:
    page = rita.see(send(file("a.csv", COURSE))).text
    asked = page.partition("<summary>Forget this upload</summary>")[2].partition("</details>")[0]
    assert "Records that it published stay" in asked
    assert "/remove" in asked


def test_the_list_and_the_mails_name_the_files_the_counts_and_who(
    rita: Person, approved: Ctid, send: Callable[..., str], publish: Callable[..., Any]
) -> None:
    here = send(file("spring courses.csv", COURSE))
    listed = rita.see(here.rpartition("/")[0]).text.partition('<ul class="activity">')[2]
    for words in ("spring courses.csv", "1 would be added", "Rita Registrar"):
        assert words in listed, words
    assert "spring courses.csv" in rita.mails()[-1][1]
    publish(here)
    assert "spring courses.csv" in rita.mails()[-1][1]


def test_a_form_with_another_mode_or_type_is_refused(rita: Person, approved: Ctid) -> None:
    path = f"/account/organizations/{approved}/uploads"
    for wrong in ({"mode": "zzz"}, {"mode": "update", "type": "nonsense"}):
        given: Any = [(io.BytesIO(b"x"), "x.csv")]
        assert rita.send(path, files=given, **wrong).status_code == 400


def test_the_way_to_an_upload_leads_through_the_organization(
    rita: Person, approved: Ctid, send: Callable[..., str]
) -> None:
    here = send(file("a.csv", COURSE))
    above = here.rpartition("/")[0]
    for page in (here, f"{above}/template?type=credentials", above):
        answer = rita.see(page)
        way = answer.text.partition('<nav class="breadcrumb"')[2].partition("</nav>")[0]
        assert f'href="/account/organizations/{approved}"' in way
    assert (
        f'href="{above}"' in rita.see(here).text.partition("breadcrumb")[2].partition("</nav>")[0]
    )
