"""Reading records: as they stand now, and as they were."""
