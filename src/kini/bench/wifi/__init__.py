"""`./kini bench wifi`: a city's Wi-Fi with its real FreeRADIUS, beside a stock one on the same PostgreSQL."""
