"""Tracing: contacts of cases and their follow-up, chains, clusters, likely sources, breeding places."""
