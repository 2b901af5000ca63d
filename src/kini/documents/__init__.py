"""Signed documents about any subject: typeset, signed, verified in public, withdrawn, replaced."""
