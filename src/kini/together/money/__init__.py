"""Gifts of money: pools with a public purpose, gifts through the city's payments, payouts to an aggregator."""
