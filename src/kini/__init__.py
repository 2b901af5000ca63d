"""Kini: an open, self-hosted super-app for a city. ARCHITECTURE.md is the map of its rooms."""
