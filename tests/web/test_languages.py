"""The languages of pages: which one a page has, and that nothing else depends on it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

PAGE = {"Accept": "text/html"}


def _language(client: FlaskClient, path: str, **headers: str) -> str:
    answer = client.get(path, headers=PAGE | {k.replace("_", "-"): v for k, v in headers.items()})
    assert answer.status_code == 200
    return answer.text.partition('<html lang="')[2][:2]


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/validate", "", "en"),
        ("/validate", "es", "es"),
        ("/validate", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("/validate", "fr,en;q=0.5,es;q=0.4", "en"),
        ("/validate", "fr", "en"),
        ("/validate", "not a header;;q=x", "en"),
        ("/es/validate", "en", "es"),
        ("/en/validate", "es", "en"),
    ],
)
def test_the_path_decides_and_then_what_the_browser_accepts(
    client: FlaskClient, path: str, accepted: str, language: str
) -> None:
    assert _language(client, path, Accept_Language=accepted) == language


def test_a_choice_is_remembered_until_the_next_one(client: FlaskClient) -> None:
    _language(client, "/es/validate")
    assert _language(client, "/validate", Accept_Language="en") == "es"
    _language(client, "/en/validate")
    assert _language(client, "/validate", Accept_Language="es") == "en"


def test_a_page_whose_path_names_no_language_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/validate", headers=PAGE).headers
    assert "Set-Cookie" not in client.get("/es/shapes?format=json").headers


@pytest.mark.parametrize("path", ["/fr", "/fr/", "/fr/validate", "/ES/validate", "/es/es/validate"])
def test_no_other_path_names_a_language(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=PAGE).status_code == 404


def test_links_and_forms_keep_the_language_of_the_path(client: FlaskClient) -> None:
    page = client.get("/es/validate", headers=PAGE).text
    assert 'href="/es/shapes"' in page
    assert 'action="/es/validate"' in page
    assert 'href="/static/site.css' in page
    assert 'href="/shapes"' not in page
    assert (
        'href="/shapes"' in client.get("/validate", headers=PAGE | {"Accept-Language": "es"}).text
    )


def test_redirects_keep_the_language_of_the_path(client: FlaskClient) -> None:
    assert client.get("/es/validate/", headers=PAGE).location == "/es/validate"
    assert client.get("/es/account", headers=PAGE).location.startswith("/es/account/sign-in?")
    assert client.get("/validate/", headers=PAGE).location == "/validate"


def test_a_page_links_to_itself_in_every_language(client: FlaskClient) -> None:
    page = client.get("/es/records?type=ceterms%3ACourse", headers=PAGE).text
    assert 'hreflang="en" href="http://localhost:8000/records?type=ceterms%3ACourse"' in page
    assert 'hreflang="es" href="http://localhost:8000/es/records?type=ceterms%3ACourse"' in page
    assert '<a href="/en/records?type=ceterms%3ACourse" lang="en"' in page


def test_caches_keep_pages_apart_by_what_decides_their_language(client: FlaskClient) -> None:
    page = client.get("/shapes", headers=PAGE)
    assert {"Accept", "Accept-Language", "Cookie"} <= set(page.vary)
    assert "Accept-Language" not in client.get("/shapes?format=json").vary
