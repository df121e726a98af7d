"""Views of the room sparql."""
