"""The registry's own terms: all that is said is described, all that is described is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import DATA, ROOT
from flask.testing import FlaskClient
from rdflib import RDF, Graph, URIRef
from rdflib.compare import isomorphic

from ctgraph.bulk.load import Loader
from ctgraph.iris import CTG
from ctgraph.ledger import Ledger
from ctgraph.links.model import STRENGTHS, VIAS
from ctgraph.settings import load_settings
from ctgraph.store.projector import Projector, hold, snapshots_of
from ctgraph.terms import own_terms
from ctgraph.vocab import vocabulary
from ctgraph.web import create_app

pytestmark = pytest.mark.xdist_group("terms")
FILE = ROOT / "ctgraph/vocab/terms.ttl"
ONTOLOGY = URIRef("https://w3id.org/ctgraph/terms")
NAMES = {term.name for term in own_terms()}
EXAMPLES = {term.name: term.example for term in own_terms() if term.example}
FORMATS = {"turtle": "text/turtle", "ntriples": "application/n-triples",
           "rdfxml": "application/rdf+xml", "jsonld": "application/ld+json"}  # fmt: skip
NAMED = re.compile(r"(?:\bctg:|\{CTG\}|ctgraph/terms#)([A-Za-z][\w-]*)")
# What a report names as `advice` stands in the code that finds it.
RULES = {"validation/advice.py": r'yield \("([\w-]+)", f"', "examining.py": r'"advice": "([\w-]+)"',
         "exports/reports.py": r"detail\.get\('advice', '(\w+)'\)"}  # fmt: skip
PREFIXES = "".join(f"PREFIX {prefix}: <{namespace}>\n"
                   for prefix, namespace in (vocabulary().prefixes | {"ctg": CTG}).items()
                   )  # fmt: skip
