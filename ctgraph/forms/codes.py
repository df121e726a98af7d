"""Codes of published lists, such as those of occupations, and the values that they make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ctgraph.errors import BadParameter
from ctgraph.forms.values import LANGUAGE, Node
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

ALIGNMENT = Curie("ceterms:CredentialAlignmentObject")
"""The class of values that name a code of a list."""
MAX_KEY_CHARACTERS = 40
"""Characters of the short name of a list."""
MAX_DESCRIPTION_CHARACTERS = 600
"""Characters of the IRI, the title and the address of the pages of a list."""
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class CodeList:
    """A list of codes.

    :param key: its short name in addresses and commands.
    :param framework: its IRI.
    :param page: the address of the page of a code, with `{code}` in it; empty where there is none.
    :param properties: whose values are codes of the list.
    :param language: of the names of its codes.
    """

    key: str
    framework: str
    title: str
    page: str
    properties: tuple[Curie, ...]
    language: str = LANGUAGE

    def page_of(self, code: str) -> str:
        """Return the address of the page of a code; empty where there is none."""
        return self.page.replace("{code}", code)


@dataclass(frozen=True)
class Code:
    """A code of a list.

    :param parent: the code above it; empty where none is told.
    :param others: further titles that people search it by.
    """

    code: str
    name: str
    definition: str = ""
    parent: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """A public list whose files are known.

    :param pattern: of its codes.
    :param like: one of its codes, for people.
    """

    list: CodeList
    pattern: str
    like: str


PUBLISHED = {
    one.list.key: one
    for one in (
        Published(
            CodeList(
                "soc",
                "https://www.bls.gov/soc/",
                "Standard Occupational Classification",
                "https://www.onetonline.org/link/summary/{code}",
                (Curie("ceterms:occupationType"),),
            ),
            r"\d{2}-\d{4}",
            "29-1141",
        ),
        Published(
            CodeList(
                "onet",
                "https://www.onetcenter.org/taxonomy.html",
                "O*NET-SOC Taxonomy",
                "https://www.onetonline.org/link/summary/{code}",
                (Curie("ceterms:occupationType"),),
            ),
            r"\d{2}-\d{4}\.\d{2}",
            "29-1141.00",
        ),
        Published(
            CodeList(
                "naics",
                "https://www.census.gov/naics/",
                "North American Industry Classification System",
                "https://www.census.gov/naics/?input={code}&year=2022&details={code}",
                (Curie("ceterms:industryType"),),
            ),
            r"\d{2,6}|31-33|44-45|48-49",
            "611210",
        ),
        Published(
            CodeList(
                "cip",
                "https://nces.ed.gov/ipeds/cipcode/",
                "Classification of Instructional Programs",
                "https://nces.ed.gov/ipeds/cipcode/cipdetail.aspx?y=56&cip={code}",
                (Curie("ceterms:instructionalProgramType"),),
            ),
            r"\d{2}(\.\d{2}(\d{2})?)?",
            "51.3801",
        ),
    )
}
"""The public lists whose files are known, by their keys."""


def described(
    key: str, known: CodeList | None, told: Mapping[str, str], properties: Collection[str]
) -> CodeList:
    """Return the description of a list: what is told, or else what is known of it.

    :param known: the list as it was imported before.
    :param told: its `framework`, `title`, `page` and `language`, those that are told.
    :param properties: whose values are its codes; empty where they stay as they are known.
    :raises BadParameter: when it does not suffice, or cannot be right.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key) or len(key) > MAX_KEY_CHARACTERS:
        raise BadParameter(
            f"{key[:60]!r} is no short name of a list. Use {', '.join(PUBLISHED)}, or one of your "
            f"own of {MAX_KEY_CHARACTERS} small letters, digits and hyphens at most."
        )
    known = known or (PUBLISHED[key].list if key in PUBLISHED else None)
    if not known and not ({"framework", "title"} <= told.keys() and properties):
        raise BadParameter(
            f"{key!r} is no list that is known. Tell its IRI, its name, and a property that takes "
            "its codes."
        )
    if any(len(value) > MAX_DESCRIPTION_CHARACTERS for value in told.values()):
        raise BadParameter(f"Describe a list in {MAX_DESCRIPTION_CHARACTERS} characters each.")
    page = told.get("page", "")
    for iri in (told.get("framework", ""), page.replace("{code}", "1")):
        if iri and not _IRI.fullmatch(iri):
            raise BadParameter(f"{iri[:80]!r} is no IRI. Write it in full: https://example.org/x")
    if page and "{code}" not in page:
        raise BadParameter("Write {code} into the address of the pages where the code stands.")
    if not _TAG.fullmatch(told.get("language", LANGUAGE)):
        raise BadParameter(f"{told['language'][:40]!r} is no tag of a language, such as en-US.")
    base = known or CodeList(key, "", "", "", ())
    return CodeList(
        key,
        told.get("framework", base.framework),
        told.get("title", base.title),
        told.get("page", base.page),
        _taking(properties) if properties else base.properties,
        told.get("language", base.language),
    )


def _taking(properties: Collection[str]) -> tuple[Curie, ...]:
    """Return properties whose values name codes.

    :raises BadParameter: when one of them takes no codes.
    """
    taking = vocabulary().expand(ALIGNMENT)
    for name in properties:
        term = vocabulary().term(Curie(name))
        has_own = term and any(map(vocabulary().concepts_of, term.target_scheme))
        if not term or taking not in term.range_includes or has_own:
            raise BadParameter(
                f"{name[:80]!r} is no property whose values are codes. One is "
                "ceterms:occupationType."
            )
    return tuple(sorted(map(Curie, set(properties))))


def alignment(of: CodeList, code: str, name: str) -> Node:
    """Return the value that stands for a code of a list.

    :param name: of the code; empty where it is not known.
    """
    page = of.page_of(code)
    return {
        "@type": ALIGNMENT,
        "ceterms:codedNotation": code,
        "ceterms:framework": of.framework,
        "ceterms:frameworkName": {of.language: of.title},
        **({"ceterms:targetNode": page} if page else {}),
        **({"ceterms:targetNodeName": {of.language: name}} if name else {}),
    }


def words_of(text: str) -> tuple[str, ...]:
    """Return what counts of the words of a text: no case, accents and signs.

    >>> words_of("First-Line Supervisors, café")
    ('first', 'line', 'supervisors', 'cafe')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(one for one in plain if not unicodedata.combining(one))
    return tuple(filter(None, _NO_WORD.split(kept)))
