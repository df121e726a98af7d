"""The outline of a framework is edited on its pages, without scripts."""

from __future__ import annotations

import html
import re
from typing import Any

import orjson
import pytest

from ctgraph.documents import parse
from ctgraph.forms.entries import Entries
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.drafts import digest_of
from ctgraph.web.accounts.outlines import PAGE_ENTRIES
from tests.support.people import Person, alert
from tests.support.registry import Registry, certificate, ctid_number

_LINE = re.compile(r'<li id="(ce-[^"]+)" class="level-(\d)"><a [^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture
def framework(rita: Person, approved: Ctid) -> str:
    """The path of the form of a new framework."""
    records = f"/account/organizations/{approved}/records"
    return rita.send(records, kind="ceasn:CompetencyFramework").headers["Location"]


def lines(somebody: Person, path: str) -> dict[str, Ctid]:
    """Return the entries of a page of an outline, by their numbers and texts."""
    page = somebody.see(path).text
    return {" ".join(html.unescape(text).split()): Ctid(id) for id, _, text in _LINE.findall(page)}


def press(somebody: Person, outline: str, record: Ctid, **fields: str) -> str:
    """Send the form of an entry; return where that leads."""
    answer = somebody.send(f"{outline}/{record}", **fields)
    assert answer.status_code == 303, alert(answer)
    return answer.headers["Location"]


def keep(registry: Registry, owner: Ctid, record: Ctid, document: dict[str, Any]) -> None:
    """Keep a draft as a program does."""
    account = registry.ledger.organizations.get(owner)
    data = orjson.dumps(document)
    kind = "ceasn:CompetencyFramework"
    registry.ledger.drafts.save(account, record, "Framework", data, {record: None}, kind)


def test_an_outline_is_written_entry_by_entry(
    rita: Person, approved: Ctid, registry: Registry, framework: str
) -> None:
    outline = f"{framework}/outline"
    assert outline in rita.see(framework).text
    for text in ("Weld", "Cut"):
        assert rita.send(outline, text=text).status_code == 303
    named = lines(rita, outline)
    assert [*named] == ["1 Weld", "2 Cut"]
    weld, cut = named.values()
    led = press(rita, outline, weld, act="below", new="Weld <b>fillets</b>")
    press(rita, outline, weld, act="after", new="Prepare")
    press(rita, outline, cut, act="up")
    assert [*lines(rita, outline)] == ["1 Weld", "1.1 Weld <b>fillets</b>", "2 Cut", "3 Prepare"]
    assert led.partition("#")[2] == lines(rita, outline)["1.1 Weld <b>fillets</b>"]
    press(rita, outline, cut, act="in")
    press(rita, outline, cut, text="Cut  to drawing", was="Cut", act="up")
    press(rita, outline, cut, act="down")
    assert [*lines(rita, outline)][2] == "1.2 Cut to drawing"
    assert "Remove it and 2 below" in rita.see(f"{outline}/{weld}").text
    press(rita, outline, weld, act="remove", seen="2")
    assert [*lines(rita, outline)] == ["1 Prepare"]
    document = orjson.loads(
        registry.ledger.drafts.document(approved, canonical(framework.rpartition("/")[2]))
    )
    assert len(document["@graph"]) == 2


@pytest.mark.parametrize("kind", ["ceasn:CompetencyFramework", "skos:ConceptScheme"])
def test_a_framework_with_entries_can_be_published(
    rita: Person, approved: Ctid, registry: Registry, kind: str
) -> None:
    records = f"/account/organizations/{approved}/records"
    path = rita.send(records, kind=kind).headers["Location"]
    record = canonical(path.rpartition("/")[2])
    rita.send(f"{path}/outline", text="Weld")
    (weld,) = lines(rita, f"{path}/outline").values()
    press(rita, f"{path}/outline", weld, text="Weld well", was="Weld", new="Cut")
    assert [*lines(rita, f"{path}/outline")] == ["1 Weld well", "2 Cut"]
    press(rita, f"{path}/outline", weld, act="below", new="Weld fillets")
    document = orjson.loads(registry.ledger.drafts.document(approved, record))
    said = {"ceasn:name": {"en-US": "Metal"}, "ceasn:description": {"en-US": "Work with metal."}}
    document["@graph"][0] |= said
    keep(registry, approved, record, document)
    assert "It can be published" in rita.see(path).text
    sent = {"act": "publish", "selected": f"{record} {digest_of(orjson.dumps(document))}"}
    rita.send(records, to=f"{records}/review", **sent)
    public = rita.see(f"/resources/{record}").text
    assert "Weld fillets" in public


def test_who_refers_to_an_entry_is_told_before_it_is_removed(
    rita: Person, approved: Ctid, registry: Registry, framework: str
) -> None:
    outline, record = f"{framework}/outline", canonical(framework.rpartition("/")[2])
    for text in ("Weld", "Cut", "Grind"):
        rita.send(outline, text=text)
    weld, cut, grind = lines(rita, outline).values()
    press(rita, outline, weld, act="below", new="Weld fillets")
    fillets = lines(rita, outline)["1.1 Weld fillets"]
    mine = registry.ledger.organizations.get(approved)
    address = f"http://localhost:8000/resources/{fillets}"
    for number in range(71, 83):
        content = certificate(number, **{"ceterms:classification": [address]})
        document = parse(orjson.dumps(content), registry.settings)
        submission = Submission(registry.organization, document.ctid, document)
        append(registry.ledger, [submission], "test")
    draft = certificate(90, approved, **{"ceterms:classification": [address]})
    registry.ledger.drafts.save(mine, ctid_number(90), "Draft 90", orjson.dumps(draft), {}, "")
    held = orjson.loads(registry.ledger.drafts.document(approved, record))
    node = next(one for one in held["@graph"] if one.get("ceterms:ctid") == cut)
    node["ceasn:prerequisiteAlignment"] = [address]
    keep(registry, approved, record, held)
    registry.project()
    for asked in (weld, fillets):  # what is below goes, too
        page = " ".join(rita.see(f"{outline}/{asked}").text.split())
        assert "1 entry of this outline refers to it" in page
        assert f'href="{outline}/{cut}">2 Cut</a>' in page
        assert "13 other records refer to it" in page
        assert f'href="/resources/{ctid_number(71)}" dir="auto">Certificate 71</a>' in page
        assert "and 3 more" in page
    shown = rita.see(f"{outline}/{grind}").text
    assert "refer to it" not in shown
    assert "refers to it" not in shown
    press(rita, outline, weld, act="remove", seen="1")
    assert [*lines(rita, outline)] == ["1 Cut", "2 Grind"]


def test_two_people_write_one_outline(rita: Person, framework: str) -> None:
    outline = f"{framework}/outline"
    rita.send(outline, text="Weld")
    (record,) = lines(rita, outline).values()
    press(rita, outline, record, text="Weld well", was="Weld")
    answer = rita.send(f"{outline}/{record}", text="Weld badly", was="Weld")
    assert answer.status_code == 409
    assert "Weld well" in alert(answer)
    assert ">Weld badly</textarea>" in answer.text  # what was written is not lost
    press(
        rita,
        outline,
        record,
        act="below",
        new="Weld upside down",
        text="Weld well",
        was="Weld well",
    )
    answer = rita.send(f"{outline}/{record}", act="remove", seen="0")
    assert answer.status_code == 409
    assert "1 now" in alert(answer)
    assert len(lines(rita, outline)) == 2
    press(rita, outline, record, act="remove", seen="1")
    assert not lines(rita, outline)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"act": "up"}, 400),
        ({"act": "sideways"}, 400),
        ({"act": "after"}, 400),
        ({"act": "save", "was": "Weld"}, 400),
        ({"act": "after", "new": "x" * 5_001}, 400),
    ],
)
def test_what_cannot_be_done_is_told(
    rita: Person, framework: str, fields: dict[str, str], status: int
) -> None:
    outline = f"{framework}/outline"
    rita.send(outline, text="Weld")
    (record,) = lines(rita, outline).values()
    answer = rita.send(f"{outline}/{record}", **fields)
    assert answer.status_code == status
    assert alert(answer)
    assert [*lines(rita, outline)] == ["1 Weld"]


