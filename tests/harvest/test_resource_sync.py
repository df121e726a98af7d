"""ResourceSync (ANSI/NISO Z39.99-2017): what the lists say is what the registry serves."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from ctgraph.harvest import resource_sync
from ctgraph.web import create_app
from ctgraph.web.harvest import resource_sync as views
from tests.support.history import Filled, empty_registry
from tests.support.registry import ctid_number, publish

BASE = "http://localhost:8000"
LISTS = "/resourcesync"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
RS = "{http://www.openarchives.org/rs/terms/}"


class List:
    """A list as a client reads it."""

    def __init__(self, client: FlaskClient, path: str) -> None:
        self.answer = client.get(path.removeprefix(BASE))
        assert self.answer.status_code == 200, self.answer.text
        assert self.answer.content_type == "application/xml"
        self.read(self.answer.data)

    def read(self, data: bytes) -> None:
        root = ElementTree.fromstring(data)
        self.is_index = root.tag == f"{SITEMAP}sitemapindex"
        self.metadata: Any = root.find(f"{RS}md").attrib  # type: ignore[union-attr]
        up = root.find(f"{RS}ln")
        self.up = "" if up is None else up.attrib["href"]
        self.entries = [
            (one.findtext(f"{SITEMAP}loc", ""), getattr(one.find(f"{RS}md"), "attrib", {}))
            for one in root
            if one.tag in (f"{SITEMAP}url", f"{SITEMAP}sitemap")
        ]


@pytest.fixture(scope="module")
def client(history: Filled) -> FlaskClient:
    return history.client


def test_everything_is_found_from_the_well_known_address(client: FlaskClient) -> None:
    start = List(client, "/.well-known/resourcesync")
    assert start.metadata == {"capability": "description"}
    [(address, _)] = start.entries
    capabilities = List(client, address)
    assert capabilities.up == f"{BASE}/.well-known/resourcesync"
    assert {said["capability"] for _, said in capabilities.entries} == {
        "resourcelist",
        "resourcedump",
        "changelist",
        "changedump",
    }
    for address, said in capabilities.entries:
        found = List(client, address)
        assert found.metadata["capability"] == said["capability"]
        assert found.up == f"{BASE}{LISTS}/capabilitylist.xml"


def require_true(client: FlaskClient, address: str, said: dict[str, str]) -> None:
    """Make sure that a list says the truth about a resource."""
    served = client.get(address.removeprefix(BASE))
    assert served.content_type == said["type"]
    assert len(served.data) == int(said["length"])
    hashes = dict(one.split(":") for one in said["hash"].split())
    assert hashes == {
        "md5": hashlib.md5(served.data, usedforsecurity=False).hexdigest(),
        "sha-256": hashlib.sha256(served.data).hexdigest(),
    }


def test_resources_have_the_hashes_of_what_is_served(client: FlaskClient) -> None:
    found = List(client, f"{LISTS}/resourcelist.xml")
    assert found.metadata["at"] == "2026-03-20T12:00:00.500000Z"
    assert [address for address, _ in found.entries] == [
        f"{BASE}/graph/{ctid_number(number)}.jsonld" for number in (1, 2)
    ]
    for address, said in found.entries:
        require_true(client, address, said)


def test_changes_are_listed_in_their_order(client: FlaskClient) -> None:
    found = List(client, f"{LISTS}/changelist.xml")
    assert found.metadata["from"] == "2026-01-10T12:00:00.500000Z"
    assert "until" not in found.metadata
    assert [
        (address[-8], said["change"], said["datetime"][:10]) for address, said in found.entries
    ] == [
        ("1", "created", "2026-01-10"),
        ("2", "created", "2026-01-20"),
        ("1", "updated", "2026-02-10"),
        ("2", "deleted", "2026-02-20"),
        ("1", "updated", "2026-03-10"),
        ("2", "created", "2026-03-20"),
    ]
    for address, said in found.entries[-2:]:
        require_true(client, address, said)
    assert "hash" not in found.entries[3][1]


def test_a_package_holds_the_documents_and_a_manifest(client: FlaskClient) -> None:
    [(address, _)] = List(client, f"{LISTS}/resourcedump.xml").entries
    answer = client.get(address.removeprefix(BASE))
    assert answer.content_type == "application/zip"
    assert len(answer.data) == int(answer.headers["Content-Length"])
    package = zipfile.ZipFile(io.BytesIO(answer.data))
    manifest = List.__new__(List)
    manifest.read(package.read("manifest.xml"))
    assert manifest.metadata["capability"] == "resourcedump-manifest"
    assert len(manifest.entries) == 2
    for address, said in manifest.entries:
        content = package.read(said["path"].removeprefix("/"))
        assert content == client.get(address.removeprefix(BASE)).data
        require_true(client, address, said)
    again = client.get(f"{LISTS}/dumps/all.zip", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"{LISTS}/dumps/all.zip").data == answer.data


def test_a_package_of_changes_holds_each_version_and_a_manifest(client: FlaskClient) -> None:
    dump = List(client, f"{LISTS}/changedump.xml")
    [(address, said)] = dump.entries
    assert dump.metadata == {"capability": "changedump", "from": said["from"]}
    assert said["type"] == "application/zip"
    answer = client.get(address.removeprefix(BASE))
    assert answer.content_type == "application/zip"
    assert len(answer.data) == int(answer.headers["Content-Length"])
    package = zipfile.ZipFile(io.BytesIO(answer.data))
    manifest = List.__new__(List)
    manifest.read(package.read("manifest.xml"))
    assert manifest.metadata == {"capability": "changedump-manifest", "from": said["from"]}
    listed = List(client, f"{LISTS}/changelist.xml").entries
    for (address, said), one in zip(manifest.entries, listed, strict=True):
        path = said.pop("path", "")
        assert (address, said) == one
        assert (said["change"] == "deleted") == (not path)
        if path:
            content = package.read(path.removeprefix("/"))
            number = path.rpartition("/")[2].removesuffix(".jsonld")
            version = address.removeprefix(BASE).removesuffix(".jsonld") + f"/versions/{number}"
            assert content == client.get(f"{version}.jsonld").data
            assert f"sha-256:{hashlib.sha256(content).hexdigest()}" in said["hash"]
    tag = {"If-None-Match": answer.headers["ETag"]}
    path = f"{LISTS}/changedumps/1.zip"
    assert client.get(f"{LISTS}/changedumps/0000000001.zip", headers=tag).status_code == 304
    assert client.get(path).data == answer.data


def test_a_registry_without_changes_has_no_packages_yet(tmp_path: Path) -> None:
    client = create_app(empty_registry(tmp_path).settings).test_client()
    assert List(client, f"{LISTS}/changedump.xml").entries == []
    package = zipfile.ZipFile(io.BytesIO(client.get(f"{LISTS}/changedumps/1.zip").data))
    assert package.namelist() == ["manifest.xml"]


@pytest.mark.parametrize(
    "path",
    [
        "resourcelists/zz.xml",
        f"resourcelists/{'0' * 33}.xml",
        "dumps/g.zip",
        "changelists/0.xml",
        "changelists/2.xml",
        "changelists/99999999999999999999.xml",
        "changelists/x.xml",
        "changedumps/0.zip",
        "changedumps/2.zip",
        "changedumps/99999999999999999999.zip",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"{LISTS}/{path}").status_code == 404


def test_a_large_registry_has_several_lists(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource_sync, "USUAL_RESOURCES", 10)
    for module in (resource_sync, views):
        monkeypatch.setattr(module, "LIST_CHANGES", 20)
    registry = empty_registry(tmp_path_factory.mktemp("large"))
    client = create_app(registry.settings).test_client()
    publish(registry, range(1, 31), "one")
    publish(registry, range(1, 16), "two")
    index = List(client, f"{LISTS}/resourcelist.xml")
    assert index.is_index
    assert len(index.entries) == 16
    listed = [one for address, _ in index.entries for one, _ in List(client, address).entries]
    assert listed == [f"{BASE}/graph/{ctid_number(n)}.jsonld" for n in range(1, 31)]
    assert len(List(client, f"{LISTS}/resourcedump.xml").entries) == 16
    for coarse in ("resourcelists/all.xml", "dumps/all.zip"):
        assert client.get(f"{LISTS}/{coarse}").status_code == 404, "it would hold everything"

    index = List(client, f"{LISTS}/changelist.xml")
    assert index.is_index
    addresses = [address for address, _ in index.entries]
    assert addresses == sorted(addresses), "clients read the lists in the order of their names"
    lists = [List(client, address) for address in addresses]
    assert [len(one.entries) for one in lists] == [20, 20, 5]
    for (_, said), one in zip(index.entries, lists, strict=True):
        assert one.metadata == {"capability": "changelist", **said}
        times = [entry["datetime"] for _, entry in one.entries]
        assert times == sorted(times)
        assert times[0] == said["from"]
        assert "until" not in said or times[-1] < said["until"]
    immutable = ["immutable" in one.answer.headers["Cache-Control"] for one in lists]
    assert immutable == [True, True, False]
    kept = [one.answer.data for one in lists[:2]]
    packages = List(client, f"{LISTS}/changedump.xml").entries
    assert [said["from"] for _, said in packages] == [said["from"] for _, said in index.entries]
    answers = [client.get(address.removeprefix(BASE)) for address, _ in packages]
    immutable = ["immutable" in one.headers["Cache-Control"] for one in answers]
    assert immutable == [True, True, False]
    tag = {"If-None-Match": lists[2].answer.headers["ETag"]}
    last = addresses[2].removeprefix(BASE)
    assert client.get(last, headers=tag).status_code == 304
    publish(registry, range(1, 31), "three")
    assert client.get(last, headers=tag).status_code == 200
    assert [List(client, address).answer.data for address in addresses[:2]] == kept
    for (address, _), answer in list(zip(packages, answers, strict=True))[:2]:
        assert client.get(address.removeprefix(BASE)).data == answer.data


@pytest.mark.parametrize("counted", [True, False])
def test_records_with_ctids_that_begin_alike_are_all_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    """Their lists are cut until none is too long, also while nothing has counted the records."""
    monkeypatch.setattr(resource_sync, "MAX_RESOURCES", 20)
    monkeypatch.setattr(resource_sync, "_CUT_RESOURCES", 10)
    monkeypatch.setattr(resource_sync, "USUAL_RESOURCES", 10)
    registry = empty_registry(tmp_path)
    if not counted:
        monkeypatch.setattr(views, "_records", lambda: 0)
    client = create_app(registry.settings).test_client()
    publish(registry, range(1, 31), "one")
    expected = [f"{BASE}/graph/{ctid_number(n)}.jsonld" for n in range(1, 31)]
    index = List(client, f"{LISTS}/resourcelist.xml")
    lists = [List(client, address) for address, _ in index.entries]
    assert [one for found in lists for one, _ in found.entries] == expected
    assert max(len(found.entries) for found in lists) <= 20
    assert not any(found.is_index for found in lists), "clients read an index of lists only"
    packed = []
    for address, _ in List(client, f"{LISTS}/resourcedump.xml").entries:
        answer = client.get(address.removeprefix(BASE))
        names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
        packed += [name for name in names if name != "manifest.xml"]
    assert len(packed) == 30
    long = ctid_number(0).removeprefix("ce-").replace("-", "")[:20]
    for name in (f"resourcelists/{long}.xml", f"dumps/{long}.zip"):
        assert client.get(f"{LISTS}/{name}").status_code == 404
    publish(registry, range(31, 35), "one")
    again = [List(client, address) for address, _ in index.entries]
    assert sum(len(found.entries) for found in again) == 34, "names of before are still good"
