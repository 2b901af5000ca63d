"""Benchmarks and stress tests: a seeded scratch city, the production server, load generators and baselines."""
