"""Campaigns and vaccines of the pack, and the rules that say who gets which dose when."""
