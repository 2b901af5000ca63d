"""Demo data: people to sign in as, cases, bills and access logs, all created by the regular actions."""
