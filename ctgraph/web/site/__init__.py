"""Views of the room site."""
