"""The city's free Wi-Fi: the sites and access points of its network, and what residents see of them.

The pack (wifi.yaml) says which kinds of site there are and when they are open; the points come from lists that the
operator imports.
"""
