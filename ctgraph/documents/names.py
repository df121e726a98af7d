"""The names in one document: its keys and classes, its references, its blank nodes."""

from __future__ import annotations

from functools import cache
from typing import Any

from ctgraph.documents.iris import BLANK, MAX_IRI_CHARS, is_iri
from ctgraph.documents.json_text import Place
from ctgraph.documents.problems import Problems, shown
from ctgraph.identity import Identity
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import CETERMS, OWN, TYPE, Iri
from ctgraph.rdf.writing import in_xml
from ctgraph.vocab import Suggestions, TermKind, vocabulary
from ctgraph.vocab.canonical_terms import canonical_term

CTID = f"{CETERMS}ctid"
_OF_CTDL = ("ceterms:", "ceasn:", "qdata:")


class Names:
    """Brings the names in a document to their canonical form, and reports those that would be lost.

    `used` collects the keys and prefixes that the context of the document must define, and
    `spellings` the IRIs that were brought to another form, each with what was sent first.

    :param prefixes: the prefixes that the document defines itself.
    """

    def __init__(self, identity: Identity, prefixes: dict[str, str], problems: Problems) -> None:
        self.context = vocabulary().context | prefixes
        self.used: set[str] = set()
        self.spellings: dict[str, str] = {}
        self._identity = identity
        self._prefixes = prefixes
        self._problems = problems
        self._defined: set[str] = set()
        self._referenced: dict[str, Place] = {}
        self._suggestions = Suggestions()

    def expanded(self, name: str) -> Iri:
        """Return the IRI that a key or a CURIE means in this document."""
        prefix, _, local = name.partition(":")
        if prefix in self._prefixes and not local.startswith("//"):
            return Iri(self._prefixes[prefix] + local)
        return canonical_term(vocabulary().expand(name))

    def official(self, name: Any) -> Any:
        """Return the CURIE of a term of CTDL in any spelling; any other name unchanged."""
        if not isinstance(name, str) or name in self.context or not is_iri(name):
            return name
        curie = vocabulary().compact(self.expanded(name))
        return curie if curie.startswith(_OF_CTDL) else name

    def short(self, name: Any, at: Place) -> bool:
        """Tell whether a name can be repeated in every statement; report one that is too long."""
        if len(str(name)) <= MAX_IRI_CHARS:
            return True
        message = f"The name has more than {MAX_IRI_CHARS:,} characters."
        self._problems.add(at, message, "Use a shorter one.")
        return False

    def classes(self, value: Any, at: Place) -> list[Any]:
        """Check the value of ``@type``; return the official names of the classes.

        In the place of a name that cannot be read stands the class that was probably meant, if
        there is one: the document is refused, and checked as if it had that class.
        """
        found = [self._class(name, at) for name in (value if isinstance(value, list) else [value])]
        return [name for name in found if name is not None]

    def _class(self, name: Any, at: Place) -> Any:
        if isinstance(name, str) and name in _plain_names():
            self.used.add(name.partition(":")[0])
            return name
        if not self.short(name, at):
            return None
        likely = None
        if isinstance(name, str) and name != name.strip():
            likely = self._suggestions.term(name, TermKind.CLASS)
            message = f"The name of the class {shown(name)} begins or ends in a blank."
            self._problems.add(at, message, f"Write {shown(name.strip())}.")
        elif not self.is_kept(name):
            likely = self._suggestions.term(str(name), TermKind.CLASS)
            self._problems.add(
                at,
                f"{shown(name)} is not the name of a class.",
                f"Did you mean {likely}? Write it with its prefix."
                if likely
                else "Write it with its prefix, such as ceterms:Certificate.",
            )
        else:
            likely = name
            self._check_reserved(self.expanded(name), name, at)
        if likely:
            self.used.add(self.official(likely).partition(":")[0])
        return self.official(likely)

    def property(self, key: str, at: Place) -> bool:
        """Check the key of a property; tell whether its values can be read."""
        if key in _plain_names():
            self.used.update((key, key.partition(":")[0]))
            return True
        if not self.short(key, at[0]):  # the pointer of the key itself would repeat it
            return False
        if ":" not in key or not self.is_kept(key):
            self._lost(key, at)
            return False
        iri = self.expanded(key)
        if iri == TYPE.value:
            self._problems.add(at, f"{key!r} is another spelling of @type.", "Write @type.")
        elif not in_xml(iri):
            self._problems.add(
                at,
                f"RDF/XML cannot carry the property {shown(key)}, so the record is served in every "
                "other format.",
                "Let its IRI end in a name that begins with a letter.",
                Severity.WARNING,
            )
        self._check_reserved(iri, key, at)
        name = self.official(key)
        self.used.update((name, name.partition(":")[0]))
        return True

    def _lost(self, key: str, at: Place) -> None:
        """Report a property without a meaning. It is left out of a harvested document."""
        message = f"The property {shown(key)} has no meaning in CTDL and would be lost."
        asked = self._suggestions.question(key, TermKind.PROPERTY)
        remedy = f"{asked}Write it with its prefix{'' if asked else ', such as ceterms:name'}."
        if key != (plain := key.strip()):
            where = "ends" if key.startswith(plain) else "begins"
            message = f"The name of the property {shown(key)} {where} in a blank."
            remedy = f"Write {shown(plain)}."
        severity = self._problems.purpose.of_incomplete
        if severity is Severity.WARNING:
            message += " It was left out."
        self._problems.add(at, message, remedy, severity)

    def reference(self, value: Any, at: Place) -> Any:
        """Return the canonical form of an IRI or a blank node label."""
        if not isinstance(value, str):
            self._problems.add(at, f"{shown(value)} is not an IRI.", "Write the IRI as a string.")
        elif value.startswith("_:"):
            self._check_label(value, at)
        elif not self.is_kept(value):
            self._problems.add(
                at,
                f"{shown(value)} is not an absolute IRI.",
                "Write it in full, such as https://example.org/page, and percent-encode "
                "spaces, brackets and percent signs (%25).",
            )
        else:
            read = self._expandable(self._identity.canonical(self._ours(value)))
            if read != value:
                self.spellings.setdefault(self.expanded(read), value)
            return read
        return value

    def define(self, node: dict[str, Any], at: Place) -> None:
        """Note whether a node describes a blank node or only refers to it."""
        label = node.get("@id")
        if isinstance(label, str) and label.startswith("_:"):
            if len(node) > 1:
                self._defined.add(label)
            else:
                self._referenced.setdefault(label, at)

    def close(self) -> None:
        """Report the blank nodes that the document refers to and does not describe."""
        for label, at in self._referenced.items():
            if label not in self._defined:
                self._problems.add(
                    at,
                    f"The blank node {shown(label)} is not defined in this document.",
                    "Add the node to @graph, or name the thing by an IRI.",
                    self._problems.purpose.of_incomplete,
                )

    def _check_label(self, label: str, at: Place) -> None:
        if not BLANK.fullmatch(label):
            message = f"{shown(label)} is not a blank node label."
            self._problems.add(at, message, "Use _: and a UUID.")
        elif at[1] != "@id":
            self._referenced.setdefault(label, at)

    def _check_reserved(self, iri: Iri, name: str, at: Place) -> None:
        """Report a term that only the registry itself uses."""
        if iri.startswith((OWN, "ctg:")):  # many documents rely on the usual meaning of a prefix
            self._problems.add(
                at,
                f"{shown(name)} is reserved for statements of the registry itself.",
                "Leave it out: the registry makes such statements about every document.",
            )

    def _ours(self, value: str) -> str:
        """Write an IRI of this registry in full where it uses a prefix of the document."""
        full = self.expanded(value) if self._prefixes else value
        return full if full != value and self._identity.holds(full) else value

    def _expandable(self, value: str) -> str:
        """Mend the case of a CURIE (``lifecycle:active`` for ``lifeCycle:Active``)."""
        prefix, _, local = value.partition(":")
        if local.startswith("//"):
            return canonical_term(value)
        if prefix not in self.context:
            vocab = vocabulary()
            expanded = vocab.expand(value)
            if expanded == value:
                return value
            value = vocab.compact(expanded)
        value = vocabulary().concept_like(value)
        self.used.add(value.partition(":")[0])
        return value

    def is_kept(self, name: Any) -> bool:
        """Tell whether a JSON-LD processor keeps a name: it is an IRI, also behind its prefix."""
        if not is_iri(name):
            return False
        prefix, _, local = name.partition(":")
        namespace = self.context.get(prefix)
        return not isinstance(namespace, str) or is_iri(namespace + local)


@cache
def _plain_names() -> frozenset[str]:
    """Return the CURIEs of classes and properties of which nothing is to be told.

    Nearly all names in nearly all documents are such. No document defines their prefixes anew.
    """
    vocab = vocabulary()
    return frozenset(
        term.curie
        for term in vocab
        if term.kind in (TermKind.CLASS, TermKind.PROPERTY)
        and canonical_term(vocab.expand(term.curie)) == term.iri != TYPE.value
        and in_xml(term.iri)
    )
