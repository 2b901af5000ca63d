"""Timetables in the form of GTFS: loaded whole as editions, asked for what leaves next and how to get somewhere."""
