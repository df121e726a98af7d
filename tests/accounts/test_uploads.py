"""Records from spreadsheets: uploaded, checked by the runner, decided by people, published."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.uploads import UploadState
from ctgraph.uploads import runner, uploading
from tests.support.people import Person, alert
from tests.support.registry import Registry

WELDING = {
    "External Identifier": "weld-1",
    "Credential Name": "Basic Welding",
    "Description": "A certificate for people who weld steel plates.",
    "Credential Type": "Certificate",
    "Subject Webpage": "https://w.example/1",
    "Language": "English",
    "ConditionProfile: Condition Type": "requires",
    "ConditionProfile: Description": "One course.",
    "ConditionProfile: Target Learning Opportunity": "weld-101",
}
COURSE = {
    "External Identifier": "weld-101",
    "Name": "Arc Welding",
    "Learning Type": "Course",
    "Description": "A first course in arc welding for everybody.",
    "Language": "English",
    "Subject Webpage": "https://w.example/101",
}


def table(*rows: dict[str, str]) -> bytes:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def sent(somebody: Person, owner: Ctid, *files: tuple[str, bytes], **fields: str) -> Any:
    given = [(io.BytesIO(data), name) for name, data in files]
    path = f"/account/organizations/{owner}/uploads"
    return somebody.send(path, files=given, **{"mode": "update", **fields})  # type: ignore[arg-type]


def begun(somebody: Person, owner: Ctid, *files: tuple[str, bytes], **fields: str) -> str:
    """Upload files, and return the address of the upload."""
    answer = sent(somebody, owner, *files, **fields)
    assert answer.status_code == 303, alert(answer)
    return str(answer.headers["Location"])


def saved(somebody: Person, here: str) -> Any:
    """Approve an upload as its page shows it."""
    plan = re.search(r'name="plan" value="(\w*)"', somebody.see(here).text)
    return somebody.send(here, to=f"{here}/save", plan=plan[1] if plan else "")


@pytest.fixture
def work(registry: Registry) -> Callable[[], None]:
    """Return a function that does what the background runner would."""

    def run() -> None:
        while runner.work(registry.settings, registry.ledger):
            pass

    return run


def test_files_are_checked_and_published(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("a.csv", table(WELDING)), ("b.csv", table(COURSE)))
    waiting = rita.see(here).text
    assert "Look again" in waiting
    assert rita.client.get(f"{here}/progress").json["state"] == "waiting"
    work()
    page = rita.see(here).text
    for words in ("Checked", "Basic Welding", "Arc Welding", "weld-101", "added", "Approve and"):
        assert words in page
    assert rita.mails()[-1][0] == "Your upload is checked"
    assert registry.ledger.changes.last_sequence() == 1  # the organization alone
    assert saved(rita, here).status_code == 303
    work()
    page = rita.see(here).text
    assert "2 created" in page
    assert "Approve and" not in page
    assert rita.mails()[-1][0] == "Your upload is published"
    assert saved(rita, here).status_code == 409
    # The same files again change nothing, and a changed cell is told.
    again = begun(rita, approved, ("a.csv", table(WELDING)), ("b.csv", table(COURSE)))
    work()
    assert "There is nothing to save" in rita.see(again).text
    other = table(WELDING | {"Credential Name": "Welding for All"})
    changed = begun(rita, approved, ("a.csv", other), ("b.csv", table(COURSE)))
    work()
    page = rita.see(changed).text
    assert re.search("<del[^>]*>[^<]*Basic Welding", page)
    assert re.search("<ins[^>]*>[^<]*Welding for All", page)
    # What was published comes back as a workbook, which changes nothing either.
    book = rita.client.get(f"/account/organizations/{approved}/uploads/export")
    assert book.data.startswith(b"PK")
    back = begun(rita, approved, ("records.xlsx", book.data))
    work()
    assert "There is nothing to save" in rita.see(back).text


def test_what_was_checked_again_since_it_was_looked_at_is_not_published(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    first = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    saved(rita, first)
    work()
    here = begun(rita, approved, ("b.csv", table(COURSE | {"External Identifier": "other"})))
    work()
    form = re.search('name="(match-[^"]*)" value="(ce-[^"]*)"', rita.see(here).text)
    assert form
    rita.send(here, to=f"{here}/decide", **{form[1]: form[2]})
    work()
    seen = re.search(r'name="plan" value="(\w+)"', rita.see(here).text)
    assert seen
    # Somebody else decides otherwise in another window.
    owner = registry.ledger.organizations.get(approved)
    uploads = uploading.Uploading(registry.settings, registry.ledger, owner)
    uploads.decide(here[-22:], uploading.Choices({}, {"other": ""}))
    work()
    answer = rita.send(here, to=f"{here}/save", plan=seen[1])
    assert answer.status_code == 409
    assert "Look at it again" in answer.text


def test_problems_keep_everything_from_being_saved(
    rita: Person, approved: Ctid, work: Callable[[], None]
) -> None:
    broken = table(WELDING, COURSE | {"External Identifier": "=evil()", "Description": ""})
    here = begun(rita, approved, ("<b>.csv", broken), ("note.txt", b"\0\0\0"))
    work()
    page = rita.see(here).text
    assert "Nothing is saved while there are errors" in page
    assert "<b>.csv" not in page
    assert "Approve and" not in page
    assert saved(rita, here).status_code == 409
    listed = rita.client.get(f"{here}/problems.csv")
    rows = list(csv.DictReader(io.StringIO(listed.data.decode("utf-8-sig"))))
    assert {row["Severity"] for row in rows} >= {"error"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    assert all(row["Problem"] for row in rows)


def test_a_likely_match_is_decided_by_people(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    first = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    saved(rita, first)
    work()
    renamed = COURSE | {"External Identifier": "other-1", "Description": "Arc welding, improved."}
    here = begun(rita, approved, ("b.csv", table(renamed)))
    work()
    page = rita.see(here).text
    assert "Are these the same?" in page
    found = re.search(r'name="match-other-1" value="(ce-[^"]+)"', page)
    assert found
    rita.send(here, to=f"{here}/decide", **{"match-other-1": found[1]})
    work()
    saved(rita, here)
    work()
    assert "1 updated" in rita.see(here).text


@pytest.mark.parametrize(
    ("role", "may_send", "may_save"),
    [
        (None, False, False),
        (Role.VIEWER, False, False),
        (Role.EDITOR, True, False),
        (Role.APPROVER, True, True),
    ],
)
def test_roles_decide(
    as_role: Callable[[Role | None], Person],
    rita: Person,
    approved: Ctid,
    registry: Registry,
    work: Callable[[], None],
    role: Role | None,
    may_send: bool,
    may_save: bool,
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    somebody = as_role(role)
    assert somebody.see(here).status_code == (200 if role else 403)
    form = here if role else "/account/password"
    list_page = here.rpartition("/")[0]
    answer = somebody.client.post(
        list_page,
        data={"csrf_token": _token(somebody, form), "files": (io.BytesIO(b"x"), "x.csv")},
    )
    assert answer.status_code == (303 if may_send else 403)
    owner = registry.ledger.organizations.get(approved)
    plan = uploading.Uploading(registry.settings, registry.ledger, owner).digest(here[-22:])
    data = {"csrf_token": _token(somebody, form), "plan": plan}
    answer = somebody.client.post(f"{here}/save", data=data)
    assert answer.status_code == (303 if may_save else 403)


def _token(somebody: Person, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', somebody.see(path).text)
    if found is None:
        found = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', somebody.see("/account/password").text
        )
    assert found
    return found[1]


def test_who_lost_the_right_meanwhile_saves_nothing(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    saved(rita, here)
    people, applications = registry.ledger.people, registry.ledger.applications
    with registry.ledger.database.writing() as connection:
        found = people.with_email(connection, rita.email)
        assert found
        applications.admit(connection, approved, found[0].id, Role.VIEWER)
    work()
    assert "Failed" in rita.see(here).text
    assert registry.ledger.changes.last_sequence() == 1


def test_an_upload_of_somebody_who_is_suspended_is_not_saved(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    saved(rita, here)
    (member,) = registry.ledger.applications.members(approved)
    with registry.ledger.database.writing() as connection:
        registry.ledger.suspensions.begin(connection, member.person, "It was not Rita.")
    work()
    with registry.ledger.database.writing() as connection:
        registry.ledger.suspensions.lift(connection, member.person)
    assert "Failed" in rita.see(here).text
    assert registry.ledger.changes.last_sequence() == 1


def test_what_a_killed_runner_worked_on_begins_anew(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE)))
    assert registry.ledger.uploads.take()  # and then it was killed
    assert "Checking" in rita.see(here).text
    work()
    assert "Checking" in rita.see(here).text  # another one is thought to work on it
    registry.ledger.uploads.begin_again()
    assert "The check was interrupted" in rita.see(here).text  # it may be what killed the runner
    second = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    saved(rita, second)
    assert registry.ledger.uploads.take()
    registry.ledger.uploads.begin_again()
    work()
    assert "1 created" in rita.see(second).text


def test_nobody_sees_the_problems_of_another_organization(
    rita: Person, approved: Ctid, stella: Person, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE | {"Subject Webpage": "secret place"})))
    work()
    assert b"secret place" in rita.client.get(f"{here}/problems.csv").data
    elsewhere = here.replace(approved, registry.organization.ctid)
    for path in (elsewhere, f"{elsewhere}/problems.csv", f"{elsewhere}/progress"):
        answer = stella.client.get(path)
        assert (answer.status_code, b"secret place" in answer.data) == (404, False)


def test_no_file_too_many_and_too_many_at_once_are_told(rita: Person, approved: Ctid) -> None:
    assert "Choose at least one file" in alert(sent(rita, approved))
    many = [(f"{number}.csv", b"x") for number in range(30)]
    assert "files are too many" in alert(sent(rita, approved, *many))
    for _ in range(uploading.MAX_RUNNING):
        begun(rita, approved, ("b.csv", table(COURSE)))
    answer = sent(rita, approved, ("b.csv", table(COURSE)))
    assert answer.status_code == 409
    assert "Wait until" in alert(answer)


def test_an_organization_that_is_not_approved_uploads_nothing(rita: Person, college: Ctid) -> None:
    answer = sent(rita, college, ("b.csv", table(COURSE)))
    assert answer.status_code == 403
    assert "not approved" in alert(answer)


def test_files_may_be_larger_than_other_forms(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    large = b"External Identifier,Name\n" + b",\n" * (registry.settings.max_body_bytes // 2)
    assert len(large) > registry.settings.max_body_bytes
    begun(rita, approved, ("large.csv", large))


def test_old_uploads_are_forgotten(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE)))
    registry.ledger.uploads.forget("9999")
    assert rita.see(here).status_code == 200  # it is still worked on
    work()
    registry.ledger.uploads.forget("2000")
    assert rita.see(here).status_code == 200
    registry.ledger.uploads.forget("9999")
    assert rita.see(here).status_code == 404


def test_an_upload_is_forgotten_when_its_owner_says_so(
    rita: Person, approved: Ctid, registry: Registry, work: Callable[[], None]
) -> None:
    here = begun(rita, approved, ("b.csv", table(COURSE)))
    work()
    assert rita.send(here, to=f"{here}/remove").status_code == 303
    assert rita.see(here).status_code == 404
    assert registry.ledger.uploads.of_state(*UploadState) == []


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_a_template_that_is_filled_in_loads(
    rita: Person, approved: Ctid, format: str, work: Callable[[], None]
) -> None:
    stem = f"/account/organizations/{approved}/uploads/template?type="
    overview = rita.see(f"/account/organizations/{approved}/uploads").text
    types = re.findall(r'<option value="([a-z-]+)">', overview)
    assert len(set(types)) > 10
    for name in dict.fromkeys(types):
        assert rita.see(stem + name).status_code == 200, name
        made = rita.client.get(f"{stem}{name}&as={format}&help=1")
        assert made.status_code == 200, name
        here = begun(rita, approved, (f"{name}.{format}", made.data))
        work()
        _, *problems = csv.reader(rita.see(f"{here}/problems.csv").text.splitlines())
        assert ["No row is about a record." in one for one in problems] == [True], problems
        rita.send(here, to=f"{here}/remove")
    assert rita.see(f"{stem}nonsense").status_code == 400
    assert rita.see(f"{stem}{types[0]}&as=exe").status_code == 400
