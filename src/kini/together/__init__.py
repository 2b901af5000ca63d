"""Mutual help: needs of neighbourhoods and institutions, pledges of givers, deliveries with proof, and their ledger."""
