"""Exchange with outside systems: an outbox that delivers at least once and in order, an inbox that applies once."""