def test_what_has_no_outline_is_told(rita: Person, approved: Ctid, framework: str) -> None:
    records = f"/account/organizations/{approved}/records"
    other = rita.send(records, kind="ceterms:Certificate").headers["Location"]
    assert rita.see(f"{other}/outline").status_code == 400
    assert rita.see(f"{framework}/outline/{ctid_number(7)}").status_code == 404
    assert "/outline" not in rita.see(other).text


def test_an_outline_of_thousands_comes_in_pages(
    rita: Person, approved: Ctid, registry: Registry, framework: str
) -> None:
    record = canonical(framework.rpartition("/")[2])
    document = orjson.loads(registry.ledger.drafts.document(approved, record))
    entries = Entries(document, record, Identity("http://localhost:8000"))
    above = None
    for number in range(2_000):
        added = entries.add(f"{number} " + "Make welds that pass inspection. " * 50, parent=above)
        above = added if number % 50 == 0 else above
    keep(registry, approved, record, entries.document)
    outline = f"{framework}/outline"
    page = rita.see(outline)
    assert len(page.data) < 300_000
    assert "2,000 entries" in page.text
    listed = lines(rita, outline)
    assert len(listed) == PAGE_ENTRIES
    last = lines(rita, f"{outline}?page=10")
    assert len(last) == PAGE_ENTRIES
    assert lines(rita, f"{outline}?page=11") == last
    led = press(rita, outline, [*last.values()][-1], act="after", new="The very last")
    assert "?page=11#" in led or "?page=10#" in led
    assert "The very last" in rita.see(led.partition("#")[0]).text
