"""The CTDL and CTDL-ASN vocabulary, the JSON-LD contexts, and the registry's own terms."""

from ctgraph.vocab.context_files import CONTEXT_URLS, context_text
from ctgraph.vocab.definitions import load_definitions
from ctgraph.vocab.suggestions import Suggestions, meant
from ctgraph.vocab.terms import Term, TermKind, Vocabulary, vocabulary

__all__ = [
    "CONTEXT_URLS",
    "Suggestions",
    "Term",
    "TermKind",
    "Vocabulary",
    "context_text",
    "load_definitions",
    "meant",
    "vocabulary",
]
