"""An epidemic in a city: its statistics."""
