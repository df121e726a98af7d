"""The examples in the README and in docs/ run as they stand, and print what the pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from ctgraph.cli import main
from ctgraph.links.model import STRENGTHS
from ctgraph.vocab.own_terms import own_terms
from tests.support.paths import DATA, ROOT
from tests.support.pathway_graphs import VIAS
from tests.support.server import serving

PAGES = ("README.md", "docs/publishing.md", "docs/api.md", "docs/sparql.md", "docs/pathways.md")
END = "--- end of block ---"
# curl fails on an error status; these examples show one.
REFUSED = ("tombstone.json",)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, and what the page says that it prints."""

    language: str
    text: str
    output: str | None


def blocks_of(page: str) -> list[Block]:
    """Return the examples of a page; a block of `text` is what the one before prints."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.M | re.S)
    following = [*found[1:], ("", "")]
    return [
        Block(language, text, said if kind == "text" else None)
        for (language, text), (kind, said) in zip(found, following, strict=True)
        if language in ("sh", "python") and "make " not in text
    ]


@pytest.fixture(scope="module")
def port_and_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of a server with the sample data, and a folder that looks like a checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("data", "queries"):
        (folder / name).symlink_to(ROOT / name)
    environment = os.environ | {"CTGRAPH_HOME": str(folder / "home")}
    for command in (["init"], ["load", str(DATA), "--report", str(folder / "report.jsonl")]):
        subprocess.run([sys.executable, "-m", "ctgraph.cli", *command], env=environment, check=True)
    server = serving(environment)
    with server:
        yield server.port, folder


def run(command: list[str], folder: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CTGRAPH_")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.replace("\r\n", "\n")


@pytest.mark.parametrize("page", PAGES)
def test_examples_run_and_print_what_the_page_says(
    page: str, port_and_folder: tuple[int, Path]
) -> None:
    port, folder = port_and_folder
    shell = [block for block in blocks_of(page) if block.language == "sh"]
    script = [
        "set -eu -o pipefail",
        "curl() { command curl -f --retry 5 --connect-to "
        f'localhost:8000:127.0.0.1:{port} "$@"; }}',
    ]
    for block in shell:
        text = block.text.replace(".venv/bin/ctgraph", f"{sys.executable} -m ctgraph.cli")
        text = text.replace(
            "--endpoint http://localhost:8000", f"--endpoint http://127.0.0.1:{port}"
        )
        lines = [
            line.replace("curl ", f"command curl --connect-to localhost:8000:127.0.0.1:{port} ", 1)
            if any(name in line for name in REFUSED)
            else line
            for line in text.split("\n")
        ]
        script += ["\n".join(lines), f"echo; echo '{END}'"]
    printed = run(["bash", "-c", "\n".join(script)], folder).split(END)
    for block, output in zip(shell, printed, strict=False):
        if block.output is not None:
            assert output.strip() == block.output.strip()
    for block in blocks_of(page):
        if block.language == "python":
            text = block.text.replace("//localhost:8000/sparql", f"//localhost:{port}/sparql")
            output = run([sys.executable, "-c", text], folder)
            assert block.output is None or output.strip() == block.output.strip()


def test_every_page_that_links_within_the_repository_finds_its_target() -> None:
    for page in pages():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def pages() -> list[Path]:
    """Return every page of documentation."""
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_heading_that_a_link_names_is_there() -> None:
    for page in pages():
        for path, heading in re.findall(
            r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text("utf-8")
        ):
            target = (page.parent / path if path else page).read_text("utf-8")
            headings = re.findall(r"^#+ (.+)$", target, re.M)
            slugs = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            assert heading in slugs, f"{page.name} links to {path}#{heading}"


def test_the_pages_name_files_that_exist() -> None:
    files = [
        f"/{path.relative_to(ROOT)}"
        for folder in ("ctgraph", "tests", "benchmarks", "docs", "queries")
        for path in (ROOT / folder).rglob("*")
        if "__pycache__" not in path.parts
    ]
    name = re.compile(r"`([\w./-]+[.](?:py|ttl|html|md))(?: [^`]*)?`")
    for page in pages():
        if page.name == "CHANGELOG.md":
            continue
        for line in page.read_text("utf-8").splitlines():
            for found in name.findall(line):
                there = (ROOT / found).exists() or any(file.endswith(f"/{found}") for file in files)
                planned = "NNNN" in found or "lanned" in line
                assert there or planned, f"{page.name} names {found}"


def test_the_pages_name_commands_that_exist() -> None:
    for page in pages():
        for words in re.findall(r"(?m:^|bin/|&& |=\S+ )ctgraph ((?:[a-z]+ ?)+)", shown(page)):
            command: click.Command | None = main
            for word in words.split():
                if isinstance(command, click.Group):
                    command = command.get_command(click.Context(command), word)
                    assert command, f"{page.name} shows `ctgraph {words.strip()}`"


def test_the_pages_name_problem_types_that_exist() -> None:
    known = {term.name for term in own_terms()}
    for page in pages():
        for name in re.findall(r"\b(problem-[a-z-]+)`", page.read_text("utf-8")):
            assert name in known, f"{page.name} names {name}"


def test_the_pages_name_make_targets_that_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    for page in pages():
        for target in re.findall(r"(?m:^|[`$] ?)make ([a-z]+)", page.read_text("utf-8")):
            assert target in targets, f"{page.name} shows `make {target}`"


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_a_page_that_guides_to_a_place_names_every_room(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    rooms = [file.parent.name for file in (ROOT / "ctgraph").glob("*/__init__.py")]
    assert [
        room for room in rooms if f"`{room}/" not in text and f"ctgraph/{room}/" not in text
    ] == []


def shown(page: Path) -> str:
    """Return what a page shows as code: its shell blocks, and its spans."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```(?:sh|ini|cron)\n(.*?)^```$", text, re.M | re.S)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return "\n".join([*blocks, *re.findall(r"`(ctgraph [^`]+)`", prose)])


def test_the_glossary_names_every_strength_and_way() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    for word in (*STRENGTHS, *VIAS):
        assert f"`{word}`" in glossary
