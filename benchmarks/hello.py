"""The peer of the dereference measurement: a bare Flask application."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Answer, and nothing else."""
    return "hello"
