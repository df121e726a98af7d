"""What a registrar waits for: the page of an organization, its list, forms, and searches."""

from __future__ import annotations

import random
import re
import secrets
import statistics
import time
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from benchmarks.requests import hello
from benchmarks.running import ctgraph, free_port, records, running, serve
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings

TIMES = 100
"""Requests of each kind."""
FORMS = 20
"""Records whose forms are opened."""
EMAIL = f"benchmark-{secrets.token_hex(4)}@registry.example.org"
"""Somebody new in each run: only a new account has a password that is told."""
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TAB = re.compile(r'href="([^"]+\?tab=[^"]+)"')


def people(home: Path, workers: int) -> None:
    """Print the p50 and p95 of each page, beside those of a Flask application that says hello."""
    owner, held = _largest(home)
    password = ctgraph(home, "org", "admit", owner, EMAIL, "--name", "Benchmark").strip()
    with ExitStack() as servers:
        ours, peer = free_port(), free_port()
        servers.enter_context(running(hello(peer, workers), peer, home))
        servers.enter_context(running(serve(ours, workers), ours, home))
        site, here = f"http://127.0.0.1:{ours}", f"/account/organizations/{owner}"
        browser = _signed_in(site, password)
        forms = [f"{here}/records/{one}" for one in _records_of(home, owner)]
        page = browser.open(_asked(f"{site}{forms[0]}")).read().decode()
        words = [name.split()[0] for name in _names(home)]
        print(f"people: an organization of {held:,} records")
        for name, urls in {
            "Flask hello": [f"http://127.0.0.1:{peer}/"],
            "page of the organization": [f"{site}{here}"],
            "list of its records": [f"{site}{here}/records"],
            "list, narrowed by a word": [f"{site}{here}/records?words={quote(words[0])}"],
            "form": [f"{site}{form}" for form in forms],
            "form, each tab": [f"{site}{tab}" for tab in _TAB.findall(page)],
            "search of a reference": [f"{site}/pathways/search?q={quote(word)}" for word in words],
        }.items():
            told(name, [milliseconds(browser, url) for url in times(urls)])


def _asked(url: str) -> Request:
    return Request(url, headers={"Accept": "text/html"})


def times(urls: list[str]) -> list[str]:
    """Return the addresses of all requests of one kind."""
    return (urls * (TIMES // len(urls) + 1))[:TIMES]


def milliseconds(browser: OpenerDirector, url: str) -> float:
    """Return how long a page takes."""
    started = time.perf_counter()
    browser.open(_asked(url)).read()
    return (time.perf_counter() - started) * 1e3


def told(name: str, took: list[float]) -> None:
    """Print the p50 and p95 of some times in milliseconds."""
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"  {name}: p50 {statistics.median(took):.1f} ms, p95 {p95:.1f} ms")


def _signed_in(site: str, password: str) -> OpenerDirector:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    token = _TOKEN.search(browser.open(_asked(f"{site}/account/sign-in")).read().decode())
    assert token
    fields = {"csrf_token": token[1], "email": EMAIL, "password": password}
    browser.open(_asked(f"{site}/account/sign-in"), urlencode(fields).encode())
    return browser


def _largest(home: Path) -> tuple[Ctid, int]:
    """Return the organization with the most records, and how many it has."""
    ledger = Ledger.of(load_settings(home=home))
    held = {
        one.ctid: sum(ledger.portfolio.kinds(one.ctid).values())
        for one in ledger.organizations.all()
    }
    owner = max(held, key=lambda one: held[one])
    return owner, held[owner]


def _records_of(home: Path, owner: Ctid) -> list[Ctid]:
    ledger = Ledger.of(load_settings(home=home))
    return [one.ctid for one in ledger.records.envelopes(FORMS, owner=owner)]


def _names(home: Path) -> list[str]:
    ledger = Ledger.of(load_settings(home=home))
    some = random.Random(0).sample(found := records(home, TIMES), len(found))
    return [*ledger.records.names(set(map(canonical, some))).values()]
