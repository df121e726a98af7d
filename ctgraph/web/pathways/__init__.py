"""Views of the room pathways."""
