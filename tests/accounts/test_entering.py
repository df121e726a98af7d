"""A record is entered by hand, checked, published and changed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ctgraph.accounts.rights import Role
from ctgraph.forms.differences import pack
from ctgraph.forms.model import form_of
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.rdf.namespaces import Curie
from tests.support.people import PAGE, Person, alert
from tests.support.registry import Registry, ctid_number, fill

_INPUT = re.compile(
    r'<input name="([^"]+)" value="([^"]*)"|<input name="([^"]+)" id="[^"]*" value="([^"]*)"'
)
_SELECT = re.compile(r'<select name="([^"]+)".*?</select>', re.DOTALL)
_LONG = re.compile(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_DOCUMENT = re.compile(r'<textarea id="document"[^>]*>\n(.*?)</textarea>', re.DOTALL)
_HIDDEN = re.compile(r'type="hidden" name="(base|mine|publish)" value="([^"]*)"')
_SEEN = re.compile(r'name="seen" value="(\w+)"')
CERTIFICATE = {
    "ceterms:name.0.text": "Welding Certificate",
    "ceterms:description.0.text": "A year of welding in the pines, with much practice.",
    "ceterms:subjectWebpage.0.text": "https://pine.example.org/weld",
}


def shown(page: str) -> dict[str, Any]:
    """Return what a browser would send of a form that nobody changes."""
    found: dict[str, Any] = {}
    for name, value, other, text in _INPUT.findall(page):
        found[name or other] = html.unescape(value or text)
    for match in _SELECT.finditer(page):
        found[match[1]] = re.findall(r'value="([^"]+)" selected', match[0])
    for name, text in _LONG.findall(page):
        found[name] = html.unescape(text)
    base = re.search(r'name="base" value="([^"]+)"', page)
    assert base
    seen = _SEEN.search(page)
    assert seen
    return found | {"base": html.unescape(base[1]), "seen": seen[1]}


def begun(somebody: Person, organization: Ctid, kind: str = "ceterms:Certificate") -> str:
    """Begin a record; return the path of its form."""
    answer = somebody.send(f"/account/organizations/{organization}/records", kind=kind)
    assert answer.status_code == 303, alert(answer)
    return answer.headers["Location"]


def record_of(path: str) -> Ctid:
    """Return the record whose form is at a path."""
    return canonical(path.rpartition("/")[2])


def filled_in(somebody: Person, path: str, **fields: str) -> str:
    """Fill in a form as it stands, and some fields; return where the answer leads."""
    answer = somebody.send(path, **(shown(somebody.see(path).text) | fields))
    assert answer.status_code == 303, alert(answer)
    return answer.headers["Location"]


def test_a_credential_goes_from_nothing_to_published(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    path = begun(rita, approved)
    assert "3 to mend" in rita.see(path).text
    assert filled_in(rita, path, **CERTIFICATE) == path
    assert "It can be published" in rita.see(path).text
    record = record_of(path)
    assert rita.see(f"/resources/{record}").status_code == 404
    assert filled_in(rita, path, publish="yes") == f"/resources/{record}"
    assert "Welding Certificate" in rita.see(f"/resources/{record}").text
    assert registry.ledger.drafts.of(approved) == []
    assert registry.ledger.records.read(record).envelope.owner == approved


def test_what_is_missing_leads_to_its_field_in_the_words_of_the_form(
    rita: Person, approved: Ctid
) -> None:
    path = begun(rita, approved)
    here = rita.see(path).text
    assert '<a href="#ceterms:name">The name is missing. Add Name: the name that' in here
    assert 'id="ceterms:name"' in here
    elsewhere = rita.see(f"{path}?tab=costs").text
    assert '<a href="?tab=minimum#ceterms:name">The name is missing.' in elsewhere


def test_saving_without_a_change_makes_no_draft_and_no_version(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, publish="yes", **CERTIFICATE)
    filled_in(rita, path)
    assert registry.ledger.drafts.of(approved) == []
    filled_in(rita, path, publish="yes")
    assert registry.ledger.records.read(record_of(path)).envelope.version == 1


def test_a_part_is_added_filled_in_and_removed(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    tab = f"{path}?tab=conditions"
    filled_in(rita, tab, add="ceterms:requires|ceterms:ConditionProfile")
    said = {"ceterms:requires.0.ceterms:description.0.text": "A safety course comes first."}
    filled_in(rita, tab, **said)
    filled_in(rita, tab, add="ceterms:requires.0.ceterms:estimatedCost|ceterms:CostProfile")
    price = {"ceterms:requires.0.ceterms:estimatedCost.0.ceterms:price.0.text": "40.5"}
    filled_in(rita, tab, publish="yes", **price)
    record = record_of(path)
    page = rita.see(f"/resources/{record}").text
    assert "A safety course comes first." in page
    assert "40.5" in page
    filled_in(rita, tab, publish="yes", **{"ceterms:requires.0.remove": "yes"})
    assert "A safety course" not in rita.see(f"/resources/{record}").text
    assert registry.ledger.records.read(record).envelope.version == 2


@pytest.mark.parametrize(
    ("tab", "fields", "told"),
    [
        ("minimum", {"ceterms:credentialStatusType": "credentialStat:Nonsense"}, "Choose one"),
        ("conditions", {"add": "ceterms:requires.9.x|ceterms:Place"}, "Reload"),
        ("conditions", {"ceterms:requires.0.kind": "ceterms:Place"}, "takes no"),
        ("minimum", {"ceterms:name.99999.text": "x"}, "too many"),
        ("nonsense", {}, "no tab"),
        ("minimum", {"base": "7"}, "Reload"),
    ],
)
def test_what_cannot_be_saved_is_told(
    rita: Person, approved: Ctid, tab: str, fields: dict[str, str], told: str
) -> None:
    path = begun(rita, approved)
    sent = shown(rita.see(path).text) | fields
    answer = rita.send(path, to=f"{path}?tab={tab}", **sent)
    assert 400 <= answer.status_code < 500
    assert told in html.unescape(answer.text)


@pytest.mark.parametrize("role", [None, *Role])
def test_what_each_role_may_do(
    as_role: Callable[[Role | None], Person], rita: Person, approved: Ctid, role: Role | None
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    records = f"/account/organizations/{approved}/records"
    somebody = as_role(role)
    assert somebody.see(records).status_code == (200 if role else 403)
    may_draft = role not in (None, Role.VIEWER)
    assert somebody.see(path).status_code == (200 if may_draft else 403)
    if not may_draft:
        return
    sent = shown(somebody.see(path).text) | {"publish": "yes"}
    answer = somebody.send(path, **sent)
    assert answer.status_code == (403 if role is Role.EDITOR else 303)


def test_a_viewer_is_led_to_what_a_draft_will_look_like(
    rita: Person, approved: Ctid, as_role: Callable[[Role | None], Person]
) -> None:
    records = f"/account/organizations/{approved}/records"
    path = rita.send(records, kind="ceterms:Certificate").headers["Location"]
    viewer = as_role(Role.VIEWER)
    assert f'href="{path}/preview"' in viewer.see(records).text
    assert f'href="{path}"' not in viewer.see(records).text
    page = viewer.see(f"{path}/preview")
    assert page.status_code == 200
    assert f'href="{path}"' not in page.text
    assert f'href="{path}"' in rita.see(f"{path}/preview").text


def test_an_organization_that_waits_drafts_and_does_not_publish(
    rita: Person, college: Ctid
) -> None:
    path = begun(rita, college)
    filled_in(rita, path, **CERTIFICATE)
    answer = rita.send(path, **(shown(rita.see(path).text) | {"publish": "yes"}))
    assert answer.status_code == 403
    assert "has not approved" in html.unescape(answer.text)


def test_a_record_of_another_organization_is_not_opened(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    fill(registry, 1)
    other = ctid_number(1)
    assert registry.ledger.records.read(other)
    assert rita.see(f"/account/organizations/{approved}/records/{other}").status_code == 404


def test_a_record_is_edited_as_json(rita: Person, approved: Ctid, registry: Registry) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    page = rita.see(f"{path}/json").text
    seen = _SEEN.findall(page)[0]
    text = html.unescape(_DOCUMENT.findall(page)[0]).replace("Welding", "Soldering")
    assert rita.send(f"{path}/json", document=text, seen=seen).status_code == 303
    assert "Soldering Certificate" in rita.see(path).text
    for wrong in ("{", "[]", '{"@graph": []}', text.replace('"ceterms:ctid"', '"x"')):
        answer = rita.send(
            f"{path}/json", document=wrong, seen=_SEEN.findall(rita.see(f"{path}/json").text)[0]
        )
        assert answer.status_code == 422
        assert alert(answer)
    assert "Soldering Certificate" in rita.see(path).text


def test_a_draft_is_discarded_and_what_is_published_stays(rita: Person, approved: Ctid) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, publish="yes", **CERTIFICATE)
    filled_in(rita, path, **{"ceterms:name.0.text": "Another name"})
    assert "Another name" in rita.see(path).text
    assert rita.send(path, to=f"{path}/discard").status_code == 303
    assert "Welding Certificate" in rita.see(path).text


def test_two_people_change_different_things_at_once(rita: Person, approved: Ctid) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    first, second = (shown(rita.see(path).text) for _ in range(2))
    described = "Two years of welding in the pines, with even more practice."
    rita.send(path, **(first | {"ceterms:name.0.text": "Soldering Certificate"}))
    answer = rita.send(path, **(second | {"ceterms:description.0.text": described}))
    assert answer.status_code == 303
    page = rita.see(path).text
    assert "Soldering Certificate" in page
    assert described in page


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Brazing"), ("theirs", "Soldering")])
def test_the_second_of_two_chooses_where_both_changed_the_same(
    rita: Person, approved: Ctid, choice: str, kept: str
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    first, second = (shown(rita.see(path).text) for _ in range(2))
    rita.send(path, **(first | {"ceterms:name.0.text": "Soldering"}))
    webpage = {"ceterms:subjectWebpage.0.text": "https://pine.example.org/braze"}
    answer = rita.send(path, **(second | webpage | {"ceterms:name.0.text": "Brazing"}))
    assert answer.status_code == 409
    assert "Yours" in answer.text
    assert "Soldering (en-US)" in answer.text
    assert "Brazing (en-US)" in answer.text
    hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(answer.text)}
    assert rita.send(path, **hidden, **{"take.ceterms:name": choice}).status_code == 303
    values = shown(rita.see(path).text)
    assert values["ceterms:name.0.text"] == kept
    assert values["ceterms:subjectWebpage.0.text"].endswith("/braze")


def test_json_that_somebody_else_changed_meanwhile_is_not_overwritten_unseen(
    rita: Person, approved: Ctid
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    page = rita.see(f"{path}/json").text
    text = html.unescape(_DOCUMENT.findall(page)[0]).replace("Welding", "Brazing")
    filled_in(rita, path, **{"ceterms:name.0.text": "Soldering"})
    answer = rita.send(f"{path}/json", document=text, seen=_SEEN.findall(page)[0])
    assert answer.status_code == 422
    assert "Brazing Certificate" in answer.text
    seen = _SEEN.findall(answer.text)[0]
    assert rita.send(f"{path}/json", document=text, seen=seen).status_code == 303
    assert "Brazing Certificate" in rita.see(path).text


def test_what_can_be_read_stays_when_something_cannot(rita: Person, approved: Ctid) -> None:
    path = begun(rita, approved)
    values = shown(rita.see(path).text) | CERTIFICATE
    answer = rita.send(path, **(values | {"ceterms:credentialStatusType": "credentialStat:Nope"}))
    assert answer.status_code == 422
    assert "Choose one of the list" in alert(answer)
    again = shown(answer.text)
    assert again["ceterms:name.0.text"] == "Welding Certificate"
    assert rita.send(path, **again).status_code == 303
    assert shown(rita.see(path).text)["ceterms:name.0.text"] == "Welding Certificate"


def test_a_record_is_previewed_compared_and_copied(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, publish="yes", **CERTIFICATE)
    filled_in(rita, path, **{"ceterms:name.0.text": "Soldering Certificate"})
    assert "<h1>Soldering Certificate</h1>" in rita.see(f"{path}/preview").text
    page = rita.see(path).text
    assert "<del>Welding Certificate (en-US)</del>" in page
    assert "<ins>Soldering Certificate (en-US)</ins>" in page
    answer = rita.send(path, to=f"{path}/copy")
    copied = answer.headers["Location"]
    assert record_of(copied) != record_of(path)
    assert "Soldering Certificate" in rita.see(copied).text
    filled_in(rita, copied, publish="yes")
    assert registry.ledger.records.read(record_of(copied)).envelope.version == 1
    assert registry.ledger.records.read(record_of(path)).envelope.version == 1


def test_what_no_registry_holds_is_named(rita: Person, approved: Ctid, registry: Registry) -> None:
    path = begun(rita, approved)
    new = "ceterms:recognizedBy.0.new."
    tab = f"{path}?tab=quality"
    filled_in(rita, path, **CERTIFICATE)
    named = {f"{new}kind": "ceterms:QACredentialOrganization", f"{new}name": "Board of Welders"}
    answer = rita.send(tab, **(shown(rita.see(tab).text) | named))
    assert answer.status_code == 422
    assert "the webpage" in alert(answer)
    filled_in(rita, tab, publish="yes", **named, **{f"{new}webpage": "https://welders.example.org"})
    assert "Board of Welders" in rita.see(f"/resources/{record_of(path)}").text
    assert "Board of Welders" in rita.see(tab).text


def test_what_somebody_else_changed_is_not_published_unseen(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    opened = shown(rita.see(path).text)
    filled_in(rita, f"{path}?tab=basics", **{"ceterms:keyword.0.text": "arc"})
    answer = rita.send(path, **opened, publish="yes")
    assert answer.status_code == 422
    assert "Somebody else changed" in alert(answer)
    assert rita.client.get(f"/resources/{record_of(path)}").status_code == 404
    filled_in(rita, path, publish="yes")
    assert registry.ledger.records.read(record_of(path)).envelope.version == 1


def test_nothing_is_lost_when_many_save_at_the_same_moment(
    rita: Person, approved: Ctid, as_role: Callable[[Role | None], Person]
) -> None:
    path = begun(rita, approved)
    filled_in(rita, path, **CERTIFICATE)
    changes = {
        rita: {"ceterms:name.0.text": "Soldering"},
        as_role(Role.EDITOR): {"ceterms:description.0.text": "Two years of soldering."},
        as_role(Role.APPROVER): {"ceterms:subjectWebpage.0.text": "https://pine.example.org/s"},
    }
    opened = {one: shown(one.see(path).text) for one in changes}
    with ThreadPoolExecutor(len(changes)) as threads:
        sent = [
            threads.submit(one.send, path, **(opened[one] | given))
            for one, given in changes.items()
        ]
        assert [one.result().status_code for one in sent] == [303] * len(changes)
    found = shown(rita.see(path).text)
    for given in changes.values():
        assert given.items() <= found.items()


ODD: list[Any] = [
    {},
    {"@graph": []},
    {"@graph": {}},
    {"@graph": [5]},
    {"@graph": [{}]},
    {"@graph": [{"@type": 5}]},
    {"@graph": [{"@type": ["ceterms:Certificate"]}]},
    {"@graph": [{"@type": "x:Nothing", "@id": 5}]},
    {"@graph": [{"@type": "ceterms:Certificate", "ceterms:name": {"en": 5}}]},
    {"@graph": [{"@type": "ceterms:Certificate", "ceterms:name": [None, [1], {"en": [None]}]}]},
    {"@graph": [{"@type": "ceterms:Certificate", "ceterms:requires": {"@type": [1]}}, 7]},
    {
        "@graph": [
            {
                "@type": "ceterms:Certificate",
                "ceterms:requires": [{"@type": "ceterms:ConditionProfile", "ceterms:price": {}}],
                "ceterms:keyword": {"en": {"a": 1}},
                "ceterms:credentialStatusType": {"ceterms:targetNode": [3]},
                "ceterms:ownedBy": [{"@value": {"x": 1}}, True],
            }
        ]
    },
]
"""Drafts that a program saved: any JSON object is one."""


@pytest.mark.parametrize("document", ODD, ids=range(len(ODD)))
def test_a_draft_of_any_shape_is_opened_or_refused(
    rita: Person, approved: Ctid, registry: Registry, document: Any
) -> None:
    record = ctid_number(9)
    key = registry.ledger.organizations.add_key(approved)
    named = {"Authorization": f"Bearer {key}"}
    assert rita.client.put(f"/drafts/{record}", json=document, headers=named).status_code == 204
    path = f"/account/organizations/{approved}/records/{record}"
    for page in (path, f"{path}/json", f"{path}/preview", f"{path}?tab=conditions", path[:-40]):
        assert rita.see(page).status_code < 500, page
    assert rita.see(f"{path}/json").status_code == 200
    for to in (path, f"{path}?tab=conditions"):
        base = pack(document["@graph"][0]) if isinstance(first(document), dict) else pack({})
        for fields in ({}, {"ceterms:name.0.text": "x"}, {"mine": base}):
            answer = rita.send("/account/password", to=to, base=base, **fields)
            assert answer.status_code < 500, (to, fields)
    assert rita.send(f"{path}/json", to=f"{path}/copy").status_code < 500
    assert rita.send(f"{path}/json", to=f"{path}/discard").status_code == 303


def first(document: Any) -> Any:
    graph = document.get("@graph")
    return graph[0] if isinstance(graph, list) and graph else None


def test_a_form_is_in_the_language_of_the_page(rita: Person, approved: Ctid) -> None:
    records = f"/account/organizations/{approved}/records"
    form = rita.send(records, kind="ceterms:Certificate").headers["Location"]
    spanish = PAGE | {"Accept-Language": "es"}
    page = html.unescape(rita.client.get(f"{form}?tab=costs", headers=spanish).text)
    groups = {tab.label for tab in form_of(Curie("ceterms:Certificate")).tabs}
    tabs = re.findall(r'\?tab=\w+"[^>]*>([^<]+)', page)
    assert "Costos y duración" in [tab.strip() for tab in tabs]
    assert not groups & {tab.strip() for tab in tabs}
    for title in ("Costo estimado", "Costos comunes"):  # one has a label of its own in English
        assert f"<legend>{title}" in page
    for path in (f"{form}/take?tab=costs", records):
        page = html.unescape(rita.client.get(path, headers=spanish).text)
        shown = re.findall(r"<option[^>]*>([^<]+)</option>", page)
        shown += re.findall(r'<optgroup label="([^"]+)"', page)
        assert shown
        assert not groups & {*shown}


def test_the_spanish_form_says_in_spanish_what_is_asked_for_and_what_is_missing(
    rita: Person, approved: Ctid
) -> None:
    path = begun(rita, approved)
    english, spanish = (
        re.sub(r"\s+", " ", html.unescape(rita.see(f"/{code}{path}").text)) for code in ("en", "es")
    )
    said = {
        "The name that people know it by.": "El nombre por el que se conoce.",
        "The name is missing. Add Name: the name": "Falta el nombre. Agregue Nombre: el nombre",
    }
    for words, translation in said.items():
        assert words in english
        assert translation in spanish
        assert words not in spanish
    assert not re.search(r'<p class="(soft|problem violation)" lang="en">', spanish)


@pytest.mark.parametrize(
    ("tab", "fields", "told"),
    [
        ("minimum", {"ceterms:credentialStatusType": "credentialStat:Nonsense"}, "Elija uno de"),
        ("minimum", {"ceterms:name.99999.text": "x"}, "tiene demasiados valores"),
        ("conditions", {"ceterms:requires.0.kind": "ceterms:Place"}, "no admite ceterms:Place"),
    ],
)
def test_the_spanish_form_says_in_spanish_what_cannot_be_saved(
    rita: Person, approved: Ctid, tab: str, fields: dict[str, str], told: str
) -> None:
    path = begun(rita, approved)
    sent = shown(rita.see(path).text) | fields
    answer = rita.send(path, to=f"/es{path}?tab={tab}", **sent)
    assert 400 <= answer.status_code < 500
    assert told in html.unescape(answer.text)
