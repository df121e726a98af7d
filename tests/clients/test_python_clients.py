"""pandas over CSV, pyshacl's command, PyLD with requests, and extruct on pages."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.clients import CTID, LICENSE, LICENSES, need_official_context, said, triples


def test_pandas_reads_csv(site: str) -> None:
    pandas = pytest.importorskip("pandas", reason="needs pandas")
    query = urlencode({"query": f"SELECT ?s {{ ?s a <{LICENSE}> }}", "format": "csv"})
    assert pandas.read_csv(f"{site}/sparql?{query}").shape == (LICENSES, 1)


def test_pyshacl_reads_the_shapes_as_served(site: str, tmp_path: Path) -> None:
    def verdict(name: str, text: str, status: int) -> str:
        (tmp_path / name).write_text(text, "utf-8")
        pyshacl = str(Path(sys.executable).parent / "pyshacl")
        return said(pyshacl, "-s", f"{site}/shapes", str(tmp_path / name), status=status)

    wrong = f'<urn:x> a <{LICENSE}> ; <https://purl.org/ctdl/terms/ctid> "ce-1" .'
    assert "Conforms: False" in verdict("wrong.ttl", wrong, 1)
    assert "Conforms: True" in verdict("other.ttl", "<urn:x> a <urn:Other> .", 0)


def test_pyld_loads_a_uri(site: str) -> None:
    pytest.importorskip("requests", reason="needs requests")
    from pyld import jsonld

    need_official_context()
    quads = jsonld.to_rdf(f"{site}/resources/{CTID}")["@default"]
    assert len(quads) == len(triples(site, f"/resources/{CTID}"))


@pytest.mark.parametrize("path", ["/", "/records", "/queries", f"/resources/{CTID}"])
def test_extruct_parses_pages(site: str, path: str) -> None:
    extruct = pytest.importorskip("extruct", reason="needs extruct")
    page = urllib.request.Request(f"{site}{path}", headers={"Accept": "text/html"})
    with urllib.request.urlopen(page) as answer:
        assert answer.headers.get_content_type() == "text/html"
        found = extruct.extract(answer.read().decode("utf-8"), base_url=answer.url)
    assert "json-ld" in found
