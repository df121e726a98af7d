"""What `pip install` gives works on its own: vocabulary, shapes, templates, migrations."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import DATA, ROOT

USE_IT = """
import ctgraph, sys
assert ctgraph.__file__.startswith(sys.argv[1]), ctgraph.__file__
from ctgraph.web import create_app
client = create_app().test_client()
for path in ("/", "/openapi.json", "/ctdl/schema/context/json", "/static/site.css", "/sparql",
             "/shapes/credentials", "/vocab/ceterms:name"):
    answer = client.get(path, headers={"Accept": "text/html, */*;q=0.1"})
    assert answer.status_code == 200, (path, answer.text)
names = {query["name"] for query in client.get("/queries?format=json").json["queries"]}
assert names == set(sys.argv[2:]), names
assert client.get("/queries/organizations?format=csv").status_code == 200
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the built wheel was installed, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # it keeps files that are gone
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    wheel = next(folder.glob("ctgraph-*.whl"))
    target = folder / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def test_the_wheel_holds_all_it_needs(installed: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed), "CTGRAPH_HOME": str(tmp_path / "h")}

    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], env=environment, cwd=tmp_path, check=True)

    run("-m", "ctgraph.cli", "init")
    run("-m", "ctgraph.cli", "load", str(DATA / "1-organizations"))
    run("-m", "ctgraph.cli", "check")
    run("-c", USE_IT, str(installed), *(file.stem for file in (ROOT / "queries").glob("*.rq")))


def test_the_import_works_from_the_folder_above_a_clone(tmp_path: Path) -> None:
    """Python takes a folder of that name for a package where nothing else on its path is one."""
    (tmp_path / "ctgraph").symlink_to(ROOT)
    script = "import ctgraph; print(ctgraph.__version__)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([sys.executable, "-m", "ctgraph.cli", "--version"], cwd=tmp_path)
    assert done.returncode == 0
