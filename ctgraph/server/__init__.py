"""The processes that serve a registry."""
