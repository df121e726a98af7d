"""The widget: a search in a frame of another site, and the page that composes its address."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.errors import BadParameter
from ctgraph.finder.widget import FIELDS, PARAMETERS, look_of
from tests.support.registry import Registry, fill

PAGE = {"Accept": "text/html"}
ATTACK = "</style><script>alert(1)</script>"


@pytest.fixture
def client(registry: Registry) -> FlaskClient:
    return fill(registry, 7)


def policy_of(client: FlaskClient, path: str) -> str:
    return client.get(path, headers=PAGE).headers["Content-Security-Policy"]


def test_only_the_widget_may_stand_in_a_frame(client: FlaskClient) -> None:
    for path in ("/widget", "/widget?near=Atlantis", "/widget?accent=f00&q=certificate"):
        assert "frame-ancestors *" in policy_of(client, path)
    for path in ("/widget/build", "/search", "/search/saved", "/widget?accent=red"):
        assert "frame-ancestors 'none'" in policy_of(client, path)


def test_its_colours_are_a_style_sheet_that_its_policy_allows(client: FlaskClient) -> None:
    answer = client.get("/widget?accent=%23A03&paper=fff8e8", headers=PAGE)
    [style] = re.findall("<style>(.*?)</style>", answer.text)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "--link:#aa0033;" in style
    assert "--paper:#fff8e8;" in style
    assert "<style>" not in client.get("/widget", headers=PAGE).text


def test_it_shows_what_its_address_presets_and_hides(client: FlaskClient) -> None:
    shown = client.get("/widget?type=ceterms:Certificate&title=Ours&button=Go", headers=PAGE).text
    assert re.search(r'<option value="ceterms:Certificate" selected>Certificate \(7\)', shown)
    assert '<h1 dir="auto">Ours</h1>' in shown
    assert "<button>Go</button>" in shown
    hidden = client.get("/widget?type=ceterms:Certificate&hide=type,near&hide=q", headers=PAGE).text
    assert '<input type="hidden" name="type" value="ceterms:Certificate">' in hidden
    for name in ("type", "near", "q"):
        assert f'id="{name}"' not in hidden
    assert 'name="hide" value="type,near"' in hidden  # the next search hides them, too


def test_it_leads_to_the_registry_in_the_top_window_and_through_its_pages_in_the_frame(
    client: FlaskClient,
) -> None:
    text = client.get("/widget?size=5&paper=eee&q=certificate", headers=PAGE).text
    links = re.findall(r"<a [^>]*>", text)
    assert len([link for link in links if "/resources/" in link]) == 5
    for link in links:
        assert ("target" in link) == ("/widget?" not in link), link
    [following] = re.findall(r'rel="next" href="([^"]*)"', text)
    second = client.get(html.unescape(following), headers=PAGE)
    assert second.text.count("<article") == 2
    assert "--paper:#eeeeee;" in second.text


@pytest.mark.parametrize("name", ["title", "button", "q", "near"])
def test_what_an_address_says_is_text(client: FlaskClient, name: str) -> None:
    for path in ("/widget", "/widget/build"):
        answer = client.get(path, query_string={name: ATTACK}, headers=PAGE)
        assert ATTACK not in answer.text
        assert html.escape(ATTACK)[:20] in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("accent=red", "Use a colour such as 12655c"),
        ("paper=fff;}body{", "Use a colour"),
        ("ink=12345", "Use a colour"),
        ("hide=everything", "Hide some of q, near"),
        ("title=" + "x" * 101, "Shorten it"),
        ("near=Atlantis", "is not known"),
        ("page=0", "Use a number from 1"),
        ("page=99999", "Use a number from 1"),
        ("size=1000", "Use a number from 1 to 100"),
        ("q=" + "x" * 10_000, "Search for fewer words"),
    ],
)
def test_what_cannot_be_used_is_said(client: FlaskClient, query: str, said: str) -> None:
    for path in ("/widget", "/widget/build"):
        answer = client.get(f"{path}?{query}", headers=PAGE)
        assert answer.status_code == 400
        assert said in answer.text


def test_the_page_that_composes_it_gives_the_text_to_copy(client: FlaskClient) -> None:
    answer = client.get(
        "/widget/build?q=a%26b&title=%22Ours%22&ink=%231d2729&accent=%23aa0033", headers=PAGE
    )
    [copied] = re.findall(r'<textarea id="snippet"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)
    snippet = html.unescape(copied)
    source = re.match(r'<iframe src="([^"]*)" title="&quot;Ours&quot;"', snippet)
    assert source
    # The usual colour of texts is left out: it would fix the scheme of every reader.
    assert html.unescape(source[1]) == (
        "http://localhost:8000/widget?q=a%26b&title=%22Ours%22&accent=%23aa0033"
    )
    assert client.get(html.unescape(source[1]), headers=PAGE).status_code == 200


def test_it_warns_of_colours_that_nobody_can_read(client: FlaskClient) -> None:
    faint = client.get("/widget/build?ink=%23999999", headers=PAGE).text
    assert "Not everybody can read these colours: Text." in " ".join(faint.split())
    assert "Not everybody" not in client.get("/widget/build?ink=%23222222", headers=PAGE).text


@given(
    st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=12) | st.sampled_from(FIELDS)))
)
def test_no_look_writes_more_than_colours(items: list[tuple[str, str]]) -> None:
    try:
        style = look_of(items).style
    except BadParameter:
        return
    assert re.fullmatch(r"(:root:root\{(--\w+:(#\w{6}|color-mix\([\w #%,]+\));)+\})?", style)


def test_a_widget_may_keep_the_usual_colours_in_a_dark_browser(client: FlaskClient) -> None:
    colours = "ink=%231d2729&paper=%23ffffff&accent=%2312655c"
    without = client.get(f"/widget/build?{colours}", headers=PAGE).text
    assert "paper=" not in html.unescape(without[without.index("<textarea") :])
    always = client.get(f"/widget/build?{colours}&always=true", headers=PAGE).text
    assert "paper=%23ffffff" in html.unescape(always[always.index("<textarea") :])
    assert "--paper:#ffffff" in client.get("/widget?paper=ffffff", headers=PAGE).text


def test_a_filter_that_finds_nothing_is_shown_as_chosen(client: FlaskClient) -> None:
    text = client.get("/widget?q=qqqq&type=ceterms:Certification", headers=PAGE).text
    assert '<option value="ceterms:Certification" selected>Certification</option>' in text


def test_the_preview_is_in_the_language_of_the_page(client: FlaskClient) -> None:
    assert 'src="/es/widget?' in client.get("/es/widget/build", headers=PAGE).text
