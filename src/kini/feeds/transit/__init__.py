"""Timetables (GTFS): imported as whole editions, queried for departures and journeys."""
