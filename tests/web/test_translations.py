"""The catalogues of translations are complete and compiled, and Spanish pages take them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from babel.messages.catalog import Message

from ctgraph import web
from ctgraph.finder.labels import WORDS
from ctgraph.finder.statistics import VALUES
from ctgraph.vocab import vocabulary
from ctgraph.web.http.languages import LANGUAGE
from ctgraph.web.http.messages import worded
from tests.support.raw_site import Site
from tests.support.routes import addresses
from tests.support.translations import (
    MESSAGES,
    PROBLEMS,
    VOCABULARY,
    catalogue,
    compiled,
    gathered,
    problems,
)

TEMPLATES = Path(web.__file__).parent / "templates"
MARKS = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")
"""What stands in a translation as it stands in the text: parameters and tags."""
ACCOUNTS = ("/account", "/staff")


def _texts(texts: str | Iterable[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or ())


def _known(path: Path) -> list[Message]:
    return [message for message in catalogue(path) if message.id]


def _messages() -> list[Message]:
    return _known(MESSAGES)


def test_every_text_of_the_pages_is_in_the_catalogue() -> None:
    found = {message.id for message in gathered() if message.id}
    assert found == {message.id for message in _messages()}, "Run `make translations`."


def test_every_text_is_translated_with_its_parameters_and_tags() -> None:
    for message in [*_messages(), *_known(VOCABULARY), *_known(PROBLEMS)]:
        originals, translations = _texts(message.id), _texts(message.string)
        assert len(originals) == len(translations), message.id
        assert not message.fuzzy, message.id
        for original, translation in zip(originals, translations, strict=True):
            assert translation.strip(), message.id
            assert Counter(MARKS.findall(original)) == Counter(MARKS.findall(translation))


def test_every_message_of_an_error_is_in_the_catalogue_with_its_values() -> None:
    found = {message.id for message in problems() if message.id}
    assert found == {message.id for message in _known(PROBLEMS)}, "Run `make translations`."
    for message in _known(PROBLEMS):
        assert str(message.id).count("{}") == str(message.string).count("{}"), message.id


@pytest.mark.parametrize(
    "path", [MESSAGES, VOCABULARY, PROBLEMS], ids=["messages", "vocab", "problems"]
)
def test_the_compiled_catalogue_is_the_one_that_people_write(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(path), "Run `make translations`."


def test_the_catalogue_of_labels_has_every_class_and_nothing_unknown() -> None:
    translated = {message.id for message in catalogue(VOCABULARY) if message.id}
    labels = {term.label for term in vocabulary()}
    assert translated <= labels | {*WORDS.values(), *VALUES}
    assert {term.label for term in vocabulary() if term.kind == "class"} <= translated
    assert {*WORDS.values(), *VALUES} <= translated


class _Words(HTMLParser):
    """The texts that a page shows to people."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        is_english = dict(attributes).get("lang") == "en" and tag != "html"
        self._open.append((tag, is_english))
        if self._is_english():
            return
        named = ("placeholder", "aria-label", "title", "alt")
        self.texts |= {value or "" for name, value in attributes if name in named}

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def _is_english(self) -> bool:
        """Tell whether the page says that what comes now is in English."""
        return any(is_english for _, is_english in self._open)

    def handle_data(self, data: str) -> None:
        hidden = {"script", "style", "pre", "code", "textarea"} & {tag for tag, _ in self._open}
        if not hidden and not self._is_english():
            self.texts.add(" ".join(data.split()))


def test_every_public_page_is_in_spanish(site: Site) -> None:
    english = {
        original
        for message in [*_messages(), *_known(PROBLEMS)]
        for original, translation in zip(_texts(message.id), _texts(message.string), strict=True)
        if original != translation and len(original) > 3
    }
    client, seen = site.app.test_client(), 0
    left: dict[str, set[str]] = {}
    for rule, address in addresses(site.app):
        if address.startswith(ACCOUNTS):
            continue
        answer = client.get(f"/es{address}", headers={"Accept": "text/html"})
        assert answer.status_code < 500 or rule == "/readyz", rule
        if answer.mimetype != "text/html" or answer.status_code >= 300:
            continue
        seen += 1
        assert '<html lang="es">' in answer.text, rule
        if found := _Words(answer.text).texts & english:
            left[rule] = found
    assert left == {}
    assert seen > 20


REFUSED = {
    "/nonsense": 404,
    "/resources/ce-00000000-0000-4000-8000-00000000abcd": 404,
    "/resources/nobody": 400,
    "/search?nonsense=1": 400,
    "/search?near=Atlantis": 400,
    "/search?size=0": 400,
    "/search?sort=x": 400,
    "/records?type=Certificat": 400,
    "/compare?record=x": 400,
    "/widget?near=Atlantis": 400,
    "/queries/nonsense": 404,
    "/vocab/nonsense": 404,
    "/terms/nonsense": 404,
    "/shapes/nonsense": 404,
    "/dumps/7": 404,
    "/publish": 404,
}
"""Addresses that are refused, with their statuses."""
ENGLISH = re.compile(r"\b(the|is|are|of|this|that|with|not|and|one|there)\b", re.IGNORECASE)


