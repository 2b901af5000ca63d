"""Persons apart from accounts: identifiers, likely duplicates, merges that can be undone."""
