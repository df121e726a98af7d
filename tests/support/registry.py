"""Registries in temporary folders, and what is published in them."""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import Organization
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import hold
from ctgraph.settings import Settings, load_settings
from ctgraph.web import create_app
from tests.support.fresh import copy_ledger, copy_store


def ctid_number(number: int) -> Ctid:
    """Return a CTID made of a number."""
    return Ctid(f"ce-00000000-0000-4000-8000-{number:012d}")


def certificate(number: int = 1, owner: str = ctid_number(0), /, **more: Any) -> dict[str, Any]:
    """Return a small valid document; `more` are further properties of its certificate."""
    record = ctid_number(number)
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"http://localhost:8000/graph/{record}",
        "@graph": [
            {
                "@type": "ceterms:Certificate",
                "@id": f"http://localhost:8000/resources/{record}",
                "ceterms:ctid": record,
                "ceterms:name": {"en-US": f"Certificate {number}"},
                "ceterms:description": {"en-US": "A certificate that the tests award."},
                "ceterms:subjectWebpage": f"https://www.example.org/certificates/{number}",
                "ceterms:inLanguage": ["en-US"],
                "ceterms:credentialStatusType": {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:framework": "https://credreg.net/ctdl/terms/CredentialStatus",
                    "ceterms:targetNode": "credentialStat:Active",
                    "ceterms:targetNodeName": {"en-US": "Active"},
                },
                "ceterms:ownedBy": [f"http://localhost:8000/resources/{owner}"],
                **more,
            }
        ],
    }


@dataclass
class Registry:
    """A registry in a temporary folder, with one organization and its key."""

    settings: Settings
    ledger: Ledger
    organization: Organization
    key: str

    def project(self) -> None:
        """Make every change queryable."""
        copied = copy_store(self.settings)
        with hold(self.settings), closing(Projector(self.settings, self.ledger)) as projector:
            if copied:  # to look the whole vocabulary up takes longer than all else
                projector._live._definitions = {}
            projector.catch_up()

    @property
    def documents_url(self) -> str:
        """Where the organization publishes."""
        return f"/resources/organizations/{self.organization.ctid}/documents"

    @property
    def authorization(self) -> dict[str, str]:
        """The header that carries the organization's key."""
        return {"Authorization": f"Bearer {self.key}"}


def new_registry(home: Path, **overrides: Any) -> Registry:
    """Make a registry with one organization and no records.

    :param home: its home folder.
    :param overrides: settings.
    """
    # A busy machine is no reason to fail: what tests a deadline sets its own.
    patient = {"query_timeout": 120, "query_queue": 60, "publish_wait": 60}
    settings = load_settings(**{"home": home, **patient, **overrides})
    copy_ledger(settings)
    ledger = Ledger.initialise(settings)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    key = ledger.organizations.add_key(organization.ctid)
    return Registry(settings, ledger, organization, key)


def publish(registry: Registry, numbers: range, text: str) -> None:
    """Publish a version of each numbered certificate."""
    submissions = []
    for number in numbers:
        content = certificate(number, **{"ceterms:keyword": {"en": [text, "more"]}})
        document = parse(orjson.dumps(content), registry.settings)
        submissions.append(Submission(registry.organization, document.ctid, document))
    for outcome in append(registry.ledger, submissions, "test"):
        assert not isinstance(outcome, CtgraphError)


def describe_college(
    registry: Registry, record: Ctid, name: str = "Pine College", by: Organization | None = None
) -> None:
    """Publish the record of an organization.

    :param by: whose record it is; without it that of the organization itself, which is added.
    """
    owner = by or registry.ledger.organizations.register({record: name})[record]
    content = {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"http://localhost:8000/graph/{record}",
        "@graph": [
            {
                "@type": "ceterms:CredentialOrganization",
                "@id": f"http://localhost:8000/resources/{record}",
                "ceterms:ctid": record,
                "ceterms:name": {"en-US": name},
            }
        ],
    }
    document = parse(orjson.dumps(content), registry.settings)
    [outcome] = append(registry.ledger, [Submission(owner, record, document)], "test")
    assert not isinstance(outcome, CtgraphError)


def fill(registry: Registry, count: int = 40) -> FlaskClient:
    documents = [
        parse(orjson.dumps(certificate(i)), registry.settings) for i in range(1, count + 1)
    ]
    owner = registry.organization
    append(registry.ledger, [Submission(owner, d.ctid, d) for d in documents], "test")
    registry.project()
    return create_app(registry.settings).test_client()


def environment(registry: Registry) -> dict[str, str]:
    """Return the environment in which the command line works on a registry."""
    database = registry.settings.database_url
    more = {"CTGRAPH_DATABASE_URL": database} if database else {}
    return os.environ | {"CTGRAPH_HOME": str(registry.settings.home)} | more


def ctid_in(text: str) -> str:
    """Return the first CTID in a text."""
    found = re.search(r"ce-[0-9a-f-]{36}", text)
    assert found, text
    return found[0]