@pytest.mark.parametrize("address", REFUSED)
@pytest.mark.parametrize("is_remembered", [False, True], ids=["path", "cookie"])
def test_what_is_refused_says_so_in_spanish(site: Site, address: str, is_remembered: bool) -> None:
    client = site.app.test_client()
    if is_remembered:
        client.set_cookie("language", "es")
    path = address if is_remembered else f"/es{address}"
    answer = client.get(path, headers={"Accept": "text/html"})
    assert '<html lang="es">' in answer.text
    assert 'class="lead" lang="en"' not in answer.text
    left = [text for text in _Words(answer.text).texts if ENGLISH.search(text)]
    assert (answer.status_code, left) == (REFUSED[address], [])
    problem = client.get(path, headers={"Accept": "application/json"}).get_json()
    assert "no es válido" not in str(problem)  # programs read one wording


@pytest.mark.parametrize("status", [405, 413])
def test_what_the_framework_refuses_is_in_spanish(site: Site, status: int) -> None:
    client, accept = site.app.test_client(), {"Accept": "text/html"}
    answer = {
        405: lambda: client.delete("/es/search", headers=accept),
        413: lambda: client.post(
            "/es/validate", data=b"x" * (site.registry.settings.max_body_bytes + 1), headers=accept
        ),
    }[status]()
    assert 'class="lead" lang="en"' not in answer.text
    left = [text for text in _Words(answer.text).texts if ENGLISH.search(text)]
    assert (answer.status_code, left) == (status, [])


def test_a_check_tells_in_spanish_which_rules_a_document_breaks(site: Site) -> None:
    audience = {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": "audLevel:Nonsense",
    }
    document = {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@type": "ceterms:Certificate",
        "ceterms:ctid": "ce-00000000-0000-4000-8000-00000000abcd",
        "ceterms:audienceLevelType": audience,
    }
    answer = site.app.test_client().post(
        "/es/validate",
        data={"document": json.dumps(document), "format": "html"},
        headers={"Accept": "text/html"},
    )
    texts = _Words(answer.text).texts
    concept = "El valor de «nivel del público» no nombra ningún concepto de ceterms:AudienceLevel."
    assert {concept, "Falta el nombre."} <= texts
    assert "The name is missing." not in texts


@pytest.mark.parametrize(
    "text",
    ["Did you mean " * 3_000 + "?" * 3_000, "Only 3 steps are followed. " * 3_000, "No. " * 9_000],
    ids=["nested", "one after the other", "unknown"],
)
def test_a_message_of_any_length_is_worded(site: Site, text: str) -> None:
    with site.app.test_request_context("/", environ_overrides={LANGUAGE: "es"}):
        assert worded("Did you mean Course?") != "Did you mean Course?"
        assert len(worded(text)) > len(text) / 2


def test_ready_made_queries_are_described_in_spanish(site: Site) -> None:
    client, accept = site.app.test_client(), {"Accept": "text/html"}
    titled = {
        "/queries": "Credenciales asequibles",
        "/queries/what-precedes": "Qué precede a un registro",
    }
    for address, title in titled.items():
        assert title in _Words(client.get(f"/es{address}", headers=accept).text).texts
    assert "Affordable credentials" in client.get("/en/queries", headers=accept).text


@pytest.mark.parametrize("address", ["/search?language=en", "/statistics"])
def test_languages_have_spanish_names(served: str, address: str) -> None:
    request = Request(f"{served}/es{address}", headers={"Accept": "text/html"})
    with urlopen(request) as answer:
        texts = _Words(answer.read().decode()).texts
    assert "inglés" in texts
    assert "English" not in texts


def test_data_are_the_same_in_every_language(site: Site) -> None:
    client, seen = site.app.test_client(), 0
    for rule, address in addresses(site.app):
        for accept in ("application/json", "text/csv"):
            english = client.get(address, headers={"Accept": accept}, buffered=True)
            if english.status_code != 200 or english.mimetype == "text/html":
                continue
            in_spanish = {"Accept": accept, "Accept-Language": "es"}
            spanish = client.get(address, headers=in_spanish, buffered=True)
            seen += 1
            assert spanish.data == english.data, rule
            assert spanish.headers.get("ETag") == english.headers.get("ETag"), rule
    assert seen > 10


def test_no_part_of_a_page_keeps_words_in_the_language_that_was_asked_for_first() -> None:
    # What a module of macros sets is kept, unless it is imported with context.
    pages = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    kept = {
        path.relative_to(TEMPLATES).as_posix()
        for path, text in pages.items()
        if any(
            "_(" in part for part in re.findall(r"^\{% set .*?%\}", text, re.DOTALL | re.MULTILINE)
        )
    }
    imports = [
        (path.name, name, rest)
        for path, text in pages.items()
        for name, rest in re.findall(r'\{%-? (?:from|import) "([^"]+)"(.*?)%\}', text)
    ]
    assert "pathways/_picture.html" in kept
    assert [one for one in imports if one[1] in kept and "with context" not in one[2]] == []
