"""Records that are due are confirmed by one click, without a version, and asked for once a year."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from ctgraph.accounts import confirming
from ctgraph.accounts.rights import Role
from ctgraph.documents import parse
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.confirmations import confirmation, yearly
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.tables import envelope
from ctgraph.ledger.values import Organization, Scope
from tests.support.people import Person
from tests.support.registry import Registry, certificate, ctid_number

LONG_AGO = "2020-02-29T00:00:00.000000Z"


@pytest.fixture
def page(approved: Ctid, registry: Registry) -> str:
    """The page of an organization three of whose four records are due."""
    owner = registry.ledger.organizations.get(approved)
    for number in range(1, 5):
        publish(registry, owner, number)
    age(registry, *map(ctid_number, range(1, 4)))
    return f"/account/organizations/{approved}/confirm"


def publish(registry: Registry, owner: Organization, number: int, **more: object) -> None:
    """Publish a certificate of an organization."""
    document = parse(orjson.dumps(certificate(number, owner.ctid, **more)), registry.settings)
    append(registry.ledger, [Submission(owner, document.ctid, document)], "test")


def age(registry: Registry, *records: str, at: str = LONG_AGO) -> None:
    """Let records have been published, and confirmed, long ago."""
    with registry.ledger.database.writing() as connection:
        mine = envelope.c.ctid.in_(records)
        connection.execute(envelope.update().where(mine).values(updated_at=at))
        mine = confirmation.c.ctid.in_(records)
        connection.execute(confirmation.update().where(mine).values(confirmed_at=at))


def shown(somebody: Person, page: str) -> list[str]:
    """Return the records that the list has."""
    return re.findall(r'name="shown" value="(ce-\S+) ', somebody.see(page).text)


def write_due(registry: Registry) -> None:
    while confirming.write_due(registry.settings.base_url, registry.ledger):
        pass


def a_year_passes(registry: Registry) -> None:
    with registry.ledger.database.writing() as connection:
        connection.execute(yearly.update().values(look_at=LONG_AGO))


def test_one_click_confirms_a_record_without_a_version(
    rita: Person, page: str, registry: Registry
) -> None:
    first, second, third, fresh = (ctid_number(number) for number in range(1, 5))
    dashboard = page.removesuffix("/confirm")
    registry.project()
    assert "3 records are due" in rita.see(dashboard).text
    assert shown(rita, page) == [first, second, third]
    head = {"Accept": "text/html"}
    before = rita.client.get(f"/resources/{first}", headers=head)
    data = rita.client.get(f"/resources/{first}").headers["ETag"]
    last = registry.ledger.changes.last_sequence()
    assert "2020" in before.text.partition("Last confirmed")[2].partition("</time>")[0]
    assert rita.send(page, one=f"{first} 1").status_code == 303
    assert shown(rita, page) == [second, third]
    seen = head | {"If-None-Match": before.headers["ETag"]}
    after = rita.client.get(f"/resources/{first}", headers=seen)
    assert after.status_code == 200
    today = in_hours(0)[:10]
    assert today in after.text.partition("Last confirmed")[2].partition("</time>")[0]
    assert rita.client.get(f"/envelopes/{first}").json["last_verified_on"] == today
    assert rita.client.get(f"/envelopes/{second}").json["last_verified_on"] == LONG_AGO[:10]
    assert rita.client.get(f"/resources/{first}").headers["ETag"] == data
    assert registry.ledger.changes.last_sequence() == last
    assert "Confirmed: Certificate 1." in rita.see(dashboard).text
    age(registry, first)
    assert first in shown(rita, page)
    assert fresh not in shown(rita, page)


def test_all_on_a_page_are_confirmed_at_once(
    rita: Person, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctgraph.web.accounts.confirmations.MAX_CONFIRMED", 2)
    more = re.search(r'href="(\S+\?after=\S+)"', rita.see(page).text)
    assert more
    assert shown(rita, more[1]) == [ctid_number(3)]
    listed = [f"{record} 1" for record in shown(rita, page)]
    assert rita.send(page, shown=listed).status_code == 303
    assert shown(rita, page) == [ctid_number(3)]
    rita.send(page, one=f"{ctid_number(3)} 1")
    assert "No record is due" in rita.see(page).text


def test_only_what_was_seen_is_confirmed(
    rita: Person, page: str, registry: Registry, approved: Ctid
) -> None:
    first, second = ctid_number(1), ctid_number(2)
    publish(registry, registry.ledger.organizations.get(approved), 1, **{"ceterms:keyword": "new"})
    publish(registry, registry.organization, 9)
    other, unknown = ctid_number(9), ctid_number(99)
    for wrong, status in ((f"{first} 1", 409), (f"{other} 1", 403), (f"{unknown} 1", 404)):
        answer = rita.send(page, shown=[f"{second} 1", wrong])
        assert answer.status_code == status
        assert "Nothing was confirmed" in answer.text
    for wrong in ("", "ce-1 1", first, f"{second} x", f"{second} 99999999999", f"{second} ²"):
        assert rita.send(page, one=wrong).status_code == 400, wrong
    assert rita.send(page).status_code == 400
    assert rita.see(f"{page}?after=x").status_code == 400
    assert registry.ledger.confirmations.of(second) is None


def test_a_mail_comes_once_a_year_to_those_who_may_confirm(
    rita: Person, page: str, registry: Registry, as_role: Callable[[Role | None], Person]
) -> None:
    approver, editor = as_role(Role.APPROVER), as_role(Role.EDITOR)
    assert not shown(editor, page)
    before = len(rita.mails())
    write_due(registry)
    write_due(registry)
    subject, words = rita.mails()[-1]
    assert len(rita.mails()) == before + 1
    assert subject == "Pine College: are your records still correct?"
    assert all(ctid_number(number) in words for number in (1, 2, 3))
    assert ctid_number(4) not in words
    assert page in words
    assert approver.mails()[-1][0] == subject
    assert editor.mails()[-1][0] != subject
    a_year_passes(registry)
    write_due(registry)
    assert len(rita.mails()) == before + 2


def test_no_mail_comes_where_nothing_is_due(
    rita: Person, page: str, sam: Person, registry: Registry, approved: Ctid
) -> None:
    before = len(rita.mails())
    rita.send(page, shown=[f"{ctid_number(number)} 1" for number in (1, 2, 3)])
    write_due(registry)
    age(registry, ctid_number(1))
    write_due(registry)
    assert len(rita.mails()) == before  # the next look is tomorrow
    sam.send(f"/staff/suspensions/{approved}", state="suspended", words="Spam.")
    a_year_passes(registry)
    write_due(registry)
    assert len(rita.mails()) == before + 1  # only that of the suspension
    assert rita.send(page, one=f"{ctid_number(1)} 1").status_code in (400, 403)
    with registry.ledger.database.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(yearly)) == 1


def test_programs_list_what_is_due_and_confirm_it(
    page: str, rita: Person, registry: Registry
) -> None:
    owner = Ctid(page.split("/")[3])
    key = registry.ledger.organizations.add_key(owner, [Scope.PUBLISH])
    path, client = f"/api/organizations/{owner}/confirmations", rita.client
    headers = {"Authorization": f"Bearer {key}"}
    first, second, third = (ctid_number(number) for number in range(1, 4))
    listed: Any = client.get(path, headers=headers).json
    assert [(one["ctid"], one["version"], one["confirmedAt"]) for one in listed["due"]] == [
        (first, 1, None),
        (second, 1, None),
        (third, 1, None),
    ]
    assert "next" not in listed
    rest: Any = client.get(f"{path}?after={second}", headers=headers).json
    assert [one["ctid"] for one in rest["due"]] == [third]

    def confirm(versions: object) -> int:
        sent = {"versions": versions}
        return client.post(path, json=sent, headers=headers).status_code

    assert confirm({first: 1, second: 2}) == 409  # nothing is confirmed, unless all is
    publish(registry, registry.organization, 8)
    assert confirm({first: 1, ctid_number(8): 1}) == 403
    assert confirm({first: 1, ctid_number(98): 1}) == 404
    assert confirm({first: 1, second: 1}) == 204
    rest = client.get(path, headers=headers).json
    assert [one["ctid"] for one in rest["due"]] == [third]
    assert "by the key" in rita.see(page.removesuffix("/confirm")).text
    for nonsense in ({}, {"x": 1}, {third: True}, {third: "1"}, [third], None):
        assert confirm(nonsense) == 400, nonsense
    registry.ledger.organizations.add("Other", ctid_number(900))
    assert client.get(path.replace(owner, ctid_number(900)), headers=headers).status_code == 403
