"""The time from a publish until queries see it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from benchmarks.running import Client, ctgraph, free_port, median, running, serve

TIMES = 50
BASE = "http://localhost:8000/resources"


def publish(home: Path, workers: int) -> None:
    """Publish changed records, each until queries see it."""
    organization = ctgraph(home, "org", "list").split("\t")[0]
    key = ctgraph(home, "key", "add", organization).strip()
    number = 0
    port = free_port()
    with running(serve(port, workers), port, home):
        client = Client(port)

        def once() -> float:
            nonlocal number
            number += 1
            record = f"ce-00000000-0000-4000-8000-{number % 10:012d}"
            body = {
                "@type": "ceterms:Certificate",
                "ceterms:ctid": record,
                "ceterms:name": {"en": f"Certificate, {time.time_ns()}"},
                "ceterms:description": {"en": "It changes every few milliseconds."},
                "ceterms:subjectWebpage": "https://www.example.org/certificate",
                "ceterms:inLanguage": ["en"],
                "ceterms:credentialStatusType": {"ceterms:targetNode": "credentialStat:Active"},
                "ceterms:ownedBy": f"{BASE}/{organization}",
            }
            path = f"/resources/organizations/{organization}/documents?wait=true"
            took, answer = client.request(
                "POST",
                path,
                json.dumps(body).encode(),
                Authorization=f"Bearer {key}",
                Content_Type="application/json",
            )
            assert json.loads(answer)["queryable"]
            return took

        bare = median(lambda: client.request("GET", "/healthz")[0], TIMES)
        took = median(once, TIMES)
    print(
        f"publish, wait=true: median {took * 1e3:.0f} ms; {took / bare:.0f} times an empty request"
    )
