"""The words of a search as somebody typed them. Whatever is typed is searched, never refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ctgraph.projections.search_fields import analyzer

MAX_TYPED_CHARS = 500
"""Characters of a search that are read. A longer one is a text, not a search."""
MAX_WORDS = 24
"""Words of a search that are looked for."""
MIN_PREFIX_CHARS = 2
"""The shortest beginning of a word that is completed: a shorter one fits too many."""
_PIECE = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Piece:
    """A word, the beginning of a word, or a phrase.

    :param words: as the index has them: folded, in lower case, unstemmed.
    :param is_prefix: whether the last word may go on.
    :param is_unwanted: whether records that have it are left out.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    is_unwanted: bool = False


def pieces_of(typed: str) -> list[Piece]:
    """Return the pieces of a search.

    >>> pieces_of('nurs* "practical nurse" -aide')
    [Piece(words=('nurs',), is_prefix=True, is_unwanted=False), \
Piece(words=('practical', 'nurse'), is_prefix=False, is_unwanted=False), \
Piece(words=('aide',), is_prefix=False, is_unwanted=True)]
    """
    found: list[Piece] = []
    left = MAX_WORDS
    for piece in _pieces(typed[:MAX_TYPED_CHARS]):
        left -= len(piece.words)
        if left < 0:
            break
        found.append(piece)
    return found


def _pieces(typed: str) -> Iterator[Piece]:
    for match in _PIECE.finditer(typed):
        is_unwanted = bool(match["minus"])
        if match["phrase"] is not None:
            words = words_of(match["phrase"])
            if words:
                yield Piece(words, is_unwanted=is_unwanted)
            continue
        words = words_of(match["word"])
        is_prefix = match["word"].endswith("*") and bool(words)
        is_prefix = is_prefix and len(words[-1]) >= MIN_PREFIX_CHARS
        if len(words) == 1:
            yield Piece(words, is_prefix, is_unwanted)
        elif words:  # such as LPN-to-RN or 51.3901: its words side by side
            yield Piece(words, False, is_unwanted)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text as the index has them, unstemmed."""
    clean = text.encode("utf-8", "ignore").decode("utf-8")
    return tuple(analyzer().analyze(clean)[:MAX_WORDS])
