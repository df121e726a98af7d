"""Harvest: how machines mirror, date and cite the registry."""
