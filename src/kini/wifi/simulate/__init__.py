"""Synthetic usage for demos and measurements: a month of sessions, or a day replayed to FreeRADIUS."""
