"""Case records: a person's illness, with its symptoms, tests, exposures, stays and outcome."""
