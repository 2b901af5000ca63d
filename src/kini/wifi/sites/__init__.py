"""Public pages and API of the sites: the nearest ones as list and map, one site, the panels on other pages."""
