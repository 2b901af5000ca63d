"""SATUSEHAT, the national health-data platform: the adapter to it, and a sandbox that imitates it."""
