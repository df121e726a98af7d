"""The ready-made queries answer what they promise.

Each is held to an answer that plain Python computes from the JSON files that were loaded: the
sample data, and a few documents more for what the sample lacks, such as links that lead nowhere.
"""

from __future__ import annotations

import csv
import html
import io
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from ctgraph.settings import load_settings
from ctgraph.validation.completeness import node_completeness
from ctgraph.web import create_app
from tests.support.paths import DATA, ROOT
from tests.support.sample import (
    BASE,
    FOR,
    FROM,
    NURSING,
    Sample,
    english,
    iri,
    more_documents,
)
from tests.support.stored_answers import (
    ANSWERS,
    LEFT_OUT,
    Answer,
    Row,
    answer_affordable_credentials,
    named_by,
)

QUERIES = ROOT / "queries"
NAMES = sorted(file.stem for file in QUERIES.glob("*.rq"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded registry, with `more` beside it."""
    folder = tmp_path_factory.mktemp("stored")
    more_documents(folder / "more")
    environment = os.environ | {"CTGRAPH_HOME": str(folder / "home")}
    for command in (
        ["init"],
        *(["load", str(f), "--report", str(folder / "report")] for f in (DATA, folder / "more")),
    ):
        subprocess.run([sys.executable, "-m", "ctgraph.cli", *command], env=environment, check=True)
        report = folder / "report"
        assert not report.exists() or '"error"' not in report.read_text(), report.read_text()
    return folder / "home"


@pytest.fixture(scope="module")
def sample(home: Path) -> Sample:
    return Sample(DATA, home.parent / "more")


@pytest.fixture(scope="module")
def client(home: Path) -> FlaskClient:
    return create_app(load_settings(home=home, queries=QUERIES)).test_client()


def rows(client: FlaskClient, name: str, **given: str) -> list[Row]:
    """Return the rows of a query; blank nodes of documents are "_", what is unbound is empty."""
    response = client.get(f"/queries/{name}", query_string={"format": "json", **given})
    assert response.status_code == 200, response.text
    found = response.json
    assert found
    return [
        tuple(
            "_" if cell.get("type") == "bnode" or "/genid/" in value else value
            for v in found["head"]["vars"]
            for cell in [row.get(v, {})]
            for value in [cell.get("value", "")]
        )
        for row in found["results"]["bindings"]
    ]


def plain(row: Iterable[Any]) -> tuple[Any, ...]:
    """Return a row with its numbers as numbers, rounded."""
    number = re.compile(r"-?\d+(\.\d+)?")
    texts = map(str, row)
    return tuple(round(float(t), 6) if number.fullmatch(t) else t for t in texts)


def same(name: str, found: list[Row], expected: Answer) -> None:
    left_out = LEFT_OUT.get(name, [])
    got = Counter(plain(c for i, c in enumerate(row) if i not in left_out) for row in found)
    wanted = Counter(map(plain, expected))
    assert {"too much": got - wanted, "missing": wanted - got} == {
        "too much": Counter(),
        "missing": Counter(),
    }


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_answer(name: str, client: FlaskClient, sample: Sample) -> None:
    same(name, rows(client, name), ANSWERS[name](sample))


def test_ways_to_and_from_every_record(client: FlaskClient, sample: Sample) -> None:
    wrong = set()
    for record, node in sample.records():
        if not any(key in node for key in FROM + FOR):
            continue
        for name, parameter in (
            ("everything-before", "after"),
            ("what-precedes", "after"),
            ("what-succeeds", "before"),
        ):
            found = rows(client, name, **{parameter: record})
            if Counter(found) != Counter(ANSWERS[name](sample, record)):
                wrong.add((name, english(node)))
    assert not wrong


def test_dead_links_of_every_organization(client: FlaskClient, sample: Sample) -> None:
    found = []
    for owner in sorted(set(sample.owner.values())):
        dead = rows(client, "dead-links", organization=owner)
        same("dead-links", dead, ANSWERS["dead-links"](sample, owner))
        found.append(len(dead))
    assert min(found) == 0 < max(found)


def test_completeness_by_publisher(client: FlaskClient, sample: Sample) -> None:
    scores = defaultdict(list)
    for record, node in sample.records():
        if measured := node_completeness(node):
            scores[sample.owner[record]].append(round(measured.score, 4))
    found = rows(client, "completeness-by-publisher")
    owned = Counter(sample.owner[record] for record, _ in sample.records())
    assert {row[0][-39:]: int(row[2]) for row in found} == {owner: owned[owner] for owner in scores}
    assert {row[0][-39:]: float(row[3]) for row in found} == pytest.approx(
        {owner: mean(own) for owner, own in scores.items()}, abs=0.0001
    )
    assert [float(row[3]) for row in found] == sorted(float(row[3]) for row in found)
    assert {row[0]: row[1] for row in found} == {
        f"{BASE}/resources/{o}": english(sample.nodes[f"{BASE}/resources/{o}"]) for o in scores
    }


def test_newest_changes(client: FlaskClient, sample: Sample) -> None:
    """The newest versions, newest first: those of all records, with and without a name."""
    last = {record: number for record, number, _ in sample.events}
    # As texts they do not sort: zeros at the end of a second are left out.
    moments = {
        row[1][-39:]: datetime.fromisoformat(row[4]) for row in rows(client, "changes-since")
    }
    current = sorted(sample.documents)
    current.sort(key=moments.__getitem__, reverse=True)
    assert [(row[0][-39:], row[2]) for row in rows(client, "changed-records")] == [
        (record, str(last[record])) for record in current[:100]
    ]


def test_top_rows(client: FlaskClient, sample: Sample) -> None:
    """The lists of the most come with the most first."""
    for name in (
        "most-connected-credentials",
        "missing-most",
        "records-by-class",
        "in-more-than-one-pathway",
        "transfer-partners",
    ):
        counts = [int(row[-1]) for row in rows(client, name)]
        assert counts == sorted(counts, reverse=True), name
    assert sum(int(row[2]) for row in rows(client, "records-by-class")) == len(sample.documents)


def test_every_query_has_an_answer_here() -> None:
    assert set(NAMES) - set(ANSWERS) == {
        "changed-records",
        "completeness-by-publisher",
        "search-by-name",
    }


@pytest.mark.parametrize("name", NAMES)
def test_head_and_order(name: str, client: FlaskClient) -> None:
    """A query says what it is, and its order leaves no two rows in the place of each other."""
    text = (QUERIES / f"{name}.rq").read_text("utf-8")
    for key in ("title", "description", "tags"):
        assert re.search(rf"^# {key}: \S", text, re.MULTILINE)
    response = client.get(f"/queries/{name}?format=json").json
    assert response
    order = re.search(r"^ORDER BY (.+)$", text, re.MULTILINE)
    assert order
    keys = re.findall(r"\?(\w+)", order[1])
    places = [tuple(str(row.get(key)) for key in keys) for row in response["results"]["bindings"]]
    assert [place for place, n in Counter(places).items() if n > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_formats_agree(name: str, client: FlaskClient) -> None:
    def get(format: str) -> bytes:
        return client.get(f"/queries/{name}?format={format}").get_data()

    read = {}
    for format in ("json", "xml", "tsv"):
        found = parse_query_results(get(format), format=getattr(QueryResultsFormat, format.upper()))
        assert isinstance(found, QuerySolutions)
        names = [variable.value for variable in found.variables]
        read[format] = [names, *([c.value if c else "" for c in row] for row in found)]
    table = csv.reader(io.StringIO(get("csv").decode(), newline=""))
    read["csv"] = [[cell.removeprefix("_:") for cell in row] for row in table]
    assert all(other == read["csv"] for other in read.values())


@pytest.mark.parametrize("name", NAMES)
def test_page_and_text(name: str, client: FlaskClient) -> None:
    file = (QUERIES / f"{name}.rq").read_text("utf-8")
    assert client.get(f"/queries/{name}.rq").text == file
    page = client.get(f"/queries/{name}", headers={"Accept": "text/html"})
    title = re.search(r"# title: (.+)", file)
    assert title
    assert page.mimetype == "text/html"
    assert html.escape(title[1]) in page.text
    assert html.escape(title[1]) in client.get("/queries", headers={"Accept": "text/html"}).text


def test_list(client: FlaskClient) -> None:
    found = client.get("/queries", headers={"Accept": "application/json"}).json
    assert found
    listed = {query["name"]: query for query in found["queries"]}
    assert sorted(listed) == NAMES
    for name, query in listed.items():
        text = (QUERIES / f"{name}.rq").read_text("utf-8")
        parameters = [(p["name"], p["description"]) for p in query["parameters"]]
        assert parameters == re.findall(r"^# param: (\w+): (.+)$", text, re.MULTILINE)
        assert query["query"] == text
        assert query["url"] == f"{BASE}/queries/{name}"
        assert query["title"]
        assert query["description"]
        assert query["tags"]


@pytest.mark.parametrize("name", ["nothing", "nothing.rq", "../pyproject", "Durations", "%00"])
def test_unknown_names(name: str, client: FlaskClient) -> None:
    assert client.get(f"/queries/{name}").status_code == 404


@pytest.mark.parametrize("most", ["0", "600.5", "92399.96", "1e5"])
def test_number(most: str, client: FlaskClient, sample: Sample) -> None:
    name = "affordable-credentials"
    same(name, rows(client, name, most=most), answer_affordable_credentials(sample, float(most)))


@pytest.mark.parametrize(
    "word",
    [
        "WELD",
        "y\\",
        '"at" \\',
        "} #",
        "á",
        "资",
        "\\",
        "'\" } #",
        '\\" } #',
        "\\u0022 } #",
        '" } UNION { ?record ?p ?o } #',
        '"@en } #',
        "\n}\r\n{",
        "\x00",
        'VALUES ?word { "welding" }',
        "\\g<1>",
        "'''",
        "{word}",
        "?name",
        "<script>",
    ],
)
def test_word(word: str, client: FlaskClient, sample: Sample) -> None:
    """A word is looked for, and is never read as SPARQL."""
    found = {(row[0], row[2]) for row in rows(client, "search-by-name", word=word)}
    if any(map(str.isalnum, word)):
        assert found >= named_by(sample, word)
        assert len(found) < len(list(sample.records()))
    else:
        assert found == set()
    name = "credentials-for-an-occupation"
    same(name, rows(client, name, word=word), ANSWERS[name](sample, word))
    page = client.get(
        f"/queries/{name}", query_string={"word": word}, headers={"Accept": "text/html"}
    )
    assert page.status_code == 200
    assert '<script>"' not in page.text


@pytest.mark.parametrize(
    "form",
    [
        NURSING.upper(),
        f" {NURSING} ",
        f"{BASE}/resources/{NURSING}",
        f"{BASE}/graph/{NURSING}",
        f"http://LOCALHOST:8000/resources/{NURSING.upper()}",
    ],
)
def test_record(form: str, client: FlaskClient) -> None:
    for name, parameter in (("what-precedes", "after"), ("versions-of-a-record", "record")):
        expected = rows(client, name, **{parameter: NURSING})
        assert expected
        assert rows(client, name, **{parameter: form}) == expected, name


def test_day(client: FlaskClient, sample: Sample) -> None:
    for moment, expected in (
        ("2020-01-01", len(sample.events)),
        ("2020-01-01T10:00:00+02:00", len(sample.events)),
        ("2999-01-01", 0),
    ):
        assert len(rows(client, "changes-since", **{"from": moment})) == expected


def test_changes_from_any_version_on(client: FlaskClient, sample: Sample) -> None:
    """The oldest comes first, and the page after each version begins with the next one."""
    every = rows(client, "changes-since")
    numbers = [int(row[0]) for row in every]
    assert numbers == list(range(1, len(sample.events) + 1))
    for since in (*numbers[::20], numbers[-1], numbers[-1] + 1):
        assert rows(client, "changes-since", since=str(since)) == every[since:]


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        *(("affordable-credentials", "most", v) for v in ("cheap", "nan", "inf", "1 } #", "0x1")),
        *(("what-precedes", "after", v) for v in ("ce-1", "a b", "http://x/> } #", "http://x/}")),
        *(("changes-since", "since", v) for v in ("yesterday", "2026-01-01", "nan", "1 } #")),
        *(("changes-since", "from", v) for v in ("yesterday", "2026-13-01", "01.02.2026")),
    ],
)
def test_wrong_values(name: str, parameter: str, value: str, client: FlaskClient) -> None:
    response = client.get(f"/queries/{name}", query_string={"format": "json", parameter: value})
    assert response.status_code == 400
    assert response.json
    assert parameter in response.json["detail"] or repr(value) in response.json["detail"]


def test_a_folder_of_ones_own(home: Path, tmp_path: Path, sample: Sample) -> None:
    """A class by its CURIE or IRI, and parameters that stay apart whatever they hold."""
    (tmp_path / "own.rq").write_text(
        "# title: Own\n# param: class: a class\n# param: a: text\n# param: b: text\n"
        "SELECT ?record ?a ?b { VALUES ?class { <https://purl.org/ctdl/terms/License> }\n"
        'VALUES ?a { "one" } VALUES ?b { "two" } ?record a ?class } ORDER BY ?record'
    )
    client = create_app(load_settings(home=home, queries=tmp_path)).test_client()
    courses = sorted(node["@id"] for node in sample.all("ceterms:Course"))
    for kind in ("ceterms:Course", "CETERMS:Course", iri("ceterms:Course")):
        found = rows(client, "own", **{"class": kind, "a": "VALUES ?b { }", "b": "} #"})
        assert found == [(course, "VALUES ?b { }", "} #") for course in courses]
