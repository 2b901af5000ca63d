"""The city's free Wi-Fi: the sites and access points of its network, what residents see of them, and who comes in.

The pack (wifi.yaml) says which kinds of site there are, when they are open and what groups of people may do; the points
come from lists that the operator imports. FreeRADIUS asks the database for each device that wants in.
"""
