"""Vaccination: campaigns, sites and stock, registrations, doses, certificates."""
