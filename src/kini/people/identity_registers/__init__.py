"""Identity registers: they confirm a person's claims and return no other data."""
