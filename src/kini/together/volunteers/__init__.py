"""Volunteers: activities with shifts, sign-ups by role, check-in at the place, hours, screening."""
