"""The terms under which the records may be used."""

from __future__ import annotations

from ctgraph.errors import SettingsError
from ctgraph.settings import Settings

MAX_TERMS_BYTES = 200_000
"""Bytes of the terms of use: some hundred pages."""


def paragraphs(settings: Settings) -> list[str]:
    """Return the paragraphs of the operator's terms of use; none where there are no own terms.

    :raises SettingsError: when the file that the settings name cannot be read, or is too long.
    """
    if settings.terms is None:
        return []
    try:
        with settings.terms.open("rb") as file:
            data = file.read(MAX_TERMS_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"CTGRAPH_TERMS names a file that is no readable text: {error}."
        ) from error
    if len(data) > MAX_TERMS_BYTES:
        raise SettingsError(f"CTGRAPH_TERMS names a file of more than {MAX_TERMS_BYTES:,} bytes.")
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
