"""Views of the room publishing."""
