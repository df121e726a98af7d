"""The texts of the registry in the languages of its readers, for work outside of requests.

Pages take the same catalogues through Flask-Babel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.support import Translations

USUAL = "en"
"""The language in which the texts stand in the code."""
_FOLDER = Path(__file__).parent / "web" / "translations"


@cache
def speaking(language: str, domain: str = "messages") -> Callable[[str], str]:
    """Return the function that translates texts, and leaves those without a translation alone.

    :param language: its code, such as `es`.
    :param domain: the catalogue: `messages` for texts of the registry, `vocab` for labels of terms.
    """
    return Translations.load(_FOLDER, [language], domain).gettext
