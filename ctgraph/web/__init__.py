"""The HTTP face: a Flask application over the use cases."""

from ctgraph.web.app import create_app

__all__ = ["create_app"]
