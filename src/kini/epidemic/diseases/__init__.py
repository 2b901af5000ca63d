"""Diseases of the pack (`diseases/*.yaml`): how each is recognized, followed and counted."""
