"""The texts of the pages, and the catalogues of their translations.

``python -m tests.support.translations`` (or ``make translations``) gathers the texts, puts new ones
into the catalogues without a translation, takes old ones out, and compiles the catalogues.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ctgraph.accounts import profile
from ctgraph.accounts.rights import Role
from ctgraph.errors import CtgraphError
from ctgraph.finder import compare, statistics
from ctgraph.finder.labels import PARTS
from ctgraph.harvest import dumps
from ctgraph.ledger.claims import Standing
from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.uploads import UploadState
from ctgraph.pathways import looks, routes
from ctgraph.records import highlights
from ctgraph.records.plain_words import PLAIN_WORDS
from ctgraph.shapes import Family, shapes
from ctgraph.spreadsheets.model import PLANNED, Effect
from ctgraph.spreadsheets.problems import HEADINGS
from ctgraph.validation.severity_words import WORDS
from ctgraph.web.accounts import holdings
from ctgraph.web.accounts.reviews import TITLES as REVIEWED
from ctgraph.web.finder.search import SORTS
from ctgraph.web.records.groups import FURTHER, GROUPS
from ctgraph.web.reference.vocabulary import KINDS
from ctgraph.web.site.home import OTHER, SECTIONS
from tests.support.paths import ROOT
from tests.support.sentences import REFUSALS, sentences

FOLDER = ROOT / "ctgraph" / "web" / "translations" / "es" / "LC_MESSAGES"
MESSAGES, VOCABULARY, PROBLEMS = (
    FOLDER / f"{domain}.po" for domain in ("messages", "vocab", "problems")
)
"""The catalogues of the texts of pages, of the labels of terms, and of the messages of errors."""
METHODS = [("web/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {
    "web/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
}
HEADER = """\
msgid ""
msgstr ""
"Language: es\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
STATES = (
    *holdings.STATES,
    *Agreement,
    *Standing,
    *UploadState,
    *Effect,
    "organizations",
    "people",
    "records",
)
"""The states and kinds that pages of accounts show as the ledger has them."""
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "lazy_ngettext": (1, 2)}


def gathered() -> Catalog:
    """Return the texts of the templates and modules, none of them translated."""
    found = Catalog()
    for module, texts in _tables():
        for text in texts:
            found.add(text, locations=[(module, 0)])
    for name, _line, message, _comments, context in extract_from_dir(
        ROOT / "ctgraph", METHODS, OPTIONS, KEYWORDS
    ):
        found.add(message, locations=[(f"ctgraph/{name}", 0)], context=context)
    return found


def problems() -> Catalog:
    """Return the messages of errors, with `{}` in the place of each value, none translated."""
    found = Catalog()
    for file, text in sentences():
        found.add(text, locations=[(file, 0)])
    return found


def _tables() -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the texts that templates take from tables of modules, with the names of these."""
    yield (
        "ctgraph/accounts",
        (
            *(title for _, title in profile.CLASSES),
            *map(str, Role),
            *map(str, STATES),
            *PLANNED.values(),
            *HEADINGS,
            *REVIEWED.values(),
        ),
    )
    yield "ctgraph/records", PLAIN_WORDS.values()
    yield (
        "ctgraph/errors",
        sorted(
            {error.title for error in _errors(CtgraphError)} | {error().name for error in REFUSALS}
        ),
    )
    yield "ctgraph/finder/compare.py", (*compare.TITLES, compare.NOT_STATED)
    yield "ctgraph/finder/labels.py", PARTS.values()
    yield "ctgraph/finder/statistics.py", statistics.CAPTIONS.values()
    yield "ctgraph/harvest/dumps.py", dumps.CONTENTS.values()
    layout = tomllib.loads((ROOT / "ctgraph/forms/layout.toml").read_text("utf-8"))
    yield "ctgraph/forms/layout.toml", (tab["label"] for tab in layout["tab"])
    yield "ctgraph/pathways/looks.py", _texts(looks.for_pages())
    yield "ctgraph/pathways/routes.py", [str(measure) for measure in routes.Measure]
    yield "ctgraph/records/highlights.py", highlights.TITLES
    yield "ctgraph/shapes", (family.title for family in shapes().families if _is_of_records(family))
    yield (
        "ctgraph/validation/severity_words.py",
        (text for words in WORDS.values() for text in (words.caption, words.demand)),
    )
    yield "ctgraph/web/finder/search.py", SORTS.values()
    yield "ctgraph/web/records/groups.py", (*GROUPS, FURTHER)
    yield (
        "ctgraph/web/reference/vocabulary.py",
        (*KINDS, *(kind.caption for kind in KINDS.values())),
    )
    yield "ctgraph/web/site/home.py", (*SECTIONS, OTHER)


def _is_of_records(family: Family) -> bool:
    return any(one.record for one in family.classes)


def _errors(kind: type[CtgraphError]) -> Iterator[type[CtgraphError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _errors(inner)


def _texts(value: object) -> Iterator[str]:
    """Yield the texts for people in a structure: the others are codes in lower case."""
    match value:
        case dict():
            for name, inner in value.items():
                if name not in ("shape", "head"):
                    yield from _texts(inner)
        case str() if value:
            yield value


def catalogue(path: Path) -> Catalog:
    """Return the catalogue in a file. It has no date: the same texts make the same bytes."""
    with path.open("rb") as file:
        held = read_po(file, "es")
    held.creation_date = datetime.fromtimestamp(0, UTC)
    return held


def compiled(path: Path) -> bytes:
    """Return the catalogue in a file as programs read it."""
    written = BytesIO()
    write_mo(written, catalogue(path))
    return written.getvalue()


def _renew(path: Path, texts: Catalog | None) -> None:
    """Bring a catalogue up to date with the texts, and compile it."""
    held = catalogue(path)
    if texts:
        held.update(texts, no_fuzzy_matching=True)
    written = BytesIO()
    write_po(written, held, width=100, omit_header=True, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(HEADER.encode() + written.getvalue())
    path.with_suffix(".mo").write_bytes(compiled(path))


if __name__ == "__main__":
    _renew(MESSAGES, gathered())
    _renew(VOCABULARY, None)
    _renew(PROBLEMS, problems())
