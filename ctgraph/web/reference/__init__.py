"""Views of shapes, of the vocabulary, and of the registry's own terms."""
