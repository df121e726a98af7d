"""The page where a pathway is built, in a real browser: built, opened again, changed, withdrawn."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.axe import faults
from tests.support.following import following
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.threads import answering

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

Opening = Callable[..., Any]
BASE = "http://localhost:8000"
PATHWAY, START, END, FREE, EARLY, LATE = (ctid_number(n) for n in range(10, 16))


def shows(locator: Any, text: str) -> None:
    """Wait until an element shows a text, also on a busy machine."""
    sync_api.expect(locator).to_contain_text(text, timeout=30_000)


def iri(ctid: str) -> str:
    return f"{BASE}/resources/{ctid}"


def publish(registry: Registry, client: FlaskClient, document: dict[str, Any]) -> None:
    answer = client.post(
        registry.documents_url,
        data=json.dumps(document),
        headers=registry.authorization,
        content_type="application/ld+json",
    )
    assert answer.status_code == 201, answer.text


def published_pathway() -> dict[str, Any]:
    """Return a pathway that another program has written: nothing in it is as the page writes it."""

    def component(ctid: str, name: str, **more: Any) -> dict[str, Any]:
        named = {"ceterms:name": {"en-US": name}, "ceterms:isPartOf": iri(PATHWAY)}
        return {"@type": "ceterms:BasicComponent"} | entity(ctid) | named | more

    def entity(ctid: str) -> dict[str, Any]:
        return {"@id": iri(ctid), "ceterms:ctid": ctid}

    return {
        "@context": [
            "https://credreg.net/ctdl/schema/context/json",
            {"ex": "https://example.org/terms/"},
        ],
        "@id": f"{BASE}/graph/{PATHWAY}",
        "@graph": [
            {"@type": "asn:ProgressionLevel", **entity(LATE), "skos:prefLabel": {"en": "Late"}},
            component(
                END,
                "The end",
                **{
                    "asn:hasProgressionLevel": iri(LATE),
                    "ceterms:hasCondition": {
                        "@type": "ceterms:ComponentCondition",
                        "ceterms:description": {"en-US": "The first step.", "de": "Schritt eins."},
                        "ceterms:targetComponent": [iri(START)],
                    },
                },
            ),
            {
                "@type": "ceterms:Pathway",
                **entity(PATHWAY),
                "ceterms:name": {"en-US": "An old way", "de": "Ein alter Weg"},
                "ceterms:description": {"en-US": "A pathway that another program has written."},
                "ceterms:subjectWebpage": "https://example.org/way",
                "ceterms:ownedBy": iri(ctid_number(0)),
                "ceterms:keyword": {"en-US": ["old"]},
                "ceterms:hasPart": [iri(START), iri(END), iri(FREE)],
                "ceterms:hasDestinationComponent": iri(END),
            },
            component(START, "The start", **{"asn:hasProgressionLevel": iri(EARLY)}),
            component(FREE, "Anywhere", **{"ceterms:precededBy": iri(START)}),
            {
                "@type": "asn:ProgressionLevel",
                **entity(EARLY),
                "skos:prefLabel": {"en": "Early"},
                "ceterms:precedes": iri(LATE),
            },
        ],
    }


def served_document(address: str, ctid: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/graph/{ctid}?format=jsonld") as answer:
        document: dict[str, Any] = json.load(answer)
    return document


@pytest.fixture
def building(registry: Registry, client: FlaskClient) -> Iterator[str]:
    """The address of a registry with a pathway and two certificates; one requires the other.

    A test names it before `opening`: then the pages are closed before their server is.
    """
    needs = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [iri(ctid_number(1))]}
    named = {"ceterms:name": {"en-US": "Practical Nurse"}, "ceterms:requires": [needs]}
    publish(registry, client, certificate(1, **{"ceterms:name": {"en-US": "Nurse Aide"}}))
    publish(registry, client, certificate(2, **named))
    publish(registry, client, published_pathway())
    registry.project()
    with following(registry), answering(client.application) as address:
        yield address


def begin(page: Any, key: str) -> None:
    """Sign in on the page where a pathway is built."""
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()


def test_a_pathway_is_built_checked_and_published(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = opening(f"{building}/pathways/build", viewport={"width": 1280, "height": 1100})
    status, board, form = (page.locator(f"#{name}") for name in ("status", "board", "details"))
    begin(page, "ctg_wrong")
    shows(status, "This API key is not valid")
    begin(page, registry.key)
    shows(page.locator("#account"), "Signed in as Test College.")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0

    page.locator("#name").fill("Aide to nurse")
    page.locator("#description").fill("From the first certificate to the second one.")
    for number, name in enumerate(("First", "Then"), 1):
        page.get_by_role("button", name="Add a level").click()
        page.get_by_label(f"Name of level {number}").fill(name)
        page.get_by_label(f"Name of level {number}").blur()
    page.get_by_label("Words").fill("nurse")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Add Nurse Aide").click()
    page.get_by_role("button", name="Nurse Aide to the next level").click()  # with the keyboard
    found = page.locator("#found li", has_text="Practical Nurse")
    found.drag_to(board.get_by_role("region", name="Then"), source_position={"x": 5, "y": 5})
    shows(board.get_by_role("region", name="Then"), "Practical Nurse")

    board.get_by_role("button", name="Practical Nurse", exact=True).click()
    form.get_by_role("button", name="Add a condition", exact=True).click()
    condition = form.locator(".condition")
    condition.get_by_label("Nurse Aide").check()
    condition.get_by_label("How many").fill("2")
    page.get_by_role("button", name="Check", exact=True).click()
    shows(status, "This registry refuses it")
    problems = page.locator("#problems")
    shows(problems, "The pathway: The pathway has steps but no destination. Add “Destination”")
    shows(problems, "A condition of step “Practical Nurse”: The condition has no description.")
    shows(problems, "Say in “What it asks for” what it asks for.")
    assert not re.search(r"ceterms:|component", problems.text_content() or "")
    shows(board, "3 to fix")
    page.get_by_role("button", name="Go to it").first.click()
    shows(condition, "More steps are required than the condition names.")
    shows(condition, "Lower “How many of them are needed (empty: all)”")
    condition.get_by_label("How many").fill("1")
    condition.get_by_label("What it asks for").fill("The aide's certificate comes first.")
    form.get_by_label("The destination").check()

    page.get_by_role("button", name="Save draft").click()
    shows(page.locator("#drafts"), "Aide to nurse")
    page.reload()
    begin(page, registry.key)
    page.get_by_role("button", name="Open Aide to nurse").click()
    shows(status, "Aide to nurse is open.")
    sync_api.expect(page.locator("#name")).to_have_value("Aide to nurse")
    page.get_by_role("button", name="Check", exact=True).click()
    shows(status, "This registry takes it")
    page.locator("#name").fill("")
    page.get_by_role("button", name="Publish", exact=True).click()
    shows(page.locator("#problems"), "The pathway: The name is missing. Add “Name”")
    page.locator("#name").fill("Aide to nurse")
    page.get_by_role("button", name="Publish", exact=True).click()
    shows(status, "Published:")
    sync_api.expect(page.locator("#problems .violation")).to_have_count(0)
    shows(page.locator("#published"), "Aide to nurse")
    shows(page.locator("#drafts"), "There are no drafts yet.")
    status.get_by_role("link", name="Aide to nurse").click()
    shows(
        page.get_by_role("row", name=re.compile("^Then Practical Nurse destination")),
        "The aide's certificate comes first.",
    )


def sign_in(opening: Opening, address: str, key: str, **options: Any) -> Any:
    page = opening(f"{address}/pathways/build", **options)
    begin(page, key)
    shows(page.locator("#published"), "An old way")
    return page


def test_a_published_pathway_is_opened_and_nothing_of_it_is_lost(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = sign_in(opening, building, registry.key)
    before = served_document(building, PATHWAY)
    page.get_by_role("button", name="Open published An old way").click()
    shows(page.locator("#status"), "The published pathway is open.")
    page.get_by_role("button", name="Save draft").click()
    shows(page.locator("#status"), "The draft is saved.")
    asked = urllib.request.Request(f"{building}/drafts/{PATHWAY}", headers=registry.authorization)
    with urllib.request.urlopen(asked) as answer:
        assert json.load(answer) == before
    page.locator("#name").fill("A new way")
    page.get_by_role("button", name="Publish", exact=True).click()
    shows(page.locator("#status"), "Published: A new way")
    shows(page.locator("#published"), "A new way")
    (whole,) = (one for one in before["@graph"] if one["@type"] == "ceterms:Pathway")
    whole["ceterms:name"]["en-US"] = "A new way"
    assert served_document(building, PATHWAY) == before


def test_a_published_pathway_is_opened_from_its_own_page(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = opening(f"{building}/pathways/{PATHWAY}")
    page.get_by_role("link", name="Change this pathway").click()
    begin(page, registry.key)
    shows(page.locator("#status"), "The published pathway is open.")
    sync_api.expect(page.locator("#name")).to_have_value("An old way")


def test_an_address_of_no_pathway_is_told(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = opening(f"{building}/pathways/build#{ctid_number(1)}")
    begin(page, registry.key)
    shows(page.locator("#status"), "finds no pathway in the document")


def test_a_pathway_of_another_organization_does_not_open(
    building: str, opening: Opening, registry: Registry
) -> None:
    other = registry.ledger.organizations.add("Other College")
    page = opening(f"{building}/pathways/build#{PATHWAY}")
    begin(page, registry.ledger.organizations.add_key(other.ctid))
    shows(page.locator("#status"), "belongs to another organization")
    sync_api.expect(page.locator("#name")).to_have_value("")


def test_a_published_pathway_is_withdrawn(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = sign_in(opening, building, registry.key)
    withdraw = page.get_by_role("button", name="Withdraw An old way")
    page.once("dialog", lambda dialog: dialog.dismiss())
    withdraw.click()
    assert served_document(building, PATHWAY)
    page.once("dialog", lambda dialog: dialog.accept())
    withdraw.click()
    shows(page.locator("#status"), "An old way is withdrawn.")
    shows(page.locator("#published"), "There are no published pathways yet.")
    with pytest.raises(urllib.error.HTTPError, match="410"):
        served_document(building, PATHWAY)


def test_steps_propose_the_links_of_the_registry(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = sign_in(opening, building, registry.key)
    page.get_by_label("Words").fill("nurse")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Add Practical Nurse").click()
    sync_api.expect(page.locator("#proposed")).to_be_hidden()
    page.get_by_role("button", name="Add Nurse Aide").click()
    shows(page.locator("#proposals"), "Nurse Aide required for Practical Nurse")
    page.get_by_role("button", name="Link them: Nurse Aide, Practical Nurse").click()
    sync_api.expect(page.locator("#proposed")).to_be_hidden()
    page.locator("#board").get_by_role("button", name="Practical Nurse", exact=True).click()
    after = page.locator("#details").get_by_role("group", name="Comes after")
    sync_api.expect(after.get_by_label("Nurse Aide")).to_be_checked()
    after.get_by_label("Nurse Aide").uncheck()
    shows(page.locator("#proposals"), "Nurse Aide required for Practical Nurse")


@pytest.mark.parametrize("width", [360, 390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fields_fit_their_panel(
    building: str, opening: Opening, registry: Registry, width: int, scheme: str
) -> None:
    view = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = sign_in(opening, building, registry.key, **view)
    page.get_by_role("button", name="Open published An old way").click()
    page.locator("#board").get_by_role("button", name="The end", exact=True).click()
    page.locator("#details").get_by_label("Kind").select_option("Credential")
    page.get_by_role("button", name="Add a nested condition").click()
    page.get_by_role("button", name="Add a nested condition").first.click()
    assert page.locator("#details input, #details select, #details textarea").count() > 12
    outside = page.evaluate(
        """() => ["details", "about"].flatMap((id) => {
          const panel = document.getElementById(id);
          const right = panel.getBoundingClientRect().left + panel.clientLeft + panel.clientWidth;
          return [...panel.querySelectorAll("input, select, textarea, fieldset, button")]
            .filter((one) => one.getBoundingClientRect().right > right + 0.5)
            .map((one) => one.outerHTML);
        })"""
    )
    assert outside == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_step_of_no_level_is_drawn_into_none_and_the_destination_is_seen(
    building: str, opening: Opening, registry: Registry, tmp_path: Any
) -> None:
    for path in (f"/pathways/{PATHWAY}", "/pathways/build"):
        page = opening(building + path, viewport={"width": 390, "height": 800})
        if path.endswith("build"):
            begin(page, registry.key)
            page.get_by_role("button", name="Open published An old way").click()
            shows(page.locator("#status"), "is open")
        sync_api.expect(page.locator("#stage canvas").first).to_be_visible()
        with page.expect_download() as download:
            page.locator("#svg").click()
        download.value.save_as(tmp_path / "svg")
        boxes = drawn_boxes((tmp_path / "svg").read_text("utf-8"))
        (free_from, free_to), early, late = boxes["Anywhere"], boxes["Early"], boxes["Late"]
        assert not any(free_from < end and begin < free_to for begin, end in (early, late))
        for step, band in (("The start", early), ("The end", late)):
            assert band[0] < boxes[step][0] < boxes[step][1] < band[1]


def drawn_boxes(svg: str) -> dict[str, tuple[float, float]]:
    """Return the left and right end of every box of a picture, by the first line of its text."""
    found = {}
    for path, transform, text in re.findall(
        r'<path d="M(-?[\d.]+)[^>]*translate\((-?[\d.]+)[^>]*/><text[^>]*><tspan[^>]*>([^<]*)', svg
    ):
        half = abs(float(path)) + (
            8 if "Q" in svg and not text.startswith(("Early", "Late")) else 0
        )
        found[text] = (float(transform) - half, float(transform) + half)
    return found


def test_building_needs_javascript(opening: Opening, served: str) -> None:
    page = opening(f"{served}/pathways/build", java_script_enabled=False)
    shows(page.locator("main"), "needs JavaScript")
    sync_api.expect(page.locator("#key")).to_be_hidden()


def test_a_pathway_without_steps_is_a_draft_and_nothing_more(
    building: str, opening: Opening, registry: Registry
) -> None:
    page = sign_in(opening, building, registry.key)
    last = registry.ledger.changes.last_sequence()
    page.locator("#name").fill("Nowhere")
    page.locator("#description").fill("A pathway that leads nowhere as yet.")
    page.locator("#webpage").fill("https://example.org/nowhere")
    page.get_by_role("button", name="Add a level").click()
    publish = page.get_by_role("button", name="Publish", exact=True)
    publish.click()
    for button in ("Find", "Add", "Save draft"):
        shows(page.locator("#status"), f"“{button}”")
        assert page.get_by_role("button", name=button).first.is_visible() or button == "Add"
    page.get_by_role("button", name="Save draft").click()
    shows(page.locator("#drafts"), "Nowhere")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Open published An old way").click()
    shows(page.locator("#status"), "The published pathway is open.")
    for name in ("The start", "The end", "Anywhere"):
        page.locator("#board").get_by_role("button", name=name, exact=True).click()
        page.get_by_role("button", name="Remove this step").click()
    publish.click()
    shows(page.locator("#status"), "The pathway has no steps yet.")
    assert registry.ledger.changes.last_sequence() == last


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(
    building: str, opening: Opening, registry: Registry, width: int, scheme: str
) -> None:
    view = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = opening(f"{building}/pathways/build", **view)
    assert faults(page) == []
    begin(page, registry.key)
    shows(page.locator("#published"), "An old way")
    assert faults(page) == []
    page.get_by_label("Words").fill("nurse")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Add Practical Nurse").click()
    page.get_by_role("button", name="Add Nurse Aide").click()
    shows(page.locator("#proposals"), "Nurse Aide required for Practical Nurse")
    assert faults(page) == []
    page.get_by_role("button", name="Check", exact=True).click()
    shows(page.locator("#problems"), "The pathway: ")
    assert faults(page) == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Open published An old way").click()
    page.locator("#board").get_by_role("button", name="The end", exact=True).click()
    page.get_by_role("button", name="Add a nested condition").first.click()
    assert faults(page) == []
