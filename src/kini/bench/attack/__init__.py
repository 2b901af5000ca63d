"""`./kini check attack`: known attacks on Kini, run against a scratch city."""
