"""The people and organizations of a registry: who signs in, who belongs where, who may do what."""
