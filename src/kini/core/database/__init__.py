"""The database that Kini brings along for a first look and for tests; a city sets DATABASE_URL instead."""
