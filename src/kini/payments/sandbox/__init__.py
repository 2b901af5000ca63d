"""A payment provider to try with: a real server on loopback that speaks SNAP, checks signatures, and can misbehave."""
