"""All settings of ctgraph in one typed object.

Each is read from the environment as ``CTGRAPH_`` and its name in upper case, else from the TOML
file that ``CTGRAPH_CONFIG`` names, else it has the default below. ``make docs`` lists them in
``docs/limits.md``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ctgraph.errors import SettingsError
from ctgraph.problem import Problem

MAX_MARGIN_BYTES = 1_000_000
"""Bytes by which a body may exceed the document limit and still get the message about it."""


class IdentityProvider(BaseModel):
    """A provider of OpenID Connect by which an organization signs its people in."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9-]{1,32}$", description="Its part of addresses")
    label: str = Field(min_length=1, max_length=100, description="Its name for people")
    issuer: str = Field(pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/])[!-~]+$")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    domains: tuple[str, ...] = Field(min_length=1, description="Whose addresses it vouches for")
    second_factors: tuple[str, ...] = Field((), description="Its acr and amr that count as one")
    organization: str = Field(
        "", pattern=r"^(ce-[0-9a-f-]{36})?$", description="CTID of the one whose members they are"
    )
    role: Literal["viewer", "editor"] = "viewer"

    @field_validator("domains")
    @classmethod
    def _lower(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(r"[\w-]+(\.[\w-]+)+", one) for one in value):
            raise ValueError("must be domains such as college.example.org")
        return tuple(one.lower() for one in value)

    @model_validator(mode="after")
    def _has_secret(self) -> IdentityProvider:
        if (self.client_secret is None) == (self.client_secret_file is None):
            raise ValueError("needs either client_secret or client_secret_file")
        if self.client_secret_file and not self.client_secret_file.is_file():
            raise ValueError("client_secret_file must name a text file")
        return self

    @property
    def secret(self) -> str:
        """The secret of the registry at the provider. A file is read anew: secrets are renewed."""
        if self.client_secret_file:
            return self.client_secret_file.read_text("utf-8").strip()
        return self.client_secret.get_secret_value() if self.client_secret else ""


