"""Payloads of SATUSEHAT in FHIR R4: built and read by pure functions."""
