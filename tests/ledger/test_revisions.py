"""The ledger's revisions are known without Alembic, which takes long to import."""

from __future__ import annotations

import subprocess
import sys

from alembic.script import ScriptDirectory

from ctgraph.ledger.revision import known_revisions, migrations


def test_the_files_of_the_migrations_bear_their_revisions() -> None:
    script = ScriptDirectory.from_config(migrations())
    assert known_revisions() == [found.revision for found in script.walk_revisions()]


def test_opening_a_ledger_does_not_import_alembic() -> None:
    code = "import sys, ctgraph.ledger, ctgraph.web; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
