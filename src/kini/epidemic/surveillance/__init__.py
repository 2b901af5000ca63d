"""Surveillance: counts, indicators, levels, zones and alerts by area and day, from case records and outside figures."""
