"""A made-up epidemic for a first look and for measurements: who infects whom, and what is recorded of it."""
