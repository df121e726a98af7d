"""Uploads of many records are looked through page by page, and partners see their own alone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest

from ctgraph.identity.ctid import Ctid
from ctgraph.spreadsheets.files import File
from ctgraph.uploads import runner
from ctgraph.uploads.estimates import rows_about, seconds_to_check
from tests.support.people import Person, alert
from tests.support.registry import Registry
from tests.support.rows import COURSE, WELDING, file, look

MANY = 450


def courses(count: int, **changes: str) -> File:
    rows = [
        COURSE
        | {
            "External Identifier": f"c-{n}",
            "Name": f"Course {n:03}",
            "Subject Webpage": f"https://w.example/{n}",
        }
        for n in range(count)
    ]
    rows[-1] |= changes
    return file("courses.csv", *rows)


def sent(somebody: Person, path: str, *files: File) -> str:
    given = [(io.BytesIO(one.data), one.name) for one in files]
    answer = somebody.send(path, files=given, mode="update")  # type: ignore[arg-type]
    assert answer.status_code == 303, alert(answer)
    return str(answer.headers["Location"])


@pytest.fixture
def work(registry: Registry) -> Callable[[], None]:
    def run() -> None:
        while runner.work(registry.settings, registry.ledger):
            pass

    return run


def test_all_records_can_be_looked_at(
    rita: Person, approved: Ctid, work: Callable[[], None]
) -> None:
    path = f"/account/organizations/{approved}/uploads"
    upload = courses(MANY, Language="Klingonese")
    here = sent(rita, path, upload)
    seconds = seconds_to_check(rows_about([upload]))
    told = f'Until it is checked: about <span id="seconds-left">{seconds}</span> s'
    assert told in rita.see(here).text
    work()
    first, last = rita.see(here).text, rita.see(f"{here}?page=3").text
    assert "Page 1 of 3" in first
    assert "Course 000" in first
    assert "Course 449" not in first
    assert "Course 449" in last
    assert "Klingonese" in first
    alone = rita.see(f"{here}?problems=true").text
    assert "1 record." in alone
    assert "Course 449" in alone
    assert "Course 000" not in alone
    found = rita.see(f"{here}?words=course+123").text
    assert "1 record." in found
    assert "Course 123" in found
    assert "1 record." in rita.see(f"{here}?effect=failed").text
    assert "449 records." in rita.see(f"{here}?effect=added").text
    assert "Course 0" not in rita.see(f"{here}?words=zebra").text
    assert rita.see(f"{here}?page=9").status_code == 200
    assert rita.see(f"{here}?page=x").status_code == 400


def test_the_time_of_a_check_is_told_before_it() -> None:
    assert rows_about([courses(100)]) == 101
    assert rows_about([File("a.xlsx", b"PK\x03\x04" + b"x" * 250_000)]) == 1000
    assert seconds_to_check(20_000) > seconds_to_check(5_000) > 1


def test_the_time_of_saving_is_told_before_it(
    rita: Person, approved: Ctid, work: Callable[[], None]
) -> None:
    path = f"/account/organizations/{approved}/uploads"
    here = sent(rita, path, courses(3))
    work()
    page = rita.see(here).text
    assert re.search(r"Saving takes about 1 second\.", page)
    plan = re.search(r'name="plan" value="(\w*)"', page)
    assert plan
    rita.send(here, to=f"{here}/save", plan=plan[1])
    assert "Until it is saved: about" in rita.see(here).text
    work()
    assert "Until it is saved" not in rita.see(here).text


@pytest.fixture
def granted(stella: Person, rita: Person, approved: Ctid, registry: Registry) -> str:
    """Where the state uploads for the college, which granted it."""
    state = registry.organization.ctid
    own, others = (f"/account/organizations/{one}/partners" for one in (state, approved))
    stella.send(own, owner=approved, words="We publish for all colleges of the state.")
    answer = rita.send(others, to=f"{others}/{state}", side="owner", state="granted")
    assert answer.status_code == 303
    return f"{own}/{approved}/uploads"


def test_a_partner_uploads_for_another_organization(
    granted: str,
    stella: Person,
    rita: Person,
    approved: Ctid,
    work: Callable[[], None],
    registry: Registry,
) -> None:
    own = f"/account/organizations/{approved}/uploads"
    theirs = sent(rita, own, courses(1))
    page = stella.see(granted.removesuffix(f"/{approved}/uploads")).text
    assert f'href="{granted}"' in page
    assert "Bulk upload for Pine College" in stella.see(granted).text
    here = sent(stella, granted, courses(2))
    assert here.startswith(granted)
    work()
    id = theirs.rpartition("/")[2]
    assert id not in stella.see(granted).text
    assert stella.see(f"{granted}/{id}").status_code == 404
    assert stella.see(f"{granted}/{id}/problems.csv").status_code == 404
    assert here.rpartition("/")[2] in rita.see(own).text
    plan = re.search(r'name="plan" value="(\w*)"', stella.see(here).text)
    assert plan
    answer = stella.send(here, to=f"{here}/save", plan=plan[1])
    assert answer.headers["Location"] == here
    work()
    assert "2 created" in stella.see(here).text
    assert here in stella.mails()[-1][1]
    version = registry.ledger.records.envelopes(10, owner=approved)
    assert len(version) >= 2


def test_a_partner_whose_right_ended_uploads_nothing(
    granted: str,
    stella: Person,
    rita: Person,
    approved: Ctid,
    work: Callable[[], None],
    registry: Registry,
) -> None:
    here = sent(stella, granted, courses(2))
    work()
    plan = re.search(r'name="plan" value="(\w*)"', stella.see(here).text)
    assert plan
    stella.send(here, to=f"{here}/save", plan=plan[1])
    others = f"/account/organizations/{approved}/partners"
    state = registry.organization.ctid
    rita.send(others, to=f"{others}/{state}", side="owner", state="revoked")
    work()
    id = here.rpartition("/")[2]
    assert registry.ledger.uploads.get(approved, id).state == "failed"
    assert stella.see(here).status_code == 404
    assert stella.see(granted).status_code == 404


def test_an_unknown_type_is_told_once(registry: Registry) -> None:
    found = look(registry, file("credentials.csv", WELDING | {"Credential Type": "Spoon"}))
    said = [one.message for one in found.problems if "type" in one.message.lower()]
    assert said == ["'Spoon' is no type of credentials."]
