"""Advice on links reads a bounded part of what a document links to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctgraph.ledger.values import BoundedRecord
from ctgraph.publishing import link_checks
from ctgraph.publishing.link_checks import MAX_OTHER_BYTES, LinkAdvisor
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import load_settings
from ctgraph.validation.submissions import Link
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number


def test_advice_reads_a_bounded_part_of_what_a_document_links_to(registry: Registry) -> None:
    """A large framework is not read for each of the small documents that link to it."""
    client = create_app(registry.settings).test_client()
    filler = {"ceterms:keyword": {"en": [f"{n:032x}" for n in range(30_000)]}}
    for number in (2, 3, 4):
        answer = client.post(
            registry.documents_url,
            json=certificate(number, **filler),
            headers=registry.authorization,
        )
        assert answer.status_code == 201
    targets = [f"http://localhost:8000/resources/{ctid_number(n)}" for n in (2, 3, 4)]
    linking = certificate(
        1,
        **{
            "ceterms:isPreparationFor": [
                {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": targets}
            ],
            "ceterms:hasPart": targets,
        },
    )
    answer = client.post("/validate", json=linking)
    told = [p for p in answer.json["problems"] if p.get("advice") == "not-looked-at"]
    assert len(told) == 1
    assert told[0]["severity"] == "info"
    assert "bytes" in told[0]["message"]
    assert told[0]["pointer"].startswith("/@graph/0/")
    assert told[0]["line"]
    sided = [p for p in answer.json["problems"] if p.get("advice") == "one-sided"]
    assert 0 < len(sided) < 3


@given(st.lists(st.integers(0, MAX_OTHER_BYTES // 2), min_size=1, max_size=80))
def test_no_more_is_read_for_advice_than_that(sizes: list[int]) -> None:
    read: list[int] = []

    class Records:
        def withdrawn_at(self, records: dict[str, object]) -> dict[str, None]:
            return dict.fromkeys(records)

        def classes(self, records: dict[str, object]) -> dict[str, str]:
            return {}

        def read_within(self, record: str, most: int) -> object:
            size = sizes[int(record[-12:])]
            if size > most:
                return BoundedRecord(envelope, None)  # type: ignore[arg-type]
            read.append(size)
            return BoundedRecord(envelope, b'{"@graph":[]}'.ljust(size))  # type: ignore[arg-type]

    class Kept:
        records = Records()

    class envelope:
        name = "A record"

    links = [
        Link(ctid_number(999), Curie("ceterms:hasPart"), ctid_number(n), "/x")
        for n in range(len(sizes))
    ]
    advisor = LinkAdvisor(Kept(), load_settings())  # type: ignore[arg-type]
    found = list(advisor.advise(links))
    assert sum(read) <= MAX_OTHER_BYTES
    assert len(read) <= link_checks.MAX_OTHER_SIDES
    told = [p for p in found if p.detail.advice == "not-looked-at"]
    assert bool(told) == (len(read) < len(sizes))
