"""Drafts that an older ledger keeps have a digest and a class afterwards."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.database import Database
from ctgraph.ledger.drafts import digest_of
from ctgraph.ledger.revision import migrations
from ctgraph.settings import Settings
from tests.support.registry import ctid_number

DOCUMENTS = {
    1: (b'{"@graph": [{"@type": "ceterms:Certificate"}]}', "ceterms:Certificate"),
    2: (b'{"@type": "ceterms:Pathway"}', "ceterms:Pathway"),
    3: (b'{"@graph": 7}', ""),
}


def test_drafts_stay_and_are_described(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (settings.home / "ledger.sqlite").touch()
    with Database(settings.ledger_url).writing() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        owner, moment = ctid_number(0), "2026-01-01T00:00:00.000000Z"
        connection.execute(
            sa.text("INSERT INTO organization VALUES (:owner, 'Pine', :moment)"),
            {"owner": owner, "moment": moment},
        )
        for number, (document, _) in DOCUMENTS.items():
            connection.execute(
                sa.text("INSERT INTO draft VALUES (:owner, :ctid, 'A draft', :document, :moment)"),
                {
                    "owner": owner,
                    "ctid": ctid_number(number),
                    "document": document,
                    "moment": moment,
                },
            )
    drafts = Ledger.initialise(settings).portfolio.drafted(Ctid(owner))
    assert {one.ctid: (one.digest, one.type, one.state) for one in drafts} == {
        ctid_number(number): (digest_of(document), kind, "draft")
        for number, (document, kind) in DOCUMENTS.items()
    }
