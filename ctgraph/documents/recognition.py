"""The format that a text is really in, told from how it begins."""

from __future__ import annotations

import re

from ctgraph.rdf.formats import FORMATS

# In this order: N-Quads and N-Triples look alike at first, and both are Turtle.
_BEGINNINGS = (
    ("jsonld", re.compile(r"[{\[]")),
    ("html", re.compile(r"<(!doctype\s+html|html)\b", re.IGNORECASE)),
    ("rdfxml", re.compile(r"<(\?xml|!--|[\w-]+:RDF\b)", re.IGNORECASE)),
    ("turtle", re.compile(r"@?(prefix|base)\s", re.IGNORECASE)),
    ("ntriples", re.compile(r"(<[^<>\s]*>|_:\S+)\s+<[^<>\s]*>\s")),
    ("turtle", re.compile(r"([A-Za-z][\w-]*:\S+|<[^<>\s]*>|_:\S+)\s+(a|[\w-]+:\S+)\s")),
)
_TITLES = {
    "jsonld": "JSON",
    "html": "an HTML page",
    "rdfxml": "XML",
    "turtle": "Turtle",
    "ntriples": "N-Triples or N-Quads",
}
_WITHIN = {"turtle": {"trig"}, "ntriples": {"turtle", "nquads", "trig"}}
"""The formats of which a text in another one may be a part."""
HEAD_CHARS = 4096
"""How much of a text is looked at."""


def recognised(text: str, sent_as: str) -> tuple[str, str] | None:
    """Return what a text seems to be in words, and its media type; None where nothing shows.

    Comments and blank lines before it do not count. HTML has no media type that is read here.

    :param sent_as: the name of the format that it was sent as. A text that may be in it is not
        told to be in another one.
    """
    head = re.sub(r"\A(\s*(#[^\n]*\n)?)*", "", text[:HEAD_CHARS].lstrip("\ufeff"))
    name = next((name for name, begins in _BEGINNINGS if begins.match(head)), None)
    if name is None or sent_as in {name, *_WITHIN.get(name, ())}:
        return None
    media_type = next((one.media_type for one in FORMATS if one.name == name), "")
    return _TITLES[name], media_type
