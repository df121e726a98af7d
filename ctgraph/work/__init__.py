"""Work that may take long: worker processes, and the turns in which clients have them."""
