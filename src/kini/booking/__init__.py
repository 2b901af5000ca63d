"""Bookings: slots with quotas that are never oversold, waiting lists, tickets; the kind `booking`."""
