"""A made-up campaign for demos and measurements."""
