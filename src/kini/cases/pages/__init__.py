"""Residents' pages: apply, follow a case, correct it, take one's own moves."""
