"""The domain of an organization speaks for it, where the operator allows to look it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from dns.exception import Timeout

from ctgraph.accounts import lookup
from ctgraph.identity.ctid import Ctid
from ctgraph.web import create_app
from tests.support.people import Person, alert
from tests.support.registry import Registry

MET, NOT_MET = "✓ A TXT record", "✗ A TXT record"


class Names:
    """DNS with one domain, at some addresses."""

    found: tuple[str, ...] = ()

    def resolve_name(self, host: str, lifetime: float) -> Names:
        assert (host, lifetime) == ("pine.example.org", lookup.LOOKUP_SECONDS)
        return self

    def addresses(self) -> Iterator[str]:
        return iter(self.found)

    def resolve(self, *_: Any, **__: Any) -> None:
        raise Timeout


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[httpx.Request]]:
    """Return a function that serves a page at some addresses, and returns what is asked of it."""
    client, asked = httpx.Client, list[httpx.Request]()

    def serve(addresses: tuple[str, ...], response: httpx.Response) -> list[httpx.Request]:
        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return response

        monkeypatch.setattr(lookup, "Resolver", type("At", (Names,), {"found": addresses}))
        transport = httpx.MockTransport(answer)
        monkeypatch.setattr(httpx, "Client", lambda **how: client(**how, transport=transport))
        return asked

    return serve


def test_both_sides_see_what_the_domain_says(
    rita: Person, sam: Person, college: Ctid, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, decide = f"/account/organizations/{college}", f"/staff/organizations/{college}"
    for somebody, page in ((rita, own), (sam, decide)):
        assert NOT_MET in somebody.see(page).text
        assert f"ctgraph-verification={college}" in somebody.see(page).text
    new = "/account/organizations/new"
    assert rita.send(new, to=f"{own}/evidence").status_code == 403
    allowed = registry.settings.model_copy(update={"outgoing_requests": True})
    application = create_app(allowed)
    for somebody in (rita, sam):
        somebody.client = application.test_client()
        somebody.sign_in()
    said: dict[str, list[str]] = {"pine.example.org": [f"ctgraph-verification={college}"]}
    monkeypatch.setattr(lookup, "txt", said.__getitem__)
    monkeypatch.setattr(lookup, "well_known", lambda host: "something else")
    assert sam.send(decide, to=f"{own}/evidence").headers["Location"] == decide
    for somebody, page in ((rita, own), (sam, decide)):
        assert MET in somebody.see(page).text
        assert "✗ The text at https://www.pine.example.org/.well-known" in somebody.see(page).text
    said["pine.example.org"] = [f"ctgraph-verification={college}0", "v=spf1"]
    assert rita.send(own, to=f"{own}/evidence").headers["Location"] == own
    assert NOT_MET in rita.see(own).text
    for _ in range(8):
        rita.send(own, to=f"{own}/evidence")
    assert rita.send(own, to=f"{own}/evidence").status_code == 429


def test_a_stranger_looks_nothing_up(sam: Person, college: Ctid, stella: Person) -> None:
    stella.see("/account")
    answer = stella.send(
        "/account/organizations/new", to=f"/account/organizations/{college}/evidence"
    )
    assert answer.status_code == 403
    assert alert(answer) == ""


def test_a_text_is_read_from_the_address_that_was_resolved(
    serving: Callable[..., list[httpx.Request]],
) -> None:
    asked = serving(
        ("93.184.215.14",), httpx.Response(200, stream=httpx.ByteStream(b"x" * 100_000))
    )
    assert lookup.well_known("pine.example.org") == "x" * lookup.MAX_WELL_KNOWN_BYTES
    [request] = asked
    assert str(request.url) == f"https://93.184.215.14{lookup.WELL_KNOWN}"
    assert request.headers["Host"] == "pine.example.org"
    assert request.extensions["sni_hostname"] == "pine.example.org"


@pytest.mark.parametrize("addresses", [(), ("10.0.0.1",), ("93.184.215.14", "127.0.0.1")])
def test_a_private_network_is_never_asked(
    addresses: tuple[str, ...], serving: Callable[..., list[httpx.Request]]
) -> None:
    asked = serving(addresses, httpx.Response(200, content=b"secret"))
    assert lookup.well_known("pine.example.org") == ""
    assert asked == []


def test_a_redirect_is_not_followed(serving: Callable[..., list[httpx.Request]]) -> None:
    asked = serving(("93.184.215.14",), httpx.Response(302, headers={"Location": "http://[::1]/"}))
    assert lookup.well_known("pine.example.org") == ""
    assert len(asked) == 1


def test_dns_that_does_not_answer_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "Resolver", Names)
    assert lookup.txt("pine.example.org") == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:a00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert lookup.is_public(address) is public
