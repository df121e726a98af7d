"""Trusted partners register institutions, by programs and by a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.accounts.people import People
from ctgraph.accounts.registering import Registering
from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.claims import is_unclaimed
from ctgraph.ledger.tables import envelope
from ctgraph.ledger.values import OPERATOR, Scope
from ctgraph.publishing.publish import withdraw
from ctgraph.web import create_app
from tests.support.people import PASSWORD, Person, institution, newcomer, token
from tests.support.registry import Registry, certificate, ctid_number, describe_college, publish

OWN = ctid_number(0)
PAGE = f"/account/organizations/{OWN}/registrations"
Register = Callable[..., TestResponse]


def in_csv(*rows: dict[str, Any]) -> bytes:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    flat = [{k: "|".join(v) if isinstance(v, list) else v for k, v in r.items()} for r in rows]
    writer.writerows(flat)
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def key(module_registry: Registry) -> str:
    """A key of a trusted partner."""
    Registering(module_registry.settings, module_registry.ledger).set_trust(OWN, True)
    return module_registry.ledger.organizations.add_key(OWN, [Scope.ADMIN, Scope.PUBLISH])


@pytest.fixture(scope="module")
def register(module_client: FlaskClient, key: str) -> Register:
    def register(*institutions: Any, query: str = "", file: bytes = b"") -> TestResponse:
        headers = {"Authorization": f"Bearer {key}"}
        if file:
            headers["Content-Type"] = "text/csv"
        data = {"data": file} if file else {"json": {"organizations": [*institutions]}}
        return module_client.post(f"/api/organizations{query}", headers=headers, **data)

    return register


@pytest.fixture(scope="module")
def stella(module_registry: Registry, module_client: FlaskClient, key: str) -> Person:
    """The administrator of the partner."""
    ledger = module_registry.ledger
    somebody = newcomer(module_client.application, ledger)
    with ledger.database.writing() as connection:
        found = ledger.people.with_email(connection, somebody.email)
        assert found
        ledger.applications.admit(connection, OWN, found[0].id, Role.ADMINISTRATOR)
    return somebody


def test_an_institution_is_approved_published_and_gets_its_administrator(
    register: Register, module_registry: Registry, module_client: FlaskClient, key: str
) -> None:
    rita = newcomer(module_client.application, module_registry.ledger)
    answer = register(institution("A-1", rita.email, contactName="Rita Registrar"))
    assert answer.status_code == 201
    (told,) = answer.json["organizations"]
    assert (told["effect"], "invitation" in told) == ("created", False)
    record = told["ctid"]
    envelope = module_client.get(f"/envelopes/{record}?format=json").json
    assert (envelope["owned_by"], envelope["published_by"]) == (record, OWN)
    assert rita.mails()[-1][1].startswith("Rita Registrar:")
    assert rita.send(rita.link()).status_code == 303
    page = rita.see(f"/account/organizations/{record}").text
    assert "trusted partner" in page
    assert "approved" in page
    (member,) = module_registry.ledger.applications.members(record)
    assert (member.email, member.role) == (rita.email, "administrator")
    documents = f"/resources/organizations/{record}/documents"
    headers = {"Authorization": f"Bearer {key}"}
    sent = module_client.post(documents, json=certificate(5, record), headers=headers)
    assert sent.status_code == 201  # the partner may publish for it
    words = [one.words for one in module_registry.ledger.activities.of_organization(OWN, 5)]
    assert f"Registered 1 institution: College A-1, by the key {key[4:12]}." in words


def test_an_identifier_names_one_institution_for_ever(
    register: Register, module_registry: Registry, module_client: FlaskClient
) -> None:
    first = register(institution("B-1"), institution("B-2")).json["organizations"]
    again = register(institution("B-2", name="Another name"), institution("B-3"))
    assert again.status_code == 201
    assert [one["effect"] for one in again.json["organizations"]] == ["unchanged", "created"]
    assert again.json["organizations"][0]["ctid"] == first[1]["ctid"]
    assert again.json["organizations"][0]["name"] == "College B-2"
    assert register(institution("B-1")).status_code == 200
    mails = [one for one in module_registry.ledger.outbox.due(1000) if one.recipient[0] == "b"]
    assert sorted(one.recipient[:3] for one in mails) == ["b-1", "b-2", "b-3"]


def test_mails_are_sent_only_where_they_are_wanted(
    register: Register, module_registry: Registry, module_client: FlaskClient
) -> None:
    rita = newcomer(module_client.application, module_registry.ledger)
    before = len(module_registry.ledger.outbox.due(1000))
    told = register(institution("S-1", rita.email), query="?mail=false").json["organizations"]
    assert len(module_registry.ledger.outbox.due(1000)) == before
    link = told[0]["invitation"].partition("8000")[2]
    stranger = newcomer(module_client.application, module_registry.ledger)
    assert stranger.see(link).status_code == 403
    assert rita.send(link).status_code == 303
    again = register(institution("S-1", "other@pine.example.org"), query="?mail=false")
    assert "invitation" not in again.json["organizations"][0]  # somebody acts for it


def test_all_that_is_wrong_is_told_and_nothing_is_saved(
    register: Register, module_registry: Registry
) -> None:
    before = len(module_registry.ledger.organizations.all())
    wrong = [
        institution("E-1"),
        institution("E-1"),
        institution("E-2", "nobody"),
        institution("E-3", agentType=["Bakery"]),
        {**institution("E-4"), "description": ""},
        institution("", colour="green"),
        institution("E-5", name=5),
        5,
        institution("E-6", name="Elm\u202eCollege"),
        institution("E-7", contactName="Ada\u2066"),
    ]
    answer = register(*wrong)
    assert answer.status_code == 422
    places = [one["pointer"] for one in answer.json["problems"]]
    for place in (
        "1/externalIdentifier",
        "2/contactEmail",
        "3/agentType",
        "5",
        "5/externalIdentifier",
        "6/name",
        "7",
        "8/name",
        "9/contactName",
    ):
        assert f"/organizations/{place}" in places
    assert any(one.startswith("/organizations/4") for one in places)
    assert len(module_registry.ledger.organizations.all()) == before
    rows = [one for one in wrong if isinstance(one, dict) and "colour" not in one]
    told = register(file=in_csv(*rows[:4])).json["errors"]
    assert any(one.startswith("Row 4, column contactEmail: ") for one in told)


def test_what_a_record_might_say_besides_is_no_problem(register: Register) -> None:
    answer = register(institution("N-1", subjectWebpage="javascript:alert(1)"))
    assert answer.json["detail"] == "Nothing was registered: there is one problem."
    (problem,) = answer.json["problems"]
    assert problem["pointer"] == "/organizations/0/subjectWebpage"


@pytest.mark.parametrize("given", [[], [institution(f"M-{n}") for n in range(501)]])
def test_there_are_neither_none_nor_too_many(register: Register, given: list[Any]) -> None:
    assert register(*given).status_code == 400


@pytest.mark.parametrize(
    "file",
    [b"\xff\xfe", b"\n", b"name\nPine\n", b"externalIdentifier,name,contactEmail,colour\n,,,\n"],
)
def test_a_file_that_is_none_is_told(register: Register, file: bytes) -> None:
    answer = register(file=file)
    assert answer.status_code == 400
    assert answer.json["detail"]


def test_an_organization_that_is_not_trusted_registers_none(
    module_registry: Registry, module_client: FlaskClient, key: str
) -> None:
    ledger = module_registry.ledger
    other = ledger.organizations.add("Oak College").ctid
    headers = {"Authorization": f"Bearer {ledger.organizations.add_key(other, [Scope.ADMIN])}"}
    sent = {"organizations": [institution("O-1")]}
    answer = module_client.post("/api/organizations", json=sent, headers=headers)
    assert answer.status_code == 403


def test_the_institutions_are_listed_in_pages(
    register: Register, module_client: FlaskClient, key: str
) -> None:
    register(*(institution(f"L-{number}") for number in range(3)))
    headers = {"Authorization": f"Bearer {key}"}
    seen: list[Any] = []
    after: str | None = ""
    while after is not None:
        path = f"/api/organizations?limit=2&after={after}"
        answer: Any = module_client.get(path, headers=headers).json
        seen += [one.get("externalIdentifier") for one in answer["organizations"]]
        after = answer.get("next")
    assert seen[0] is None
    assert seen[1:] == sorted(seen[1:])
    assert {"L-0", "L-1", "L-2"} <= {*seen}


def sent(person: Person, data: bytes, name: str = "institutions.csv") -> TestResponse:
    given = {"file": (io.BytesIO(data), name), "csrf_token": token(person), "silent": "yes"}
    return person.client.post(PAGE, data=given, headers={"Accept": "text/html"})


def test_the_template_can_be_uploaded_once_its_sample_is_replaced(stella: Person) -> None:
    template = stella.see(f"{PAGE}/template")
    assert template.mimetype == "text/csv"
    page = sent(stella, template.data)
    assert page.status_code == 422
    assert "still holds the sample" in page.text
    page = sent(stella, template.data.replace(b"SAMPLE: ", b""))
    assert page.status_code == 200, page.text
    assert "/account/invitation?token=" in page.text
    assert "C-0001" in stella.see(PAGE).text


def in_xlsx(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Institutions")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["semicolons and Windows-1252", "UTF-16 and tabs", "XLSX"])
def test_files_as_spreadsheets_save_them(stella: Person, kind: str) -> None:
    number = f"W-{len(kind)}"
    lines = csv.reader(in_csv(institution(number, name="Colegio Niño")).decode().splitlines())
    rows = [*lines]
    assert not any(sign in cell for row in rows for cell in row for sign in ";\t")
    data = {
        "semicolons and Windows-1252": "\r\n".join(map(";".join, rows)).encode("cp1252"),
        "UTF-16 and tabs": "\r\n".join(map("\t".join, rows)).encode("utf-16"),
        "XLSX": in_xlsx(rows),
    }[kind]
    page = sent(stella, data, "institutions.xlsx" if kind == "XLSX" else "institutions.csv")
    assert page.status_code == 200, page.text
    assert "Colegio Niño" in stella.see(PAGE).text


def test_the_page_tells_the_rows_that_are_wrong(stella: Person) -> None:
    file = in_csv(institution("P-1"), institution("P-2", "nobody"))
    data = {"file": (io.BytesIO(file), "institutions.csv"), "csrf_token": token(stella)}
    page = stella.client.post(PAGE, data=data, headers={"Accept": "text/html"})
    assert page.status_code == 422
    assert "Row 3, column contactEmail" in page.text
    assert "P-1" not in stella.see(PAGE).text
    empty = {"csrf_token": token(stella)}
    page = stella.client.post(PAGE, data=empty, headers={"Accept": "text/html"})
    assert page.status_code == 400


def test_staff_and_operator_choose_the_partners(
    module_registry: Registry,
    module_client: FlaskClient,
    register: Register,
    run: Callable[..., Any],
) -> None:
    ledger = module_registry.ledger
    People(ledger, "http://localhost").welcome("sam@x.example.org", "Sam", PASSWORD, is_staff=True)
    sam = Person(module_client.application, ledger, "sam@x.example.org")
    assert sam.sign_in().status_code == 303
    other = ledger.organizations.add("Elm Agency").ctid
    assert sam.send("/staff/partners", organization=other, state="trusted").status_code == 303
    assert "Elm Agency" in sam.see("/staff/partners").text
    assert sam.send("/staff/partners", organization=other, state="ended").status_code == 303
    assert "Elm Agency" not in sam.see("/staff/partners").text
    for wrong, status in (("nonsense", 400), (ctid_number(50), 404)):
        page = sam.send("/staff/partners", organization=wrong, state="trusted")
        assert page.status_code == status
        assert f'value="{wrong}"' in page.text
    assert run("org", "trust", OWN).exit_code == 0
    assert run("org", "trust", ctid_number(50)).exit_code == 1


def test_registering_on_postgresql(on_postgresql: Registry) -> None:
    registry, ledger = on_postgresql, on_postgresql.ledger
    own = registry.organization.ctid
    Registering(registry.settings, ledger).set_trust(own, True)
    headers = {"Authorization": f"Bearer {ledger.organizations.add_key(own, [Scope.ADMIN])}"}
    client = create_app(registry.settings).test_client()
    sent = {"organizations": [institution("A-1"), institution("A-2")]}
    for status in (201, 200):
        answer = client.post("/api/organizations", json=sent, headers=headers)
        assert answer.status_code == status, answer.text
    listed = client.get("/api/organizations", headers=headers).json["organizations"]
    assert [one["state"] for one in listed] == ["approved"] * 3
    record = listed[1]["ctid"]
    (remark,) = ledger.applications.remarks(record)
    assert (remark.name, remark.is_staff) == ("The registry", False)


def registered(registry: Registry, record: Ctid) -> tuple[str, str, int]:
    """Return the name, the owner and the version of a record."""
    query = sa.select(envelope).where(envelope.c.ctid == record)
    (row,) = registry.ledger.database.rows(query)
    return row.name, row.owner, row.version


def test_an_institution_brings_a_ctid_that_is_unknown_here(
    register: Register, module_registry: Registry
) -> None:
    record = ctid_number(700)
    answer = register(institution("K-1", ctid=record.upper()))
    assert answer.status_code == 201, answer.text
    assert answer.json["organizations"][0]["ctid"] == record
    assert registered(module_registry, record) == ("College K-1", record, 1)
    assert register(institution("K-1", ctid=record)).status_code == 200
    other = register(institution("K-1", ctid=ctid_number(701)))
    assert other.json["problems"][0]["message"] == (
        f"You registered K-1 before: it has the CTID {record}."
    )


def test_an_organization_that_nobody_acts_for_keeps_its_name_and_its_record(
    register: Register, module_registry: Registry
) -> None:
    ledger, record = module_registry.ledger, ctid_number(702)
    describe_college(module_registry, record, "Elm Academy of Arts")
    answer = register(institution("K-2", ctid=record), query="?mail=false")
    told = answer.json["organizations"][0]
    assert (told["ctid"], told["name"], told["effect"]) == (
        record,
        "Elm Academy of Arts",
        "created",
    )
    assert registered(module_registry, record) == ("Elm Academy of Arts", record, 1)
    assert "/account/invitation?token=" in told["invitation"]
    with ledger.database.engine.connect() as connection:
        assert not is_unclaimed(connection, record)  # no other partner takes it meanwhile
    assert ledger.partnerships.stands(OWN, record)


def test_an_organization_that_another_one_described_speaks_for_itself_now(
    register: Register, module_registry: Registry
) -> None:
    record = ctid_number(703)
    describe_college(module_registry, record, "Yew School", module_registry.organization)
    assert register(institution("K-3", ctid=record)).status_code == 201
    assert registered(module_registry, record) == ("College K-3", record, 2)


def test_a_department_of_another_organization_stays_its_own(
    register: Register, module_registry: Registry
) -> None:
    ledger, record = module_registry.ledger, ctid_number(730)
    ledger.organizations.register({ctid_number(731): "Oak College"})
    owner = ledger.organizations.get(ctid_number(731))
    ledger.organizations.add_key(owner.ctid, [Scope.PUBLISH])
    describe_college(module_registry, record, "School of Welding", owner)
    answer = register(institution("K-30", ctid=record))
    assert answer.status_code == 422
    assert "for whoever publishes its record" in answer.text
    withdraw(module_registry.settings, ledger, owner, record, OPERATOR)
    assert register(institution("K-30", ctid=record)).status_code == 422
    assert registered(module_registry, record)[:2] == ("School of Welding", owner.ctid)


def test_ctids_that_are_taken_or_no_organization_are_refused(
    register: Register, module_registry: Registry, module_client: FlaskClient
) -> None:
    ledger = module_registry.ledger
    publish(module_registry, range(704, 705), "a word")
    suspended = ctid_number(705)
    ledger.organizations.add("Ash College", suspended)
    with ledger.database.writing() as connection:
        ledger.suspensions.begin(connection, suspended, "Fraud.")
    keyed = ledger.organizations.add("Fir College", ctid_number(706)).ctid
    ledger.organizations.add_key(keyed)
    twice = ctid_number(707)
    answer = register(
        institution("K-4", ctid="nonsense"),
        institution("K-5", ctid=twice),
        institution("K-6", ctid=twice),
    )
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["problems"]] == [
        "/organizations/0/ctid",
        "/organizations/2/ctid",
    ]
    wanted = [OWN, ctid_number(704), suspended, keyed]
    answer = register(
        institution("K-7"), *(institution(f"K-8{n}", ctid=c) for n, c in enumerate(wanted))
    )
    assert answer.status_code == 422
    found = [(one["pointer"], one["message"]) for one in answer.json["problems"]]
    assert [place for place, _ in found] == [f"/organizations/{n}/ctid" for n in range(1, 5)]
    messages = [message for _, message in found]
    assert messages[0] == f"Somebody acts for {OWN} already, or for whoever publishes its record."
    assert messages[1].endswith("names something other than an organization in this registry.")
    assert "Fraud." in messages[2]
    assert messages[3] == f"Somebody acts for {keyed} already, or for whoever publishes its record."
    assert module_client.get(f"/resources/{twice}").status_code == 404


def test_a_file_names_ctids_in_a_column(register: Register) -> None:
    record = ctid_number(708)
    answer = register(file=in_csv(institution("K-9", ctid=record), institution("K-10", ctid="")))
    assert answer.status_code == 201, answer.text
    assert answer.json["organizations"][0]["ctid"] == record
    answer = register(file=in_csv(institution("K-11", ctid=OWN)))
    assert answer.status_code == 422
    assert answer.json["problems"][0]["message"].startswith("Row 2, column ctid: Somebody acts")
