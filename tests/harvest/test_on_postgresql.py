"""What machines harvest from a ledger on PostgreSQL is what they harvest from SQLite."""

from __future__ import annotations

from ctgraph.web import create_app
from tests.support.history import changed
from tests.support.registry import Registry, ctid_number


def test_a_ledger_on_postgresql_is_harvested(on_postgresql: Registry) -> None:
    changed(on_postgresql, 1, "one", "2026-01-10")
    changed(on_postgresql, 2, "one", "2026-01-20")
    changed(on_postgresql, 1, "two", "2026-02-10")
    changed(on_postgresql, 2, None, "2026-02-20")
    changed(on_postgresql, 2, "two", "2026-03-20")
    client = create_app(on_postgresql.settings).test_client()
    record = ctid_number(1)
    when = {"Accept-Datetime": "Sun, 01 Feb 2026 00:00:00 GMT"}
    found = client.get(f"/timegate/resources/{record}", headers=when)
    assert found.headers["Location"].endswith(f"/resources/{record}/versions/1")
    assert len(client.get(f"/timemap/resources/{record}?format=json").json["mementos"]["list"]) == 2
    assert '"two"' in client.get(f"/resources/{record}.ttl?as-of=2026-02-10").text
    assert client.get(f"/resources/{ctid_number(2)}?as-of=2026-03-01").status_code == 410
    page = client.get("/ldes/pages/1.nq").text
    assert page.count("<https://w3id.org/tree#member>") == 5
    assert [page.count(f"activitystreams#{kind}>") for kind in ("Create", "Update", "Delete")] == [
        3,
        1,
        1,
    ]
    for name in ("all", "0", "00"):
        assert client.get(f"/resourcesync/resourcelists/{name}.xml").text.count("<url>") == 2, name
        assert client.get(f"/sitemaps/{name}.xml").text.count("<url>") == 2, name
    for name in ("1", "f"):
        assert "<url>" not in client.get(f"/resourcesync/resourcelists/{name}.xml").text
    assert client.get("/resourcesync/changelist.xml").text.count("<url>") == 5
    told = [one["event"] for one in client.get("/changes").json["changes"]]
    assert told == ["create", "create", "update", "withdraw", "create"]
    some = on_postgresql.ledger.feed.between(0, 5, events=["create"], owner=ctid_number(0), most=2)
    assert [one.seq for one in some] == [1, 2]
    client.post(
        "/webhooks",
        json={"url": "https://93.184.216.34/", "after": 0},
        headers=on_postgresql.authorization,
    )
    [hook] = on_postgresql.ledger.webhooks.behind(5, 16, (), ())
    assert on_postgresql.ledger.webhooks.behind(5, 16, (), [(hook.id, hook.run)]) == []
