"""Lists of codes are imported by the operator, kept in editions, and looked up by everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from ctgraph.web import create_app
from tests.support.codes import SOC, as_file, keep_codes
from tests.support.registry import Registry

OWN = [["Code", "Title", "Parent Code"], ["A", "Soldadura", ""], ["A.1", "Soldadura por arco", "A"]]
OWN_LIST = (
    "--framework",
    "oficios",
    "--iri",
    "https://example.org/oficios",
    "--name",
    "Lista de oficios",
    "--property",
    "ceterms:occupationType",
    "--language",
    "es",
)


@pytest.fixture(scope="module")
def asking(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    """A client of a registry with the four public lists."""
    keep_codes(module_registry.ledger)
    return module_client


def found(asking: FlaskClient, q: str, path: str = "/codes/soc") -> list[str]:
    answer = asking.get(path, query_string={"q": q})
    assert answer.status_code == 200, answer.text
    return [one["code"] for one in answer.json["codes"]]


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("29-1141", ["29-1141"]),
        ("291141", ["29-1141"]),
        ("29-11", ["29-1161", "29-1141", "29-1151", "29-1171"]),
        ("registered nurse", ["29-1141", "29-1151"]),
        ("PSYCHIATRIC", ["29-1141"]),
        ("nurse prac", ["29-1171", "29-2061"]),
        ("first-line", ["43-1011"]),
        ("urse", []),
        ("%", []),
        ("weld_", ["51-4121"]),
    ],
)
def test_codes_are_found_by_code_and_words(asking: FlaskClient, q: str, codes: list[str]) -> None:
    assert found(asking, q) == codes


def test_the_code_itself_comes_first(asking: FlaskClient) -> None:
    assert found(asking, "622", "/codes/naics")[:3] == ["622", "6221", "62211"]
    assert found(asking, "01", "/codes/cip") == ["01", "01.0000"]


def test_a_code_comes_with_its_alignment(asking: FlaskClient) -> None:
    answer = asking.get("/codes/cip?q=51.3801").json
    assert answer["framework"] == "https://nces.ed.gov/ipeds/cipcode/"
    assert answer["codes"][0]["alignment"] == {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:codedNotation": "51.3801",
        "ceterms:framework": "https://nces.ed.gov/ipeds/cipcode/",
        "ceterms:frameworkName": {"en-US": "Classification of Instructional Programs"},
        "ceterms:targetNode": "https://nces.ed.gov/ipeds/cipcode/cipdetail.aspx?y=56&cip=51.3801",
        "ceterms:targetNodeName": {"en-US": "Registered Nursing/Registered Nurse"},
    }


def test_one_search_finds_codes_of_all_lists_of_a_property(asking: FlaskClient) -> None:
    answer = asking.get("/codes?q=registered+nurses&property=ceterms:occupationType").json
    assert [one["key"] for one in answer["lists"]] == ["soc", "onet"]
    assert [one["code"] for one in answer["codes"]] == ["29-1141", "29-1141.00"]
    assert [one["code"] for one in asking.get("/codes?q=registered").json["codes"]] == [
        "29-1141",
        "29-1141.00",
        "51.38",
        "51.3801",
        "29-1151",
    ]


def test_the_whole_list_is_read_in_pages(registry: Registry, client: FlaskClient) -> None:
    rows = [["Code", "Title"], *([f"{number:05}", f"Work {number}"] for number in range(70))]
    file = as_file(rows)
    _import(registry, file.data, "--framework", "works", *OWN_LIST[2:])
    address, codes = "/codes/works", []
    while address:
        answer: Any = client.get(address).json
        codes += [one["code"] for one in answer["codes"]]
        address = answer.get("next", "")
    assert codes == [row[0] for row in rows[1:]]
    assert 'href="/codes/works?after=00029"' in client.get("/codes/works.html").text


def _import(registry: Registry, data: bytes, *options: str) -> Any:
    path = registry.settings.home / "codes.csv"
    path.write_bytes(data)
    home = {"CTGRAPH_HOME": str(registry.settings.home)}
    return CliRunner().invoke(main, ["codes", "import", str(path), *options], env=home)


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/codes/nothing", 404, "The lists are: soc, onet, naics, cip."),
        ("/codes/soc?edition=2", 404, "no edition 2"),
        ("/codes/soc?edition=x", 400, "edition"),
        ("/codes/soc?after=99-9999", 400, "no code '99-9999'"),
        ("/codes/soc?after=29-1141&q=nurse", 400, "one page"),
        ("/codes/soc?q=" + "a+" * 13, 400, "12 words at most"),
        ("/codes/soc?q=" + "a" * 201, 400, "200 characters at most"),
        ("/codes?words=x", 400, "no parameter 'words'"),
    ],
)
def test_wrong_questions_are_told(
    asking: FlaskClient, address: str, status: int, told: str
) -> None:
    answer = asking.get(address)
    assert answer.status_code == status
    assert told in answer.json["detail"]


def test_the_pages_say_the_same(asking: FlaskClient) -> None:
    page = asking.get("/codes.html?q=psychiatric").text
    assert "Registered Nurses" in page
    assert "Psychiatric and Substance Abuse Hospitals" in page
    assert 'href="/codes/naics"' in page
    page = asking.get("/codes/soc.html?q=%3Cxyz%3E").text
    assert "No code fits “&lt;xyz&gt;”." in page
    assert "8 codes, edition 1" in page


def test_lists_are_imported_and_removed(
    run: Callable[..., Any], registry: Registry, tmp_path: Path
) -> None:
    client = create_app(registry.settings).test_client()
    assert client.get("/codes").json == {"lists": [], "codes": []}
    assert "no lists of codes" in client.get("/codes.html").text
    path = tmp_path / "soc.csv"
    path.write_bytes(as_file(SOC).data)
    done = run("codes", "import", path, "--framework", "soc")
    assert done.exit_code == 0, done.output
    assert "soc: 8 codes, edition 1, imported" in done.output
    assert "Passed over the column 'Illustrative Example'" in done.output
    assert "edition 1, unchanged" in run("codes", "import", path, "--framework", "soc").output
    path.write_bytes(as_file([*SOC, ["51-4122", "Welding Machine Setters"]]).data)
    assert "9 codes, edition 2, imported" in run("codes", "import", path, "--framework=soc").output
    assert found(client, "51-4122") == ["51-4122"]
    assert client.get("/codes/soc?q=51-4122&edition=1").json["codes"] == []
    listed = run("codes", "list").output.splitlines()
    assert [line.split("\t")[:3] for line in listed] == [
        ["soc", "2", "9 codes"],
        ["soc", "1", "8 codes"],
    ]
    assert "removed, with 2 editions" in run("codes", "remove", "soc").output
    assert client.get("/codes/soc").status_code == 404
    assert run("codes", "remove", "soc").exit_code == 1


def test_a_list_of_ones_own_is_described_once(
    run: Callable[..., Any], registry: Registry, tmp_path: Path
) -> None:
    path = tmp_path / "oficios.csv"
    path.write_bytes(as_file(OWN).data)
    done = run("codes", "import", path, *OWN_LIST)
    assert done.exit_code == 0, done.output
    path.write_bytes(as_file([*OWN, ["B", "Cocina"]]).data)
    assert "3 codes, edition 2" in run("codes", "import", path, "--framework", "oficios").output
    client = create_app(registry.settings).test_client()
    code = client.get("/codes/oficios?q=arco").json["codes"][0]
    assert code["parent"] == "A"
    assert code["alignment"]["ceterms:frameworkName"] == {"es": "Lista de oficios"}
    assert "ceterms:targetNode" not in code["alignment"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--framework", "trades"], "Tell its IRI, its name, and a property"),
        (["--framework", "My List"], "no short name of a list"),
        ([*OWN_LIST, "--property", "ceterms:name"], "'ceterms:name' is no property"),
        ([*OWN_LIST, "--property", "ceterms:audienceType"], "no property whose values are codes"),
        ([*OWN_LIST, "--page", "https://example.org/"], "Write {code}"),
        ([*OWN_LIST, "--iri", "example"], "'example' is no IRI"),
        ([*OWN_LIST, "--language", "Spanish!"], "no tag of a language"),
        (["--framework", "cip"], "9 rows are wrong"),
    ],
)
def test_what_cannot_be_imported_is_told(
    module_registry: Registry, options: list[str], told: str
) -> None:
    done = _import(module_registry, as_file(SOC).data, *options)
    assert done.exit_code == 1
    assert told in done.output


def test_postgresql_says_the_same(asking: FlaskClient, on_postgresql: Registry) -> None:
    keep_codes(on_postgresql.ledger)
    other = create_app(on_postgresql.settings).test_client()
    for q in ("29-11", "PSYCHIATRIC", "nurse prac", "%", "weld_", "622", "01"):
        for path in ("/codes", "/codes/soc"):
            assert found(other, q, path) == found(asking, q, path), (path, q)
    with on_postgresql.ledger.database.writing() as connection:
        assert on_postgresql.ledger.codes.remove(connection, "soc") == 1
    assert other.get("/codes/soc").status_code == 404
