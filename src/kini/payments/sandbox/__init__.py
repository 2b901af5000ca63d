"""Sandbox payment provider: a server on loopback that speaks SNAP, checks signatures, and can misbehave."""
