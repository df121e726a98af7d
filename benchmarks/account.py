"""An organization with a key, and the certificates that it publishes."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import ctgraph

BASE = "http://localhost:8000/resources"


@dataclass(frozen=True)
class Account:
    """An organization that may publish."""

    organization: str
    key: str

    @classmethod
    def of(cls, home: Path) -> Account:
        """Return the first organization of a registry, with a new key."""
        organization = ctgraph(home, "org", "list").split("\t")[0]
        return cls(organization, ctgraph(home, "key", "add", organization).strip())

    @property
    def path(self) -> str:
        """Where it publishes."""
        return f"/resources/organizations/{self.organization}/documents"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def certificate(self, record: str, **more: object) -> bytes:
        """Return a valid document that has not been published before."""
        return json.dumps(
            {
                "@type": "ceterms:Certificate",
                "ceterms:ctid": record,
                "ceterms:name": {"en": f"Certificate, {time.time_ns()}"},
                "ceterms:description": {"en": "It changes with every publish."},
                "ceterms:subjectWebpage": "https://www.example.org/certificate",
                "ceterms:inLanguage": ["en"],
                "ceterms:credentialStatusType": {"ceterms:targetNode": "credentialStat:Active"},
                "ceterms:ownedBy": f"{BASE}/{self.organization}",
                **more,
            }
        ).encode()
