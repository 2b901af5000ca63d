"""Network planning: choose new sites that serve the most people without one (facility location)."""
