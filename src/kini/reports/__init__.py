"""Geotagged reports and proof of work; the kind `report`."""
