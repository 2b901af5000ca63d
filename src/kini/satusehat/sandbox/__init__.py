"""Sandbox of SATUSEHAT: a FHIR R4 server on loopback that enforces the Ministry's validation rules."""
