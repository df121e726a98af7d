"""A real SMTP server, and what it took."""

from __future__ import annotations

from collections import Counter
from email.message import Message
from typing import Any

from aiosmtpd.handlers import Message as Handler

from ctgraph.settings import Settings
from tests.support.registry import Registry


class Mailbox(Handler):
    """What a mail server took."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.taken.append(message)

    def holds(self, number: int) -> bool:
        return len(self.recipients) >= number

    @property
    def recipients(self) -> Counter[str]:
        return Counter(str(message["To"]) for message in self.taken)


def bodies(mail: Any) -> list[str]:
    """Return the texts of a mail."""
    return [part.get_payload(decode=True).decode() for part in mail.get_payload()]


def by_smtp(registry: Registry, port: int) -> Settings:
    return registry.settings.model_copy(update={"mail_server": f"smtp://127.0.0.1:{port}"})
