"""Places at a time: slots with quotas, bookings that are never too many, waiting lists, tickets; the kind `booking`."""
