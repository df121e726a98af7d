"""Files of other formats become drafts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents.imports import as_ctdl
from ctgraph.documents.json_text import read_json
from ctgraph.documents.requests import is_request
from ctgraph.errors import BadParameter
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, canonical
from tests.support.paths import SHARED
from tests.support.people import Person, alert
from tests.support.registry import Registry, certificate, ctid_number

REAL = SHARED / "real"
ACHIEVEMENT = {
    "id": "https://pine.example.org/badges/welding",
    "type": ["Achievement"],
    "name": "Welder",
    "description": "Welds with care and without sparks on the carpet.",
    "criteria": {"narrative": "Weld ten seams."},
    "image": {"id": "https://pine.example.org/welder.png", "type": "Image"},
    "tag": ["welding", "metal"],
    "alignment": [
        {"type": ["Alignment"], "targetName": "Seams", "targetUrl": "https://x.example.org/seams"}
    ],
}
BADGES = {
    "3.0 achievement": ACHIEVEMENT,
    "3.0 credential": {
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": ACHIEVEMENT},
    },
    "2.0 badge class": ACHIEVEMENT | {"type": "BadgeClass", "tags": ["welding"], "tag": "metal"},
    "2.0 assertion": {"type": "Assertion", "badge": ACHIEVEMENT | {"type": "BadgeClass"}},
}
GUID = "00000000-0000-4000-8000-0000000009"
PACKAGE = {
    "CFDocument": {
        "identifier": f"{GUID}00",
        "title": "Safety in welding",
        "description": "What every welder knows about safety.",
        "officialSourceURL": "https://pine.example.org/safety",
        "language": "en",
        "publisher": "Pine College",
    },
    "CFItems": [
        {
            "identifier": f"{GUID}{n:02}",
            "fullStatement": f"Knows rule {n}.",
            "humanCodingScheme": f"R{n}",
        }
        for n in (1, 2, 3)
    ],
    "CFAssociations": [
        {
            "associationType": "isChildOf",
            "originNodeURI": {"identifier": f"{GUID}{child:02}"},
            "destinationNodeURI": {"identifier": f"{GUID}{parent:02}"},
        }
        for child, parent in ((1, 0), (2, 1), (3, 1))
    ],
}


def sent(somebody: Person, organization: Ctid, data: bytes) -> Any:
    path = f"/account/organizations/{organization}/import"
    file = (io.BytesIO(data), "file.json")
    return somebody.send(path, file=file)  # type: ignore[arg-type]


def draft(registry: Registry, owner: Ctid, location: str) -> dict[str, Any]:
    record = canonical(location.rpartition("/")[2])
    found: dict[str, Any] = json.loads(registry.ledger.drafts.document(owner, record))
    return found


@pytest.mark.parametrize("badge", BADGES.values(), ids=BADGES)
def test_a_badge_becomes_a_draft_that_can_be_published(
    rita: Person, approved: Ctid, registry: Registry, badge: dict[str, Any]
) -> None:
    answer = sent(rita, approved, json.dumps(badge).encode())
    assert answer.status_code == 303, alert(answer)
    entity = draft(registry, approved, answer.headers["Location"])["@graph"][0]
    assert entity["@type"] == "ceterms:OpenBadge"
    assert entity["ceterms:name"] == {"en-US": "Welder"}
    assert entity["ceterms:keyword"]
    (condition,) = entity["ceterms:requires"]
    assert condition["ceterms:description"] == {"en-US": "Weld ten seams."}
    (competency,) = condition["ceterms:targetCompetency"]
    assert competency["ceterms:targetNode"] == "https://x.example.org/seams"
    page = rita.see(answer.headers["Location"]).text
    assert "Welder" in page


def test_a_package_of_case_becomes_a_framework(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    answer = sent(rita, approved, json.dumps(PACKAGE).encode())
    assert answer.headers["Location"].endswith(f"/records/ce-{GUID}00"), alert(answer)
    framework, first, second, _ = draft(registry, approved, answer.headers["Location"])["@graph"]
    root = "http://localhost:8000/resources/ce-"
    assert framework["ceasn:hasTopChild"] == [f"{root}{GUID}01"]
    assert first["ceasn:hasChild"] == [f"{root}{GUID}02", f"{root}{GUID}03"]
    assert second["ceasn:isChildOf"] == [f"{root}{GUID}01"]
    assert second["ceasn:competencyText"] == {"en-US": "Knows rule 2."}
    assert "It can be published." in rita.see(answer.headers["Location"]).text


def test_a_document_of_ctdl_becomes_a_draft(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    answer = sent(rita, approved, json.dumps(certificate(5)).encode())
    assert answer.headers["Location"].endswith(f"/records/{ctid_number(5)}")
    found = draft(registry, approved, answer.headers["Location"])
    assert found["@graph"][0].items() >= certificate(5)["@graph"][0].items()


@pytest.mark.parametrize("wrapper", ["decoded_resource", "GraphInput"])
def test_what_holds_a_document_is_opened(
    rita: Person, approved: Ctid, registry: Registry, wrapper: str
) -> None:
    answer = sent(rita, approved, json.dumps({"id": "x", wrapper: certificate(5)}).encode())
    found = draft(registry, approved, answer.headers["Location"])
    assert found["@graph"][0].items() >= certificate(5)["@graph"][0].items()


def test_a_request_to_publish_is_told_where_its_document_is(rita: Person, approved: Ctid) -> None:
    request = {"PublishForOrganizationIdentifier": "ce-1", "Credential": {"Name": "Welder"}}
    answer = sent(rita, approved, json.dumps(request).encode())
    assert answer.status_code == 400
    assert "the Payload of the answer to its format call" in alert(answer)


@pytest.mark.skipif(not REAL.is_dir(), reason="the really published documents are not here")
@pytest.mark.parametrize("path", sorted(REAL.rglob("*.json")), ids=lambda path: path.name)
def test_a_real_file_becomes_a_draft_that_opens(rita: Person, approved: Ctid, path: Path) -> None:
    answer = sent(rita, approved, path.read_bytes())
    if is_request(read_json(path.read_bytes())) and answer.status_code == 400:
        assert "Payload" in alert(answer)
        return
    assert answer.status_code == 303, alert(answer)
    for page in (answer.headers["Location"], f"{answer.headers['Location']}/preview"):
        assert rita.see(page).status_code == 200


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"@graph": 5}', b'{"@graph": [5]}', b"\xff"]
)
def test_what_is_no_such_file_is_told(rita: Person, approved: Ctid, data: bytes) -> None:
    answer = sent(rita, approved, data)
    assert 400 <= answer.status_code < 500
    assert alert(answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*PACKAGE, *ACHIEVEMENT, *PACKAGE["CFDocument"], "@graph", "@type", "@id", "badge"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_file_is_a_fault_of_ours(value: Any) -> None:
    try:
        document = as_ctdl(value, Identity("http://localhost:8000"))
    except BadParameter:
        return
    assert document["@graph"][0]["ceterms:ctid"].startswith("ce-")
