"""Processes that do what takes long, and the turns in which clients have them."""
