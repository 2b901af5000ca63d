"""Geotagged reports with proof of work; the kind `report`."""
