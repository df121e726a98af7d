"""What is installed is pinned with its hashes, and no version of it is known to be vulnerable."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock"]
PIN = re.compile(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!-]+( ; .+)?(\s+--hash=sha256:[0-9a-f]{64})+")


def pins(text: str) -> list[str]:
    """Return the requirements of a lock file, each with what continues its line."""
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_a_hash(lock: str) -> None:
    found = pins((ROOT / lock).read_text("utf-8"))
    assert len(found) > 20
    assert [line for line in found if not PIN.fullmatch(re.sub(r" +", " ", line))] == []


@pytest.mark.parametrize(
    "line",
    [
        "flask",
        "flask>=3",
        "flask==3.1.3",
        "-e .",
        "flask @ https://example.org/flask.whl",
        "flask==3.1.3 --hash=md5:00",
        "--extra-index-url https://example.org",
    ],
)
def test_what_is_not_pinned_is_found(line: str) -> None:
    assert not PIN.fullmatch(line)


def vulnerable(report: dict[str, Any]) -> list[str]:
    """Return the known vulnerabilities in a report of pip-audit."""
    return [
        f"{found['name']} {found['version']}: {known['id']}"
        for found in report["dependencies"]
        for known in found.get("vulns", ())
    ]


def test_a_vulnerability_in_a_report_is_found() -> None:
    report = {
        "dependencies": [
            {"name": "flask", "version": "0.5", "vulns": [{"id": "PYSEC-1"}]},
            {"name": "jinja2", "version": "3.1.6", "vulns": []},
            {"name": "other", "skip_reason": "not found"},
        ]
    }
    assert vulnerable(report) == ["flask 0.5: PYSEC-1"]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_locked_version_is_known_to_be_vulnerable(lock: str, tmp_path: Path) -> None:
    audit = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip_audit",
            "-r",
            str(ROOT / lock),
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
            "--format",
            "json",
            "--cache-dir",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if re.search(r"could not connect|connection|timed out", audit.stderr, re.IGNORECASE):
        pytest.skip(f"the database of vulnerabilities is not reachable: {audit.stderr[-200:]}")
    assert audit.stdout, audit.stderr
    report = json.loads(audit.stdout)
    if all("skip_reason" in found for found in report["dependencies"]):
        pytest.skip(f"the database answered about no package: {report['dependencies'][0]}")
    assert vulnerable(report) == []
