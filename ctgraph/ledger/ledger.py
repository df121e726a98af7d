"""The ledger: small repositories over one database.

The ledger is the truth. No version in it is ever changed or deleted: a change of a record is a new
version, and so is a withdrawal. The envelope of a record is updated: it describes the newest
version.
"""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

from ctgraph.errors import RegistryNotReady
from ctgraph.ledger.activities import Activities
from ctgraph.ledger.applications import Applications
from ctgraph.ledger.changes import Changes
from ctgraph.ledger.claims import Claims
from ctgraph.ledger.codes import Codes
from ctgraph.ledger.confirmations import Confirmations
from ctgraph.ledger.database import Database
from ctgraph.ledger.drafts import Drafts
from ctgraph.ledger.factors import Factors
from ctgraph.ledger.failures import ledger_error
from ctgraph.ledger.feed import Feed
from ctgraph.ledger.identifiers import Identifiers
from ctgraph.ledger.identities import Identities
from ctgraph.ledger.issuers import Issuers
from ctgraph.ledger.kept_documents import KeptDocuments
from ctgraph.ledger.likeness import Likenesses
from ctgraph.ledger.loads import Loads
from ctgraph.ledger.mergers import Mergers
from ctgraph.ledger.mirrors import Mirrors
from ctgraph.ledger.organizations import Organizations
from ctgraph.ledger.outbox import Outbox
from ctgraph.ledger.partnerships import Partnerships
from ctgraph.ledger.passkeys import Passkeys
from ctgraph.ledger.people import People
from ctgraph.ledger.portfolio import Portfolio
from ctgraph.ledger.proofs import Proofs
from ctgraph.ledger.records import Records
from ctgraph.ledger.registry import agree, fix_base
from ctgraph.ledger.removals import Removals
from ctgraph.ledger.reviews import Reviews
from ctgraph.ledger.revision import must_be_newest, upgrade
from ctgraph.ledger.suspensions import Suspensions
from ctgraph.ledger.tables import secret
from ctgraph.ledger.trusted_partners import TrustedPartners
from ctgraph.ledger.uploads import Uploads
from ctgraph.ledger.webhooks import Webhooks
from ctgraph.ledger.weekly import WeeklyMails
from ctgraph.settings import Settings


class Ledger:
    """The repositories of one ledger. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.records = Records(database)
        self.organizations = Organizations(database)
        self.changes = Changes(database)
        self.feed = Feed(database)
        self.webhooks = Webhooks(database)
        self.documents = KeptDocuments(database)
        self.loads = Loads(database)
        self.mirrors = Mirrors(database)
        self.drafts = Drafts(database)
        self.identifiers = Identifiers(database)
        self.issuers = Issuers(database)
        self.people = People(database)
        self.factors = Factors()
        self.passkeys = Passkeys()
        self.removals = Removals(database)
        self.identities = Identities()
        self.applications = Applications(database)
        self.activities = Activities(database)
        self.reviews = Reviews(database)
        self.portfolio = Portfolio(database)
        self.outbox = Outbox(database)
        self.weekly = WeeklyMails(database)
        self.uploads = Uploads(database)
        self.claims = Claims(database)
        self.confirmations = Confirmations(database)
        self.proofs = Proofs(database)
        self.suspensions = Suspensions(database)
        self.mergers = Mergers(database)
        self.likenesses = Likenesses(database)
        self.partnerships = Partnerships(database)
        self.trusted_partners = TrustedPartners(database)
        self.codes = Codes(database)

    @classmethod
    def of(cls, settings: Settings) -> Ledger:
        """Open the ledger that the settings name.

        :raises RegistryNotReady: when it was never initialised, or has tables of another version.
        :raises StoreError: when the database cannot be used.
        :raises SettingsError: when it keeps another base URL.
        """
        if not settings.database_url and not (settings.home / "ledger.sqlite").exists():
            raise RegistryNotReady(
                f"There is no registry in {settings.home.absolute()}. Run ctgraph init, or set "
                "CTGRAPH_HOME to the folder of yours."
            )
        database = Database(settings.ledger_url)
        try:
            with database.engine.connect() as connection:
                must_be_newest(connection)
            agree(database, settings.base_url)
        except sa.exc.SQLAlchemyError as error:
            raise ledger_error(error) or error from error
        return cls(database)

    @classmethod
    def initialise(cls, settings: Settings) -> Ledger:
        """Create the home folder and the tables, or bring older tables up to date.

        A ledger without records takes the base URL of the settings, and keeps it from then on.

        :raises RegistryNotReady: when a newer ctgraph made the tables.
        :raises StoreError: when the database cannot be used.
        :raises SettingsError: when its records have another base URL.
        """
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not settings.database_url:
            (settings.home / "ledger.sqlite").touch(0o600)
        database = Database(settings.ledger_url)
        try:
            with database.writing() as connection:
                upgrade(connection)
                fix_base(connection, settings.base_url)
            agree(database, settings.base_url)
        except sa.exc.SQLAlchemyError as error:
            raise ledger_error(error) or error from error
        return cls(database)

    def secret(self, name: str) -> str:
        """Return a random value that all processes of this registry share."""
        with self.database.engine.connect() as connection:
            return str(connection.scalar(sa.select(secret.c.value).where(secret.c.name == name)))


@lru_cache(maxsize=2)
def shared_ledger(settings: Settings) -> Ledger:
    """Return the ledger that this process keeps open from one call to the next.

    See :meth:`Ledger.of` for the errors.
    """
    return Ledger.of(settings)
