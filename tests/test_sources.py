"""Every source file of the package can be read in one go."""

from __future__ import annotations

from tests.support.paths import ROOT

TOO_MANY_LINES = 300
NOT_OURS = {"node_modules", "vendor"}


def test_every_source_file_is_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for ending in ("py", "js", "html")
        for path in (ROOT / "ctgraph").rglob(f"*.{ending}")
        if not NOT_OURS & set(path.parts)
    }
    assert len(lengths) > 200
    assert {file: lines for file, lines in lengths.items() if lines >= TOO_MANY_LINES} == {}
