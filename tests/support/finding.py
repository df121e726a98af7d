"""A registry in which there is something to find: programs of three colleges at three places."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.settings import load_settings
from tests.support.registry import Registry, certificate, ctid_number

WELDING, NURSING, ENFERMERIA, NAMELESS, EVIL, FREE = map(ctid_number, range(101, 107))
DES_MOINES, AMES, CHICAGO = (
    {"city": "Des Moines", "region": "IA", "code": "50309"},
    {"city": "Ames", "region": "IA", "code": "50010"},
    {"city": "Chicago", "region": "IL", "code": "60601"},
)


@dataclass
class Finding:
    """The registry, and the organization that publishes in it."""

    registry: Registry

    def publish(self, number: int, /, **more: Any) -> Ctid:
        """Publish a version of a numbered certificate."""
        return self.publish_document(certificate(number, **more))

    def publish_document(self, content: dict[str, Any]) -> Ctid:
        """Publish a version of a document."""
        document = parse(orjson.dumps(content), self.registry.settings)
        submission = Submission(self.registry.organization, document.ctid, document)
        for outcome in append(self.registry.ledger, [submission], "test"):
            assert not isinstance(outcome, CtgraphError)
        return document.ctid


def place(city: str, region: str, code: str) -> dict[str, Any]:
    """Return a place without coordinates: its ZIP code says where it lies."""
    return {
        "@type": "ceterms:Place",
        "ceterms:addressLocality": {"en": city},
        "ceterms:addressRegion": {"en": region},
        "ceterms:postalCode": code,
        "ceterms:addressCountry": {"en": "United States"},
    }


def cost(price: float) -> dict[str, Any]:
    """Return a cost in dollars."""
    return {"@type": "ceterms:CostProfile", "ceterms:price": price, "ceterms:currency": "USD"}


def takes(duration: str) -> dict[str, Any]:
    """Return an exact duration."""
    return {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": duration}


def aligned(property: str, name: str, code: str) -> dict[str, Any]:
    """Return a property whose value has words and a code."""
    return {
        property: [
            {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:targetNodeName": {"en": name},
                "ceterms:codedNotation": code,
            }
        ]
    }


def found_in(folder: Path) -> Finding:
    """Make the registry, and project it."""
    settings = load_settings(
        home=folder / "home", query_timeout=120, query_queue=60, publish_wait=60
    )
    ledger = Ledger.initialise(settings)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    key = ledger.organizations.add_key(organization.ctid)
    finding = Finding(Registry(settings, ledger, organization, key))
    finding.publish(
        101,
        **{
            "ceterms:name": {"en-US": "Welding Certificate"},
            "ceterms:description": {"en-US": "Welders learn to join metal at the bench."},
            "ceterms:availableAt": [place(**DES_MOINES)],
            "ceterms:estimatedCost": [cost(2350)],
            "ceterms:estimatedDuration": [takes("P16W")],
        },
        **aligned("ceterms:occupationType", "Welders, Cutters, Solderers, and Brazers", "51-4121"),
    )
    finding.publish(
        102,
        **{
            "ceterms:name": {"en-US": "Practical Nurse License"},
            "ceterms:description": {"en-US": "Care for patients under a registered nurse."},
            "ceterms:availableAt": [place(**AMES), place(**CHICAGO)],
            "ceterms:estimatedCost": [cost(4409)],
            "ceterms:estimatedDuration": [takes("P1Y6M")],
            "ceterms:keyword": {"en-US": ["LPN", "care"]},
        },
    )
    finding.publish(
        103,
        **{
            "ceterms:name": {"es": "Certificado de Enfermería Práctica"},
            "ceterms:description": {"es": "Cuidado de pacientes. Las enfermeras aprenden aquí."},
            "ceterms:inLanguage": ["es"],
            "ceterms:availableAt": [place(**CHICAGO)],
        },
    )
    finding.publish(
        105,
        **{
            "ceterms:name": {"en-US": "<script>alert(1)</script> =1+1 certificate"},
            "ceterms:description": {"en-US": '=HYPERLINK("http://x") </script><b>bold</b>'},
        },
    )
    finding.publish(
        106,
        **{
            "ceterms:name": {"en-US": "Food Handling Card"},
            "ceterms:description": {"en-US": "Nurses need it, too; so do cooks and servers."},
            "ceterms:estimatedCost": [cost(0)],
            "ceterms:estimatedDuration": [takes("PT2H")],
        },
    )
    finding.registry.project()
    return finding
