"""API of cases: applications, own cases, officers' desk."""
