"""Sending e-mails: by SMTP, or into a folder where the operator named no server."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

MAX_LINE_CHARS = 998
"""The longest line of an e-mail (RFC 5322, section 2.1.1)."""
SMTP_SECONDS = 30
"""How long a mail server may take for an answer."""
Sender = Callable[[EmailMessage], None]


def written(
    sender: str, recipient: str, subject: str, words: str, page: str, ending: str, id: str
) -> EmailMessage:
    """Return an e-mail in plain text and HTML.

    :param ending: the address to which a mail program posts when its reader wants no more of such
        mails (RFC 8058); empty for none.
    :param id: its `Message-ID`, which stays the same when it is sent again.
    """
    # Mail programs read no encoded words in List-Unsubscribe, and long lines would become some.
    message = EmailMessage(policy.default.clone(max_line_length=MAX_LINE_CHARS))
    message["From"], message["To"] = sender, recipient
    message["Subject"] = " ".join(subject.split())
    message["Message-ID"] = f"<{id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    if ending:
        message["List-Unsubscribe"] = f"<{ending}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(words)
    message.add_alternative(page, subtype="html")
    return message


def sending(server: str, folder: Path) -> AbstractContextManager[Sender]:
    """Return a context whose value sends e-mails.

    :param server: such as `smtp://user:password@mail.example.org:587` (with STARTTLS if the server
        has it) or `smtps://…`; empty for the folder.
    :param folder: where e-mails are written without a server.
    :raises OSError: when the server or the folder cannot be used.
    """
    return _by_smtp(server) if server else _into(folder)


@contextmanager
def _by_smtp(server: str) -> Iterator[Sender]:
    url = urlsplit(server)
    connect = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with connect(url.hostname or "localhost", url.port or 0, timeout=SMTP_SECONDS) as smtp:
        if url.scheme == "smtp" and smtp.has_extn("starttls"):
            smtp.starttls()
        if url.username:
            smtp.login(unquote(url.username), unquote(url.password or ""))
        yield lambda message: (smtp.send_message(message), None)[1]


@contextmanager
def _into(folder: Path) -> Iterator[Sender]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        (folder / f"{name}.eml").write_bytes(message.as_bytes())

    yield write
