"""RADIUS accounting: detail files are read into the session table; identities leave it when their term ends."""