class Settings(BaseSettings):
    """The settings of an operator. Sizes are in bytes, times in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="CTGRAPH_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(Path("home"), description="Folder that holds everything")
    base_url: str = Field(
        "http://localhost:8000",
        description="Base of all canonical IRIs; `ctgraph init` fixes it in the registry, which "
        "keeps it",
    )
    alias_hosts: tuple[str, ...] = Field(
        (
            "credentialengineregistry.org",
            "www.credentialengineregistry.org",
            "sandbox.credentialengineregistry.org",
            "staging.credentialengineregistry.org",
            "localhost:8000",
        ),
        description="JSON array of hosts whose record IRIs mean records of this registry",
    )
    database_url: str = Field(
        "",
        description="SQLAlchemy URL of the ledger, such as `postgresql+psycopg://user@host/db`; "
        "empty means SQLite in the home folder",
    )
    validation_engine: Literal["shacl", "pyshacl"] = Field(
        "shacl", description="SHACL engine: `shacl` (fast) or `pyshacl` (the reference)"
    )
    max_document_bytes: int = Field(20_000_000, gt=0, description="Largest document")
    max_document_depth: int = Field(
        64, gt=1, le=100, description="Deepest nesting of a document; at most 100"
    )
    query_timeout: float = Field(
        30,
        gt=0,
        description="Deadline of a query, of a question about pathways, and of checking a document",
    )
    query_memory: int = Field(
        1_000_000_000,
        ge=200_000_000,
        description="Memory of each worker process, and of all that are paused together; "
        "at least 200000000",
    )
    query_rows: int = Field(100_000, gt=0, description="Most rows or triples that a query returns")
    query_workers: int = Field(
        3,
        gt=0,
        description="Queries and other long questions that run at once per web worker; half of "
        "the places, at least one, are for long ones, and at least one more is for short ones",
    )
    query_queue: float = Field(
        10,
        ge=0,
        description="Longest wait for a turn, also of a publish, and longest pause of a long "
        "question",
    )
    query_per_client: int = Field(
        1,
        gt=0,
        description="Questions that one client (an IPv4 address, or a /64 of IPv6) may have begun "
        "per web worker",
    )
    query_waiting: int = Field(
        20,
        gt=0,
        description="Questions that one client may have waiting per web worker; twice as many of "
        "all clients",
    )
    query_cache: int = Field(
        64_000_000, ge=0, description="Kept answers to repeated questions, per web worker"
    )
    queries: Path = Field(
        Path("queries"),
        description="Folder of further ready-made queries; one of the same name replaces one that "
        "ships with ctgraph",
    )
    proxies: int = Field(
        0, ge=0, description="Reverse proxies in front, whose X-Forwarded-For names the client"
    )
    mail_server: str = Field(
        "",
        description="Mail server, such as `smtp://user:password@mail.example.org:587` or "
        "`smtps://…`; empty means the folder `outbox` in the home folder",
    )
    mail_sender: str = Field(
        "",
        description="Sender of e-mails; empty means `registry@` and the host of the base URL",
    )
    outgoing_requests: bool = Field(
        False,
        description="Whether the registry may look up DNS and one webpage of an organization that "
        "asks for approval, and the document of a did:web that an organization proves",
    )
    automatic_approval: tuple[Literal["email", "domain"], ...] = Field(
        (),
        description="JSON array of the rules by which an organization that asks is approved "
        'without the staff: `"email"` (a member has an address at the domain of its webpage), '
        '`"domain"` (its domain names it, which needs `CTGRAPH_OUTGOING_REQUESTS`)',
    )
    dump_hours: float = Field(
        24,
        ge=0,
        description="Hours between the dumps that a server makes; 0 means only `ctgraph dump` does",
    )
    dump_folder: str = Field(
        "", description="Folder of the dumps; empty means `dumps` in the home folder"
    )
    dumps_kept: int = Field(3, gt=0, description="How many dumps are kept; older ones are removed")
    identity_providers: tuple[IdentityProvider, ...] = Field(
        (),
        description="JSON array of identity providers (OpenID Connect) by which organizations sign "
        "their people in, see [operating.md](operating.md#identity-providers)",
    )
    private_webhooks: bool = Field(
        False, description="Whether webhooks may lead to private networks and to this machine"
    )
    license: str = Field(
        "https://creativecommons.org/licenses/by/4.0/",
        pattern=r"^https?://[!-~]+$",
        description="IRI of the licence under which the records may be used",
    )
    terms: Path | None = Field(
        None,
        description="Text file in UTF-8 with the terms of use, in paragraphs; without it, the page "
        "tells the licence",
    )
    snapshot_interval: float = Field(
        1, ge=0, description="Shortest time between snapshots when nobody waits"
    )
    publish_wait: float = Field(10, gt=0, description="Longest wait of a publish with `wait=true`")

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", value):
            raise ValueError("must be http:// or https://, a host, and perhaps a path")
        return value.rstrip("/")

    @field_validator("identity_providers")
    @classmethod
    def _told_apart(cls, value: tuple[IdentityProvider, ...]) -> tuple[IdentityProvider, ...]:
        if len({one.name for one in value}) < len(value):
            raise ValueError("must have different names")
        return value

    @field_validator("terms")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value and not value.is_file():
            raise ValueError("must name a text file")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments first, then the environment, then the TOML file."""
        toml = TomlConfigSettingsSource(settings_cls, os.environ.get("CTGRAPH_CONFIG") or None)
        return init_settings, env_settings, toml

    def with_base(self, url: str) -> Settings:
        """Return these settings with a base URL, unless they name one already."""
        if "base_url" in self.model_fields_set:
            return self
        return self.model_copy(update={"base_url": url})

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy URL of the ledger."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'ledger.sqlite'}"

    @property
    def max_body_bytes(self) -> int:
        """The largest body of a request that is read."""
        return self.max_document_bytes + MAX_MARGIN_BYTES

    @property
    def store_path(self) -> Path:
        """The folder of the triple store and its snapshots."""
        return self.home.resolve() / "store"

    @property
    def dump_path(self) -> Path:
        """The folder of the dumps."""
        return (
            Path(self.dump_folder).resolve() if self.dump_folder else self.home.resolve() / "dumps"
        )

    @property
    def vocab_path(self) -> Path:
        """The folder of the vocabulary files that the operator imported."""
        return self.home.resolve() / "vocab"


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    :raises SettingsError: naming every setting that has an unusable value.
    """
    config = os.environ.get("CTGRAPH_CONFIG")
    if config and not Path(config).is_file():
        raise SettingsError(f"CTGRAPH_CONFIG names {config}, which is not a file.")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [
            Problem(f"CTGRAPH_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}.")
            for e in error.errors()
        ]
        raise SettingsError(" ".join(str(p) for p in problems), problems) from error
    except ValueError as error:
        raise SettingsError(f"The settings cannot be read: {error}") from error
