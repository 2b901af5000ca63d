"""The city's free Wi-Fi: network inventory, RADIUS, captive portal, usage statistics, health, and network planning.

The pack (wifi.yaml) configures kinds of site, opening hours and groups of users. Operators import sites and access
points from lists. FreeRADIUS calls a database function for every Access-Request.
"""
