"""What others say of a record is on its page, with who says it."""

from __future__ import annotations

from typing import Any

import orjson

from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.statements import BASE, OWN, THEIRS, A, B


def action(number: int, agent: str, about: str, **more: Any) -> dict[str, Any]:
    record = ctid_number(number)
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"{BASE}/graph/{record}",
        "@graph": [
            {
                "@type": "ceterms:AccreditAction",
                "ceterms:ctid": record,
                "@id": f"{BASE}/resources/{record}",
                "ceterms:name": {"en": f"Accreditation {number}"},
                "ceterms:description": {"en": "The certificate meets our standard."},
                "ceterms:actingAgent": [f"{BASE}/resources/{agent}"],
                "ceterms:object": f"{BASE}/resources/{about}",
                "ceterms:actionStatusType": {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:framework": "https://credreg.net/ctdl/terms/ActionStatus",
                    "ceterms:targetNode": "actionStat:CompletedActionStatus",
                    "ceterms:targetNodeName": {"en": "Completed"},
                },
                **more,
            }
        ],
    }


def test_what_others_say_is_on_the_page_with_who_says_it(registry: Registry) -> None:
    b = registry.ledger.organizations.add("Accreditation <Agency>", B)
    headers = {"Authorization": f"Bearer {registry.ledger.organizations.add_key(B)}"}
    client = create_app(registry.settings).test_client()

    def post(whole: dict[str, Any], who: str = B) -> Any:
        keys = headers if who == B else registry.authorization
        return client.post(
            f"/resources/organizations/{who}/documents", data=orjson.dumps(whole), headers=keys
        )

    def page() -> str:
        answer = client.get(f"/resources/{OWN}", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        return answer.text

    assert post(certificate(), A).status_code == 201
    assert "What others say" not in page()  # there is no store yet: the page comes all the same
    early = client.get(f"/resources/{OWN}", headers={"Accept": "text/html"})
    assert (early.headers["Cache-Control"], "ETag" in early.headers) == ("no-store", False)
    answer = post(action(50, B, OWN))
    assert answer.status_code == 201, answer.text
    assert post(action(51, A, OWN), A).status_code == 201  # one's own is not what others say
    for agent in (A, THEIRS):
        refused = post(action(52, agent, OWN))
        assert refused.status_code == 403, refused.text
        assert refused.json["problems"][0]["pointer"] == "/@graph/0/ceterms:actingAgent/0"
    both = [f"{BASE}/resources/{B}", f"{BASE}/resources/{A}"]
    assert post(action(52, B, OWN, **{"ceterms:actingAgent": both})).status_code == 403
    registry.project()
    html = page()
    assert "What others say" in html
    late = client.get(f"/resources/{OWN}", headers={"Accept": "text/html"})
    assert (late.headers["Cache-Control"], "ETag" in late.headers) == ("no-cache", True)
    said = html[html.index("What others say") :]
    assert "Accreditation 51" not in said[: said.index("</section>")]
    assert f'href="/records?owner={B}"' in html
    assert f'href="/resources/{ctid_number(50)}"' in html
    assert "Accreditation &lt;Agency&gt;" in html
    assert "Accredit Action" in html
    assert "Completed" in html
    version = client.get(f"/resources/{OWN}/versions/1", headers={"Accept": "text/html"})
    assert "What others say" not in version.text  # that page never changes
    asked = f"SELECT ?by {{ ?a ceterms:object <{BASE}/resources/{OWN}> ; ceterms:actingAgent ?by }}"
    answer = client.get("/sparql", query_string={"query": asked, "format": "csv"})
    assert B in answer.text
    for number in range(100, 160):
        assert post(action(number, B, OWN)).status_code == 201
    registry.project()
    assert page().count(f'<a href="/records?owner={b.ctid}">Accreditation') == 50
    assert "and more" in page()
