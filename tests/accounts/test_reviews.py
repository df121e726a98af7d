"""Drafts are reviewed: by the approvers of an organization, and by the staff where it says so."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid, canonical
from tests.support.people import Person, alert
from tests.support.registry import Registry, certificate

Members = Callable[[Role | None], Person]
_SEEN = re.compile(r'name="selected"[^>]*value="([^"]+)"')
_OPENED = re.compile(r'name="seen" value="(\w+)"')
_DOCUMENT = re.compile(r'<textarea id="document"[^>]*>\n(.*?)</textarea>', re.DOTALL)
CERTIFICATE = {
    "ceterms:name": {"en": "Welding Certificate"},
    "ceterms:description": {"en": "A year of welding in the pines, with much practice."},
    "ceterms:subjectWebpage": "https://pine.example.org/weld",
}


def drafted(somebody: Person, owner: Ctid, **fields: Any) -> str:
    """Draft a certificate; return the path of its form."""
    records = f"/account/organizations/{owner}/records"
    path = somebody.send(records, kind="ceterms:Certificate").headers["Location"]
    save(somebody, path, **fields)
    return path


def save(somebody: Person, path: str, **fields: Any) -> None:
    """Save the draft of a certificate with the minimum data and these fields."""
    page = somebody.see(f"{path}/json").text
    text = html.unescape(_DOCUMENT.findall(page)[0])
    document = orjson.loads(text)
    document["@graph"][0] |= CERTIFICATE | fields
    answer = somebody.send(
        f"{path}/json", document=orjson.dumps(document).decode(), seen=_OPENED.findall(page)[0]
    )
    assert answer.status_code == 303, alert(answer)


def do(somebody: Person, path: str, act: str, seen: str = "", words: str = "") -> str:
    """Do something with the draft of a form, as it stands or as it was seen; return the answer."""
    records, _, record = path.rpartition("/")
    if not seen:
        found = _SEEN.findall(somebody.see(records).text)
        seen = next(one for one in found if record in one)
    answer = somebody.send(records, to=f"{records}/review", act=act, selected=seen, words=words)
    return f"{answer.status_code} {html.unescape(answer.text)}"


def record_of(path: str) -> Ctid:
    """Return the record whose form is at a path."""
    return canonical(path.rpartition("/")[2])


def test_a_draft_is_sent_approved_and_published_by_its_editor(
    rita: Person, as_role: Members, approved: Ctid
) -> None:
    editor = as_role(Role.EDITOR)
    path = drafted(editor, approved)
    do(editor, path, "send")
    assert "1 record for your review" in rita.mails()[-1][0]
    assert "The draft is in review" in rita.see(path).text
    assert "may not approve, publish" in do(editor, path, "publish")
    assert rita.see(f"/resources/{record_of(path)}").status_code == 404
    assert "1 of 1 done" in do(rita, path, "approve")
    assert "1 record approved" in editor.mails()[-1][0]
    assert "1 of 1 done" in do(editor, path, "publish")
    assert "Welding Certificate" in rita.see(f"/resources/{record_of(path)}").text
    assert "Published: Welding Certificate." in rita.see(f"/account/organizations/{approved}").text


def test_an_edit_makes_an_approval_void(rita: Person, as_role: Members, approved: Ctid) -> None:
    editor = as_role(Role.EDITOR)
    path = drafted(editor, approved)
    do(editor, path, "send")
    seen = next(one for one in _SEEN.findall(rita.see(path).text))
    do(rita, path, "approve")
    save(editor, path, **{"ceterms:name": {"en": "Another name"}})
    assert "changed after it was approved" in rita.see(path).text
    assert "may not approve, publish" in do(editor, path, "publish")
    for act in ("approve", "publish", "return"):
        assert "changed since you saw it" in do(rita, path, act, seen, "No.")
    save(editor, path)  # the content that was approved
    assert "1 of 1 done" in do(editor, path, "publish")


def test_a_draft_is_returned_with_words(rita: Person, as_role: Members, approved: Ctid) -> None:
    editor = as_role(Role.EDITOR)
    path = drafted(editor, approved)
    do(editor, path, "send")
    assert "Say what is missing" in do(rita, path, "return")
    do(rita, path, "return", words="Say how long it takes.")
    assert "Say how long it takes." in editor.mails()[-1][1]
    assert "Say how long it takes." in editor.see(path).text
    do(editor, path, "send")
    assert "The draft is in review" in editor.see(path).text


def test_the_outcome_of_each_selected_draft_is_told(rita: Person, approved: Ctid) -> None:
    good = drafted(rita, approved)
    bad = drafted(rita, approved, **{"ceterms:description": {"en": ""}})
    records = f"/account/organizations/{approved}/records"
    selected = _SEEN.findall(rita.see(records).text)
    answer = rita.send(records, to=f"{records}/review", act="publish", selected=selected)
    assert "1 of 2 done" in answer.text
    assert "ceterms:description" in answer.text
    assert rita.see(f"/resources/{record_of(good)}").status_code == 200
    assert rita.see(f"/resources/{record_of(bad)}").status_code == 404


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("act", ["send", "approve", "return", "publish", "nonsense"])
def test_what_each_role_may_do_with_a_draft(
    as_role: Members, rita: Person, approved: Ctid, role: Role | None, act: str
) -> None:
    path = drafted(rita, approved)
    seen = _SEEN.findall(rita.see(path).text)[0]
    records = path.rpartition("/")[0]
    somebody = as_role(role)
    sent = {"act": act, "selected": seen, "words": "No."}
    answer = somebody.send("/account/organizations/new", to=f"{records}/review", **sent)
    if role in (None, Role.VIEWER):
        assert answer.status_code == 403
    elif act == "nonsense":
        assert answer.status_code == 400
    elif role is Role.EDITOR and act in ("approve", "return"):
        assert answer.status_code == 403
    else:
        assert answer.status_code == 200
        assert ("1 of 1 done" in answer.text) == (role is not Role.EDITOR or act == "send")


@pytest.mark.parametrize(("decision", "status"), [("publish", 200), ("ask", 404), ("decline", 404)])
def test_the_staff_reviews_records_where_it_says_so(
    rita: Person, as_role: Members, sam: Person, approved: Ctid, decision: str, status: int
) -> None:
    switch = f"/staff/organizations/{approved}"
    assert (
        rita.send("/account/organizations/new", to=f"{switch}/review", needed="yes").status_code
        == 403
    )
    assert sam.send(switch, to=f"{switch}/review", needed="yes").status_code == 303
    editor = as_role(Role.EDITOR)
    path = drafted(editor, approved)
    do(editor, path, "send")
    record = record_of(path)
    assert "staff reviews it next" in do(rita, path, "publish")
    assert rita.see(f"/resources/{record}").status_code == 404
    assert "for the registry" in sam.mails()[-1][0]
    assert "Welding Certificate" in sam.see("/staff/records").text
    one = f"/staff/records/{approved}/{record}"
    assert "A year of welding" in sam.see(one).text
    assert rita.see(one).status_code == rita.see("/staff/records").status_code == 403
    seen = _SEEN.findall(sam.see(one).text)[0]
    answer = sam.send(one, to="/staff/records", act=decision, selected=seen, words="Look again.")
    assert "1 of 1 done" in answer.text
    assert rita.see(f"/resources/{record}").status_code == status
    assert "by the registry" in rita.mails()[-1][0]
    assert sam.see(one).status_code == 404
    again = sam.send(
        "/account/organizations/new", to="/staff/records", act="publish", selected=seen
    )
    assert "0 of 1 done" in again.text


def test_a_record_is_withdrawn_with_a_reason(
    rita: Person, as_role: Members, approved: Ctid, registry: Registry
) -> None:
    path = drafted(rita, approved)
    do(rita, path, "publish")
    as_role(Role.APPROVER).send(path, to=f"{path}/withdraw", words="We teach it no more.")
    gone = rita.see(f"/resources/{record_of(path)}")
    assert gone.status_code == 410
    assert "We teach it no more." in gone.text
    assert "We teach it no more." in rita.mails()[-1][1]
    assert "We teach it no more." in rita.see(f"/account/organizations/{approved}").text


def test_no_key_goes_round_the_review_of_the_staff(
    sam: Person, approved: Ctid, registry: Registry
) -> None:
    sam.send(
        f"/staff/organizations/{approved}",
        to=f"/staff/organizations/{approved}/review",
        needed="yes",
    )
    key = registry.ledger.organizations.add_key(approved)
    sent = sam.client.post(
        f"/resources/organizations/{approved}/documents",
        json=certificate(1, approved),
        headers={"Authorization": f"Bearer {key}"},
    )
    assert sent.status_code == 403
    assert "send it to review" in sent.json["detail"]
