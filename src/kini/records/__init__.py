"""Sensitive records: access to single records, emergency access, consent."""
