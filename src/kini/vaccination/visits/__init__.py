"""The day at a site: check-in, screening, injection, observation, also without a network."""
