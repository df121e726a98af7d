"""Ground for everything that is RDF: namespaces, formats, canonical form."""
