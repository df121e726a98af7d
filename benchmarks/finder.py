"""What a visitor waits for: searches with filters, completion, home and the pages of records."""

from __future__ import annotations

import json
import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import OpenerDirector, Request, build_opener

from benchmarks.people import milliseconds, times, told
from benchmarks.requests import hello
from benchmarks.running import free_port, running, serve

WORDS = (
    *("nursing", "welding", "data", "business", "health"),
    *("certificate", "technology", "program", "management", "network"),
)
FACETS = ("family", "level", "delivery", "language", "status", "has", "region", "connection")
"""The filters that searches choose from, by the values that the registry has most of."""
MATCHES = """SELECT ?record ?name WHERE {
  ?record ctg:matches ("%s" 20) ; ceterms:name ?name
}"""


def finder(home: Path, workers: int) -> None:
    """Print the p50 and p95 of each page, beside those of a Flask application that says hello."""
    with ExitStack() as servers:
        ours, peer = free_port(), free_port()
        servers.enter_context(running(hello(peer, workers), peer, home))
        servers.enter_context(running(serve(ours, workers), ours, home))
        site, browser, chosen = f"http://127.0.0.1:{ours}", build_opener(), random.Random(0)
        whole = _answer(browser, f"{site}/search?size=100&sort=name")
        values = [
            (facet, whole["facets"][facet][0]["value"])
            for facet in FACETS
            if whole["facets"].get(facet)
        ]
        narrowed = [
            urlencode([("q", word), *chosen.sample(values, min(3, len(values)))])
            for word in WORDS
            for _ in range(5)
        ]
        records = [one["ctid"] for one in whole["records"]]
        print(f"finder: a registry of {whole['total']:,} records")
        for name, urls in {
            "Flask hello": [f"http://127.0.0.1:{peer}/"],
            "search, 3 filters, all counts": [f"{site}/search?{one}" for one in narrowed],
            "search, no filter, all counts": [f"{site}/search?q={word}" for word in WORDS],
            "completion": [f"{site}/search/suggest?q={word[:4]}" for word in WORDS],
            "bare search (CSV, no counts)": [
                f"{site}/search?q={word}&format=csv&size=20" for word in WORDS
            ],
            "ctg:matches in SPARQL": [
                f"{site}/sparql?query={quote(MATCHES % word)}" for word in WORDS
            ],
            "home": [f"{site}/"],
            "record": [f"{site}/resources/{one}" for one in records],
        }.items():
            told(name, [milliseconds(browser, url) for url in times(urls)])


def _answer(browser: OpenerDirector, url: str) -> dict[str, Any]:
    request = Request(url, headers={"Accept": "application/json"})
    found: dict[str, Any] = json.load(browser.open(request))
    return found
