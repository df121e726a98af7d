"""What a form of a class holds: from the vocabulary, the shapes, and one layout file."""

from ctgraph.forms.editors import Editor
from ctgraph.forms.model import Field, Form, Tab, form_of, part_of

__all__ = ["Editor", "Field", "Form", "Tab", "form_of", "part_of"]
