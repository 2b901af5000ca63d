"""Residents, officers, households, sign-in, permissions, and the log of every look at an identity."""
