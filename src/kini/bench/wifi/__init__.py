"""`./kini bench wifi`: Wi-Fi of a city with FreeRADIUS, compared with a stock FreeRADIUS on the same PostgreSQL."""
