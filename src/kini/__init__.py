"""Kini: an open, self-hosted super-app for a city. ARCHITECTURE.md is the map of its rooms."""

__version__ = "0.1.0"
