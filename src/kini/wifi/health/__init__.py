"""Health of access points, from accounting packets and heartbeats, by dated rules of the pack. Site pages, alerts and
monthly availability use the same rule.
"""
