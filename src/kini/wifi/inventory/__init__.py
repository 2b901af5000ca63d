"""Sites and access points: the list import, its diff, sample data, and the cache from which pages read."""
