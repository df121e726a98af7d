"""A search as a part of another site: its words, its colours, and the fields that it shows."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from ctgraph.errors import BadParameter
from ctgraph.finder.question import Facet

FACETS = (Facet.KIND, Facet.PROVIDER, Facet.LEVEL, Facet.DELIVERY)
"""The filters that a widget has, unless its address hides them or sets several values of one."""
FIELDS = ("q", "near", *(facet.value for facet in FACETS))
"""What a widget shows, and its address may hide."""
COLOURS = MappingProxyType({"ink": "#1d2729", "paper": "#ffffff", "accent": "#12655c"})
"""The colours that an address may set: of texts, of the ground, and of links."""
PARAMETERS = ("title", "button", "hide", *COLOURS)
"""The parameters of a widget, beside those of a search."""
MAX_LABEL_CHARS = 100
"""Letters of the title and of the button of a widget."""
LEAST_CONTRAST = 4.5
"""The contrast of texts with their ground that everybody can read (WCAG 2.2, 1.4.3)."""
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """How a widget looks.

    :param hidden: the fields that it does not show.
    :param colours: those that its address sets, as `#rrggbb`.
    """

    title: str
    button: str
    hidden: frozenset[str]
    colours: Mapping[str, str]

    @property
    def style(self) -> str:
        """The style sheet of its colours; empty where it keeps those of the reader's scheme."""
        if not self.colours:
            return ""
        ink, paper, accent = ({**COLOURS, **self.colours}[name] for name in COLOURS)
        mixed = {"soft": 75, "line": 25, "tint": 4}
        tokens = {"ink": ink, "paper": paper, "link": accent, "accent": accent} | {
            name: f"color-mix(in srgb, {ink} {share}%, {paper})" for name, share in mixed.items()
        }
        return ":root:root{" + "".join(f"--{name}:{value};" for name, value in tokens.items()) + "}"

    @property
    def digest(self) -> str:
        """The source of the style sheet in a content security policy (CSP 3, section 2.3.1)."""
        return f"'sha256-{b64encode(sha256(self.style.encode()).digest()).decode()}'"

    @property
    def faint(self) -> list[str]:
        """The colours that not everybody can tell from the ground."""
        chosen = {**COLOURS, **self.colours}
        return [
            name
            for name in ("ink", "accent")
            if _contrast(chosen[name], chosen["paper"]) < LEAST_CONTRAST
        ]


def look_of(items: Iterable[tuple[str, str]]) -> Look:
    """Return the look that the parameters of a widget describe; others are passed over.

    :raises BadParameter: when the value of one cannot be used.
    """
    given = [(name, value.replace("\0", "").strip()) for name, value in items]
    one = {name: value for name, value in given if value}
    for name in ("title", "button"):
        if len(one.get(name, "")) > MAX_LABEL_CHARS:
            raise BadParameter(f"The {name} has more than {MAX_LABEL_CHARS} letters. Shorten it.")
    colours = {name: _colour(name, one[name]) for name in COLOURS if name in one}
    return Look(one.get("title", ""), one.get("button", ""), _hidden(given), colours)


def _hidden(given: Iterable[tuple[str, str]]) -> frozenset[str]:
    found = frozenset(
        one for name, value in given if name == "hide" for one in value.replace(",", " ").split()
    )
    for one in sorted(found - {*FIELDS}):
        raise BadParameter(f"Nothing is called {one[:40]!r}. Hide some of {', '.join(FIELDS)}.")
    return found


def _colour(name: str, given: str) -> str:
    """Return a colour as `#rrggbb`, from its hexadecimal digits."""
    found = _HEX.fullmatch(given)
    if not found:
        raise BadParameter(f"Invalid {name}={given[:40]!r}. Use a colour such as 12655c.")
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return sum(
        weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )
