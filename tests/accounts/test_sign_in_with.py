"""Signing in through an identity provider, which runs on this machine (OpenID Connect)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from ctgraph.accounts import identity_provider
from ctgraph.accounts.people import People
from ctgraph.errors import SettingsError
from ctgraph.ledger.people import Purpose
from ctgraph.ledger.tables import ticket
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.identity_provider import CLIENT, SECRET, Provider
from tests.support.people import PAGE, PASSWORD, Person
from tests.support.registry import Registry, ctid_number, new_registry

BEGIN = "/account/sign-in/with/pine"
CALLBACK = f"{BEGIN}/callback"
NUMBERS = itertools.count(1)
SETTINGS: dict[str, Any] = {
    "name": "pine",
    "label": "Pine College",
    "client_id": CLIENT,
    "client_secret": SECRET,
    "domains": ["Pine.example.org", "alumni.pine.example.org"],
    "organization": ctid_number(0),
    "role": "editor",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def email() -> str:
    return f"rita{next(NUMBERS)}@pine.example.org"


@pytest.fixture
def provider(running: Provider, email: str) -> Provider:
    """A provider that says of a person what it should."""
    running.claims = {"sub": email, "email": email, "email_verified": True, "name": "Rita Pine"}
    running.header, running.told, running.metadata = {}, {}, {}
    running.key, running.refuses = running.published, False
    running.asked.clear()
    identity_provider._known.clear()
    return running


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, running: Provider) -> Registry:
    providers = [
        SETTINGS | {"issuer": running.issuer},
        SETTINGS | {"issuer": running.issuer, "name": "oak", "label": "Oak College"},
        SETTINGS | {"issuer": running.issuer, "name": "elm", "second_factors": ["mfa", "gold"]},
        SETTINGS | {"issuer": "http://127.0.0.1:9", "name": "away", "label": "Far College"},
    ]
    return new_registry(tmp_path_factory.mktemp("federated"), identity_providers=providers)


@pytest.fixture(scope="module")
def application(registry: Registry) -> Any:
    return create_app(registry.settings)


@pytest.fixture
def rita(application: Any, registry: Registry, email: str) -> Person:
    """Somebody who has no account yet."""
    number = next(NUMBERS)
    return Person(application, registry.ledger, email).from_address(f"10.1.0.{number}")


def led(somebody: Person, begin: str = BEGIN) -> str:
    """Begin to sign in; return the address to which the provider sends somebody back."""
    answer = somebody.see(begin)
    assert answer.status_code == 303, answer.text
    back = httpx.get(answer.headers["Location"], follow_redirects=False)
    assert back.status_code == 302, back.text
    return str(back.headers["Location"])


def come_back(somebody: Person, address: str) -> TestResponse:
    found = urlsplit(address)
    assert f"{found.scheme}://{found.netloc}" == "http://localhost:8000"
    return somebody.see(f"{found.path}?{found.query}")


def sign_in(somebody: Person, begin: str = BEGIN) -> TestResponse:
    return come_back(somebody, led(somebody, begin))


def account(registry: Registry, email: str) -> Any:
    with registry.ledger.database.engine.connect() as connection:
        found = registry.ledger.people.with_email(connection, email)
        return found[0] if found else None


def role(registry: Registry, email: str) -> str | None:
    with registry.ledger.database.engine.connect() as connection:
        organization = registry.organization.ctid
        who = account(registry, email).id
        return registry.ledger.applications.role(connection, organization, who)


def test_a_new_person_gets_an_account_and_a_role(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    assert BEGIN in rita.see("/account/sign-in").text
    answer = sign_in(rita, f"{BEGIN}?next=/account/security")
    assert answer.headers["Location"] == "/account/security"
    page = rita.see("/account/security").text
    assert "Pine College signs this account in" in page
    found = account(registry, rita.email)
    assert found.confirmed_at
    assert found.name == "Rita Pine"
    assert role(registry, rita.email) == "editor"
    assert rita.sign_in("").status_code in (401, 422)
    assert rita.sign_in("a long sentence of words 9").status_code == 401


@pytest.mark.parametrize(
    ("told", "kept"),
    [("Rita\u202e Pine\0", "Rita Pine"), ("\u200b", ""), ("\u2066\u3164", ""), (5, "5")],
)
def test_a_name_is_kept_without_what_nobody_sees(
    rita: Person, provider: Provider, registry: Registry, told: Any, kept: str
) -> None:
    provider.claims["name"] = told
    assert sign_in(rita).status_code == 303
    assert account(registry, rita.email).name == (kept or rita.email.partition("@")[0])


def test_the_request_has_pkce_state_and_nonce(rita: Person, provider: Provider) -> None:
    answer = rita.see(BEGIN)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["client_id"] == [CLIENT]
    assert asked["redirect_uri"] == [f"http://localhost:8000{CALLBACK}"]
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32
    assert SECRET not in answer.headers["Location"]


def test_an_account_with_the_address_is_linked_and_told(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    People(registry.ledger, "http://localhost:8000").welcome(rita.email, "Rita", PASSWORD)
    assert sign_in(rita).headers["Location"] == "/account"
    assert account(registry, rita.email).name == "Rita"
    assert [subject for subject, _ in rita.mails()] == ["You can sign in with Pine College"]
    assert rita.sign_in().status_code == 303  # the password goes on
    assert sign_in(rita).status_code == 303
    assert len(rita.mails()) == 1


def test_who_signed_up_with_the_address_of_another_does_not_get_in(
    rita: Person, provider: Provider
) -> None:
    rita.send("/account/sign-up", name="Mallory", email=rita.email, password=PASSWORD)
    link = rita.link()
    assert sign_in(rita).status_code == 303
    assert rita.sign_in().status_code == 401
    assert rita.send(link, password=PASSWORD).status_code == 404


def test_an_identity_stays_with_its_person(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    assert sign_in(rita).status_code == 303
    renamed = f"new-{rita.email}"
    provider.claims["email"] = renamed
    assert sign_in(rita).status_code == 303
    assert account(registry, renamed) is None
    provider.claims |= {"sub": "a successor", "email": rita.email}
    answer = sign_in(rita)
    assert answer.status_code == 409
    assert "another person" in answer.text


ODD = [None, "", 5, ["x"], {"x": 1}, "\ud800", "x" * 10_000, "a\0b", "a\r\nBcc: b"]


@pytest.mark.parametrize("value", ODD, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("claim", ["sub", "email", "email_verified", "name"])
def test_odd_claims_let_nobody_in_whom_they_do_not_name(
    rita: Person, provider: Provider, registry: Registry, claim: str, value: Any
) -> None:
    provider.claims[claim] = value
    answer = sign_in(rita)
    assert answer.status_code in (303, 400, 401, 403, 502)
    is_in = rita.see("/account").status_code == 200
    assert is_in == (answer.status_code == 303)
    if claim in ("email", "email_verified"):
        assert not is_in
    if claim == "sub" and not (isinstance(value, str) and value):
        assert not is_in


def test_somebody_who_is_suspended_does_not_get_in_and_is_not_linked(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    rita.join()
    who, before = account(registry, rita.email).id, rita.mails()
    with registry.ledger.database.writing() as connection:
        registry.ledger.suspensions.begin(connection, who, "Somebody stole it.")
    answer = sign_in(rita)
    assert answer.status_code == 403
    assert "Somebody stole it." in answer.text
    assert rita.mails() == before
    with registry.ledger.database.writing() as connection:
        subject = provider.claims["sub"]
        assert registry.ledger.identities.person(connection, provider.issuer, subject) is None
        registry.ledger.suspensions.lift(connection, who)


def test_an_account_that_moved_to_another_domain_is_out_of_reach(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    assert sign_in(rita).status_code == 303
    who = account(registry, rita.email).id
    with registry.ledger.database.writing() as connection:
        registry.ledger.people.change(connection, who, email=f"{who}@home.example.org")
    answer = sign_in(rita)
    assert answer.status_code == 403
    assert "home.example.org" in answer.text


def test_a_member_who_was_dismissed_stays_away(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    assert sign_in(rita).status_code == 303
    who = account(registry, rita.email).id
    with registry.ledger.database.writing() as connection:
        registry.ledger.applications.dismiss(connection, registry.organization.ctid, who)
    assert sign_in(rita).status_code == 303
    assert role(registry, rita.email) is None


def test_a_second_factor_is_asked_for(rita: Person, provider: Provider, registry: Registry) -> None:
    assert sign_in(rita).headers["Location"] == "/account"
    with registry.ledger.database.writing() as connection:
        who = account(registry, rita.email).id
        registry.ledger.factors.keep(connection, who, "A" * 32, 0)
    assert sign_in(rita).headers["Location"] == "/account/second-factor"


ELM = "/account/sign-in/with/elm"


@pytest.mark.parametrize(
    ("begin", "said", "asks"),
    [
        (ELM, {"amr": ["pwd", "mfa"]}, False),
        (ELM, {"acr": "gold"}, False),
        (ELM, {"amr": ["pwd"], "acr": "0"}, True),
        (ELM, {"acr": ["gold"]}, True),  # it is a text
        (ELM, {"amr": [["mfa"], None]}, True),
        (ELM, {}, True),
        (BEGIN, {"amr": ["mfa", "otp", "hwk"]}, True),  # its settings name no value
    ],
)
def test_a_second_factor_that_the_provider_checked_is_not_asked_for_again(
    rita: Person,
    provider: Provider,
    registry: Registry,
    begin: str,
    said: dict[str, Any],
    asks: bool,
) -> None:
    sign_in(rita, begin)
    who = account(registry, rita.email).id
    with registry.ledger.database.writing() as connection:
        registry.ledger.factors.keep(connection, who, "A" * 32, 0)
    provider.claims |= said
    wanted = "/account/second-factor" if asks else "/account"
    assert sign_in(rita, begin).headers["Location"] == wanted


def test_what_is_not_signed_is_no_second_factor(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    sign_in(rita, ELM)
    who = account(registry, rita.email).id
    with registry.ledger.database.writing() as connection:
        registry.ledger.factors.keep(connection, who, "A" * 32, 0)
    told = {name: provider.claims.pop(name) for name in ("email", "email_verified")}
    provider.told = {"sub": rita.email, "amr": ["mfa"], "acr": "gold", **told}
    assert sign_in(rita, ELM).headers["Location"] == "/account/second-factor"
    assert rita.see("/account").status_code == 303


def test_signing_out_ends_the_session_here(rita: Person, provider: Provider) -> None:
    assert sign_in(rita).status_code == 303
    rita.send("/account/security", to="/account/sign-out")
    assert rita.see("/account").status_code == 303


def test_an_account_without_a_password_gets_one_by_mail(rita: Person, provider: Provider) -> None:
    assert sign_in(rita).status_code == 303
    answer = rita.send("/account/security/passkeys", name="x", password=PASSWORD)
    assert "no password yet" in answer.text
    rita.send("/account/forgotten", email=rita.email)
    assert rita.send(rita.link(), password=PASSWORD).status_code == 200
    assert rita.sign_in().status_code == 303


def test_what_the_id_token_leaves_out_is_asked_for(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    provider.told = dict(provider.claims)
    provider.claims = {"sub": provider.told["sub"]}
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert sign_in(rita).status_code == 303
    assert account(registry, rita.email)
    provider.told["sub"] = "somebody else"
    assert sign_in(rita).status_code == 401


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "nonce": ({"nonce": "another"}, 401, "nonce"),
    "no nonce": ({"nonce": None}, 401, "nonce"),
    "audience": ({"aud": "another"}, 401, "aud"),
    "several audiences": ({"aud": [CLIENT, "another"]}, 401, "azp"),
    "issuer": ({"iss": "https://evil.example.org"}, 401, "iss"),
    "expired": ({"exp": 1_000_000_000}, 401, "expired"),
    "no end": ({"exp": None}, 401, "exp"),
    "from the future": ({"iat": 9_000_000_000}, 401, "does not hold"),
    "no subject": ({"sub": None}, 401, "sub"),
    "hash of another access token": ({"at_hash": "x"}, 401, "at_hash"),
    "unverified": ({"email_verified": False}, 403, "email_verified"),
    "not said to be verified": ({"email_verified": None}, 403, "email_verified"),
    "verified as a number": ({"email_verified": 1.5}, 403, "email_verified"),
    "foreign domain": ({"email": "rita@evil.example.org"}, 403, "evil.example.org"),
    "domain below": ({"email": "rita@a.pine.example.org"}, 403, "a.pine.example.org"),
    "two signs": ({"email": "x@evil.example.org@pine.example.org"}, 400, "e-mail"),
    "no address": ({"email": ""}, 403, "e-mail"),
}


@pytest.mark.parametrize(("claims", "status", "words"), WRONG.values(), ids=WRONG)
def test_an_id_token_that_does_not_hold_is_refused(
    rita: Person, provider: Provider, claims: dict[str, Any], status: int, words: str
) -> None:
    provider.claims |= claims
    answer = sign_in(rita)
    assert answer.status_code == status
    assert words in answer.text
    assert rita.see("/account").status_code == 303


def test_a_token_without_a_signature_is_refused(rita: Person, provider: Provider) -> None:
    provider.header = {"alg": "none"}
    assert sign_in(rita).status_code == 401
    assert rita.see("/account").status_code == 303


def test_a_signature_of_another_key_is_refused(rita: Person, provider: Provider) -> None:
    for name in ("first", "other"):
        provider.key = RSAKey.generate_key(2048, {"kid": name})
        assert sign_in(rita).status_code == 401


def test_new_keys_of_a_provider_are_taken_at_once(rita: Person, provider: Provider) -> None:
    assert sign_in(rita).status_code == 303
    provider.published = provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert sign_in(rita).status_code == 303
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_the_state_belongs_to_the_browser(
    rita: Person, provider: Provider, application: Any, registry: Registry
) -> None:
    address = led(rita)
    stranger = Person(application, registry.ledger, "").from_address("10.2.0.1")
    assert come_back(stranger, address).status_code == 401
    stranger.see(BEGIN)
    assert come_back(stranger, address).status_code == 401
    assert come_back(rita, f"{address}x").status_code == 401


def test_a_sign_in_ends_once(rita: Person, provider: Provider) -> None:
    address = led(rita)
    assert come_back(rita, address).status_code == 303
    assert come_back(rita, address).status_code == 401


def test_a_sign_in_is_with_one_provider_and_ends_in_time(
    rita: Person, provider: Provider, registry: Registry
) -> None:
    address = led(rita).replace("/with/pine/", "/with/oak/")
    assert come_back(rita, address).status_code == 404
    address = led(rita)
    past = "1970-01-01T00:00:00.000000Z"
    with registry.ledger.database.writing() as connection:
        mine = ticket.c.purpose == Purpose.PROVIDER
        connection.execute(ticket.update().where(mine).values(expires_at=past))
    answer = come_back(rita, address)
    assert answer.status_code == 404
    assert "took too long" in answer.text


def test_a_code_works_once_and_here_alone(rita: Person, provider: Provider) -> None:
    address = led(rita)
    provider.codes.clear()
    answer = come_back(rita, address)
    assert answer.status_code == 401
    assert "Pine College did not take the sign-in" in answer.text


def test_what_a_provider_refuses_is_told(rita: Person, provider: Provider) -> None:
    provider.refuses = True
    answer = sign_in(rita)
    assert answer.status_code == 401
    assert "Pine College did not sign you in" in answer.text
    address = urlsplit(rita.see(BEGIN).headers["Location"])
    state = parse_qs(address.query)["state"][0]
    told = "<script>alert(1)</script>" + "x" * 10_000
    answer = rita.client.get(CALLBACK, query_string={"state": state, "error": told}, headers=PAGE)
    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert f"&lt;/script&gt;{'x' * 175}" in answer.text
    assert f"&lt;/script&gt;{'x' * 176}" not in answer.text


def test_a_provider_that_is_away_is_told(rita: Person, provider: Provider) -> None:
    answer = rita.see("/account/sign-in/with/away")
    assert answer.status_code == 502
    assert "Far College cannot sign you in now" in answer.text
    provider.metadata = {"issuer": "https://other.example.org"}
    assert rita.see(BEGIN).status_code == 502
    provider.metadata = {"token_endpoint": "http://127.0.0.1:9/token"}
    identity_provider._known.clear()
    assert sign_in(rita).status_code == 502
    provider.metadata = {"token_endpoint": f"{provider.issuer}/absent"}
    identity_provider._known.clear()
    assert sign_in(rita).status_code == 502


def test_an_unknown_provider_is_not_found(rita: Person) -> None:
    for path in ("/account/sign-in/with/unknown", "/account/sign-in/with/unknown/callback"):
        assert rita.see(path).status_code == 404


def test_without_settings_no_provider_is_offered_or_asked(registry: Registry) -> None:
    alone = registry.settings.model_copy(update={"identity_providers": ()})
    client = create_app(alone).test_client()
    assert "/with/" not in client.get("/account/sign-in", headers=PAGE).text
    assert client.get(BEGIN, headers=PAGE).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "http://login.example.org"},
        {"issuer": "login.example.org"},
        {"name": "Pine College"},
        {"domains": []},
        {"domains": ["*"]},
        {"domains": ["@pine.example.org"]},
        {"role": "administrator"},
        {"organization": "Pine College"},
        {"client_secret": None},
        {"client_secret_file": "/absent"},
        {"client_secret": None, "client_secret_file": "/absent"},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_be_used_are_refused(changed: dict[str, Any]) -> None:
    provider = SETTINGS | {"issuer": "https://login.example.org"} | changed
    with pytest.raises(SettingsError, match="CTGRAPH_IDENTITY_PROVIDERS") as caught:
        load_settings(identity_providers=[provider])
    assert SECRET not in f"{caught.value} {caught.value.__cause__}"


def test_providers_have_different_names() -> None:
    twice = SETTINGS | {"issuer": "https://login.example.org"}
    with pytest.raises(SettingsError, match="different names"):
        load_settings(identity_providers=[twice, twice])


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n", "utf-8")
    given = SETTINGS | {"issuer": "https://login.example.org"}
    del given["client_secret"]
    settings = load_settings(identity_providers=[given | {"client_secret_file": path}])
    assert settings.identity_providers[0].secret == SECRET
    inline = load_settings(identity_providers=[given | {"client_secret": SECRET}])
    assert inline.identity_providers[0].secret == SECRET
    assert SECRET not in repr(inline)
