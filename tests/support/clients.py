"""What the tests of clients ask for, and how they run the commands that ask."""

from __future__ import annotations

import shutil
import subprocess
import urllib.request

import pytest
from rdflib import Graph

CTID = "ce-4d67fb30-d403-4eef-a41b-5cd134c91bd1"
"""A license of the sample data."""
LICENSE = "https://purl.org/ctdl/terms/License"
LICENSES = 8
"""How many licenses the sample data have."""
OFFICIAL_CONTEXT = "https://credreg.net/ctdl/schema/context/json"


def command(name: str, package: str) -> str:
    """Return the path of a command, or skip the test where its package is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}, of the package {package}")
    return found


def said(*arguments: str, status: int = 0) -> str:
    """Run a command; return what it prints."""
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == status, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def need_official_context() -> None:
    """Skip the test where the official context, which JSON-LD of records names, is not reached."""
    try:
        urllib.request.urlopen(OFFICIAL_CONTEXT, timeout=20).close()
    except OSError as error:
        pytest.skip(f"needs {OFFICIAL_CONTEXT}, which is not reached: {error}")


def triples(site: str, path: str) -> Graph:
    """Return what a path holds, as N-Triples state it, without the help of negotiation."""
    with urllib.request.urlopen(f"{site}{path}.nt") as answer:
        return Graph().parse(data=answer.read().decode("utf-8"), format="nt")
